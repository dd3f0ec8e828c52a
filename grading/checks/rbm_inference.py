"""Checks of rbm: missing pixels, first weights cut off, exact sums.

Sizes as in checks/rbm.py.
"""

from functools import partial

import numpy as np

from autograd_lite.ops import Array
from grading.check import Arrays, Check, Edge, Rng, Seed, exact
from grading.checks import rbm as machines
from grading.checks.rbm import CHAINS, B, D, H, M, in_sizes, magnitude, row_by_row
from grading.checks.rbm_sampling import telling, two_pairs
from grading.form import dtype_of, in_precision, require_form
from grading.oracles import enumeration
from grading.oracles.arrays import Error, compared

MANY = "with many hidden units"
DEVIATION, CUT = 0.1, 0.2  # of first weights from a cut normal: before the cut, and the cut


def _inpaint(rng: Rng, burn_in: int, average: int, rows: int = 2 * CHAINS) -> Arrays:
    """Every image has missing pixels of its own: two, two others, all, none. The machine is one
    in which the first sweep changes much, and the second draws other hidden states than the first.
    """

    def effect(W: Array, b: Array, c: Array) -> float:
        v, known = np.zeros(D), np.zeros(D, bool)
        laws = [enumeration.inpainting_law(v, known, W, b, c, sweeps, 1)[1] for sweeps in (0, 1)]
        _, chances = enumeration.inpainting_law(v, known, W, b, c, 0, 2)
        same = chances[np.cumsum([0, *range(2**H, 1, -1)])].sum()
        return float(min(np.abs(laws[0] - laws[1]).max(), 1 - same))

    params = telling(rng, effect)
    masks = np.array([*two_pairs(rng), [False] * D, [True] * D])
    v, known = machines.of_four_kinds(rng, machines.binary(rng, 4, D), masks, rows=rows)
    return Seed(rng.integers(2**31)), v, known, *params, burn_in, average


def _inpaint_by_default(rng: Rng) -> Arrays:
    """Few images, one hidden unit, and both numbers of sweeps left out."""
    *images, _, _, _, _, _ = _inpaint(rng, 100, 100, rows=40)
    return *images, *machines.drawn_params(rng, H=1, size=0.5)


def _measure_inpaint(inputs: Arrays, outputs: Arrays) -> float:
    """Given pixels must be untouched. Of one or two sweeps: every row must be a mean of as many
    P(v | h), each as frequent as it is after burn_in. Of more: the mean over chains of a kind
    against its expectation; of one hidden unit, which is on in a number of sweeps, that number.
    """
    _, v, known, W, b, c = in_precision(np.float64, inputs[:6])
    burn_in, average = inputs[6:] or (100, 100)
    (probs,), errors = require_form(inputs, outputs, v), [Error(0, "")]
    counts: list[int] = []  # a divisor of them all: other sweeps were averaged than said
    rounding = 1e-4 if dtype_of(inputs) == np.float32 else 1e-12
    for both, rows in enumeration.kinds(np.column_stack([v, known])):
        image, given, found = both[:D], both[D:] == 1, probs[rows]
        errors.append(compared(found[:, given], image[given], rounding, "a given pixel"))
        if average > 2:
            truth = enumeration.inpainting_mean(image, given, W, b, c, burn_in, average)
            # A row is a mean of probabilities, so its variance is at most that of one of them.
            allowed = enumeration.bound(truth * (1 - truth), 1.0, len(rows), 4 * D)
            what = f"of v = {image} with known = {given + 0}, the mean over chains of pixel"
            errors.append(compared(found.mean(axis=0), truth, allowed, what, range(D)))
            if len(c) == 1 and not given.all():
                off, on = enumeration.inpainting_law(image, given, W, b, c, 0, 1)[0]
                at = np.abs(on - off).argmax()
                times = (found[:, at] - off[at]) / (on - off)[at] * average
                what = f"of {average} sweeps, the number in which the hidden unit is on"
                errors.append(compared(times, np.round(times), 1e-4, what))
                counts += [*np.round(times).astype(int)]
            continue
        values, chances = enumeration.inpainting_law(image, given, W, b, c, burn_in, average)
        distance = np.abs(found[:, None] - values).max(axis=-1)
        nearest = values[distance.argmin(axis=1)]
        what = f"a pixel of a mean of {average} P(v | h), of which the nearest is taken,"
        errors.append(compared(found, nearest, rounding, what))
        if rounding < 1e-6:  # else several values may be the same
            close = np.abs(values[:, None] - values).max(axis=-1) < 1e-6
            shares, chances = (distance < 1e-6).mean(axis=0), close @ chances
            allowed = enumeration.bound(chances * (1 - chances), 1.0, len(rows), 4 * len(values))
            what = f"after burn_in = {burn_in}, the share of the row"
            errors.append(compared(shares, chances, allowed, what, values.round(3)))
    if counts and (divisor := np.gcd.reduce(counts)) != 1:
        of = f"{average / divisor:.3g} sweeps" if divisor else "no sweep with the hidden unit on"
        errors.append(Error(1e9, f"the mean is of {of}, expected {average}"))
    return max(errors)


def _truncated(rng: Rng, pixels: int = 820, hidden: int = 800) -> Arrays:
    """So many weights that those drawn again tell; of the images only number of pixels and dtype
    matter.
    """
    return Seed(rng.integers(2**31)), rng.random((2, pixels)), hidden


def _measure_truncated(inputs: Arrays, outputs: Arrays) -> float:
    """The weights by their law in 16 intervals, and the biases to rounding."""
    pixels, hidden = inputs[1].shape[1], inputs[2]
    shapes = (pixels, hidden), pixels, hidden
    W, *biases = require_form(inputs, outputs, tuple(map(np.empty, shapes)))
    law = enumeration.truncated_normal(np.linspace(-CUT, CUT, 17), DEVIATION, CUT)
    pairs, eps = zip("bc", biases, strict=True), np.finfo(W.dtype).eps
    of_biases = (compared(x, 0.1, eps, f"a number of {name}") for name, x in pairs)
    return max(*of_biases, *enumeration.weight_errors(W, CUT, *law))


def _exact(rng: Rng, B: int = B, D: int = D, H: int = H, size: float = 1.0) -> Arrays:
    """Every image has missing pixels of its own: all, none, and others."""
    known = rng.random((B, D)) < 0.5
    known[0], known[-1] = False, B > 1
    return machines.binary(rng, B, D), known, *machines.drawn_params(rng, D, H, size)


def _many_hidden(rng: Rng) -> Arrays:
    """More hidden states than are summed at a time; few pixels, so that the oracle can follow."""
    return _exact(rng, B=2, D=2, H=13)


def _log_z(rng: Rng, D: int = 9, H: int = 7, size: float = 1.0) -> Arrays:
    return machines.drawn_params(rng, D, H, size)


def _oracle_log_z(W: Array, b: Array, c: Array) -> float:
    """Of many units in both layers by the hidden states alone."""
    if min(W.shape) < 10:
        return enumeration.log_marginal(b, b != b, W, b, c)
    hs = enumeration.states(len(c))
    logs = hs @ c + np.logaddexp(0, hs @ W.T + b).sum(axis=1)
    return float(logs.max() + np.log(np.exp(logs - logs.max()).sum()))


# fmt: off
CHECKS = (
    Check("rbm.46", "rbm.inpaint.inpaint", "enumerated chain",
          (*(partial(_inpaint, burn_in=m, average=n) for m, n in ((1, 1), (1, 2), (0, 1), (3, 2))),
           partial(_inpaint, burn_in=40, average=20, rows=400), Edge(_inpaint_by_default, "with its defaults")), _measure_inpaint, 1.0, 6),
    Check("rbm.27", M + "init_truncated", "quadrature of the density",
          (_truncated, Edge(_truncated, "with one weight", pixels=1, hidden=1)), _measure_truncated, 1.0, 2),
    Check("rbm.48", "rbm.exact.log_marginal", "sum over both layers", (*in_sizes(_exact), Edge(_many_hidden, MANY)),
          exact(row_by_row(enumeration.log_marginal), magnitude), 3e-14, 30),
    Check("rbm.32", "rbm.exact.log_z", "sum over both layers",
          (_log_z, partial(_log_z, D=3, H=6), Edge(_log_z, "with large weights", size=machines.LARGE), Edge(_log_z, "with one pixel", D=1, H=1),
           Edge(_log_z, "with as many hidden units as pixels", D=6, H=6), Edge(_log_z, "with sixteen units", D=17, H=16)),
          exact(_oracle_log_z, magnitude), 1e-14, 18),
    Check("rbm.49", "rbm.exact.conditional", "enumerated conditional", (*in_sizes(_exact, large=10.0), Edge(_many_hidden, MANY)),
          exact(row_by_row(enumeration.conditional), magnitude), 1e-14, 30),
)
# fmt: on
