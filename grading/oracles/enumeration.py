"""A restricted Boltzmann machine so small that all of its states can be written down.

Conventions as in rbm/model.py: W (D, H), b (D,) visible, c (H,) hidden.
"""

import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grading.oracles.arrays import Array, Error, compared
from grading.oracles.differences import sigmoid

# False alarms, in all comparisons of one case together, are rarer than this; a check has up to 12
# cases, so that of a whole check is below 1e-7.
FALSE_ALARM = 8e-9
FAR = 1e12  # the error of samples that are no binary states


def states(n: int) -> Array:
    """All 2^n binary states, (2^n, n), counting up with the first unit as the highest digit."""
    return np.array(list(itertools.product((0.0, 1.0), repeat=n)))


def numbers_of(v: Array) -> NDArray[np.intp]:
    """Which row of states(n) each row of v is."""
    return (v @ 2.0 ** np.arange(v.shape[1])[::-1]).astype(int)


def kinds(rows: Array) -> list[tuple[Array, NDArray[np.intp]]]:
    """Each row that occurs, and the places at which it does."""
    order = np.lexsort(rows.T[::-1])  # np.unique of rows takes ten times as long
    new = (rows[order[1:]] != rows[order[:-1]]).any(axis=1)
    return [(rows[places[0]], places) for places in np.split(order, np.flatnonzero(new) + 1)]


def energy(v: Array, h: Array, W: Array, b: Array, c: Array) -> float:
    """The energy of one joint state, term by term."""
    total = 0.0
    for i in range(len(b)):
        total -= b[i] * v[i]
        for j in range(len(c)):
            total -= v[i] * W[i, j] * h[j]
    return total - sum(c[j] * h[j] for j in range(len(c)))


def joint(W: Array, b: Array, c: Array) -> Array:
    """p(v, h) for all states: (2^D, 2^H), summing to 1."""
    _, logs = _agreeing(np.zeros(len(b)), np.zeros(len(b), bool), W, b, c)
    weights = np.exp(logs - logs.max())
    return weights / weights.sum()


def kernel(W: Array, b: Array, c: Array, known: Any = None) -> Array:
    """Probability of v' after one sweep v -> h -> v', (2^D, 2^D), from the joint alone.

    With `known` (D,), the given pixels keep their values: v' gets all the probability of the
    states that agree with it on the pixels that are not given.
    """
    p = joint(W, b, c)
    to_h = p / p.sum(axis=1, keepdims=True)
    to_v = (p / p.sum(axis=0, keepdims=True)).T
    T = to_h @ to_v
    if known is None:
        return T
    vs = states(len(b))
    clamped = np.zeros_like(T)
    for start, v in enumerate(vs):
        landed = numbers_of(np.where(known, v, vs))
        np.add.at(clamped[start], landed, T[start])
    return clamped


def _agreeing(v: Array, known: Array, W: Array, b: Array, c: Array) -> tuple[Array, Array]:
    """The images that agree with v (D,) where it is given, (n, D), and -energy of each with each
    hidden state, (n, 2^H).
    """
    vs, hs = states(len(b)), states(len(c))
    vs = vs[(vs == v)[:, known].all(axis=1)]
    return vs, (vs @ b)[:, None] + hs @ c + np.einsum("vi,ij,hj->vh", vs, W, hs)


def conditional(v: Array, known: Array, W: Array, b: Array, c: Array) -> Array:
    """P(v_i = 1 | given pixels) for one image v (D,), from the joint. (D,)"""
    vs, logs = _agreeing(v, known, W, b, c)
    weights = np.exp(logs - logs.max()).sum(axis=1)
    return weights @ vs / weights.sum()


def log_marginal(v: Array, known: Array, W: Array, b: Array, c: Array) -> float:
    """log of the sum of exp(-energy) over all states that agree with v (D,) where it is given."""
    _, logs = _agreeing(v, known, W, b, c)
    return float(logs.max() + np.log(np.exp(logs - logs.max()).sum()))


def truncated_normal(edges: Array, deviation: float, cut: float) -> tuple[Any, float, float]:
    """A normal variable of mean 0, given that |x| <= cut: P(between neighbouring edges), its
    variance, and that of its square. By Gauss-Legendre quadrature of the density.
    """
    nodes, weights = np.polynomial.legendre.leggauss(40)

    def integral(low: float, high: float, power: int) -> float:
        x = 0.5 * (low + high) + 0.5 * (high - low) * nodes
        density = np.exp(-0.5 * (x / deviation) ** 2)
        return float(0.5 * (high - low) * (weights * density * x**power).sum())

    whole = integral(-cut, cut, 0)
    shares = [integral(low, high, 0) / whole for low, high in itertools.pairwise(edges)]
    square, fourth = (integral(-cut, cut, power) / whole for power in (2, 4))
    return np.array(shares), square, fourth - square**2


def log_pseudo_likelihood_terms(v: Array, W: Array, b: Array, c: Array) -> Array:
    """log P(v_i | all other pixels) for one image v (D,), from the joint. (D,)"""
    vs = np.abs(v - np.vstack([0 * v, np.eye(len(v))]))  # v, and a pixel flipped
    hs = states(len(c))
    logs = np.logaddexp.reduce((vs @ b)[:, None] + hs @ c + vs @ W @ hs.T, axis=1)
    return np.asarray(logs[0] - np.logaddexp(logs[0], logs[1:]))


def mean_field(v: Array, W: Array, b: Array, c: Array) -> Array:
    """What a sweep from each v (n, D) gives where the hidden units' probabilities stand for their
    states: the probability of every image, (n, 2^D). No sampler of the model.
    """
    to_h = joint(W, b, c)[numbers_of(v)]
    h = to_h @ states(len(c)) / to_h.sum(axis=1, keepdims=True)
    p = sigmoid(h @ W.T + b)[:, None]
    return np.prod(np.where(states(len(b)) == 1, p, 1 - p), axis=-1)


def _from_coin_flips(v: Array, known: Array, W: Array, b: Array, c: Array, sweeps: int) -> Array:
    """The probability of every image, (2^D,), after sweeps from coin flips for what is missing."""
    agree = (states(len(b)) == v)[:, known].all(axis=1)
    start = agree / agree.sum()
    return np.asarray(start @ np.linalg.matrix_power(kernel(W, b, c, known), sweeps))


def inpainting_mean(
    v: Array, known: Array, W: Array, b: Array, c: Array, burn_in: int, average: int
) -> Array:
    """The expectation of the mean of P(v_i = 1 | h) over `average` sweeps, for one image. (D,)"""
    p = joint(W, b, c)
    to_h, to_v = p / p.sum(axis=1, keepdims=True), (p / p.sum(axis=0, keepdims=True)).T
    image, T = _from_coin_flips(v, known, W, b, c, burn_in), kernel(W, b, c, known)
    total = np.zeros_like(image)
    for _ in range(average):
        total, image = total + image, image @ T
    return np.where(known, v, total @ to_h @ to_v @ states(len(b)) / average)


def inpainting_law(
    v: Array, known: Array, W: Array, b: Array, c: Array, burn_in: int, average: int
) -> tuple[Array, Array]:
    """All values that the mean of P(v_i = 1 | h) over 1 or 2 sweeps can take, (n, D), after burn_in
    from coin flips, for one image v (D,) with given pixels; and the probability of each, (n,).
    """
    vs, hs, p = states(len(b)), states(len(c)), joint(W, b, c)
    to_h, to_v = p / p.sum(axis=1, keepdims=True), (p / p.sum(axis=0, keepdims=True)).T
    start = _from_coin_flips(v, known, W, b, c, burn_in)
    first, probs = start @ to_h, to_v @ vs
    if average == 1:
        return np.where(known, v, probs), first
    onwards = np.zeros((len(hs), len(vs)))
    for state, image in enumerate(vs):
        onwards[:, numbers_of(np.where(known, v, image)[None])[0]] += to_v[:, state]
    both = first[:, None] * (onwards @ to_h)  # of the first hidden state and the second
    one, two = np.triu_indices(len(hs))
    chance = both[one, two] + np.where(one == two, 0, both[two, one])
    return np.where(known, v, (probs[one] + probs[two]) / 2), chance


def bound(variance: Array | float, span: Array | float, draws: int, comparisons: int) -> Array:
    """How far a mean of `draws` independent values may be from its expectation, by Bernstein's
    inequality: further happens, in any of the comparisons, with probability FALSE_ALARM at most.

    `variance` is of one value and `span` its largest distance from the mean. No normal
    approximation is made, so it also holds for rare events.
    """
    L = np.log(2 * comparisons / FALSE_ALARM)
    linear = L * span / (3 * draws)
    return linear + np.sqrt(linear**2 + 2 * L * variance / draws)


def frequency_error(
    samples: Array, probabilities: Array, comparisons: int, what: str = "rows"
) -> Error:
    """Largest deviation of the frequencies of states from their probabilities, in bounds.

    samples (N, n) binary rows, independent; probabilities (2^n,). Looking at whole states sees
    what looking at each unit alone cannot: units that wrongly go together.
    """
    if not np.isin(samples, (0, 1)).all():
        return Error(FAR, "it returned values other than 0 and 1: expected samples")
    n, width = samples.shape
    shares = np.bincount(numbers_of(samples), minlength=len(probabilities)) / n
    allowed = bound(probabilities * (1 - probabilities), 1.0, n, comparisons)
    names = [f"{i:0{width}b}" for i in range(len(probabilities))]
    return compared(shares, probabilities, allowed, f"the share of {what}", names)


def echo_error(residuals: Array, variances: Array, near: str, far: str = "", row: int = 0) -> Error:
    """How far independent values (n,) go together at any distance, in bounds: the largest sum of
    products of residuals that stand so far apart in a ring, each of at most 1 and of mean 0. `near`
    names what stands in a row, `far` what stands whole rows apart.
    """

    def products(x: Array) -> Any:
        return np.fft.irfft(np.abs(np.fft.rfft(x)) ** 2, len(x))[1 : len(x) // 2 + 1] / len(x)

    # A product may occur twice in a sum, which at most doubles the variance.
    allowed = bound(2 * np.abs(products(variances)), 1.0, len(residuals), len(residuals))
    found = products(residuals)
    apart = row and not (np.argmax(np.abs(found) / allowed) + 1) % row
    what = f"{far if apart else near} go together: the mean product of their residuals"
    return compared(found, 0, allowed, what)


def weight_errors(
    W: Array, cut: float, shares: Any, variance: float, of_square: float, times: int = 1
) -> list[Error]:
    """Of independent weights W (I, O) of a density on [-cut, cut] that is symmetric: frequencies in
    intervals of one length, mean and mean square, of which both variances are given; products of
    neighbours, whose mean is 0 only if no two go together; the cut; that no two are of one size.
    """
    top, rounding, W = np.abs(W).max(), np.finfo(W.dtype).eps, W.astype(float)
    comparisons, edges = times * (len(shares) + 4), np.linspace(-cut, cut, len(shares) + 1)
    names = [f"{a:.3g} to {b:.3g}" for a, b in itertools.pairwise(edges)]
    counts = np.histogram(np.clip(W, -cut, cut), len(shares), (-cut, cut))[0]
    allowed = bound(shares * (1 - shares), 1.0, W.size, comparisons)
    errors = [compared(counts / W.size, shares, allowed, "the share of weights from", names)]
    for what, x, true, var, span in (
        ("the mean of W", W, 0.0, variance, cut),
        ("the mean of W**2", W**2, variance, of_square, cut**2),
        ("rows go together: the mean product", W[:-1:2] * W[1::2], 0, variance**2, cut**2),
        ("columns go together: the mean product", W[:, :-1:2] * W[:, 1::2], 0, variance**2, cut**2),
    ):
        if x.size:
            allowed = bound(var, span, x.size, comparisons)
            errors.append(compared(x.mean(), true, allowed, what))
    largest = f"the largest weight is {top:.4g}, expected at most {cut:.4g}"
    errors.append(Error((top - cut) / cut / (10 * rounding), largest))
    if rounding < 1e-9 and (new := len(np.unique(np.abs(W))) / W.size) < 0.97:
        different = "the share of different sizes among the weights"
        errors.append(Error(1e9, f"{different} is {new:.3g}, expected 1"))
    return errors


def uniform_errors(W: Array, limit: float, times: int = 1) -> list[Error]:
    """The same for a uniform density on [-limit, limit]."""
    variance, of_square = limit**2 / 3, limit**4 * (1 / 5 - 1 / 9)
    return weight_errors(W, limit, np.full(16, 1 / 16), variance, of_square, times)
