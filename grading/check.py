"""The form of a check: one equation, one function, inputs that show mistakes, an oracle.

Arrays go in, arrays come out, and the judge sees only those arrays, so it can judge outputs that
came from anywhere: the reference, a slip, or a student's process.
"""

import importlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd_lite.tree import leaves

Arrays = tuple[Any, ...]


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


class Check(NamedTuple):
    """What is checked, on which inputs, against what, and how close it has to be."""

    equation: str  # its label, "vae.8"
    function: str  # the module and name, "vae.elbo.kl_diag_gaussian"
    oracle: str  # what knows the answer by other means: "quadrature", "enumeration", ...
    draw: Callable[[np.random.Generator], Arrays]  # the inputs of one case
    measure: Callable[
        [Arrays, Arrays], float
    ]  # the error of (inputs, outputs); or raises FormError
    tolerance: float
    cases: int


class FormError(Exception):
    """Outputs whose form is wrong, so that no error can be measured: one sentence."""


def require_form(inputs: Arrays, outputs: Arrays, like: Sequence[Any]) -> None:
    """FormError unless there is an array for each of `like`, of its shape, finite, and in the dtype
    of the inputs (whole numbers where `like` has them).
    """
    if len(outputs) != len(like):
        raise FormError(f"it returned {len(outputs)} arrays, expected {len(like)}")
    arrays = [x for x in leaves(inputs) if isinstance(x, np.ndarray)]
    given = next(x.dtype for x in arrays if x.dtype.kind == "f")
    for got, true in zip(outputs, like, strict=True):
        dtype, whole = np.asarray(got).dtype, np.asarray(true).dtype.kind in "iu"
        if np.shape(got) != np.shape(true):
            raise FormError(f"it returned the shape {np.shape(got)}, expected {np.shape(true)}")
        if dtype != given and not (whole and dtype.kind in "iu"):
            raise FormError(f"it returned {dtype}, expected {given} as it was given")
        if not np.all(np.isfinite(got)):
            raise FormError("it returned values that are not finite")


def exact(oracle: Callable[..., Any], floor: float = 1.0) -> Callable[[Arrays, Arrays], float]:
    """The measure for functions with one right answer, `oracle(*inputs)`.

    The largest difference, relative to the value or to `floor`, whichever is greater.
    """

    def measure(inputs: Arrays, outputs: Arrays) -> float:
        truth = list(leaves(oracle(*inputs)))
        require_form(inputs, outputs, truth)
        errors = [
            np.abs(got - true) / np.maximum(np.maximum(np.abs(got), np.abs(true)), floor)
            for got, true in zip(outputs, truth, strict=True)
        ]
        return float(max(np.max(error) for error in errors))

    return measure


def draw_cases(check: Check, seed: int = 0, count: int | None = None) -> list[Arrays]:
    """The inputs of a check's cases; the same seed gives the same ones."""
    return [check.draw(np.random.default_rng([seed, i])) for i in range(count or check.cases)]


def resolve(name: str) -> tuple[Callable[..., Any], Any]:
    """The function of that name in this project, and its module."""
    module_name, function = name.rsplit(".", 1)
    module = importlib.import_module(module_name)
    return getattr(module, function), module


def call(function: Callable[..., Any], inputs: Arrays, module: Any) -> Arrays:
    """The arrays that a function returns; `module` holds the classes that a Record names."""

    def prepared(x: Any) -> Any:
        if isinstance(x, Seed):
            return np.random.default_rng(int(x))
        if isinstance(x, Record):
            return getattr(module, x.kind)(*map(prepared, x.fields))
        if isinstance(x, tuple):
            return tuple(map(prepared, x))
        return x.copy() if isinstance(x, np.ndarray) else x

    return tuple(leaves(function(*(prepared(x) for x in inputs))))


def judge(check: Check, inputs: Sequence[Arrays], outputs: Sequence[Arrays]) -> Verdict:
    """The verdict on the outputs of all cases."""
    worst = 0.0
    for number, (given, got) in enumerate(zip(inputs, outputs, strict=True), 1):
        try:
            error = check.measure(given, got)
        except FormError as refusal:
            return Verdict(False, np.nan, f"in case {number} {refusal}")
        worst = max(worst, error if error == error else np.inf)
    passed = worst <= check.tolerance
    return Verdict(passed, worst, "" if passed else "its values are wrong")


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
