"""Checks of rbm, all against a machine small enough to be enumerated.

D = 4 pixels, H = 3 hidden units, weights of order one, biases that are not zero.
"""

from typing import Any

import numpy as np

from grading.check import Arrays, Check, Seed, exact, require_form
from grading.oracles import enumeration
from grading.oracles.differences import gradient, softplus

B, D, H = 5, 4, 3
DRAWS = 40_000  # chains of a random function that are judged together
DEVIATION, CUT = 0.1, 0.2  # of the first weights of the sources: before the cut, and the cut
Rng = np.random.Generator


def _params(rng: Rng) -> Arrays:
    return rng.normal(size=(D, H)), 0.7 * rng.normal(size=D), 0.7 * rng.normal(size=H)


def _binary(rng: Rng, *shape: int) -> Any:
    return rng.integers(0, 2, size=shape).astype(float)


def _energy(rng: Rng) -> Arrays:
    return _binary(rng, B, D), _binary(rng, B, H), *_params(rng)


def _oracle_energy(v: Any, h: Any, W: Any, b: Any, c: Any) -> Any:
    return np.array([enumeration.energy(vv, hh, W, b, c) for vv, hh in zip(v, h, strict=True)])


def _free_energy(rng: Rng) -> Arrays:
    return _binary(rng, B, D), *_params(rng)


def _oracle_free_energy(v: Any, W: Any, b: Any, c: Any) -> Any:
    hs = enumeration.states(H)
    return np.array(
        [-np.log(sum(np.exp(-enumeration.energy(vv, h, W, b, c)) for h in hs)) for vv in v]
    )


def _prob_h(rng: Rng) -> Arrays:
    W, _, c = _params(rng)
    return _binary(rng, B, D), W, c


def _oracle_prob_h(v: Any, W: Any, c: Any) -> Any:
    p = enumeration.joint(W, np.zeros(D), c)[enumeration.numbers_of(v)]
    return (p @ enumeration.states(H)) / p.sum(axis=1, keepdims=True)


def _prob_v(rng: Rng) -> Arrays:
    W, b, _ = _params(rng)
    return _binary(rng, B, H), W, b


def _oracle_prob_v(h: Any, W: Any, b: Any) -> Any:
    p = enumeration.joint(W, b, np.zeros(H)).T[enumeration.numbers_of(h)]
    return (p @ enumeration.states(D)) / p.sum(axis=1, keepdims=True)


def _bernoulli(rng: Rng) -> Arrays:
    probs = np.concatenate([[0.0, 1.0], rng.random(2)])
    return Seed(rng.integers(2**31)), np.tile(rng.permutation(probs), (DRAWS, 1))


def _measure_bernoulli(inputs: Arrays, outputs: Arrays) -> float:
    """Frequencies of all 16 rows against products of the probabilities."""
    probs = inputs[1][0]
    require_form(inputs, outputs, [inputs[1]])
    vs = enumeration.states(D)
    return enumeration.frequency_error(
        outputs[0], np.prod(np.where(vs == 1, probs, 1 - probs), axis=1), comparisons=2**D
    )


def _gibbs(rng: Rng) -> Arrays:
    """Many chains from one start, 1 to 3 sweeps, free in every other case, else clamped."""
    start = np.tile(_binary(rng, D), (DRAWS, 1))
    known = None
    if rng.random() < 0.5:
        known = np.tile(rng.permutation([True, True, False, False]), (DRAWS, 1))
    seed, steps = Seed(rng.integers(2**31)), int(rng.integers(1, 4))
    return seed, start, *_params(rng), steps, known


def _measure_gibbs(inputs: Arrays, outputs: Arrays) -> float:
    """Frequencies of all 16 end states against the enumerated kernel's power."""
    _, start, W, b, c, steps, known = inputs
    require_form(inputs, outputs, [start])
    T = enumeration.kernel(W, b, c, None if known is None else known[0])
    row = np.linalg.matrix_power(T, steps)[enumeration.numbers_of(start[:1])[0]]
    return enumeration.frequency_error(outputs[0], row, comparisons=2**D)


def _statistics(rng: Rng) -> Arrays:
    W, _, c = _params(rng)
    return _binary(rng, B, D), W, c


def _mean_free_energy(v: Any, W: Any, b: Any, c: Any) -> Any:
    inputs = c + sum(v[:, i, None] * W[i] for i in range(D))
    return np.mean(-(v * b).sum(axis=1) - softplus(inputs).sum(axis=1))


def _oracle_statistics(v: Any, W: Any, c: Any) -> Any:
    return gradient(lambda W, b, c: -_mean_free_energy(v, W, b, c), (W, np.zeros(D), c))


def _nll_gradient(rng: Rng) -> Arrays:
    """The model's rows are more than the data's, as chains may be."""
    return _binary(rng, B, D), _binary(rng, B + 3, D), *_params(rng)


def _oracle_nll_gradient(v_data: Any, v_model: Any, W: Any, b: Any, c: Any) -> Any:
    def contrast(*params: Any) -> Any:
        return _mean_free_energy(v_data, *params) - _mean_free_energy(v_model, *params)

    return gradient(contrast, (W, b, c))


def _oracle_log_pseudo_likelihood(v: Any, W: Any, b: Any, c: Any) -> Any:
    return np.array([enumeration.log_pseudo_likelihood_terms(vv, W, b, c).sum() for vv in v])


def _estimate(rng: Rng) -> Arrays:
    return Seed(rng.integers(2**31)), np.tile(_binary(rng, D), (DRAWS, 1)), *_params(rng)


def _measure_estimate(inputs: Arrays, outputs: Arrays) -> float:
    """Every value must be D log P(v_i | the others) for some i, and every i equally frequent."""
    _, v, *params = inputs
    require_form(inputs, outputs, [np.empty(DRAWS)])
    values = D * enumeration.log_pseudo_likelihood_terms(v[0], *params)
    distance = np.abs(outputs[0][:, None] - values)
    astray = distance.min(axis=1).max() / 1e-12
    shares = np.bincount(distance.argmin(axis=1), minlength=D) / DRAWS
    allowed = enumeration.bound((1 / D) * (1 - 1 / D), 1.0, DRAWS, D)
    return float(max(astray, np.max(np.abs(shares - 1 / D)) / allowed))


def _inpaint(rng: Rng) -> Arrays:
    known = np.tile(rng.permutation([True, True, False, False]), (DRAWS // 4, 1))
    v = np.tile(_binary(rng, D), (DRAWS // 4, 1))
    return Seed(rng.integers(2**31)), v, known, *_params(rng), 60, 8


def _measure_inpaint(inputs: Arrays, outputs: Arrays) -> float:
    """The mean over chains against the enumerated conditional; given pixels must be untouched."""
    _, v, known, *params, _, _ = inputs
    require_form(inputs, outputs, [v])
    (probs,) = outputs
    astray = np.abs(probs - v)[known].max() / 1e-12
    truth = enumeration.conditional(v[0], known[0], *params)
    # A row is a mean of probabilities, so its variance is at most that of one of them.
    allowed = enumeration.bound(truth * (1 - truth), 1.0, len(v), D)
    return float(max(astray, np.max(np.abs(probs.mean(axis=0) - truth) / allowed)))


def _truncated(rng: Rng) -> Arrays:
    """200 x 200 weights; of the images only number of pixels and dtype matter."""
    return Seed(rng.integers(2**31)), rng.random((2, 200)), 200


def _measure_truncated(inputs: Arrays, outputs: Arrays) -> float:
    """Frequencies in 16 intervals, mean and variance; products of neighbours, which vanish in the
    mean only if no two weights go together; biases and the cut to rounding.
    """
    pixels, hidden = inputs[1].shape[1], inputs[2]
    require_form(inputs, outputs, [np.empty((pixels, hidden)), np.empty(pixels), np.empty(hidden)])
    W, *biases = outputs
    edges = np.linspace(-CUT, CUT, 17)
    shares, variance = enumeration.truncated_normal(edges, DEVIATION, CUT)
    counts = np.histogram(np.clip(W, -CUT, CUT), edges)[0]
    rows, columns = (a.ravel() for a in (W[::2] * W[1::2], W[:, ::2] * W[:, 1::2]))
    comparisons = len(shares) + 4
    # Measured, expected; of one value an upper bound of the variance, and the span; their number.
    errors = [
        np.abs(got - true) / enumeration.bound(var, span, draws, comparisons)
        for got, true, var, span, draws in (
            (counts / W.size, shares, shares * (1 - shares), 1.0, W.size),
            (W.mean(), 0.0, variance, CUT, W.size),
            ((W**2).mean(), variance, variance * (CUT**2 - variance), CUT**2, W.size),
            (rows.mean(), 0.0, variance**2, CUT**2, rows.size),
            (columns.mean(), 0.0, variance**2, CUT**2, columns.size),
        )
    ]
    astray = [np.abs(bias - 0.1).max() / 1e-15 for bias in biases]
    outside = (np.abs(W).max() - CUT) / 1e-15
    return float(max(outside, *astray, *(np.max(error) for error in errors)))


def _exact(rng: Rng) -> Arrays:
    """Every image has missing pixels of its own: all, none, and others; every third machine has
    weights whose exponentials overflow.
    """
    known = rng.random((B, D)) < 0.5
    known[0], known[1] = False, True
    size = 300.0 if rng.random() < 1 / 3 else 1.0
    return _binary(rng, B, D), known, *(size * p for p in _params(rng))


def _oracle_log_marginal(v: Any, known: Any, *params: Any) -> Any:
    rows = zip(v, known, strict=True)
    return np.array([enumeration.log_marginal(vv, kk, *params) for vv, kk in rows])


def _conditional(rng: Rng) -> Arrays:
    known = rng.random((B, D)) < 0.5
    known[0], known[1] = False, True
    return _binary(rng, B, D), known, *_params(rng)


def _oracle_conditional(v: Any, known: Any, *params: Any) -> Any:
    rows = zip(v, known, strict=True)
    return np.array([enumeration.conditional(vv, kk, *params) for vv, kk in rows])


M = "rbm.model."
JOINT = "enumerated joint"

# fmt: off
CHECKS = (
    Check("rbm.1", M + "energy", "sum term by term", _energy, exact(_oracle_energy), 1e-14, 50),
    Check("rbm.4", M + "free_energy", "sum over hidden states", _free_energy,
          exact(_oracle_free_energy), 1e-14, 50),
    Check("rbm.5", M + "prob_h", JOINT, _prob_h, exact(_oracle_prob_h), 1e-14, 30),
    Check("rbm.6", M + "prob_v", JOINT, _prob_v, exact(_oracle_prob_v), 1e-14, 30),
    Check("rbm.12", "rbm.gibbs.bernoulli", "product of probabilities", _bernoulli, _measure_bernoulli, 1.0, 6),
    Check("rbm.13", "rbm.gibbs.gibbs", "enumerated kernel", _gibbs, _measure_gibbs, 1.0, 12),
    Check("rbm.8", "rbm.gradient.statistics", "complex step", _statistics, exact(_oracle_statistics), 1e-14, 30),
    Check("rbm.10", "rbm.gradient.nll_gradient", "complex step", _nll_gradient,
          exact(_oracle_nll_gradient), 1e-14, 30),
    Check("rbm.17", "rbm.pseudo.log_pseudo_likelihood", JOINT, _free_energy,
          exact(_oracle_log_pseudo_likelihood), 3e-14, 30),
    Check("rbm.18", "rbm.pseudo.log_pseudo_likelihood_estimate", JOINT, _estimate, _measure_estimate, 1.0, 6),
    Check("rbm.20", "rbm.inpaint.inpaint", "enumerated conditional", _inpaint, _measure_inpaint, 1.0, 6),
    Check("rbm.24", M + "init_truncated", "quadrature of the density", _truncated, _measure_truncated, 1.0, 6),
    Check("rbm.25", "rbm.exact.log_marginal", "sum over both layers", _exact,
          exact(_oracle_log_marginal), 2e-13, 30),
    Check("rbm.26", "rbm.exact.conditional", "enumerated conditional", _conditional,
          exact(_oracle_conditional), 1e-14, 30),
)
# fmt: on
