"""Mistakes that numbers refute: `python -m grading.errata.page` computes them all, in a second.

Writes results/errata.json and the tables of ERRATA.md. The mistakes are in results/mistakes/.
"""

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.record import HERE, write
from grading.errata import ad, bound, game, gauss, gibbs, gradient, losses, rbm
from grading.errata.form import Erratum, row, table
from training.command import run_cli
from training.run import RunError, replacing

PAGE = HERE.parent / "ERRATA.md"
START, END = "<!-- table errata -->\n", "<!-- end errata -->"
SECTIONS = {
    "The machine and its gradient": (rbm, gradient),
    "Sampling, and missing pixels": (gibbs,),
    "Operations, and the cost of binary pixels": (ad, losses),
    "The bound, and Gaussians": (bound, gauss),
    "The game of two networks, and convolutions": (game,),
}


def errata() -> dict[str, list[Erratum]]:
    """All errata of a section's modules, in the order in which they stand there."""
    return {
        heading: [x for module in modules for x in vars(module).values() if isinstance(x, Erratum)]
        for heading, modules in SECTIONS.items()
    }


def measured() -> list[dict[str, Any]]:
    """All errata with their numbers, in the order of the page."""
    return [{"section": heading} | row(x) for heading, found in errata().items() for x in found]


def filled(page: str, rows: Sequence[dict[str, Any]]) -> str:
    """The page with its tables as `rows` have them; RunError where it has no place for them."""
    if not re.search(f"{START}.*{END}", page, re.DOTALL):
        raise RunError(
            f"ERRATA.md has no lines {START.strip()} and {END}: expected both, in order."
        )
    parts = []
    for heading in dict.fromkeys(x["section"] for x in rows):
        parts += [f"### {heading}", table([x for x in rows if x["section"] == heading])]
    before, after = page.partition(START)[0], page.partition(END)[2]
    return before + START + "\n" + "\n\n".join(parts) + "\n\n" + END + after


def main(argv: Sequence[str], page: Path = PAGE) -> None:
    """Computes, writes, refreshes."""
    text = page.read_text()
    filled(text, [])  # before anything is written: is there a place for the tables?
    path = write(
        "errata",
        protocol="each mistake beside what is right, on machines, Gaussians and pixels small"
        " enough to be summed; nothing is trained",
        seeds=[0],
        data="none",
        numbers=measured(),
    )
    content = filled(text, json.loads(path.read_text())["numbers"])
    with replacing(page) as file:
        file.write(content.encode())


if __name__ == "__main__":
    run_cli(main, sys.argv[1:])
