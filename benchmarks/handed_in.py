"""An edited module of the reference, handed in: what the grader says of it, as of a student's."""

from functools import cache

from benchmarks.edits import Mutant, mutants
from benchmarks.reach import MODELS, definition_at, needed
from experiments.record import ROOT
from grading.check import Check, draw_cases
from grading.checks import CHECKS
from grading.protocol import Files
from grading.report import Result, result_of
from grading.slip import checks_of, edited
from grading.slips import SLIPS
from grading.workers import finish, start

SECONDS = 20.0  # for all cases of a check, as `make grade` gives


@cache
def reference() -> Files:
    """The files of the four packages of mathematics."""
    paths = [path for package in MODELS for path in sorted((ROOT / package).glob("*.py"))]
    return {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in paths}


def judged(check: Check, path: str, source: str) -> Result:
    """The result of a check on the reference with another text at `path`."""
    inputs, files = draw_cases(check), {**reference(), path: source.encode()}
    return result_of(check, inputs, finish(start(files, check.function, inputs, SECONDS)))


def concerned(mutant: Mutant) -> list[Check]:
    """The checks of the function in which a mutant lies; or, where this has none and for constants,
    those of the functions that need it.
    """
    name = definition_at(ROOT, mutant.path, mutant.line)
    own = [check for check in CHECKS if check.function == name]
    return own or [check for check in CHECKS if name in needed(ROOT, check.function)]


def mutant_verdict(path: str, name: str) -> str:
    """The first verdict on a mutant that is no pass, and whose it is; "" where there is none."""
    (mutant,) = (m for m in mutants(ROOT, path) if m.name == name)
    for check in concerned(mutant):
        result = judged(check, path, mutant.source)
        if result.verdict != "pass":
            return f"{result.verdict} {check.equation}"
    return ""


def slip_verdict(name: str) -> dict[str, str]:
    """The verdict on a slip, and the hint that comes with it."""
    (slip,) = (slip for slip in SLIPS if slip.name == name)
    path = slip.function.rsplit(".", 1)[0].replace(".", "/") + ".py"
    (check,) = checks_of(slip, CHECKS)
    result = judged(check, path, edited(slip))
    return {"verdict": result.verdict, "hint": result.hint}
