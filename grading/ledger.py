"""The ledger: equation -> line -> check -> measured error -> slips caught.

`python -m grading ledger` runs every check and plants every slip, writes results/ledger.json, and
refreshes the line under each equation of the chapters and the page docs/LEDGER.md.
"""

import json
import math
from pathlib import Path
from typing import Any

from grading.chapters import ROOT, SEAT, Equation, chapters, equations, tags
from grading.check import Check, resolve, run
from grading.checks import CHECKS
from grading.slip import checks_of, verdict
from grading.slips import SLIPS

JSON, PAGE = ROOT / "results" / "ledger.json", ROOT / "docs" / "LEDGER.md"


def measure() -> dict[str, Any]:
    """For each checked equation: the check, its largest error, and the slips it catches."""
    rows = {}
    for check in CHECKS:
        outcome = run(check, *resolve(check.function))
        slips = [s for s in SLIPS if check in checks_of(s, CHECKS)]
        verdicts = [verdict(s, CHECKS) for s in slips]
        caught = [v for v in verdicts if not v.passed and math.isfinite(v.error)]  # by its values
        rows[check.equation] = facts(check) | {
            "error": outcome.error,
            "passed": outcome.passed,
            "caught": len(caught),
        }
    return rows


def facts(check: Check) -> dict[str, Any]:
    """What is known of a check before it runs."""
    return {
        "function": check.function,
        "oracle": check.oracle,
        "cases": check.cases,
        "tolerance": check.tolerance,
        "slips": sum(check in checks_of(s, CHECKS) for s in SLIPS),
    }


def magnitude(error: float) -> str:
    """The error rounded up to a power of ten: what changes with the machine does not show."""
    return "0" if error == 0 else f"1e{math.ceil(math.log10(error))}"


def visible(equation: Equation, row: dict[str, Any] | None) -> str:
    """The line that a reader sees under an equation, with the comment that finds it at its end."""
    parts = []
    places = [place for label, place in tags() if label == equation.label]
    if places:
        links = []
        for path, number in places:
            up = "" if path.parent == equation.chapter.parent else f"../{path.parent.name}/"
            links.append(f"[`{path.name}`, line {number}]({up}{path.name}#L{number})")
        parts.append(", ".join(links))
    if row is not None:
        random = row["tolerance"] == 1
        if not row["passed"]:
            bound = "the check **fails**"
        else:
            bound = (
                "within its bound" if random else f"largest error &le; {magnitude(row['error'])}"
            )
        parts += [
            f"checked against *{row['oracle']}*, {row['cases']} cases, {bound}",
            f"{row['caught']} of {row['slips']} slips caught",
        ]
    return f"{' | '.join(parts)} <!-- ledger {equation.label} -->".strip()


def refreshed(chapter: Path, found: list[Equation], rows: dict[str, Any]) -> str:
    """The text of a chapter with the line under each equation as it should be."""
    by_label = {e.label: e for e in found}
    lines = chapter.read_text().splitlines()
    for i, text in enumerate(lines):
        if (match := SEAT.search(text)) and match.group(1) in by_label:
            label = match.group(1)
            lines[i] = visible(by_label[label], rows.get(label))
    return "\n".join(lines) + "\n"


def evidence(equation: Equation, rows: dict[str, Any]) -> str:
    """How an equation stands: as a convention, checked, or not."""
    if equation.label in rows:
        row = rows[equation.label]
        good = row["passed"] and row["caught"] == row["slips"] > 0
        return "checked" if good else "failing"
    return "unchecked" if equation.kind in ("result", "algorithm") else equation.kind


def page(found: list[Equation], rows: dict[str, Any]) -> str:
    """The ledger as a page: a table, and the graph of what rests on what."""
    lines = [
        "# Ledger",
        "",
        "Written by `make ledger` from [ledger.json](../results/ledger.json). *Checked* means"
        " compared with an oracle that shares no code with it, on the cases stated; it does not"
        " mean proved.",
        "",
        "| equation | title | function | oracle | cases | largest error | tolerance | slips |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for e in found:
        link = f"[{e.label}](../{e.chapter.parent.name}/DERIVATION.md#{e.label})"
        if e.label in rows:
            r = rows[e.label]
            lines.append(
                f"| {link} | {e.title} | `{r['function']}` | {r['oracle']} | {r['cases']} |"
                f" {r['error']:.1e} | {r['tolerance']:.0e} | {r['caught']} of {r['slips']} |"
            )
    lines += ["", "An error of a random function is in units of its statistical bound.", ""]
    lines += ["## What rests on what", "", "```mermaid", "graph LR"]
    colours = {
        "checked": "#9fd89f", "failing": "#e88", "unchecked": "#eee",
        "definition": "#cfe2ff", "step": "#fff3cd", "cited": "#ddd",
    }  # fmt: skip
    lines += [f"  classDef {name} fill:{c},stroke:#555,color:#000" for name, c in colours.items()]
    for e in found:
        node = e.label.replace(".", "_")
        lines.append(f'  {node}["{e.label} {e.title}"]:::{evidence(e, rows)}')
        lines += [f"  {used.replace('.', '_')} --> {node}" for used in e.uses]
    lines += ["```", "", "Green: checked. Blue: definition. Yellow: a step of a derivation.", ""]
    return "\n".join(lines)


def write() -> None:
    """Measures, prints the table, and writes everything that is made from it."""
    rows, found = measure(), equations()
    for e in found:
        if e.label in rows:
            r = rows[e.label]
            print(
                f"{e.label:7} {e.title[:44]:44} {r['oracle'][:26]:26} {r['cases']:4}"
                f" {r['error']:8.1e} {r['tolerance']:6.0e}  {r['caught']:2} of {r['slips']}"
            )
    JSON.write_text(json.dumps(rows, indent=1) + "\n")
    PAGE.write_text(page(found, rows))
    for chapter in chapters():
        chapter.write_text(refreshed(chapter, found, rows))
    print(summary(found, rows))


def summary(found: list[Equation], rows: dict[str, Any]) -> str:
    """Equations by kind, results and algorithms checked, slips caught."""
    kinds = [e.kind for e in found]
    counts = ", ".join(f"{kinds.count(k)} {k}s" for k in dict.fromkeys(kinds))
    due = [e for e in found if e.kind in ("result", "algorithm")]
    checked = sum(evidence(e, rows) == "checked" for e in due)
    caught, slips = (sum(r[key] for r in rows.values()) for key in ("caught", "slips"))
    due_checked = f"{checked} of {len(due)} results and algorithms checked"
    return f"{counts}; {due_checked}; {caught} of {slips} slips caught"


def read() -> dict[str, Any]:
    """The rows that the last `make ledger` wrote."""
    rows: dict[str, Any] = json.loads(JSON.read_text())
    return rows
