"""Generic mistakes all over the reference, handed in as answers: does the grader notice?

As in benchmarks/mutants.py, but every mutant is tried that a check could see. Every slip is handed
in, too: a mistake that is known has to come back with its own hint.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

from benchmarks.edits import all_variants, mutants
from benchmarks.handed_in import concerned, mutant_verdict, slip_verdict
from benchmarks.mutants import counts, modules, outcome, uncaught
from experiments.cache import Part, compute
from experiments.experiment import Experiment, Numbers
from experiments.imports import MODELS
from experiments.record import ROOT
from experiments.tables import markdown, table
from grading.slips import SLIPS


def measure() -> Numbers:
    """What the grader says of the mutants of each package, and of the slips."""
    every = {path: list(mutants(ROOT, path, all_variants)) for path in modules()}
    tried = [mutant for found in every.values() for mutant in found if concerned(mutant)]
    said = compute([Part(mutant_verdict, (m.path, m.name)) for m in tried])
    hints = compute([Part(slip_verdict, (slip.name,)) for slip in SLIPS])
    seen = Counter(mutant.path for mutant in tried)
    return {
        **outcome(every, tried, said),
        "verdicts": Counter(words.split()[0] for words in said if words),
        "unseen": {path: len(m) - seen[path] for path, m in every.items() if len(m) > seen[path]},
        "slips": [slips_of(package, hints) for package in MODELS],
    }


def slips_of(package: str, hints: list[dict[str, str]]) -> dict[str, Any]:
    """How many slips a package has, how many are caught, and those without their own hint."""
    said = {s: h for s, h in zip(SLIPS, hints, strict=True) if s.function.startswith(f"{package}.")}
    own = {slip: f"{slip.hint} See ({slip.equation})." for slip in said}
    return {
        "package": package,
        "slips": len(said),
        "caught": sum(found["verdict"] in ("wrong", "partial") for found in said.values()),
        "without their hint": [slip.name for slip in said if said[slip]["hint"] != own[slip]],
    }


def verdicts(numbers: Numbers) -> str:
    rows = [[verdict.upper(), str(count)] for verdict, count in numbers["verdicts"].items()]
    return markdown(["verdict", "mutants"], sorted(rows))


def hints(numbers: Numbers) -> str:
    without = "without their hint"
    columns: dict[str, Callable[[Any], str] | int] = {"package": 0, "slips": 0, "caught": 0}
    columns |= {"with their own hint": lambda row: str(row["slips"] - len(row[without]))}
    return table(numbers["slips"], columns | {without: lambda row: ", ".join(row[without])})


def unseen(numbers: Numbers) -> str:
    rows = [[f"`{path}`", str(count)] for path, count in numbers["unseen"].items()]
    return markdown(["module", "mutants that no check could see"], rows)


EXPERIMENT = Experiment(
    question="Which generic mistakes in an answer does the grader not notice?",
    minutes=8,
    protocol="each mutant as a submission: the reference with one edit, in a worker, judged by the"
    " checks of the function in which it lies, or by those of the functions that need this one;"
    " tried: all that such a check could see; caught: one verdict is no pass; harmless: the value"
    " stays the same, for the reason that is given; slips: each as a submission",
    seeds=(0,),
    data="none",
    tables={
        "Mutants that the grader catches": counts,
        "Verdicts on them": verdicts,
        "Mutants that the grader lets pass": uncaught,
        "Slips and their hints": hints,
        "Mutants out of the grader's reach": unseen,
    },
)
