"""Slips: plausible mistakes, each one edit to the reference; each must be caught by its values.

The edited source runs in a copy of its module, so nothing else sees the mistake.
"""

import ast
import importlib
import inspect
import types
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from grading.check import Arrays, Check, Verdict, call, draw_cases, judge, run


class Slip(NamedTuple):
    """One edit: what stands in the function, what a hurried student writes, what would help."""

    name: str
    equation: str
    function: str  # the module and name
    old: str  # must occur exactly once in the function
    new: str
    hint: str


class StaleSlipError(Exception):
    """A slip whose old text does not occur exactly once in its function: the code has moved on."""


def planted(slip: Slip) -> tuple[Callable[..., Any], types.ModuleType]:
    """The function with the mistake in it, and the copy of its module."""
    module_name, name = slip.function.rsplit(".", 1)
    original = importlib.import_module(module_name)
    source = Path(str(original.__file__)).read_text()
    first, last = _lines_of(source, name)
    lines = source.splitlines(keepends=True)
    body = "".join(lines[first:last])
    if body.count(slip.old) != 1:
        raise StaleSlipError(
            f"slip {slip.name}: {slip.old!r} occurs {body.count(slip.old)} times in"
            f" {slip.function}, expected once."
        )
    edited = "".join(lines[:first]) + body.replace(slip.old, slip.new) + "".join(lines[last:])
    copy = types.ModuleType(module_name)
    exec(compile(edited, f"<{slip.name}>", "exec"), copy.__dict__)
    return getattr(copy, name), copy


def _lines_of(source: str, name: str) -> tuple[int, int]:
    """First line and end of the body of a function at the top of a module, below its docstring."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            start = node.body[1] if ast.get_docstring(node) else node.body[0]
            return start.lineno - 1, int(node.end_lineno or 0)
    raise StaleSlipError(f"there is no function {name} to plant a slip in.")


def checks_of(slip: Slip, checks: Sequence[Check]) -> list[Check]:
    """The checks that have to catch a slip: those of its equation and function."""
    return [c for c in checks if (c.equation, c.function) == (slip.equation, slip.function)]


def verdict(slip: Slip, checks: Sequence[Check], seed: int = 0) -> Verdict:
    """The verdict on the function with the slip in it, by the first check of its equation."""
    function, module = planted(slip)
    return run(checks_of(slip, checks)[0], function, module, seed)


def hint(check: Check, inputs: Sequence[Arrays], outputs: Sequence[Arrays]) -> str:
    """What would help, where the outputs of all cases are those of exactly one known slip."""
    from grading.slips import SLIPS

    found = []
    for slip in SLIPS:
        if (slip.equation, slip.function) == (check.equation, check.function):
            function, module = planted(slip)
            try:
                with np.errstate(all="ignore"):
                    pairs = zip(outputs, (call(function, x, module) for x in inputs), strict=True)
                    same = all(_same(a, b) for a, b in pairs)
            except Exception:  # a slip may raise on inputs that a right function takes
                continue
            found += [f"{slip.hint} See ({slip.equation})."] if same else []
    return found[0] if len(found) == 1 else ""


def _same(got: Arrays, slipped: Arrays) -> bool:
    return len(got) == len(slipped) and all(
        np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=1e-9, atol=1e-12)
        for a, b in zip(got, slipped, strict=True)
    )


def show(name: str | None) -> None:
    """Prints a slip being caught; without a name, lists all of them."""
    from grading.checks import CHECKS
    from grading.slips import SLIPS

    if name is None:
        for slip in SLIPS:
            print(f"{slip.name:28} {slip.equation:8} {slip.function}")
        return
    by_name = {slip.name: slip for slip in SLIPS}
    if name not in by_name:
        raise LookupError(f"there is no slip {name}; `make slip` lists all {len(SLIPS)}.")
    slip = by_name[name]
    check = checks_of(slip, CHECKS)[0]
    outcome = verdict(slip, CHECKS)
    inputs = draw_cases(check)
    module_name, function_name = slip.function.rsplit(".", 1)
    module = importlib.import_module(module_name)
    function = getattr(module, function_name)
    right = judge(check, inputs, [call(function, x, module) for x in inputs])
    place = Path(str(module.__file__)).relative_to(Path.cwd())
    line = inspect.getsourcelines(function)[1]
    print(f"({slip.equation})  {place}:{line}  {function_name}\n")
    print(f"  - {slip.old}\n  + {slip.new}\n")
    print(f"checked against: {check.oracle}, {check.cases} cases, tolerance {check.tolerance:.0e}")
    print(f"  as it stands:  {_words(right)}\n  with the slip: {_words(outcome)}")
    print(f"\nhint: {slip.hint}")


def _words(verdict: Verdict) -> str:
    if verdict.passed:
        return f"passes, largest error {verdict.error:.1e}"
    measured = "" if np.isnan(verdict.error) else f", largest error {verdict.error:.1e}"
    return f"CAUGHT: {verdict.why}{measured}"
