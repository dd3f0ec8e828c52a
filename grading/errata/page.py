"""docs/ERRATA.md: `python -m grading errata` writes both numbers into the row of each erratum."""

import math
import re
from pathlib import Path

from grading.chapters import ROOT
from grading.errata import gaussians, losses, rbm
from grading.errata.erratum import Errata, numbers
from training.run import RunError, write_text

PAGE = ROOT / "docs" / "ERRATA.md"
MODULES = rbm, losses, gaussians
ERRATA: Errata = dict(pair for module in MODULES for pair in module.ERRATA.items())
ROW = re.compile(r'^(\| <a id="([\w-]+)"></a>.*) \| [^|]* \| [^|]* \|$', re.MULTILINE)


def write(page: Path = PAGE) -> None:
    """Computes all errata and refreshes the page; RunError unless each has a row there."""
    text = filled(page.read_text())
    write_text(page, text)
    print(f"docs/{page.name}: {len(ERRATA)} errata, both numbers of each")


def filled(text: str) -> str:
    """The page with the numbers as they are now in the last two cells of each row."""
    rows = [name for _, name in ROW.findall(text)]
    if sorted(rows) != sorted(ERRATA):
        wrong = ", ".join(sorted({*rows} ^ {*ERRATA})) or "a name twice"
        raise RunError(f"ERRATA.md: {wrong}; expected one row for each erratum, and no other.")

    def row(match: re.Match[str]) -> str:
        wrong, right = map(shown, numbers(ERRATA[match[2]]))
        return f"{match[1]} | {wrong} | **{right}** |"

    return ROW.sub(row, text)


def shown(value: float) -> str:
    """A number as a reader sees it: four decimals, or two, or none where it is whole."""
    if not math.isfinite(value):
        return {"inf": "infinity", "-inf": "-infinity", "nan": "not a number"}[str(value)]
    value = round(value, 10) + 0.0  # without the digits that differ from machine to machine
    if value == round(value):
        return f"{value:,.0f}"
    return f"{value:.4f}" if abs(value) < 100 else f"{value:.2f}"
