"""Writes the README's tables from results/*.json: `python -m results.tables`.

A table stands between `<!-- table NAME -->` and `<!-- end NAME -->`.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from training.run import replacing

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"


def rows_to_markdown(header: list[str], rows: list[list[str]]) -> str:
    """A Markdown table, numbers as they are given."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def vae_costs(numbers: Any) -> str:
    """Our cost beside the sources' and PyTorch's."""
    rows = [
        [
            {"squared": "squared error", "bernoulli": "Bernoulli"}[r["likelihood"]],
            str(r["codes"]),
            f"**{r['cost']:.2f}** &plusmn; {r['spread']:.2f}",
            f"{r['nll']:.2f} + {r['kl']:.2f}",
            f"{r['source']:.2f}" if r["source"] else "",
            f"{r['PyTorch']:.2f}" if r["likelihood"] == "squared" else f"{r['PyTorch']:.1f}",
        ]
        for r in numbers
    ]
    header = ["likelihood", "codes", "test cost", "reconstruction + KL", "source", "PyTorch"]
    return rows_to_markdown(header, rows)


def inpainting(numbers: Any) -> str:
    """A method a row, a share of missing pixels a column; the best of a column in bold."""
    shares = sorted({r["missing"] for r in numbers})
    cost, right = "cross-entropy [nats/missing pixel]", "right"
    best = {
        s: (
            min(r[cost] for r in numbers if r["missing"] == s),
            max(r[right] for r in numbers if r["missing"] == s),
        )
        for s in shares
    }

    def cell(r: Any) -> str:
        low, high = best[r["missing"]]
        a = f"{r[right]:.2%}".replace("%", " %")
        b = f"{r[cost]:.4f}"
        return f"{f'**{a}**' if r[right] == high else a}, {f'**{b}**' if r[cost] == low else b}"

    rows = [
        [method, *(cell(r) for r in numbers if r["method"] == method)]
        for method in dict.fromkeys(r["method"] for r in numbers)
    ]
    header = ["method", *(f"{s:.0%} missing".replace("%", " %") for s in shares)]
    return rows_to_markdown(header, rows)


def speed(numbers: Any) -> str:
    """The two steps as multiples of their matrix products."""
    rows = [
        [name, f"{r['ratio']:.2f}", f"{r['step [ms]']:.2f} ms", f"{r['products [ms]']:.2f} ms"]
        for name, r in numbers.items()
        if "ratio" in r
    ]
    return rows_to_markdown(["step", "ratio", "step", "bare products"], rows)


TABLES: dict[str, Callable[[Any], str]] = {
    "vae_costs": vae_costs,
    "inpainting": inpainting,
    "speed": speed,
}


def filled(text: str) -> str:
    """A text with every table in it as the results have it now, and how to make it again."""
    for name, table in TABLES.items():
        record = json.loads((ROOT / "results" / f"{name}.json").read_text())
        source = f"`{record['command']}` &rarr; [{name}.json](results/{name}.json)."
        body = f"{table(record['numbers'])}\n\n{source} {record['data']}; {record['protocol']}."
        pattern = re.compile(f"(<!-- table {name} -->\n).*?(<!-- end {name} -->)", re.DOTALL)
        text = pattern.sub(lambda m, b=body: f"{m[1]}\n{b}\n\n{m[2]}", text)  # type: ignore[misc]
    return text


if __name__ == "__main__":
    content = filled(README.read_text())
    with replacing(README) as file:
        file.write(content.encode())
