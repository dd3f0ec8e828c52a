"""Checks of rbm: chains from independent pixels to a machine, and back.

They are of two pixels and three hidden units, and of few temperatures: each can be written down.
"""

from functools import partial
from typing import Any

import numpy as np

from autograd_lite.ops import Array
from grading.check import Arrays, Check, Edge, Rng, Seed, exact
from grading.checks import rbm as machines
from grading.checks.rbm import CHAINS, B, D, H, drawn_params, in_sizes, magnitude
from grading.form import dtype_of, in_precision, require_form
from grading.oracles import annealing, enumeration
from grading.oracles.arrays import Error, compared
from grading.oracles.enumeration import numbers_of, states


def _between(rng: Rng, beta: float | None = None, D: int = D, H: int = H) -> Arrays:
    beta = float(rng.uniform(0.1, 0.9)) if beta is None else beta
    return beta, rng.normal(size=D), *drawn_params(rng, D, H)


def _ratio(rng: Rng, B: int = B, D: int = D, H: int = H, size: float = 1.0) -> Arrays:
    low, high = map(float, np.sort(rng.random(2)))
    a, biases = size * rng.normal(size=(B, H)), size * rng.normal(size=(2, D))
    return low, high, machines.binary(rng, B, D), a, *biases


def _oracle_ratio(low: float, high: float, v: Array, a: Array, base: Array, b: Array) -> Array:
    def log_f(beta: float) -> Any:
        hidden = np.logaddexp.reduce(beta * a @ states(a.shape[1]).T, axis=1)
        return v @ base + beta * (v @ b - v @ base) + hidden

    return np.asarray(log_f(high) - log_f(low))


def _far(rng: Rng, temperatures: int) -> Arrays:
    """Inverse temperatures at uneven distances. Of 40 machines and their independent pixels those
    on which it tells most where the pixels start, and by which biases and when they are swept.
    """
    betas = np.array([0.0, *np.sort(rng.uniform(0.2, 0.8, temperatures - 2)), 1.0])

    def effect(base: Array, *params: Array) -> float:
        p = enumeration.joint(*annealing.at(0.0, base, *params)).sum(axis=1)
        warm, bare, own = (
            p[:, None] * enumeration.kernel(*annealing.at(beta, biases, *params))
            for beta, biases in ((betas[1], base), (betas[1], 0 * base), (1.0, base))
        )
        apart = 1 - p.max(), p - 1 / len(p), warm - bare, warm - own
        return min(float(np.abs(x).max()) for x in apart[: 3 + (temperatures > 2)])

    drawn = ((2 * rng.normal(size=2), *drawn_params(rng, 2, H, 2.5)) for _ in range(40))
    return betas, *max(drawn, key=lambda machine: effect(*machine))


def _ais(rng: Rng, rows: int = 2 * CHAINS, temperatures: int = 3) -> Arrays:
    return Seed(rng.integers(2**31)), rows, *_far(rng, temperatures)


def _reverse(rng: Rng, rows: int = 3 * CHAINS, temperatures: int = 3) -> Arrays:
    """From each of the four images a quarter of the chains."""
    (v,) = machines.of_four_kinds(rng, states(2), rows=rows)
    return Seed(rng.integers(2**31)), v, *_far(rng, temperatures)


def _of_chains(
    inputs: Arrays, log_w: Array, ends: Any, start: int | None
) -> tuple[list[Error], Array, Any]:
    """Errors of chains with one start: every log_w must be one of those of all chains, and as
    frequent as they are, forwards with each last image. And log_w without its mean, scaled to at
    most 1, with the variance of that.
    """
    betas, *params = in_precision(np.float64, inputs[2:])
    rounding = 1e-4 if dtype_of(inputs) == np.float32 else 1e-11
    said = "" if start is None else f" from image {start}"
    values, last, p = annealing.log_weight_law(betas, start, *params)
    nearest = np.abs(log_w[:, None] - values).argmin(axis=1)
    what = f"a log_w{said}, of which the nearest possible is taken,"
    errors = [compared(log_w, values[nearest], rounding, what)]
    order, names = np.argsort(values), np.empty(len(values), int)
    names[order] = np.cumsum([0, *(np.diff(values[order]) > 10 * rounding)])  # one for equal ones
    images = 4 if start is None else 1
    law = 1.0 * np.bincount(names * images + last % images, p)
    shares = np.bincount(names[nearest] * images + ends, minlength=len(law)) / len(log_w)
    allowed = enumeration.bound(law * (1 - law), 1.0, len(log_w), 8 * len(law))
    cells = [
        f"{values[order][np.searchsorted(names[order], i // images)]:.4g}" for i in range(len(law))
    ]
    cells = [f"{x} and end in image {i % 4}" for i, x in enumerate(cells)] if images > 1 else cells
    what = f"the share of chains{said} that have log_w ="
    errors.append(compared(shares, law, allowed, what, cells))
    mean, span = p @ values, max(float(np.ptp(values)), 1e-9)
    return errors, np.clip((log_w - mean) / span, -1, 1), p @ (values - mean) ** 2 / span**2


def _measure_ais(inputs: Arrays, outputs: Arrays) -> float:
    rows = inputs[1]
    v, log_w = require_form(inputs, outputs, (np.empty((rows, 2)), np.empty(rows)))
    if not np.isin(v, (0, 1)).all():
        return Error(enumeration.FAR, "it returned values other than 0 and 1: expected samples")
    errors, left, variance = _of_chains(inputs, log_w, numbers_of(v), None)
    return max(*errors, enumeration.echo_error(left, np.full(rows, variance), "chains"))


def _measure_reverse(inputs: Arrays, outputs: Arrays) -> float:
    v, errors = inputs[1], list[Error]()
    (log_w,) = require_form(inputs, outputs, np.empty(len(v)))
    left, variances = np.zeros((2, len(v)))
    for image, rows in enumeration.kinds(v):
        start = int(numbers_of(image[None])[0])
        found, left[rows], variances[rows] = _of_chains(inputs, log_w[rows], 0, start)
        errors += found
    return max(*errors, enumeration.echo_error(left, variances, "chains"))


A, EVERY = "rbm.ais.", "all chains enumerated"

# fmt: off
CHECKS = (
    Check("rbm.33", A + "between", "weighted mean",
          (_between, partial(_between, D=1, H=2), Edge(partial(_between, beta=0.0), "at 0"), Edge(partial(_between, beta=1.0), "at 1")), exact(annealing.at), 1e-14, 16),
    Check("rbm.34", A + "log_ratio", "sum over hidden states", in_sizes(_ratio), exact(_oracle_ratio, magnitude), 1e-14, 30),
    *(Check(label, A + name, EVERY, (draw, Edge(draw, "with one chain", rows=1), partial(draw, temperatures=4), Edge(draw, "with two temperatures", temperatures=2)), measure, 1.0, 5)
      for label, name, draw, measure in (("rbm.35", "ais", _ais, _measure_ais), ("rbm.41", "reverse_ais", _reverse, _measure_reverse))),
)
# fmt: on
