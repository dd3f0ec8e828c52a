"""Tables of what `make bench` measured: case by case, and whom it is compared with."""

from typing import Any

from benchmarks.breakdown import KINDS, OPTIMISER, PYTHON
from benchmarks.cases import CASES
from benchmarks.rounds import FLOOR, GIVEN_BACK, OURS, PEERS
from experiments.experiment import Numbers
from experiments.tables import markdown
from figures.speed import WORDS

SHOWN = (FLOOR, *PEERS, GIVEN_BACK)
RELATIVE = "of the update"


def beside(numbers: Numbers) -> str:

    def cell(row: dict[str, Any] | None) -> str:
        if row is None:
            return ""
        if "missing" in row:
            return "missing"
        low, high = row["from to"]
        return f"**{row['ours / theirs']:.2f}** ({low:.2f} to {high:.2f})"

    rows = [
        [CASES[name].title, f"{case[OURS]['ms']:.2f}", *(cell(case.get(who)) for who in SHOWN)]
        for name, case in numbers["cases"].items()
    ]
    header = ["case", "ours, ms", *(f"ours / {WORDS[who]}" for who in SHOWN)]
    every = [pair for case in numbers["cases"].values() for pair in case.items()]
    lacking = {f"Missing: {who}: {row['missing']}." for who, row in every if "missing" in row}
    versions = [pair for _, row in every for pair in row.get("versions", {}).items()]
    named = dict.fromkeys(map(" ".join, versions))
    where = ", ".join([*numbers.get("machine", {}).values(), *named])
    picture = "![Our time over that of each peer, case by case](speed.svg)"
    return "\n\n".join([picture, markdown(header, rows), f"On {where}.", *sorted(lacking)])


def where(numbers: Numbers) -> str:
    kinds = [*KINDS, OPTIMISER, PYTHON]
    rows = []
    for name, case in numbers["cases"].items():
        whole, parts = case[OURS]["ms"], case[OURS]["where"]
        bare = f"{case[FLOOR]['ms']:.2f}"
        cells = [f"{whole * parts.get(kind, 0):.2f}" for kind in kinds]
        rows.append([CASES[name].title, bare, *cells, f"{case[OURS]['watched']:.2f}"])
    return markdown(["case", "bare products", *kinds, "slower while watched"], rows)


def agreement(numbers: Numbers) -> str:
    """What each peer's results differ from ours by."""

    def cell(row: dict[str, Any]) -> str:
        return f"{row['difference']:.1e}" if row["unit"] == RELATIVE else f"{row['difference']:.2f}"

    rows = []
    for name, case in numbers["cases"].items():
        there = {who: row for who, row in case.items() if "difference" in row}
        if there:
            unit = next(iter(there.values()))["unit"]
            cells = [cell(there[who]) if who in there else "" for who in PEERS]
            rows.append([CASES[name].title, unit, *cells])
    return markdown(["case", "difference, in units", *PEERS], rows)
