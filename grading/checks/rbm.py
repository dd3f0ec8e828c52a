"""Checks of rbm, all against a machine small enough to be enumerated.

D = 4 pixels, H = 3 hidden units, weights of order one, biases that are not zero.
"""

from typing import Any

import numpy as np

from autograd_lite.ops import Array
from grading.check import Arrays, Check, Seed, exact, require_form
from grading.oracles import enumeration
from grading.oracles.differences import gradient, softplus

B, D, H = 5, 4, 3
DRAWS = 40_000  # chains of a random function that are judged together
Rng = np.random.Generator


def drawn_params(rng: Rng) -> Arrays:
    return rng.normal(size=(D, H)), 0.7 * rng.normal(size=D), 0.7 * rng.normal(size=H)


def binary(rng: Rng, *shape: int) -> Array:
    return rng.integers(0, 2, size=shape).astype(float)


def _energy(rng: Rng) -> Arrays:
    return binary(rng, B, D), binary(rng, B, H), *drawn_params(rng)


def _oracle_energy(v: Array, h: Array, W: Array, b: Array, c: Array) -> Array:
    return np.array([enumeration.energy(vv, hh, W, b, c) for vv, hh in zip(v, h, strict=True)])


def free_energy(rng: Rng) -> Arrays:
    return binary(rng, B, D), *drawn_params(rng)


def _oracle_free_energy(v: Array, W: Array, b: Array, c: Array) -> Array:
    hs = enumeration.states(H)
    return np.array(
        [-np.log(sum(np.exp(-enumeration.energy(vv, h, W, b, c)) for h in hs)) for vv in v]
    )


def _prob_h(rng: Rng) -> Arrays:
    W, _, c = drawn_params(rng)
    return binary(rng, B, D), W, c


def _oracle_prob_h(v: Array, W: Array, c: Array) -> Array:
    p = enumeration.joint(W, np.zeros(D), c)[enumeration.numbers_of(v)]
    return (p @ enumeration.states(H)) / p.sum(axis=1, keepdims=True)


def _prob_v(rng: Rng) -> Arrays:
    W, b, _ = drawn_params(rng)
    return binary(rng, B, H), W, b


def _oracle_prob_v(h: Array, W: Array, b: Array) -> Array:
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
    start = np.tile(binary(rng, D), (DRAWS, 1))
    known = None
    if rng.random() < 0.5:
        known = np.tile(rng.permutation([True, True, False, False]), (DRAWS, 1))
    seed, steps = Seed(rng.integers(2**31)), int(rng.integers(1, 4))
    return seed, start, *drawn_params(rng), steps, known


def _measure_gibbs(inputs: Arrays, outputs: Arrays) -> float:
    """Frequencies of all 16 end states against the enumerated kernel's power."""
    _, start, W, b, c, steps, known = inputs
    require_form(inputs, outputs, [start])
    T = enumeration.kernel(W, b, c, None if known is None else known[0])
    row = np.linalg.matrix_power(T, steps)[enumeration.numbers_of(start[:1])[0]]
    return enumeration.frequency_error(outputs[0], row, comparisons=2**D)


def _statistics(rng: Rng) -> Arrays:
    W, _, c = drawn_params(rng)
    return binary(rng, B, D), W, c


def _mean_free_energy(v: Array, W: Array, b: Array, c: Array) -> Array:
    inputs = c + sum(v[:, i, None] * W[i] for i in range(D))
    return np.mean(-(v * b).sum(axis=1) - softplus(inputs).sum(axis=1))


def _oracle_statistics(v: Array, W: Array, c: Array) -> tuple[Array, ...]:
    return gradient(lambda W, b, c: -_mean_free_energy(v, W, b, c), (W, np.zeros(D), c))


def _nll_gradient(rng: Rng) -> Arrays:
    """The model's rows are more than the data's, as chains may be."""
    return binary(rng, B, D), binary(rng, B + 3, D), *drawn_params(rng)


def _oracle_nll_gradient(v_data: Array, v_model: Array, W: Array, b: Array, c: Array) -> Any:
    def contrast(*params: Any) -> Array:
        return _mean_free_energy(v_data, *params) - _mean_free_energy(v_model, *params)

    return gradient(contrast, (W, b, c))


M, JOINT = "rbm.model.", "enumerated joint"

# fmt: off
CHECKS = (
    Check("rbm.1", M + "energy", "sum term by term", _energy, exact(_oracle_energy), 1e-14, 50),
    Check("rbm.4", M + "free_energy", "sum over hidden states", free_energy,
          exact(_oracle_free_energy), 1e-14, 50),
    Check("rbm.5", M + "prob_h", JOINT, _prob_h, exact(_oracle_prob_h), 1e-14, 30),
    Check("rbm.6", M + "prob_v", JOINT, _prob_v, exact(_oracle_prob_v), 1e-14, 30),
    Check("rbm.7", "rbm.gibbs.bernoulli", "product of probabilities", _bernoulli, _measure_bernoulli, 1.0, 6),
    Check("rbm.8", "rbm.gibbs.gibbs", "enumerated kernel", _gibbs, _measure_gibbs, 1.0, 12),
    Check("rbm.13", "rbm.gradient.statistics", "complex step", _statistics, exact(_oracle_statistics), 1e-14, 30),
    Check("rbm.15", "rbm.gradient.nll_gradient", "complex step", _nll_gradient,
          exact(_oracle_nll_gradient), 1e-14, 30),
)
# fmt: on
