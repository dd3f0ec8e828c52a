"""An edited module of the reference, handed in: what the grader says of it, as of a student's."""

from functools import cache
from pathlib import Path

from benchmarks.edits import Mutant, all_variants, mutants
from experiments.imports import MODELS
from experiments.record import ROOT
from grading.check import Check, draw_cases
from grading.checks import CHECKS
from grading.course.assignment import SECONDS, Item
from grading.reports.report import Result, result_of
from grading.sandbox.given import defined, furnished, tree, used_by
from grading.sandbox.protocol import Files
from grading.sandbox.workers import finish, start
from grading.slip import checks_of, edited
from grading.slips import BY_NAME


@cache
def reference() -> Files:
    paths = [path for package in MODELS for path in sorted((ROOT / package).glob("*.py"))]
    return {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in paths}


def judged(check: Check, path: str, source: str) -> Result:
    """The result of a check on the reference with another text at `path`."""
    inputs, files = draw_cases(check), {**reference(), path: source.encode()}
    worker = start(furnished(files, check.function), check.function, inputs, SECONDS)
    return result_of(Item(check), inputs, finish(worker))


def concerned(mutant: Mutant) -> list[Check]:
    """The checks of the function in which a mutant lies; or, where this has none and for constants,
    those of the functions of its file that use it: for others, the file is the reference's.
    """
    here = {*defined(next(x for x in tree(mutant.path).body if mutant.line <= (x.end_lineno or 0)))}
    module = ".".join(Path(mutant.path).with_suffix("").parts)
    beside = [(c, c.function.removeprefix(f"{module}.")) for c in CHECKS]
    beside = [(c, name) for c, name in beside if c.function == f"{module}.{name}"]
    own = [c for c, name in beside if name in here]
    return own or [c for c, name in beside if used_by(mutant.path, name) & here]


def mutant_verdict(path: str, name: str) -> str:
    """The first verdict on a mutant that is no pass, and whose it is; "" where there is none."""
    (mutant,) = (m for m in mutants(ROOT, path, all_variants) if m.name == name)
    for check in concerned(mutant):
        result = judged(check, path, mutant.source)
        if result.verdict != "pass":
            return f"{result.verdict} {check.equation}"
    return ""


def slip_verdict(name: str) -> dict[str, str]:
    """The verdict on a slip, and the hint that comes with it."""
    slip = BY_NAME[name]
    path = slip.function.rsplit(".", 1)[0].replace(".", "/") + ".py"
    (check,) = checks_of(slip, CHECKS)
    result = judged(check, path, edited(slip))
    return {"verdict": result.verdict, "hint": result.hint}
