"""The form of a check: one equation, one function, inputs that show mistakes, an oracle.

Arrays go in, arrays come out, and the judge sees only those arrays, so it can judge outputs that
came from anywhere: the reference, a slip, or a student's process.
"""

import functools
import importlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd_lite.tree import leaves
from grading import worker
from grading.form import Arrays as Arrays
from grading.form import FormError, Outputs
from grading.form import dtype_of as dtype_of
from grading.form import in_precision as in_precision
from grading.form import require_form as require_form
from grading.oracles.enumeration import FAR

SINGLE = 3e-5  # the tolerance of every exact check in float32


class Seed(int):
    """An input that becomes np.random.default_rng(seed) when the function is called."""


class Record(NamedTuple):
    """An input that becomes a NamedTuple of the function's own module, such as its Params.

    Inputs may be tuples too, and fields may be Records and tuples.
    """

    kind: str
    fields: Arrays


class Verdict(NamedTuple):
    """The outcome of a check. `why` is "" where it passed; error is nan where none was measured."""

    passed: bool
    error: float
    why: str


Draw = Callable[[np.random.Generator], Arrays]


class Check(NamedTuple):
    """What is checked, on which inputs, against what, and how close it has to be."""

    equation: str  # its label, "vae.8"
    function: str  # the module and name, "vae.elbo.kl_diag_gaussian"
    oracle: str  # what knows the answer by other means: "quadrature", "enumeration", ...
    draw: Draw | tuple[Draw, ...]  # what draws the inputs of one case, or several in turn
    # The error of (inputs, outputs); or raises FormError.
    measure: Callable[[Arrays, Arrays], float]
    tolerance: float
    cases: int


def exact(
    oracle: Callable[..., Any], floor: float | Callable[..., float] = 1.0
) -> Callable[[Arrays, Arrays], float]:
    """The measure for functions with one right answer, `oracle(*inputs)`, computed in float64.

    The largest difference, relative to the value or to `floor`, whichever is greater; in float32
    the floor is at least 1 and a tenth of the largest value.
    """
    known: dict[int, tuple[Arrays, Any]] = {}  # what the oracle said of inputs that come again

    def measure(inputs: Arrays, outputs: Arrays) -> float:
        wide = in_precision(np.float64, inputs)
        if known.get(id(inputs), ((), None))[0] is not inputs:
            if len(known) > 100:
                known.clear()
            known[id(inputs)] = inputs, oracle(*wide)
        truth = known[id(inputs)][1]
        arrays = require_form(inputs, outputs, truth)
        least, errors = floor(*wide) if callable(floor) else floor, [0.0]
        for got, true in zip(arrays, leaves(truth), strict=True):
            size = np.maximum(np.maximum(np.abs(got), np.abs(true)), least)
            if dtype_of(inputs) == np.float32:
                size = np.maximum(size, max(1, np.max(np.abs(true)) / 10))
            errors.append(float(np.max(np.abs(got - true) / size)))
        return float(np.max(errors))

    return measure


@functools.lru_cache(maxsize=4)
def draw_cases(check: Check, seed: int = 0, count: int | None = None) -> list[Arrays]:
    """The inputs of a check's cases, and its variants of them; the same seed gives the same ones.

    Where a generator is among the inputs: the first case in float32, once more as it is, and with
    another seed. Else the first two in float32.
    """
    draws = check.draw if isinstance(check.draw, tuple) else (check.draw,)
    numbers = range(count or check.cases)
    cases = [draws[i % len(draws)](np.random.default_rng([seed, i])) for i in numbers]
    narrow = [in_precision(np.float32, case) for case in cases[:2]]
    if not any(isinstance(x, Seed) for x in leaves(cases[0])):
        return [*cases, *narrow]
    other = tuple(Seed(x + 1) if isinstance(x, Seed) else x for x in cases[0])
    return [*cases, narrow[0], cases[0], other]


def resolve(name: str) -> tuple[Callable[..., Any], Any]:
    """The function of that name in this project, and its module."""
    module_name, function = name.rsplit(".", 1)
    module = importlib.import_module(module_name)
    return getattr(module, function), module


def call(function: Callable[..., Any], inputs: Arrays, module: Any) -> Outputs:
    """The arrays that a function returns; `module` holds the classes that a Record names."""

    def prepared(x: Any) -> Any:
        if isinstance(x, Seed):
            return np.random.default_rng(int(x))
        if isinstance(x, Record):
            return getattr(module, x.kind)(*map(prepared, x.fields))
        if isinstance(x, tuple):
            return tuple(map(prepared, x))
        return x.copy() if isinstance(x, np.ndarray) else x

    given, before = (tuple(map(prepared, inputs)) for _ in range(2))
    found, form = worker.plain(function(*given))
    worker.require_unchanged(given, before)
    return Outputs(found, form)


def judge(check: Check, inputs: Sequence[Arrays], outputs: Sequence[Arrays]) -> Verdict:
    """The verdict on the outputs of all cases; what is off in float32 counts by its tolerance."""
    worst, where = 0.0, ""
    for number, (given, got) in enumerate(zip(inputs, outputs, strict=True), 1):
        try:
            error = check.measure(given, got)
        except FormError as refusal:
            return Verdict(False, np.nan, f"in case {number} {refusal}")
        narrow = check.tolerance < 1 and dtype_of(given) == np.float32
        error = (error if error == error else np.inf) * (check.tolerance / SINGLE if narrow else 1)
        if error > worst:
            worst, where = error, " in float32" * narrow
    if worst > check.tolerance:
        other = "it returned values other than 0 and 1: expected samples, not probabilities"
        return Verdict(False, worst, other if worst == FAR else f"its values are wrong{where}")
    why = _wrong_generator(inputs, outputs)
    return Verdict(not why, np.nan if why else worst, why)


def _wrong_generator(inputs: Sequence[Arrays], outputs: Sequence[Arrays]) -> str:
    """What is wrong where random numbers come from elsewhere than from the generator given."""
    if not any(isinstance(x, Seed) for x in leaves(inputs[0])):
        return ""
    first, again, other = outputs[0], *outputs[-2:]
    if not _equal(first, again):
        return "it drew otherwise when the same seed came again: draw only from the rng given"
    return (
        "it drew the same with two seeds: draw from the rng given" if _equal(again, other) else ""
    )


def _equal(a: Arrays, b: Arrays) -> bool:
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


def run(
    check: Check, function: Callable[..., Any], module: Any, seed: int = 0, count: int | None = None
) -> Verdict:
    """The verdict on a function of this process, on `count` cases or as many as the check has."""
    inputs = draw_cases(check, seed, count)
    with np.errstate(all="raise", under="ignore"):
        try:
            outputs = [call(function, given, module) for given in inputs]
        except Exception as error:  # a slip or a submission may raise anything
            return Verdict(False, np.nan, f"it raised {type(error).__name__}: {error}")
    return judge(check, inputs, outputs)
