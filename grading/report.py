"""Verdicts on a student's answers, and how they look on a screen: one line a check."""

import textwrap
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from grading import show
from grading.check import Arrays, Check, judge
from grading.protocol import Answer, printable

WIDTH = 98
INDENT = " " * 8
COLOURS = {"PASS": "32", "TODO": "33"}  # green and yellow, in the language of terminals; else red
RED = "31"


class Result(NamedTuple):
    """A check's outcome for one student."""

    check: Check
    verdict: str  # pass, wrong, todo, error, timeout, crashed, missing, form; or harness
    detail: str
    hint: str = ""


def result_of(check: Check, inputs: Sequence[Arrays], answer: Answer) -> Result:
    """The verdict on an answer. What fails in here is no fault of the student's: "harness"."""
    if answer.kind == "todo" and answer.text == check.equation:
        return Result(check, "todo", "")
    if answer.kind != "arrays":
        needs = "it waits for " if answer.kind == "todo" and answer.text else ""
        return Result(check, answer.kind, needs + answer.text)
    try:
        verdict = judge(check, inputs, answer.outputs)
        hint = "" if verdict.passed else show.hint(check, inputs, answer.outputs)
    except Exception as error:
        return Result(check, "harness", printable(f"{type(error).__name__}: {error}"))
    if verdict.passed:
        return Result(check, "pass", f"{verdict.error:.1e}")
    if np.isnan(verdict.error):
        return Result(check, "form", verdict.why, hint)
    detail = f"{verdict.error:.1e}, allowed {check.tolerance:.0e}: {verdict.why}"
    return Result(check, "wrong", detail, hint)


def lines(result: Result, colour: bool) -> list[str]:
    """What the screen shows of a result; what has no room in its line goes below it."""
    function = result.check.function.rsplit(".", 1)[1]
    word = result.verdict.upper()
    shown = f"\033[{COLOURS.get(word, RED)}m{word:9}\033[0m" if colour else f"{word:9}"
    first = f"{result.check.equation:8}{function:32}"
    below = [f"hint: {result.hint}"] if result.hint else []
    if len(f"{first}{word:9}{result.detail}") <= WIDTH:
        first += f"{shown}{result.detail}"
    else:
        first += shown
        below.insert(0, result.detail)
    wrapped = [line for text in below for line in textwrap.wrap(text, WIDTH - len(INDENT))]
    return [first.rstrip(), *(INDENT + line for line in wrapped)]


def summary(results: Sequence[Result]) -> str:
    """The last line of the screen."""
    passed = Counter(r.verdict for r in results)["pass"]
    return f"{passed} of {len(results)} checks passed"
