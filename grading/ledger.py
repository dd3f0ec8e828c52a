"""The ledger: equation -> line -> check -> measured error -> slips caught -> laws.

`python -m grading ledger` runs every check and plants every slip, writes results/ledger.json, and
refreshes the mark under each equation of the chapters and the page docs/LEDGER.md. Which slips the
laws catch is read from results/laws.json, which `python -m tests.laws` writes.
"""

import json
import math
from pathlib import Path
from typing import Any

from grading.chapters import ROOT, Equation, chapters, equations
from grading.check import Check
from grading.checks import CHECKS
from grading.judge import resolve, run
from grading.marks import evidence, page, refreshed
from grading.slip import verdict
from grading.slips import slips_of
from training.run import write_text

JSON, PAGE = ROOT / "results" / "ledger.json", ROOT / "docs" / "LEDGER.md"
LAWS = ROOT / "results" / "laws.json"


def measure() -> dict[str, Any]:
    """For each checked equation: the check, its largest error, and the slips it catches."""
    rows = {}
    for check in CHECKS:
        outcome = run(check, *resolve(check.function))
        verdicts = [verdict(s, CHECKS) for s in slips_of(check)]
        caught = [v for v in verdicts if not v.passed and math.isfinite(v.error)]  # by its values
        found = {"error": outcome.error, "passed": outcome.passed, "caught": len(caught)}
        rows[check.equation] = facts(check) | found
    return rows


def facts(check: Check) -> dict[str, Any]:
    """What is known of a check before it runs."""
    names = ("function", "oracle", "cases", "tolerance")
    return {name: getattr(check, name) for name in names} | {"slips": len(slips_of(check))}


def write() -> None:
    rows, found = measure(), equations()
    write_text(JSON, json.dumps(rows, indent=1) + "\n")
    laws = read(LAWS)
    write_text(PAGE, page(found, rows, laws))
    for chapter in chapters():
        write_text(chapter, refreshed(chapter, found, rows, laws))
    print(summary(found, rows, laws))


def summary(found: list[Equation], rows: dict[str, Any], laws: dict[str, Any]) -> str:
    """Equations by kind, results and algorithms checked, slips caught by checks and by laws."""
    kinds = [e.kind for e in found]
    counts = ", ".join(f"{kinds.count(k)} {k}s" for k in dict.fromkeys(kinds))
    due = [e for e in found if e.kind in ("result", "algorithm")]
    checked = sum(evidence(e, rows) == "checked" for e in due)
    caught, slips = (sum(r[key] for r in rows.values()) for key in ("caught", "slips"))
    due_checked = f"{checked} of {len(due)} results and algorithms checked"
    by_laws = len({name for row in laws.values() for name in row["caught"]})
    caught_by_laws = f"{len(laws)} laws catch {by_laws} of them"
    return f"{counts}; {due_checked}; {caught} of {slips} slips caught; {caught_by_laws}"


def read(path: Path = JSON) -> dict[str, Any]:
    """The rows that the last `make ledger` wrote; of LAWS the laws, and which slips each of them
    caught when `python -m tests.laws` last ran.
    """
    rows: dict[str, Any] = json.loads(path.read_text())
    return rows
