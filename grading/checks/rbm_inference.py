"""Checks of rbm: what is watched without Z, missing pixels, first weights cut off, exact sums.

Sizes as in checks/rbm.py.
"""

from typing import Any

import numpy as np

from autograd_lite.ops import Array
from grading.check import Arrays, Check, Seed, exact, require_form
from grading.checks.rbm import DRAWS, JOINT, B, D, M, Rng, binary, drawn_params, free_energy
from grading.oracles import enumeration

DEVIATION, CUT = 0.1, 0.2  # of first weights from a cut normal: before the cut, and the cut


def _oracle_log_pseudo_likelihood(v: Array, W: Array, b: Array, c: Array) -> Array:
    return np.array([enumeration.log_pseudo_likelihood_terms(vv, W, b, c).sum() for vv in v])


def _estimate(rng: Rng) -> Arrays:
    return Seed(rng.integers(2**31)), np.tile(binary(rng, D), (DRAWS, 1)), *drawn_params(rng)


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


def _gap(rng: Rng) -> Arrays:
    """More validation images than training images."""
    return binary(rng, B, D), binary(rng, B + 3, D), *drawn_params(rng)


def _oracle_gap(v_train: Array, v_validation: Array, W: Array, b: Array, c: Array) -> Array:
    """By log p itself, Z included."""
    log_p = np.log(enumeration.joint(W, b, c).sum(axis=1))
    train, validation = (log_p[enumeration.numbers_of(v)] for v in (v_train, v_validation))
    return np.asarray(train.mean() - validation.mean())


def _inpaint(rng: Rng) -> Arrays:
    known = np.tile(rng.permutation([True, True, False, False]), (DRAWS // 4, 1))
    v = np.tile(binary(rng, D), (DRAWS // 4, 1))
    return Seed(rng.integers(2**31)), v, known, *drawn_params(rng), 60, 8


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
    return binary(rng, B, D), known, *(size * p for p in drawn_params(rng))


def _oracle_log_marginal(v: Array, known: Any, *params: Any) -> Array:
    rows = zip(v, known, strict=True)
    return np.array([enumeration.log_marginal(vv, kk, *params) for vv, kk in rows])


def _conditional(rng: Rng) -> Arrays:
    known = rng.random((B, D)) < 0.5
    known[0], known[1] = False, True
    return binary(rng, B, D), known, *drawn_params(rng)


def _oracle_conditional(v: Array, known: Any, *params: Any) -> Array:
    rows = zip(v, known, strict=True)
    return np.array([enumeration.conditional(vv, kk, *params) for vv, kk in rows])


# fmt: off
CHECKS = (
    Check("rbm.24", "rbm.pseudo.log_pseudo_likelihood", JOINT, free_energy,
          exact(_oracle_log_pseudo_likelihood), 3e-14, 30),
    Check("rbm.25", "rbm.pseudo.log_pseudo_likelihood_estimate", JOINT, _estimate, _measure_estimate, 1.0, 6),
    Check("rbm.26", "rbm.pseudo.free_energy_gap", JOINT, _gap, exact(_oracle_gap), 1e-14, 30),
    Check("rbm.29", "rbm.inpaint.inpaint", "enumerated conditional", _inpaint, _measure_inpaint, 1.0, 6),
    Check("rbm.23", M + "init_truncated", "quadrature of the density", _truncated, _measure_truncated, 1.0, 6),
    Check("rbm.31", "rbm.exact.log_marginal", "sum over both layers", _exact,
          exact(_oracle_log_marginal), 2e-13, 30),
    Check("rbm.32", "rbm.exact.conditional", "enumerated conditional", _conditional,
          exact(_oracle_conditional), 1e-14, 30),
)
# fmt: on
