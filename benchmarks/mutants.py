"""Generic mistakes, one at a time, all over the four packages of mathematics: do the tests notice?

Unlike slips these mistakes are not chosen: benchmarks/edits.py makes them wherever the code has a
sign, a factor or an axis. A fifth of each module's mutants is tried; with MUTANTS=1 in the
environment all of them are, with MUTANTS=0.05 a twentieth. The tests of slips and stubs are left
out: they are about the checks, and slow. Nothing should be edited while this runs.
"""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from benchmarks.edits import Mutant, mutants, sample
from benchmarks.trial import failure, tests_of
from experiments.cache import Part, compute
from experiments.experiment import Experiment, Numbers
from experiments.imports import MODELS, reached
from experiments.record import ROOT
from experiments.tables import markdown, percent, table
from training.run import RunError

SEED = 0
# Why a mutant that is let pass is harmless, "the same value", or else why it is let pass.
KNOWN = json.loads(Path(__file__).with_name("mutant_reasons.json").read_text())
REASONS = {mutant: why for why, mutants in KNOWN.items() for mutant in mutants}


FRACTION = float(os.environ.get("MUTANTS", "0.2"))


def modules() -> list[str]:
    """The paths of all modules of the four packages but their commands."""
    files = [path for package in MODELS for path in sorted((ROOT / package).glob("*.py"))]
    return [path.relative_to(ROOT).as_posix() for path in files if path.name[:2] != "__"]


def measure() -> Numbers:
    """Counts for each package, and the mutants that no test noticed."""
    every = {path: list(mutants(ROOT, path)) for path in modules()}
    tried = [mutant for found in every.values() for mutant in sample(found, FRACTION, SEED)]
    tests = {test for path in every for test in tests_of(ROOT, ROOT / path)}
    compute([timed(test) for test in sorted(tests)])
    return outcome(every, tried, compute([attempted(mutant) for mutant in tried]))


def outcome(
    every: dict[str, list[Mutant]], tried: Sequence[Mutant], noticed: Sequence[str]
) -> dict[str, Any]:
    """Counts for each package, and those mutants of which `noticed` has "", with reasons."""
    survivors = [mutant for mutant, by in zip(tried, noticed, strict=True) if not by]
    return {
        "packages": [row(package, chain(*every.values()), tried, survivors) for package in MODELS],
        "survivors": [
            {"mutant": f"{m.path}:{m.line}: {m.change}", "reason": reason(m)} for m in survivors
        ],
    }


def reason(mutant: Mutant) -> str:
    """Why a mutant is let pass, "" where nobody has said so."""
    return REASONS.get(f"{mutant.path}: {mutant.change}", "")


def row(package: str, *groups: Iterable[Mutant]) -> dict[str, Any]:
    """How many mutants a package has of all groups: of all, of those tried, of the survivors."""
    every, tried, alone = ([m for m in x if m.path.startswith(f"{package}/")] for x in groups)
    return {
        "package": package,
        "mutants": len(every),
        "tried": len(tried),
        "caught": len(tried) - len(alone),
        "harmless": sum(reason(m).startswith("the same") for m in alone),
    }


def attempted(mutant: Mutant) -> Part:
    """The attempt on one mutant: kept until its module changes, or a test, or what tests import."""
    tests = tests_of(ROOT, ROOT / mutant.path)
    return Part(attempt, (mutant.path, mutant.name), sources([ROOT / mutant.path, *tests]))


def attempt(path: str, name: str) -> str:
    """The first test that fails on a mutant, fast files first; "" where none does."""
    (mutant,) = (m for m in mutants(ROOT, path) if m.name == name)
    tests = tests_of(ROOT, ROOT / path)
    for seconds, test in sorted(zip(compute([timed(test) for test in tests]), tests, strict=True)):
        if failed := failure(ROOT, test, 10 * seconds + 60, mutant):
            return failed
    return ""


def timed(test: Path) -> Part:
    """The seconds that a file of tests takes as things are."""
    return Part(seconds_of, (test.relative_to(ROOT).as_posix(),), sources([test]))


def seconds_of(test: str) -> float:
    """The seconds of one file of tests; RunError where it fails without any mutant."""
    start = os.times().elapsed
    if failed := failure(ROOT, ROOT / test, 3600):
        raise RunError(f"{failed} fails as things are; expected tests that pass.")
    return os.times().elapsed - start


def sources(files: Sequence[Path]) -> tuple[Path, ...]:
    """These files, what they import at any depth, and what all tests share."""
    shared = [ROOT / "tests" / "conftest.py"]
    return tuple(sorted({found for file in [*files, *shared] for found in reached(ROOT, file)}))


def counts(numbers: Numbers) -> str:

    def caught(row: Mapping[str, int]) -> str:
        return f"{row['caught']} ({percent(row['caught'] / (row['tried'] - row['harmless']), 1)})"

    columns = dict.fromkeys(("package", "mutants", "tried", "harmless"), 0)
    return table(numbers["packages"], {**columns, "caught (of the others)": caught})


def uncaught(numbers: Numbers) -> str:
    rows = [[f"`{row['mutant']}`", row["reason"]] for row in numbers["survivors"]]
    return markdown(["mutant", "why"], rows)


EXPERIMENT = Experiment(
    question="Which generic mistakes in the four packages of mathematics do the tests not notice?",
    minutes=20 * FRACTION / 0.2,
    protocol="each mutant by itself, with the tests that import its module or reach it through"
    " models, but for those of slips and stubs; the mutants that are tried are drawn by their names"
    " in each module; harmless: the value stays the same, for the reason that is given",
    seeds=(SEED,),
    data="none",
    tables={"Mutants that the tests catch": counts, "Mutants that they let pass": uncaught},
)
