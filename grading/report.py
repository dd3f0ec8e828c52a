"""Verdicts on a student's answers."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from grading import show
from grading.assignment import Item
from grading.check import Check
from grading.counterexample import Counterexample, smallest
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
    if answer.kind != "arrays" and len(answer.outputs) < len(inputs):
        needs = "it waits for " if answer.kind == "todo" and answer.text else ""
        return Result(
            item, answer.kind, needs + answer.text, output=answer.trace, printed=answer.printed
        )
    try:
        verdict = judge(check, inputs, answer.outputs)
        if answer.kind != "arrays":
            kind = "partial" if verdict.in_part else answer.kind
            detail = answer.text + f"; {verdict.why}" * verdict.in_part
            return Result(item, kind, detail, output=answer.trace, printed=answer.printed)
        return _judged(item, verdict, inputs, answer.outputs)._replace(printed=answer.printed)
    except Exception as error:
        return Result(item, "harness", printable(f"{type(error).__name__}: {error}"))


def _judged(
    item: Item, verdict: Verdict, inputs: Sequence[Arrays], outputs: Sequence[Arrays]
) -> Result:
    """The result where there are arrays for all cases."""
    if verdict.passed:
        return Result(item, "pass", f"{verdict.error:.1e}", error=verdict.error)
    hint = show.hint(item.check, inputs, outputs)
    if np.isnan(verdict.error):
        return Result(item, "partial" if verdict.in_part else "form", verdict.why, hint)
    measured = f"{verdict.error:.1e}, allowed {item.check.tolerance:.0e}: "
    detail = verdict.why if verdict.error == FAR else measured + verdict.why
    example = None
    if verdict.case >= 0:
        example = smallest(item.check, inputs[verdict.case], outputs[verdict.case])
    kind = "partial" if verdict.in_part else "wrong"
    return Result(item, kind, detail, hint, verdict.error, counterexample=example)
