"""Verdicts on a student's answers."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from grading import show
from grading.check import Arrays, Check, judge
from grading.oracles.enumeration import FAR
from grading.protocol import Answer, printable


class Result(NamedTuple):
    """A check's outcome for one student."""

    check: Check
    verdict: str  # pass, wrong, todo, error, timeout, crashed, missing, form, skipped; or harness
    detail: str
    hint: str = ""
    error: float = np.nan  # the largest, where one was measured
    because: str = ""  # the label of an earlier failed equation that this function uses
    seconds: float = 0.0  # since the result before it
    output: str = ""  # the student's lines that led to an error


def result_of(check: Check, inputs: Sequence[Arrays], answer: Answer) -> Result:
    """The verdict on an answer. What fails in here is no fault of the student's: "harness"."""
    if answer.kind == "todo" and answer.text == check.equation:
        return Result(check, "todo", "")
    if answer.kind != "arrays":
        needs = "it waits for " if answer.kind == "todo" and answer.text else ""
        return Result(check, answer.kind, needs + answer.text, output=answer.trace)
    try:
        verdict = judge(check, inputs, answer.outputs)
        hint = "" if verdict.passed else show.hint(check, inputs, answer.outputs)
    except Exception as error:
        return Result(check, "harness", printable(f"{type(error).__name__}: {error}"))
    if verdict.passed:
        return Result(check, "pass", f"{verdict.error:.1e}", error=verdict.error)
    if np.isnan(verdict.error):
        return Result(check, "form", verdict.why, hint)
    measured = f"{verdict.error:.1e}, allowed {check.tolerance:.0e}: "
    detail = verdict.why if verdict.error == FAR else measured + verdict.why
    return Result(check, "wrong", detail, hint, verdict.error)
