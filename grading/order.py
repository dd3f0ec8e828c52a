"""What comes first: equations in reading order."""

from collections.abc import Iterable
from functools import cache

from grading.chapters import ROOT, Equation, equations
from grading.reports.report import Result

UNBEGUN = ("todo", "missing", "skipped")


@cache
def by_label() -> dict[str, Equation]:
    """Every numbered equation by its label, in the order of the derivations."""
    return {equation.label: equation for equation in equations()}


def rank(result: Result) -> int:
    """Where the equation of a result stands in the order of the derivations."""
    return list(by_label()).index(result.check.equation)


def earliest(results: Iterable[Result]) -> Result | None:
    """The first wrong result, else the first not begun; those of hidden inputs come last."""
    failed = [r for r in results if r.verdict not in ("pass", "harness")]
    return min(failed, key=lambda r: (r.item.hidden, r.verdict in UNBEGUN, rank(r)), default=None)


def place(label: str) -> str:
    """Chapter and line of an equation, "vae/DERIVATION.md:120"."""
    equation = by_label()[label]
    return f"{equation.chapter.relative_to(ROOT).as_posix()}:{equation.line}"
