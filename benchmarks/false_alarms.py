"""Do the checks ever refuse what is right? The reference, and right answers written differently.

`python -m benchmarks.false_alarms` (a quarter of an hour on two cores): every check with 200 seeds.
"""

import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from experiments.record import write
from grading.alternatives import ALTERNATIVES
from grading.check import Check, resolve, run
from grading.checks import CHECKS
from training.command import complain
from training.parallel import at_once

SEEDS = range(1000, 1200)  # none of them is one that the tests use
RANDOM_CASES = 2  # of a random function: a case is tens of thousands of chains


def alarms(seed: int) -> list[str]:
    """What the checks refuse with one seed, of all that they should pass."""
    found = []
    for check in CHECKS:
        function, module = resolve(check.function)
        name = check.function.rsplit(".", 1)[1]
        count = RANDOM_CASES if check.tolerance == 1 else None
        for version in [function, *ALTERNATIVES.get(name, [])]:
            if not run(check, version, module, seed, count).passed:
                found.append(f"{check.equation} {version.__name__} {seed}")
    return found


def tried(check: Check) -> int:
    """The reference and the other versions of one check's function."""
    return 1 + len(ALTERNATIVES.get(check.function.rsplit(".", 1)[1], []))


def main(argv: Sequence[str]) -> None:
    """Runs all, counts, writes."""
    with ProcessPoolExecutor(at_once()) as pool:
        found = [alarm for part in pool.map(alarms, SEEDS) for alarm in part]
    runs = sum(tried(check) for check in CHECKS) * len(SEEDS)
    print(f"{runs} checks of right answers, {len(found)} false alarms", *found, sep="\n")
    write(
        "false_alarms",
        protocol="every check on the reference and on the versions of grading/alternatives.py; random"
        f" functions with {RANDOM_CASES} cases a seed, the others with all",
        seeds=SEEDS,
        data="none",
        numbers={
            "checks": len(CHECKS),
            "other versions": sum(len(v) for v in ALTERNATIVES.values()),
            "runs": runs,
            "false alarms": found,
        },
    )


if __name__ == "__main__":
    complain(main, sys.argv[1:])
