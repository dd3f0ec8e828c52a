"""Verdicts on a student's answers."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

import numpy as np

from data.idx import printable
from grading import show
from grading.chapters import by_label
from grading.check import Check
from grading.course.assignment import Item
from grading.form import Arrays
from grading.judge import Verdict, judge
from grading.reports.counterexample import Counterexample, in_names, of_case
from grading.sandbox.protocol import Answer

UNBEGUN = ("todo", "missing", "skipped")
SHARE = {"pass": 1.0, "partial": 0.5}  # of the points


class Result(NamedTuple):
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
        return self.item.check

    @property
    def earned(self) -> float:
        return self.item.points * SHARE.get(self.verdict, 0.0)

    @property
    def smallest(self) -> str:
        """What is wrong in the smallest case, where that can be said."""
        return self.counterexample.words if self.counterexample else ""

    @property
    def unread(self) -> bool:
        """Whether its file could not be run, which each function of that file says alike."""
        at_import = re.match(r"  File |SyntaxError|.*, in <module>$", self.output, re.MULTILINE)
        return self.verdict == "error" and bool(at_import)

    def after(self, before: Sequence["Result"]) -> "Result":
        """The result as it is shown below others, which may have said the same of its file."""
        if not (self.unread and any(x.detail == self.detail for x in before)):
            return self
        return self._replace(detail="as above", output="", printed="")

    def renamed(self, names: Mapping[str, str]) -> "Result":
        """The result with the student's names of files that were taken for others, by path."""
        detail, output, example = self.detail, self.output, self.counterexample
        for taken, own in names.items():
            detail, output = detail.replace(taken, own), output.replace(taken, own)
        module = self.check.function.rpartition(".")[0]
        file = PurePosixPath(names.get(f"{module.replace('.', '/')}.py", ""))
        if example and file.name:
            known = file.suffix == ".py" and file.stem.isidentifier()
            line = f"from {file.stem} import \\1\n" if known else ""
            asked = re.compile(rf"^from {re.escape(module)} import (.*)\n", re.MULTILINE)
            example = example._replace(code=asked.sub(line, example.code))
        return self._replace(detail=detail, output=output, counterexample=example)


def rank(result: Result) -> int:
    """Where the equation of a result stands in the order of the derivations."""
    return list(by_label()).index(result.check.equation)


def earliest(results: Iterable[Result]) -> Result | None:
    """The first wrong result, else the first not begun; those of hidden inputs come last."""
    failed = [r for r in results if r.verdict not in ("pass", "harness")]
    return min(failed, key=lambda r: (r.item.hidden, r.verdict in UNBEGUN, rank(r)), default=None)


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
            detail = needs + in_names(check, inputs[0], answer.text)
            more = more._replace(verdict=answer.kind, detail=detail)
            seen = answer.kind == "error" and not more.unread
            return more._replace(counterexample=of_case(check, inputs[0], ()) if seen else None)
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
    check = result.check
    if verdict.passed:
        of_chance = f"{100 * verdict.error:.0f} % of what is allowed"  # where functions draw
        size = f"error {verdict.error:.1e}" if check.tolerance < 1 else of_chance
        return result._replace(verdict="pass", detail=size, error=verdict.error)
    kind = "form" if np.isnan(verdict.error) else "wrong"
    detail, example = in_names(check, inputs[verdict.case], verdict.why), None
    if kind == "wrong" and verdict.allowed < 1:  # else the words hold the numbers
        detail = f"error {verdict.error:.1e}, allowed {verdict.allowed:.0e}: {verdict.why}"
    if verdict.case >= 0:
        cases = list(zip(inputs, outputs, strict=True))
        example = of_case(check, *cases[verdict.case], cases)
    return result._replace(
        verdict="partial" if verdict.in_part else kind, detail=detail, error=verdict.error,
        hint=show.hint(check, inputs, outputs), allowed=verdict.allowed, counterexample=example,
    )  # fmt: skip
