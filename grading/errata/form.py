"""The form of an erratum, and what ERRATA.md shows of it."""

import math
import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

Pair = tuple[float, float]  # (by the mistake, right)

PUBLIC = "a public implementation"
CHAPTERS = {"ad": "autograd_lite", "rbm": "rbm", "vae": "vae", "gan": "gan"}
HEADER = "| where | what stands there | what is right | compared | by the mistake | right |"


class Erratum(NamedTuple):
    """A mistake that a number refutes. Texts are Markdown without a bar."""

    id: str  # its anchor in ERRATA.md
    where: str  # the source and its number in SOURCES.md
    says: str
    right: str
    home: str  # the label of our equation, or the file
    quantity: str  # what the two numbers are, with unit
    compute: Callable[[], Pair]


def erratum(
    where: str, says: str, right: str, home: str, quantity: str
) -> Callable[[Callable[[], Pair]], Erratum]:
    """Makes an erratum of the function under it, whose name becomes the id."""

    def made(compute: Callable[[], Pair]) -> Erratum:
        name = compute.__name__.replace("_", "-")
        return Erratum(name, where, says, right, home, quantity, compute)

    return made


def row(erratum: Erratum) -> dict[str, Any]:
    """What results/errata.json holds of it: texts and both numbers."""
    wrong, right = erratum.compute()
    texts = {name: text for name, text in erratum._asdict().items() if name != "compute"}
    return texts | {"wrong value": kept(wrong), "right value": kept(right)}


def kept(value: float) -> float | str:
    """A number as JSON knows it, without the digits that differ from machine to machine."""
    return round(float(value), 10) + 0.0 if math.isfinite(value) else str(float(value))


def table(rows: Sequence[dict[str, Any]]) -> str:
    """The rows as a Markdown table."""
    return "\n".join([HEADER, "|---|---|---|---|---|---|", *map(_line, rows)])


def _line(row: dict[str, Any]) -> str:
    where = re.sub(r"\b([EB]\d+)\b", r"[\1](SOURCES.md#\1)", row["where"])
    cells = (
        f'<a id="{row["id"]}"></a>{where}',
        row["says"],
        f"{row['right']} {_link(row['home'])}",
        row["quantity"],
        shown(row["wrong value"]),
        f"**{shown(row['right value'])}**",
    )
    return "| " + " | ".join(cells) + " |"


def _link(home: str) -> str:
    """A link to an equation by its label, or to a file by its path."""
    prefix, _, number = home.partition(".")
    if number.isdigit():
        return f"[({home})]({CHAPTERS[prefix]}/DERIVATION.md#{home})"
    return f"[`{home}`]({home})"


def shown(value: float | str) -> str:
    """A number as a reader sees it: four decimals, or two, or none where it is whole."""
    if isinstance(value, str):
        return {"inf": "infinite", "-inf": "minus infinite", "nan": "not a number"}[value]
    if value == round(value):
        return f"{value:,.0f}"
    return f"{value:.4f}" if abs(value) < 100 else f"{value:.2f}"
