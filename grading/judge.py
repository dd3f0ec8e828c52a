"""Verdicts on arrays: what is right, in which cases, and the smallest case that is not."""

import importlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd_lite.tree import leaves
from grading.check import SINGLE, Check, Record, Seed, draw_cases, is_random, kinds
from grading.form import RAISED, Arrays, FormError, Outputs, dtype_of
from grading.sandbox import worker


class Verdict(NamedTuple):
    """The outcome of a check. `why` is "" where it passed; error is nan where none was measured."""

    passed: bool
    error: float
    why: str
    in_part: bool = False  # right in all ordinary cases: wrong at edges, in float32, or with rng
    case: int = -1  # the number of the smallest case that is wrong; -1 without any
    allowed: float = np.nan  # the error that would be, of the cases that are wrong


class Fault(NamedTuple):
    """What is wrong in a case: its error, or nan and the reason why none can be measured."""

    case: int
    kind: str  # "ordinary", "in float32", or the words of an edge
    error: float
    allowed: float
    why: str = ""


def judge(check: Check, inputs: Sequence[Arrays], outputs: Sequence[Arrays]) -> Verdict:
    """The verdict on the outputs of all cases. What is right in float32 counts by its tolerance."""
    faults, worst = [], 0.0
    for number, (given, got) in enumerate(zip(inputs, outputs, strict=True)):
        narrow = check.tolerance < 1 and dtype_of(given) == np.float32
        allowed = SINGLE if narrow else check.tolerance
        error, why = _measured(check, given, got)
        if why or error > allowed:
            kind = kinds(check, len(inputs))[number]
            faults.append(Fault(number, kind, error, allowed, why))
        else:
            worst = max(worst, error * check.tolerance / allowed)
    if faults:
        return _of_faults(faults, inputs)
    why = _wrong_generator(inputs, outputs)
    return Verdict(not why, np.nan if why else worst, why, in_part=bool(why))


def _measured(check: Check, given: Arrays, got: Arrays) -> tuple[float, str]:
    """The error of a case, and why there is none."""
    if getattr(got, "form", "") == RAISED:
        return np.nan, "it raised"
    try:
        error = check.measure(given, got)
    except FormError as refusal:
        return np.nan, str(refusal)
    return error if error == error else np.inf, ""


def _of_faults(faults: Sequence[Fault], inputs: Sequence[Arrays]) -> Verdict:
    """The verdict where something is wrong; what is wrong in ordinary cases comes first."""
    found = [x for x in faults if x.kind == "ordinary"] or faults
    in_part = found is faults
    formless = [x for x in found if x.why]
    worst = formless[0] if formless else max(found, key=lambda x: x.error / x.allowed)
    alike = [x for x in found if x.why == worst.why and (x.why or 0.1 < x.error / worst.error < 10)]
    case = min(alike or found, key=lambda x: _size(inputs[x.case])).case
    if worst.why:
        why = f"{worst.kind} " * in_part + worst.why
        return Verdict(False, np.nan, why, in_part, case)
    why = getattr(worst.error, "words", "its values are wrong")
    why += f", but only {', '.join(dict.fromkeys(x.kind for x in found))}" * in_part
    return Verdict(False, float(worst.error), why, in_part, case, worst.allowed)


def _size(inputs: Arrays) -> int:
    return sum(np.size(x) for x in leaves(inputs) if not isinstance(x, str))


def _wrong_generator(inputs: Sequence[Arrays], outputs: Sequence[Arrays]) -> str:
    """What is wrong where random numbers come from elsewhere than from the generator given."""
    if not is_random(inputs):
        return ""
    first, again, other = outputs[0], *outputs[-2:]
    if not _equal(first, again):
        return "it drew otherwise when the same seed came again: draw only from the rng given"
    return "it drew the same with two seeds: draw from the rng given" * _equal(again, other)


def _equal(a: Arrays, b: Arrays) -> bool:
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


def resolve(name: str) -> tuple[Callable[..., Any], Any]:
    """The function of that name in this project, and its module."""
    module_name, function = name.rsplit(".", 1)
    module = importlib.import_module(module_name)
    return getattr(module, function), module


def prepared(x: Any, module: Any) -> Any:
    """Inputs for a call: copies of arrays, generators for Seeds, NamedTuples for Records."""
    if isinstance(x, Seed):
        return np.random.default_rng(int(x))
    if isinstance(x, Record):
        return getattr(module, x.kind)(*(prepared(y, module) for y in x.fields))
    if isinstance(x, tuple):
        return tuple(prepared(y, module) for y in x)
    return x.copy() if isinstance(x, np.ndarray) else x


def call(function: Callable[..., Any], inputs: Arrays, module: Any) -> Outputs:
    """The arrays that a function returns; `module` holds the classes that a Record names."""
    given, before = prepared(inputs, module), prepared(inputs, module)
    found, form = worker.plain(function(*given))
    worker.require_unchanged(given, before)
    return Outputs(found, form)


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
