"""Which slips each law catches: `python -m tests.laws` writes it to results/laws.json."""

import json
from typing import Any

from grading.chapters import ROOT
from grading.slip import Slip
from grading.slips import SLIPS
from tests.laws import find
from tests.laws.law import Law, holds

JSON = ROOT / "results" / "laws.json"


def slips_of(law: Law) -> list[Slip]:
    """The slips that are planted in functions of the law."""
    return [slip for slip in SLIPS if slip.function in law.functions]


def facts(law: Law) -> dict[str, Any]:
    """What is known of a law before it runs."""
    where = f"{law.module.replace('.', '/')}.py"
    names = {"equations": list(law.equations), "functions": list(law.functions)}
    return names | {"module": where}


def measure() -> dict[str, Any]:
    """For each law its facts and the names of the slips that it catches."""
    rows = {}
    for law in find():
        caught = [slip.name for slip in slips_of(law) if not holds(law, slip)]
        print(f"{law.name:64} {len(caught):2} of {len(slips_of(law))}", flush=True)
        rows[law.name] = facts(law) | {"caught": caught}
    return rows


def write() -> None:
    """Measures, writes, and prints the share of all slips that laws alone catch."""
    rows = measure()
    JSON.write_text(json.dumps(rows, indent=1) + "\n")
    caught = {name for row in rows.values() for name in row["caught"]}
    print(f"{len(rows)} laws; they catch {len(caught)} of {len(SLIPS)} slips")
