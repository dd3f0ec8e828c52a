"""What comes first: equations in reading order, and checked functions that others call."""

import ast
import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from grading.chapters import ROOT, Equation, equations
from grading.checks import CHECKS
from grading.protocol import Files
from grading.report import Result

UNBEGUN = ("todo", "missing", "skipped")


@cache
def by_label() -> dict[str, Equation]:
    """Every numbered equation by its label, in the order of the derivations."""
    return {equation.label: equation for equation in equations()}


def rank(result: Result) -> int:
    """Where the equation of a result stands in the order of the derivations."""
    return list(by_label()).index(result.check.equation)


def earliest(results: Iterable[Result]) -> Result | None:
    """The first wrong equation; where none is wrong, the first that is not begun; or None."""
    failed = [r for r in results if r.verdict not in ("pass", "harness")]
    wrong = [r for r in failed if r.verdict not in UNBEGUN]
    return min(wrong or failed, key=rank, default=None)


def place(label: str) -> str:
    """Chapter and line of an equation, "vae/DERIVATION.md:120"."""
    equation = by_label()[label]
    return f"{equation.chapter.relative_to(ROOT).as_posix()}:{equation.line}"


@cache
def helpers() -> dict[str, frozenset[str]]:
    """The checked functions that a checked function of the reference calls: itself, through others
    that it calls, or by a table of functions at the top of a module.
    """
    calls: dict[str, set[str]] = {}
    for module in {check.function.rsplit(".", 1)[0] for check in CHECKS}:
        tree = ast.parse((ROOT / (module.replace(".", "/") + ".py")).read_text(encoding="utf-8"))
        owned = {name: node for node in tree.body for name in _defined(node)}
        names = {name: f"{module}.{name}" for name in owned}
        for node in tree.body:
            if isinstance(node, ast.ImportFrom):
                names |= {x.asname or x.name: f"{node.module}.{x.name}" for x in node.names}
        for name, node in owned.items():
            used = {x.id for x in ast.walk(node) if isinstance(x, ast.Name)}
            calls[f"{module}.{name}"] = {names[x] for x in used & set(names)}
    checked = {check.function for check in CHECKS}
    return {name: frozenset(_reached(name, calls) & checked - {name}) for name in checked}


def _defined(node: ast.stmt) -> list[str]:
    """The names of functions and tables that a statement at the top of a module defines."""
    if isinstance(node, ast.FunctionDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [x.id for x in targets if isinstance(x, ast.Name)]


def _reached(name: str, calls: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        new = calls.get(waiting.pop(), set()) - seen
        seen |= new
        waiting += new
    return seen


def because(result: Result, before: Sequence[Result], files: Files) -> str:
    """The earliest failed equation, of those judged before, on whose function this one's rests.

    It rests on it if the reference's does and the name stands in the student's file: read as text,
    never run. "" where there is none, or where the result is no failure.
    """
    if result.verdict in ("pass", "harness", *UNBEGUN):
        return ""
    text = files.get(_file(result), b"").decode("utf-8", "replace")
    words = set(re.findall(r"\w+", text))
    used = helpers()[result.check.function]
    failed = [r for r in before if r.verdict not in ("pass", "harness")]
    causes = [
        r
        for r in failed
        if r.check.function in used and r.check.function.rsplit(".", 1)[1] in words
    ]
    first = min(causes, key=rank, default=None)
    return first.check.equation if first else ""


def _file(result: Result) -> str:
    return Path(*result.check.function.split(".")[:-1]).with_suffix(".py").as_posix()
