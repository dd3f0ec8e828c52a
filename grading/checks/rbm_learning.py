"""Checks of rbm: both phases of the gradient, and what is watched without Z.

Sizes as in checks/rbm.py.
"""

from typing import Any

import numpy as np

from autograd_lite.ops import Array
from grading.check import Arrays, Check, Edge, Rng, Seed, exact
from grading.checks import rbm as machines
from grading.checks.rbm import CHAINS, JOINT, B, D, H, in_sizes, magnitude, row_by_row
from grading.form import dtype_of, in_precision, require_form
from grading.oracles import enumeration
from grading.oracles.arrays import compared
from grading.oracles.differences import gradient, sigmoid, softplus


def _mean_free_energy(v: Array, W: Array, b: Array, c: Array) -> Array:
    inputs = c + sum(v[:, i, None] * W[i] for i in range(len(W)))
    return np.mean(-(v * b).sum(axis=1) - softplus(inputs).sum(axis=1))


def _oracle_statistics(v: Array, W: Array, c: Array) -> tuple[Array, ...]:
    return gradient(lambda W, b, c: -_mean_free_energy(v, W, b, c), (W, np.zeros(len(W)), c))


def _two_sets(rng: Rng, B: int = B, D: int = D, H: int = H, size: float = 1.0) -> Arrays:
    """The rows of the second, chains or validation images, are more than the first's, or fewer."""
    first, rows = machines.binary(rng, B, D), (B + 3, max(B - 2, 1))[rng.integers(2)]
    return first, machines.binary(rng, rows, D), *machines.drawn_params(rng, D, H, size)


def _oracle_nll_gradient(v_data: Array, v_model: Array, W: Array, b: Array, c: Array) -> Any:
    def contrast(*params: Any) -> Array:
        return _mean_free_energy(v_data, *params) - _mean_free_energy(v_model, *params)

    return gradient(contrast, (W, b, c))


def _oracle_centred(v_data: Array, v_model: Array, W: Array, b: Array, c: Array) -> Any:
    """The gradient by the parameters of the centred energy, and how W, b and c follow those."""
    ends = [(v.mean(axis=0), sigmoid(v @ W + c).mean(axis=0)) for v in (v_data, v_model)]
    mu, lam = ((x + y) / 2 for x, y in zip(*ends, strict=True))

    def mean_log_weight(v: Array, W: Any, b: Any, c: Any) -> Any:
        moved, inputs = v - mu, 0
        for i in range(len(W)):
            inputs = inputs + moved[:, i, None] * W[i]
        off = -(inputs + c) @ lam  # with every hidden unit off
        return np.mean(moved @ b + off + softplus(inputs + c).sum(axis=1))

    def contrast(*params: Any) -> Any:
        return mean_log_weight(v_model, *params) - mean_log_weight(v_data, *params)

    dW, db, dc = gradient(contrast, (W, b + W @ lam, c + mu @ W))
    return dW, db - dW @ lam, dc - mu @ dW


def _estimate(rng: Rng, rows: int = CHAINS, D: int = D) -> Arrays:
    """Images of four kinds."""
    (v,) = machines.of_four_kinds(rng, machines.binary(rng, 4, D), rows=rows)
    return Seed(rng.integers(2**31)), v, *machines.drawn_params(rng, D)


def _measure_estimate(inputs: Arrays, outputs: Arrays) -> float:
    """Every value must be D log P(v_i | the others) for some i of its own image, every i equally
    frequent, for each kind of image, and so every pair of them in an image and the next.
    """
    _, v, *params = in_precision(np.float64, inputs)
    (values,) = require_form(inputs, outputs, np.empty(len(v)))
    D, pixels, nearest = v.shape[1], np.zeros(len(v), int), np.zeros(len(v))
    for image, rows in enumeration.kinds(v):
        terms = D * enumeration.log_pseudo_likelihood_terms(image, *params)
        pixels[rows] = np.abs(values[rows, None] - terms).argmin(axis=1)
        nearest[rows] = terms[pixels[rows]]
    rounding = 1e-4 if dtype_of(inputs) == np.float32 else 1e-12
    said = "a value, of which the nearest D log P(v_i | the others) is taken,"
    errors = [compared(values, nearest, rounding, said)]
    if rounding > 1e-6:  # in which two pixels' terms may be the same
        return errors[0]
    n = len(v) // 2 * 2
    pairs = np.bincount(pixels[:n:2] * D + pixels[1:n:2], minlength=D * D)
    apart = [np.bincount(pixels[rows], minlength=D) for _, rows in enumeration.kinds(v)]
    for counts in (*apart, np.bincount(pixels, minlength=D), *([pairs] if n else [])):
        chance = 1 / counts.size
        allowed = enumeration.bound((1 - chance) * chance, 1.0, counts.sum(), 6 * D * D)
        what, names = "the share of images for which the pixel drawn is", [*map(str, range(D))]
        if counts.size > D:
            what = "the share of neighbours for which the pixels drawn are"
            names = [f"{i} and {j}" for i in range(D) for j in range(D)]
        errors.append(compared(counts / counts.sum(), chance, allowed, what, names))
    return max(errors)


def _oracle_gap(*inputs: Array) -> Array:
    """By log p itself, Z included."""
    *sets, W, b, c = inputs  # of training, of validation
    log_Z = enumeration.log_marginal(sets[0][0], sets[0][0] > 1, W, b, c)
    both = [[enumeration.log_marginal(x, x == x, W, b, c) - log_Z for x in v] for v in sets]
    return np.asarray(np.mean(both[0]) - np.mean(both[1]))


# fmt: off
CHECKS = (
    Check("rbm.13", "rbm.gradient.statistics", "complex step", in_sizes(machines.drawn_prob_h),
          exact(_oracle_statistics, magnitude), 1e-14, 32),
    Check("rbm.15", "rbm.gradient.nll_gradient", "complex step", in_sizes(_two_sets),
          exact(_oracle_nll_gradient, magnitude), 1e-14, 32),
    Check("rbm.25", "rbm.gradient.centred_gradient", "complex step", in_sizes(_two_sets),
          exact(_oracle_centred, magnitude), 1e-14, 32),
    Check("rbm.28", "rbm.pseudo.log_pseudo_likelihood", JOINT, (*in_sizes(machines.free_energy), Edge(machines.free_energy, "with many pixels", B=2, D=120)),
          exact(row_by_row(lambda *v: enumeration.log_pseudo_likelihood_terms(*v).sum()), magnitude), 3e-14, 32),
    Check("rbm.29", "rbm.pseudo.log_pseudo_likelihood_estimate", JOINT,
          (_estimate, Edge(_estimate, "with one image", rows=1), Edge(_estimate, "with one pixel", D=1)), _measure_estimate, 1.0, 6),
    Check("rbm.30", "rbm.pseudo.free_energy_gap", JOINT, in_sizes(_two_sets), exact(_oracle_gap, magnitude), 1e-14, 32),
)
# fmt: on
