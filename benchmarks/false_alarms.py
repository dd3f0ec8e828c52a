"""Do the checks ever reject a correct answer? The reference, and other correct versions of it."""

from collections.abc import Callable, Sequence
from typing import Any

from experiments.cache import Part, compute
from experiments.experiment import Experiment, Numbers
from experiments.imports import MODELS
from experiments.tables import markdown
from grading.alternatives import ALTERNATIVES
from grading.check import Check
from grading.checks import CHECKS
from grading.judge import resolve, run

SEEDS = tuple(range(1000, 1200))  # none of them is one that the tests use


def measure() -> Numbers:
    """What every check says of every right version, check by check."""
    return compute([Part(verdicts, (check.equation,)) for check in CHECKS])


def verdicts(equation: str, seeds: Sequence[int] = SEEDS) -> dict[str, Any]:
    """The runs of one check, those that it rejected, and the largest error in tolerances."""
    (check,) = (check for check in CHECKS if check.equation == equation)
    _, module = resolve(check.function)
    draws = check.draw if isinstance(check.draw, tuple) else (check.draw,)
    count = len(draws) if check.tolerance == 1 else None  # a case is tens of thousands of chains
    refused, worst = [], 0.0
    for seed in seeds:  # outside, so that inputs are drawn and oracles asked once
        for version in versions(check):
            verdict = run(check, version, module, seed, count)
            if verdict.passed:
                worst = max(worst, verdict.error / check.tolerance)
            else:
                refused.append(f"{version.__name__}, seed {seed}: {verdict.why}")
    return {
        "check": f"{equation} {check.function}",
        "versions": len(versions(check)),
        "runs": len(versions(check)) * len(seeds),
        "false alarms": refused,
        "largest error in tolerances": worst,
    }


def versions(check: Check) -> list[Callable[..., Any]]:
    """The reference of a check, and the other right versions of its function."""
    function, _ = resolve(check.function)
    return [function, *ALTERNATIVES.get(check.function.rsplit(".", 1)[1], [])]


def alarms(numbers: Numbers) -> str:
    """A line for each package, and the check that came nearest to a false alarm."""
    rows = []
    for package in MODELS:
        found = [row for row in numbers if row["check"].split()[1].startswith(f"{package}.")]
        nearest = max(found, key=lambda row: row["largest error in tolerances"])
        versions, runs = (sum(row[of] for row in found) for of in ("versions", "runs"))
        count = sum(len(row["false alarms"]) for row in found)
        share = f"{count} ({100 * count / runs:.2g} %)"
        near = f"{nearest['largest error in tolerances']:.2f} ({nearest['check'].split()[0]})"
        rows.append([package, *map(str, (len(found), versions, runs)), share, near])
    header = ["package", "checks", "correct versions", "runs", "false alarms"]
    return markdown([*header, "largest error, in tolerances"], rows)


EXPERIMENT = Experiment(
    question="How often do the checks reject a correct answer?",
    minutes=12,
    protocol="every check on the reference and on the versions of grading/alternatives*.py, with"
    f" {len(SEEDS)} seeds that no test uses; random functions with a case of each kind a seed, the"
    " others with all cases; each run has cases in float64 and in float32",
    data="none",
    tables={"False alarms": alarms},
)
