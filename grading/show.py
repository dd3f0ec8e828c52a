"""What slips are good for besides testing the checks: hints for students, and a demonstration."""

import inspect
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from grading.check import Arrays, Check, draw_cases
from grading.checks import CHECKS
from grading.judge import Verdict, call, judge, resolve
from grading.sandbox.protocol import GradingError
from grading.slip import checks_of, compiled, planted, verdict
from grading.slips import BY_NAME, SLIPS, slips_of


def prepare(checks: Sequence[Check]) -> None:
    """Reads and compiles their slips, so that nothing is read once a stranger's code has run."""
    for check in checks:
        for slip in slips_of(check):
            compiled(slip)


def hint(check: Check, inputs: Sequence[Arrays], outputs: Sequence[Arrays]) -> str:
    """What would help, where the outputs of all cases are those of exactly one known slip."""
    found = []
    for slip in slips_of(check):
        function, module = planted(slip)
        try:
            with np.errstate(all="ignore"):
                pairs = zip(outputs, (call(function, x, module) for x in inputs), strict=True)
                alike = all(same(a, b) for a, b in pairs)
        except Exception:  # a slip may raise on inputs that a right function takes
            continue
        found += [f"{slip.hint} See ({slip.equation})."] if alike else []
    return found[0] if len(found) == 1 else ""


def same(got: Arrays, slipped: Arrays) -> bool:
    """Whether an answer to one case is that of a slip, whichever way it is written."""

    def near(a: Any, b: Any) -> bool:
        a, b = np.asarray(a), np.asarray(b)
        size = np.abs(b, where=np.isfinite(b), out=np.zeros(b.shape)).max(initial=1)
        rtol, unit = (1e-3, 1e-4) if np.float32 in (a.dtype, b.dtype) else (1e-9, 1e-12)
        return a.shape == b.shape and np.allclose(a, b, rtol=rtol, atol=unit * size)

    return len(got) == len(slipped) and all(map(near, got, slipped))


def show(name: str | None) -> None:
    """Prints a slip being caught; without a name, lists all of them."""
    if name is None:
        for slip in SLIPS:
            print(f"{slip.name:28} {slip.equation:8} {slip.function}")
        return
    if name not in BY_NAME:
        raise GradingError(f"there is no slip {name}; `make slip` lists all {len(SLIPS)}.")
    slip = BY_NAME[name]
    check = checks_of(slip, CHECKS)[0]
    outcome = verdict(slip, CHECKS)
    inputs = draw_cases(check)
    function, module = resolve(slip.function)
    right = judge(check, inputs, [call(function, x, module) for x in inputs])
    place = os.path.relpath(str(module.__file__))
    line = inspect.getsourcelines(function)[1]
    print(f"({slip.equation})  {place}:{line}  {function.__name__}\n")
    print(f"  - {slip.old}\n  + {slip.new}\n")
    print(f"checked against: {check.oracle}, {check.cases} cases, tolerance {check.tolerance:.0e}")
    print(f"  as it stands:  {_words(right)}\n  with the slip: {_words(outcome)}")
    print(f"\nhint: {slip.hint}")


def _words(verdict: Verdict) -> str:
    if verdict.passed:
        return f"passes, largest error {verdict.error:.1e}"
    measured = "" if np.isnan(verdict.error) else f", largest error {verdict.error:.1e}"
    return f"CAUGHT: {verdict.why}{measured}"
