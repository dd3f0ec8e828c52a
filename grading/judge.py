"""Verdicts on arrays: what is right, in which cases, and the smallest case that is not."""

import importlib
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from grading import worker
from grading.check import SINGLE, Check, Record, Seed, draw_cases, is_random, kinds
from grading.form import RAISED, Arrays, FormError, Outputs, dtype_of
from grading.oracles.enumeration import FAR


class Verdict(NamedTuple):
    """The outcome of a check. `why` is "" where it passed; error is nan where none was measured."""

    passed: bool
    error: float
    why: str
    in_part: bool = False  # right in all ordinary cases: wrong at edges, in float32, or with rng
    case: int = -1  # the number of the smallest case whose values are wrong; -1 without any


class Fault(NamedTuple):
    """What is wrong in a case: its error, or nan and the reason why none can be measured."""

    case: int
    kind: str  # one of grading.check.KINDS
    error: float
    why: str = ""


def judge(check: Check, inputs: Sequence[Arrays], outputs: Sequence[Arrays]) -> Verdict:
    """The verdict on the outputs of all cases; what is off in float32 counts by its tolerance."""
    faults, worst = [], 0.0
    for number, (given, got) in enumerate(zip(inputs, outputs, strict=True)):
        kind = kinds(check, len(inputs))[number]
        if getattr(got, "form", "") == RAISED:
            faults.append(Fault(number, kind, np.nan, "it raised"))
            continue
        try:
            error = check.measure(given, got)
        except FormError as refusal:
            faults.append(Fault(number, kind, np.nan, str(refusal)))
            continue
        narrow = check.tolerance < 1 and dtype_of(given) == np.float32
        error = (error if error == error else np.inf) * (check.tolerance / SINGLE if narrow else 1)
        worst = max(worst, error)
        if error > check.tolerance:
            faults.append(Fault(number, kind, error))
    if not faults and (why := _wrong_generator(inputs, outputs)):
        return Verdict(False, np.nan, why, in_part=True)
    return _of_faults(faults, inputs) if faults else Verdict(True, worst, "")


def _of_faults(faults: Sequence[Fault], inputs: Sequence[Arrays]) -> Verdict:
    """The verdict where something is wrong; what is wrong in ordinary cases comes first."""
    ordinary = [x for x in faults if x.kind == "ordinary"]
    in_part, found = not ordinary, ordinary or faults
    for fault in found:
        if np.isnan(fault.error):
            at = f" {fault.kind}" if in_part else ""
            return Verdict(False, np.nan, f"in case {fault.case + 1}{at} {fault.why}", in_part)
    worst = max(found, key=lambda x: x.error)
    if worst.error == FAR:
        why = "it returned values other than 0 and 1: expected samples, not probabilities"
        return Verdict(False, worst.error, why, in_part)
    measured = (x for x in faults if x.error == x.error)
    smallest = min(measured, key=lambda x: sum(map(np.size, _numbers(inputs[x.case]))))
    why = "its values are wrong" + (f", but only {worst.kind}" if in_part else "")
    return Verdict(False, worst.error, why, in_part, smallest.case)


def _numbers(inputs: Any) -> list[Any]:
    """All that is in inputs, Records and tuples taken apart."""
    if isinstance(inputs, Record):
        return _numbers(inputs.fields)
    if isinstance(inputs, tuple):
        return list(chain.from_iterable(map(_numbers, inputs)))
    return [inputs]


def _wrong_generator(inputs: Sequence[Arrays], outputs: Sequence[Arrays]) -> str:
    """What is wrong where random numbers come from elsewhere than from the generator given."""
    if not is_random(inputs):
        return ""
    first, again, other = outputs[0], *outputs[-2:]
    if not _equal(first, again):
        return "it drew otherwise when the same seed came again: draw only from the rng given"
    return (
        "it drew the same with two seeds: draw from the rng given" if _equal(again, other) else ""
    )


def _equal(a: Arrays, b: Arrays) -> bool:
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


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
