"""Slips: plausible mistakes, each one edit to the reference; each must be caught by its values.

The edited source runs in a copy of its module, so nothing else sees the mistake. It is read from
the disk once: what somebody writes there later is not run.
"""

import ast
import importlib
import types
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from grading.check import Check
from grading.judge import Verdict, run


class Slip(NamedTuple):
    """One edit: what stands in the function, what a hurried student writes, what would help."""

    name: str
    equation: str
    function: str  # the module and name
    old: str  # must occur exactly once in the function
    new: str
    hint: str
    helper: str = ""  # the function of the same module that is edited, if it is another


class StaleSlipError(Exception):
    """A slip whose old text does not occur exactly once in its function: the code has moved on."""


def planted(slip: Slip) -> tuple[Callable[..., Any], types.ModuleType]:
    """The function with the mistake in it, and the copy of its module."""
    module_name, name = slip.function.rsplit(".", 1)
    copy = types.ModuleType(module_name)
    exec(compiled(slip), copy.__dict__)
    return getattr(copy, name), copy


@cache
def compiled(slip: Slip) -> types.CodeType:
    """The edited source of the slip's module, compiled. StaleSlipError where it cannot be made."""
    return compile(edited(slip), f"<{slip.name}>", "exec")


def edited(slip: Slip) -> str:
    """The source of the slip's module with its edit. StaleSlipError where it cannot be made."""
    module_name, name = slip.function.rsplit(".", 1)
    source = _source(module_name)
    place = slip.helper or name
    first, last = _lines_of(source, place)
    lines = source.splitlines(keepends=True)
    body = "".join(lines[first:last])
    if body.count(slip.old) != 1:
        times = f"{body.count(slip.old)} times in {module_name}.{place}, expected once"
        raise StaleSlipError(f"slip {slip.name}: {slip.old!r} occurs {times}.")
    return "".join(lines[:first]) + body.replace(slip.old, slip.new) + "".join(lines[last:])


@cache
def _source(module_name: str) -> str:
    return Path(str(importlib.import_module(module_name).__file__)).read_text(encoding="utf-8")


@cache
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
