"""Checks of rbm: Bernoulli draws and Gibbs sampling, against enumerated kernels.

Sizes as in checks/rbm.py.
"""

from typing import Any

import numpy as np

from autograd_lite.ops import Array
from grading.check import Arrays, Check, Edge, Rng, Seed, require_form
from grading.checks.rbm import CHAINS, D, H, binary, drawn_params, of_four_kinds
from grading.oracles import enumeration
from grading.oracles.arrays import Error, compared


def _bernoulli(rng: Rng, rows: int = 2 * CHAINS, D: int = D) -> Arrays:
    """Probabilities of 0 and 1 among them."""
    kinds = np.column_stack([[0.0] * 4, [1.0] * 4, rng.uniform(0.3, 0.7, (4, 2))])
    kinds = rng.permuted(kinds, axis=1)
    return Seed(rng.integers(2**31)), *of_four_kinds(rng, kinds[:, :D], rows=rows)


def _rare(rng: Rng) -> Arrays:
    """Many units, some of which are hardly ever on, or off."""
    low = np.array([0, 0.0005, 0.002, 0.03])
    p = rng.permutation(np.concatenate([low, 1 - low, rng.uniform(0.3, 0.7, 4)]))
    return Seed(rng.integers(2**31)), np.tile(p, (40_000, 1))


def _square(rng: Rng) -> Arrays:
    return Seed(rng.integers(2**31)), rng.uniform(0.3, 0.7, (150, 150))


def _measure_bernoulli(inputs: Arrays, outputs: Arrays) -> float:
    """Frequencies of all 16 states, for each kind of row, against products of probabilities; of
    many units the frequency of each, and products of residuals at every distance.
    """
    (drawn,), probs = require_form(inputs, outputs, inputs[1]), inputs[1].astype(float)
    if probs.shape[1] > D:
        if not np.isin(drawn, (0, 1)).all():
            return Error(enumeration.FAR, "it returned values other than 0 and 1: expected samples")
        residuals, variances = drawn - probs, probs * (1 - probs)
        allowed = enumeration.bound(variances.mean(axis=0), 1.0, len(probs), probs.shape[1])
        mean, what = probs.mean(axis=0), "the share of 1 where probs is"
        errors = [compared(drawn.mean(axis=0), mean, allowed, what, probs[0].round(4))]
        across = residuals.T, variances.T, "rows", "units"
        for r, var, near, far in ((residuals, variances, "units", "rows"), across):
            errors.append(enumeration.echo_error(r.ravel(), var.ravel(), near, far, r.shape[1]))
        if len(probs) == probs.shape[1]:
            pairs, var = np.triu(residuals * residuals.T, 1), np.triu(variances * variances.T, 1)
            allowed = enumeration.bound(var.mean(), 1.0, pairs.size, 1)
            what = "rows and units go together: the mean product of residuals"
            errors.append(compared(pairs.mean(), 0, allowed, what))
        return max(errors)
    vs = enumeration.states(probs.shape[1])
    errors = []
    for p, rows in enumeration.kinds(probs):
        law, what = np.prod(np.where(vs == 1, p, 1 - p), axis=1), f"drawn from probs {p.round(3)}"
        found = enumeration.frequency_error(drawn[rows], law, 4 * 2**D, f"rows {what} that are")
        errors.append(found)
    return max(errors)


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
        later = np.linalg.matrix_power(clamped, steps - 1)
        drifting = np.linalg.matrix_power(free, steps)[number]
        after_one = drifting, enumeration.mean_field(starts[:1], W, b, c)[0]
        wrong = [np.bincount(landed, law, minlength=2**D) for law in after_one]
        laws = clamped[number] @ later, wrong[0], wrong[1] @ later
        return float(min(np.abs(laws[0] - law).max() for law in laws[1:]))

    v, known = of_four_kinds(rng, starts, masks, rows=2 * CHAINS)
    return Seed(rng.integers(2**31)), v, *telling(rng, effect), steps, known


def _long(rng: Rng) -> Arrays:
    """Fifty sweeps of a machine that mixes so slowly that ten are not enough."""
    start, steps = binary(rng, 1, D), 50

    def law(steps: int, *params: Array) -> Array:
        T = enumeration.kernel(*(2 * x for x in params))
        return np.linalg.matrix_power(T, steps)[enumeration.numbers_of(start)[0]]

    params = telling(rng, lambda *params: np.abs(law(steps, *params) - law(10, *params)).max())
    params = tuple(2 * x for x in params)
    return Seed(rng.integers(2**31)), np.repeat(start, 800, axis=0), *params, steps


def two_pairs(rng: Rng) -> tuple[Array, Array]:
    """Two pixels of four, and two others of which one may be the same."""
    a, b, c, _ = rng.permutation(np.eye(D, dtype=bool))
    return a | b, b | c


def _still(rng: Rng, rows: int = 40) -> Arrays:
    """No sweep."""
    v, known = binary(rng, rows, D), rng.random((rows, D)) < 0.3
    return Seed(rng.integers(2**31)), v, *drawn_params(rng), 0, known


def _measure_gibbs(inputs: Arrays, outputs: Arrays) -> float:
    """For each kind of row the frequencies of all 16 end states against its kernel's power; and
    products of residuals of chains, which are independent.
    """
    _, start, W, b, c, steps, known = inputs if len(inputs) == 7 else (*inputs, None)
    (end,), errors = require_form(inputs, outputs, start), []
    if steps == 0:
        return compared(end, start, 1e-9, "without a sweep a pixel")
    clamped = np.zeros_like(start) if known is None else known
    means = np.zeros(start.shape)
    for both, rows in enumeration.kinds(np.column_stack([start, clamped]).astype(float)):
        T = np.linalg.matrix_power(enumeration.kernel(W, b, c, both[D:] == 1), steps)
        law = T[enumeration.numbers_of(both[None, :D])[0]]
        said = "chains from " + "".join(f"{x:.0f}" for x in both[:D])
        said += f" with {both[D:].sum():.0f} pixels given" * (known is not None) + " that end at"
        errors.append(enumeration.frequency_error(end[rows], law, 4 * 2**D, said))
        means[rows] = law @ enumeration.states(D)
    residuals, variances = end - means, means * (1 - means)
    pairs = zip(residuals.T, variances.T, strict=True)
    return max(*errors, *(enumeration.echo_error(*pair, "chains") for pair in pairs))


# fmt: off
CHECKS = (
    Check("rbm.7", "rbm.gibbs.bernoulli", "product of probabilities",
          (_bernoulli, Edge(_bernoulli, "with one row", rows=1), Edge(_bernoulli, "with one unit", D=1),
           _rare, Edge(_square, "with as many rows as units")), _measure_bernoulli, 1.0, 5),
    Check("rbm.8", "rbm.gibbs.gibbs", "enumerated kernel", (_clamped, _free, Edge(_still, "without a sweep"), Edge(_still, "of one chain without a sweep", rows=1), _clamped, _long), _measure_gibbs, 1.0, 8),
)
# fmt: on
