"""Checks of rbm, all against a machine small enough to be enumerated.

D = 4 pixels, H = 3 hidden units, weights of order one and far above, biases that are not zero.
"""

from functools import partial
from typing import Any

import numpy as np

from autograd_lite.ops import Array
from grading.check import Arrays, Check, Seed, exact, require_form
from grading.oracles import enumeration
from grading.oracles.differences import gradient, softplus

B, D, H = 5, 4, 3
CHAINS = 6_000  # rows of a random function that are judged together, of four kinds
LARGE = 300.0  # of weights whose exponentials overflow
Rng = np.random.Generator


def drawn_params(rng: Rng, D: int = D, H: int = H, size: float = 1.0) -> Arrays:
    return (
        size * rng.normal(size=(D, H)),
        size * 0.7 * rng.normal(size=D),
        size * 0.7 * rng.normal(size=H),
    )


def binary(rng: Rng, *shape: int) -> Array:
    return rng.integers(0, 2, size=shape).astype(float)


def in_sizes(draw: Any, large: float = LARGE) -> Any:
    """Draws of usual sizes, of large weights, of one image, and of one pixel, in turn."""
    return draw, partial(draw, size=large), partial(draw, B=1), partial(draw, B=2, D=1, H=1)


def magnitude(*inputs: Any) -> float:
    """To what the errors of a machine's energies are relative: they are sums of its parameters."""
    return max(1.0, *(np.abs(x).sum() / 10 for x in inputs[-3:]))


def of_four_kinds(rng: Rng, *kinds: Array, rows: int = CHAINS) -> list[Array]:
    """Rows in random order, of which each is one of the rows of `kinds`."""
    kind = rng.permutation(np.arange(rows) % 4)
    return [array[kind] for array in kinds]


def _energy(rng: Rng, B: int = B, D: int = D, H: int = H, size: float = 1.0) -> Arrays:
    return binary(rng, B, D), binary(rng, B, H), *drawn_params(rng, D, H, size)


def _oracle_energy(v: Array, h: Array, W: Array, b: Array, c: Array) -> Array:
    return np.array([enumeration.energy(vv, hh, W, b, c) for vv, hh in zip(v, h, strict=True)])


def free_energy(rng: Rng, B: int = B, D: int = D, H: int = H, size: float = 1.0) -> Arrays:
    return binary(rng, B, D), *drawn_params(rng, D, H, size)


def _oracle_free_energy(v: Array, *params: Array) -> Array:
    return -np.array([enumeration.log_marginal(vv, vv == vv, *params) for vv in v])


def _prob_h(rng: Rng, B: int = B, D: int = D, H: int = H, size: float = 1.0) -> Arrays:
    W, _, c = drawn_params(rng, D, H, size)
    return binary(rng, B, D), W, c


def _oracle_prob_h(v: Array, W: Array, c: Array) -> Array:
    """By the weights of all hidden states, without dividing by Z."""
    hs, means = enumeration.states(len(c)), []
    for vv in v:
        logs = np.array([-enumeration.energy(vv, h, W, np.zeros(len(W)), c) for h in hs])
        weights = np.exp(logs - logs.max())
        means.append(weights @ hs / weights.sum())
    return np.array(means)


def _prob_v(rng: Rng, B: int = B, D: int = D, H: int = H, size: float = 1.0) -> Arrays:
    W, b, _ = drawn_params(rng, D, H, size)
    return binary(rng, B, H), W, b


def _oracle_prob_v(h: Array, W: Array, b: Array) -> Array:
    return _oracle_prob_h(h, W.T, b)


def _bernoulli(rng: Rng, rows: int = 2 * CHAINS, D: int = D) -> Arrays:
    """Probabilities of 0 and 1 among them."""
    kinds = rng.permuted(
        np.column_stack([[0.0] * 4, [1.0] * 4, rng.uniform(0.3, 0.7, (4, 2))]), axis=1
    )
    return Seed(rng.integers(2**31)), *of_four_kinds(rng, kinds[:, :D], rows=rows)


def _measure_bernoulli(inputs: Arrays, outputs: Arrays) -> float:
    """Frequencies of all 16 states, for each kind of row, against products of probabilities."""
    (drawn,), vs = require_form(inputs, outputs, inputs[1]), enumeration.states(inputs[1].shape[1])
    return max(
        enumeration.frequency_error(
            drawn[rows], np.prod(np.where(vs == 1, p, 1 - p), axis=1), comparisons=4 * 2**D
        )
        for p, rows in enumeration.kinds(inputs[1].astype(float))
    )


def telling(rng: Rng, effect: Any) -> Arrays:
    """Of 40 machines the one on which a mistake has the largest effect. Their weights are strong
    and their biases balance them, so that a unit can be on or off.
    """

    def machine() -> Arrays:
        W = 4 * rng.normal(size=(D, H))
        b, c = -W.sum(axis=1) / 2, -W.sum(axis=0) / 2
        return W, b + rng.normal(size=D), c + rng.normal(size=H)

    return max((machine() for _ in range(40)), key=lambda params: float(effect(*params)))


def _free(rng: Rng) -> Arrays:
    """Many chains from four starts, one sweep; whether chains are clamped is left out."""
    starts = binary(rng, 4, D)

    def effect(W: Array, b: Array, c: Array) -> float:
        laws = enumeration.kernel(W, b, c)[enumeration.numbers_of(starts)]
        without = enumeration.kernel(W, b, 0 * c)[enumeration.numbers_of(starts)]
        wrong = without, enumeration.mean_field(starts, W, b, c)
        return float(min(np.abs(laws - law).max() for law in wrong))

    (v,) = of_four_kinds(rng, starts, rows=2 * CHAINS)
    return Seed(rng.integers(2**31)), v, *telling(rng, effect), 1


def _clamped(rng: Rng) -> Arrays:
    """Two or three sweeps; every start has pixels of its own that are given: two, two others, none,
    all.
    """
    starts, steps = binary(rng, 4, D), int(rng.integers(2, 4))
    masks = np.array([*two_pairs(rng), [False] * D, [True] * D])
    number = enumeration.numbers_of(starts)[0]
    landed = enumeration.numbers_of(np.where(masks[0], starts[0], enumeration.states(D)))

    def effect(W: Array, b: Array, c: Array) -> float:
        free, clamped = (enumeration.kernel(W, b, c, known) for known in (None, masks[0]))
        laws = [np.linalg.matrix_power(T, steps)[number] for T in (clamped, free)]
        return float(np.abs(laws[0] - np.bincount(landed, laws[1], minlength=2**D)).max())

    v, known = of_four_kinds(rng, starts, masks, rows=2 * CHAINS)
    return Seed(rng.integers(2**31)), v, *telling(rng, effect), steps, known


def two_pairs(rng: Rng) -> tuple[Array, Array]:
    """Two pixels of four, and two others of which one may be the same."""
    a, b, c, _ = rng.permutation(np.eye(D, dtype=bool))
    return a | b, b | c


def _still(rng: Rng, rows: int = 40) -> Arrays:
    """No sweep."""
    v, known = binary(rng, rows, D), rng.random((rows, D)) < 0.3
    return Seed(rng.integers(2**31)), v, *drawn_params(rng), 0, known


def _measure_gibbs(inputs: Arrays, outputs: Arrays) -> float:
    """For each kind of row the frequencies of all 16 end states against its kernel's power."""
    _, start, W, b, c, steps, known = inputs if len(inputs) == 7 else (*inputs, None)
    (end,), errors = require_form(inputs, outputs, start), []
    if steps == 0:
        return float(1e9 * np.abs(end - start).max())
    clamped = np.zeros_like(start) if known is None else known
    for both, rows in enumeration.kinds(np.column_stack([start, clamped]).astype(float)):
        T = np.linalg.matrix_power(enumeration.kernel(W, b, c, both[D:] == 1), steps)
        law = T[enumeration.numbers_of(both[None, :D])[0]]
        errors.append(enumeration.frequency_error(end[rows], law, comparisons=4 * 2**D))
    return max(errors)


def _statistics(rng: Rng, B: int = B, D: int = D, H: int = H, size: float = 1.0) -> Arrays:
    return _prob_h(rng, B, D, H, size)


def _mean_free_energy(v: Array, W: Array, b: Array, c: Array) -> Array:
    inputs = c + sum(v[:, i, None] * W[i] for i in range(len(W)))
    return np.mean(-(v * b).sum(axis=1) - softplus(inputs).sum(axis=1))


def _oracle_statistics(v: Array, W: Array, c: Array) -> tuple[Array, ...]:
    return gradient(lambda W, b, c: -_mean_free_energy(v, W, b, c), (W, np.zeros(len(W)), c))


def _nll_gradient(rng: Rng, B: int = B, D: int = D, H: int = H, size: float = 1.0) -> Arrays:
    """The model's rows are more than the data's, as chains may be."""
    return binary(rng, B, D), binary(rng, B + 3, D), *drawn_params(rng, D, H, size)


def _oracle_nll_gradient(v_data: Array, v_model: Array, W: Array, b: Array, c: Array) -> Any:
    def contrast(*params: Any) -> Array:
        return _mean_free_energy(v_data, *params) - _mean_free_energy(v_model, *params)

    return gradient(contrast, (W, b, c))


M, JOINT = "rbm.model.", "enumerated joint"

# fmt: off
CHECKS = (
    Check("rbm.1", M + "energy", "sum term by term", in_sizes(_energy), exact(_oracle_energy, magnitude), 1e-14, 48),
    Check("rbm.4", M + "free_energy", "sum over hidden states", in_sizes(free_energy),
          exact(_oracle_free_energy, magnitude), 1e-14, 48),
    Check("rbm.5", M + "prob_h", JOINT, in_sizes(_prob_h), exact(_oracle_prob_h, magnitude), 1e-14, 32),
    Check("rbm.6", M + "prob_v", JOINT, in_sizes(_prob_v), exact(_oracle_prob_v, magnitude), 1e-14, 32),
    Check("rbm.7", "rbm.gibbs.bernoulli", "product of probabilities",
          (_bernoulli, partial(_bernoulli, rows=1), partial(_bernoulli, D=1)), _measure_bernoulli, 1.0, 6),
    Check("rbm.8", "rbm.gibbs.gibbs", "enumerated kernel", (_clamped, _free, _still, partial(_still, rows=1)), _measure_gibbs, 1.0, 8),
    Check("rbm.13", "rbm.gradient.statistics", "complex step", in_sizes(_statistics),
          exact(_oracle_statistics, magnitude), 1e-14, 32),
    Check("rbm.15", "rbm.gradient.nll_gradient", "complex step", in_sizes(_nll_gradient),
          exact(_oracle_nll_gradient, magnitude), 1e-14, 32),
)
# fmt: on
