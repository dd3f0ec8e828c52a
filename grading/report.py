"""Verdicts on a student's answers."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from grading import show
from grading.assignment import Item
from grading.check import Check
from grading.counterexample import Counterexample, of_case
from grading.form import Arrays
from grading.judge import Verdict, judge
from grading.oracles.enumeration import FAR
from grading.protocol import Answer, printable

SHARE = {"pass": 1.0, "partial": 0.5}  # of the points


class Result(NamedTuple):
    """An item's outcome for one student."""

    item: Item
    verdict: str  # pass, partial, wrong, todo, error, timeout, crashed, missing, form, skipped; or
    detail: str  # harness
    hint: str = ""
    error: float = np.nan  # the largest, where one was measured
    allowed: float = np.nan  # of those that are too large; nan where none is
    seconds: float = 0.0  # since the result before it
    output: str = ""  # the student's lines that led to an error
    printed: str = ""  # the beginning of what they print
    counterexample: Counterexample | None = None

    @property
    def check(self) -> Check:
        """The check of its item."""
        return self.item.check

    @property
    def earned(self) -> float:
        """The points."""
        return self.item.points * SHARE.get(self.verdict, 0.0)


def result_of(item: Item, inputs: Sequence[Arrays], answer: Answer) -> Result:
    """The verdict on an answer. What fails in here is no fault of the student's: "harness".

    Of a hidden item only the verdict is told: all else could tell its inputs.
    """
    result = _told(item, inputs, answer)
    hidden = item.hidden and result.verdict != "harness"
    return Result(item, result.verdict, "") if hidden else result


def _told(item: Item, inputs: Sequence[Arrays], answer: Answer) -> Result:
    check = item.check
    if answer.kind == "todo" and answer.text == check.equation:
        return Result(item, "todo", "")
    more = Result(item, "", "", output=answer.trace, printed=answer.printed)
    try:
        if answer.kind != "arrays" and len(answer.outputs) < len(inputs):
            needs = "it waits for " if answer.kind == "todo" and answer.text else ""
            example = of_case(check, inputs[0], ()) if answer.kind == "error" else None
            more = more._replace(verdict=answer.kind, counterexample=example)
            return more._replace(detail=needs + answer.text)
        verdict = judge(check, inputs, answer.outputs)
        if answer.kind == "arrays":
            return _judged(more, verdict, inputs, answer.outputs)
        kind = "partial" if verdict.in_part else answer.kind
        example = of_case(check, inputs[verdict.case], ())
        detail = answer.text + f"; {verdict.why}" * verdict.in_part
        return more._replace(verdict=kind, detail=detail, counterexample=example)
    except Exception as error:
        return Result(item, "harness", printable(f"{type(error).__name__}: {error}"))


def _judged(
    result: Result, verdict: Verdict, inputs: Sequence[Arrays], outputs: Sequence[Arrays]
) -> Result:
    """The result where there are arrays for all cases."""
    if verdict.passed:
        return result._replace(verdict="pass", detail=f"{verdict.error:.1e}", error=verdict.error)
    check, kind = result.check, "form" if np.isnan(verdict.error) else "wrong"
    detail, example = verdict.why, None
    if kind == "wrong" and verdict.error != FAR:
        detail = f"{verdict.error:.1e}, allowed {verdict.allowed:.0e}: {verdict.why}"
    if verdict.case >= 0:
        cases = list(zip(inputs, outputs, strict=True))
        example = of_case(check, *cases[verdict.case], cases)
    return result._replace(
        verdict="partial" if verdict.in_part else kind, detail=detail, error=verdict.error,
        hint=show.hint(check, inputs, outputs), allowed=verdict.allowed, counterexample=example,
    )  # fmt: skip
