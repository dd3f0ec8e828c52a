"""Checks of rbm: what the weights of annealed chains say of Z, and chains that trade places."""

from functools import partial
from typing import Any

import numpy as np

from autograd_lite.ops import Array
from grading.check import Arrays, Check, Edge, Record, Rng, Seed, exact
from grading.checks import rbm as machines
from grading.checks.rbm import CHAINS, B, D, H, drawn_params, in_sizes, magnitude
from grading.form import require_form
from grading.oracles import annealing, enumeration
from grading.oracles.arrays import compared
from grading.oracles.enumeration import numbers_of, states


def _log_weights(rng: Rng, M: int = 20, rows: Any = (), size: float = 2.0) -> Arrays:
    return (size * rng.normal(size=(*rows, M)) + 5 * rng.normal(),)


def _shares(log_w: Array) -> Array:
    """Of each weight in the sum of all."""
    return 1 / np.exp(log_w - log_w[:, None]).sum(axis=1)


def _bootstrap(rng: Rng, draws: int = 0) -> Arrays:
    """Few weights, whose samples are all enumerated."""
    drawn = Seed(rng.integers(2**31)), *_log_weights(rng, 8, size=1.0)
    return (*drawn, draws) if draws else drawn


def _measure_bootstrap(inputs: Arrays, outputs: Arrays) -> float:
    """P(log of the mean of weights drawn again <= each end)."""
    log_w, draws = inputs[1].astype(float), (*inputs[2:], 2000)[0]
    ends, near = require_form(inputs, outputs, (np.float64(0), np.float64(0))), 1e-5
    values, chances = annealing.resampled(log_w)
    errors = []
    for end, share, name in zip(ends, (0.025, 0.975), ("lower", "upper"), strict=True):
        below, upto = (chances[values <= end + x].sum() for x in (-near, near))
        allowed = enumeration.bound(share * (1 - share), 1.0, draws, 4)
        found = np.clip(share, below, upto)  # at a value that occurs, any between is right
        what = f"the share of means of weights drawn again that are below the {name} end"
        errors.append(compared(found, share, allowed, what))
    return max(errors)


def _pair(rng: Rng, B: int = B, D: int = D, H: int = H, size: float = 1.0) -> Arrays:
    both = (Record("Params", drawn_params(rng, D, H, size)) for _ in range(2))
    return machines.binary(rng, B, D), machines.binary(rng, B, D), *both


def _oracle_swap(v_low: Array, v_high: Array, low: Any, high: Any) -> Array:
    chances = annealing.trade(low.fields, high.fields)
    return chances[numbers_of(v_low), numbers_of(v_high)]


def _of_pair(*inputs: Any) -> float:
    return max(magnitude(*machine.fields) for machine in inputs[-2:])


def _tempered(rng: Rng, steps: int = 2, rows: int = 2 * CHAINS) -> Arrays:
    """Three machines of two pixels and unlike weights, of 20 those on which it tells most which
    pairs trade; chains from four starts.
    """
    starts = machines.binary(rng, 4, 6)

    def effect(three: Arrays) -> float:
        one, two = (annealing.tempered_kernel(three, steps) for steps in (1, 2))
        return float(np.abs(one @ one - two)[numbers_of(starts)].max())

    drawn = [tuple(drawn_params(rng, 2, H, size) for size in (0.5, 2.0, 4.0)) for _ in range(20)]
    three = tuple(Record("Params", x) for x in max(drawn, key=effect))
    (v,) = machines.of_four_kinds(rng, starts, rows=rows)
    v = np.ascontiguousarray(v.reshape(rows, 3, 2).swapaxes(0, 1))
    return Seed(rng.integers(2**31)), v, three, steps


def _measure_tempered(inputs: Arrays, outputs: Arrays) -> float:
    """Frequencies of all 64 states of three machines, against the kernel's power."""
    _, v, three, steps = inputs
    (end,), (R, rows, D) = require_form(inputs, outputs, v), v.shape
    starts, ends = (x.swapaxes(0, 1).reshape(rows, R * D) for x in (v, end))
    law = annealing.tempered_kernel([x.fields for x in three], steps)
    errors, left, variances = [], *np.zeros((2, rows))
    weights = np.arange(R * D) / (R * D) ** 2  # of units, so that those of machines differ
    for start, at in enumeration.kinds(starts):
        p, values = law[numbers_of(start[None])[0]], states(R * D) @ weights
        said = f"chains from {''.join(f'{x:.0f}' for x in start)} that end at"
        errors.append(enumeration.frequency_error(ends[at], p, 8 * len(p), said))
        left[at], variances[at] = ends[at] @ weights - p @ values, p @ values**2 - (p @ values) ** 2
    return max(*errors, enumeration.echo_error(left, variances, "chains"))


E, T, SHARES = "rbm.estimates.", "rbm.tempering.", "shares of the sum"
SEVERAL = _log_weights, partial(_log_weights, size=10.0), Edge(_log_weights, "with one weight", M=1)

# fmt: off
CHECKS = (
    Check("rbm.37", E + "log_mean_exp", "sum term by term",
          (partial(_log_weights, rows=(3,)), partial(_log_weights, size=800.0), _log_weights, Edge(_log_weights, "with one weight", M=1, rows=(2,))),
          exact(lambda log_w: np.logaddexp.reduce(log_w, axis=-1) - np.log(log_w.shape[-1])), 1e-14, 24),
    Check("rbm.38", E + "effective_size", SHARES, SEVERAL, exact(lambda log_w: 1 / (_shares(log_w) ** 2).sum()), 3e-14, 24),
    Check("rbm.39", E + "standard_error", SHARES, SEVERAL, exact(lambda log_w: np.sqrt(((_shares(log_w) - 1 / len(log_w)) ** 2).sum())), 2e-14, 24),
    Check("rbm.40", E + "bootstrap", "all samples enumerated", (partial(_bootstrap, draws=50_000), Edge(_bootstrap, "with its default")), _measure_bootstrap, 1.0, 4),
    Check("rbm.43", T + "swap_probability", "enumerated joints", in_sizes(_pair), exact(_oracle_swap, _of_pair), 3e-14, 30),
    Check("rbm.44", T + "tempered", "enumerated kernel", (partial(_tempered, steps=1), _tempered, Edge(_tempered, "with one chain", rows=1)),
          _measure_tempered, 1.0, 5),
)
# fmt: on
