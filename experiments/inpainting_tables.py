"""The tables of experiments/inpainting.py: numbers -> Markdown."""

from collections.abc import Sequence
from typing import Any

from experiments.experiment import Numbers
from experiments.tables import markdown, percent, table, with_spread

LIKELIHOODS = (
    "Nats an image on test images binarised at 1/2, one training each; after &plusmn; the standard"
    " error over 1,000 images. log Z is summed over all states of the hidden units, which is out of"
    " reach for 100 units (2^100 states) and for 500."
)


def chosen(numbers: Numbers) -> str:
    """Baselines, and clamped chains of the RBMs with binary pixels, from the damaged image on."""
    rows, methods = numbers["restored"], ("clamped", "clamped, known erasure rate")
    rows = [r for r in rows if "machine" not in r or r["method"] in methods]
    return scores([r for r in rows if "grey" not in r.get("machine", "")])


def scores(rows: Sequence[Any]) -> str:
    """A method a row, what is missing a column; the best of a column in bold."""
    columns = list(dict.fromkeys((r["of"], r["missing"]) for r in rows))
    cells: dict[str, dict[Any, Any]] = {}
    for r in rows:
        words = [f"RBM, {r['hidden']} units, {r['machine']}"] if "machine" in r else []
        cells.setdefault(", ".join([*words, r["method"]]), {})[r["of"], r["missing"]] = r
    low = {c: min(row[c]["cost"] for row in cells.values() if c in row) for c in columns}
    high = {c: max(row[c]["fraction right"] for row in cells.values() if c in row) for c in columns}

    def cell(r: Any, c: Any) -> str:
        right, cost = percent(r["fraction right"], 1), f"{r['cost']:.3f}"
        right = f"**{right}**" if r["fraction right"] == high[c] else right
        return f"{right}, {f'**{cost}**' if r['cost'] == low[c] else cost}"

    lines = []
    for name, row in cells.items():
        lines.append([name, *(cell(row[c], c) if c in row else "n/a" for c in columns)])
    return markdown(["method: pixels right, nats a missing pixel", *headings(columns)], lines)


def headings(columns: Sequence[tuple[str, float]]) -> list[str]:
    """What is missing, such as "20 % of ink pixels"."""
    return [f"{percent(fraction)} of {of} pixels" for of, fraction in columns]


def exact(numbers: Numbers) -> str:
    """Nats a missing pixel: clamped chains of the smallest RBMs beside all hidden states summed."""
    columns = list(dict.fromkeys((r["of"], r["missing"]) for r in numbers["exact"]))
    found = {}
    for r in [*numbers["exact"], *(r for r in numbers["restored"] if "machine" in r)]:
        key = r["machine"], r["hidden"], r["method"], r["of"], r["missing"]
        found[key] = r.get("first images", r)["cost"]
    machines = dict.fromkeys((r["machine"], r["hidden"]) for r in numbers["exact"])
    rows = [
        [f"{machine}, {method}", *(f"{found[machine, H, method, *c]:.4f}" for c in columns)]
        for machine, H in machines
        for method in ("exact", "clamped", "clamped, from a random start")
    ]
    return markdown(["RBM and method", *headings(columns)], rows)


def of_machines(numbers: Numbers) -> str:
    rows = table(
        numbers["likelihoods"],
        {
            "RBM": lambda r: r["machine"],
            "hidden units": lambda r: str(r["hidden"]),
            "log pseudo-likelihood": lambda r: with_spread(r["pseudo"], r["pseudo error"], 1),
            "log-likelihood": lambda r: with_spread(r.get("log p"), r.get("log p error"), 1),
            "log Z": lambda r: with_spread(r.get("log Z"), None, 1),
        },
    )
    return f"{LIKELIHOODS}\n\n{rows}"
