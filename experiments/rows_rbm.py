"""What the tables of restored digits and of machines show: numbers -> Markdown."""

from collections.abc import Sequence
from typing import Any

from experiments.rows import rows_to_markdown


def _percent(share: float, digits: int = 0) -> str:
    return f"{share:.{digits}%}".replace("%", " %")


def inpainting(numbers: Any) -> str:
    """The README's choice: baselines, and machines of PCD-5 and CD-30, clamped."""
    rows = [r for r in numbers["restored"] if r.get("kind", "PCD-5") in ("PCD-5", "CD-30")]
    ways = ("clamped", "clamped, told the share")
    return _restored([r for r in rows if r["way"] in ways or "kind" not in r])


def restored(numbers: Any) -> str:
    """Everything that was measured."""
    return _restored(numbers["restored"])


def _restored(rows: Sequence[Any]) -> str:
    """A method a row, what is missing a column; the best of a column in bold."""
    columns = list(dict.fromkeys((r["of"], r["missing"]) for r in rows))
    cells: dict[str, dict[Any, Any]] = {}
    for r in rows:
        name = f"RBM, {r['hidden']} units, {r['kind']}, {r['way']}" if "kind" in r else r["way"]
        cells.setdefault(name, {})[r["of"], r["missing"]] = r
    low = {c: min(row[c]["cost"] for row in cells.values() if c in row) for c in columns}
    high = {c: max(row[c]["right"] for row in cells.values() if c in row) for c in columns}

    def cell(r: Any, c: Any) -> str:
        right, cost = _percent(r["right"], 1), f"{r['cost']:.3f}"
        right = f"**{right}**" if r["right"] == high[c] else right
        return f"{right}, {f'**{cost}**' if r['cost'] == low[c] else cost}"

    header = [
        "method",
        *(f"{_percent(s)} of {'all' if of == 'all' else 'ink'}" for of, s in columns),
    ]
    lines = [
        [name, *(cell(row[c], c) if c in row else "" for c in columns)]
        for name, row in cells.items()
    ]
    return rows_to_markdown(header, lines)


def exact(numbers: Any) -> str:
    """Machines of 20 units: clamped chains beside the sum over all hidden states."""
    chains = {
        (r["kind"], r["hidden"], r["way"], r["of"], r["missing"]): r["on the first"]["cost"]
        for r in numbers["restored"]
        if "kind" in r
    }
    columns = list(dict.fromkeys((r["of"], r["missing"]) for r in numbers["exact"]))
    rows = []
    for kind in dict.fromkeys(r["kind"] for r in numbers["exact"]):
        found = {
            (r["of"], r["missing"]): (r["hidden"], r["cost"])
            for r in numbers["exact"]
            if r["kind"] == kind
        }
        rows.append([f"{kind}, exact", *(f"{found[c][1]:.4f}" for c in columns)])
        for way in ("clamped", "clamped, from coin flips"):
            costs = [f"{chains[kind, found[c][0], way, *c]:.4f}" for c in columns]
            rows.append([f"{kind}, {way}", *costs])
    header = ["machine", *(f"{_percent(s)} of {of}" for of, s in columns)]
    return rows_to_markdown(header, rows)


def likelihoods_of_machines(numbers: Any) -> str:
    """Exact pseudo-likelihood and, where it can be had, the likelihood."""
    rows = [
        [
            r["kind"],
            str(r["hidden"]),
            f"{r['pseudo']:.1f} &plusmn; {r['pseudo error']:.1f}",
            f"{r['log p']:.1f} &plusmn; {r['log p error']:.1f}" if "log p" in r else "",
            f"{r['log Z']:.1f}" if "log Z" in r else "",
        ]
        for r in numbers["likelihoods"]
    ]
    header = ["machine", "hidden units", "log pseudo-likelihood", "log-likelihood", "log Z"]
    return rows_to_markdown(header, rows)
