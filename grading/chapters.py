"""What the chapters say of their equations, and which lines of code carry their tags."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
PACKAGES = ("autograd_lite", "rbm", "vae", "gan")
# The parts that a package's derivation is split into, in reading order; the first is DERIVATION.md.
PARTS = {
    "autograd_lite": ("", "_OPTIMISERS", "_TAPE", "_CONVOLUTION"),
    "rbm": ("", "_LEARNING", "_WATCHING", "_LIKELIHOOD", "_INPAINTING"),
    "vae": ("", "_NETWORKS", "_COST", "_LIKELIHOOD"),
    "gan": ("", "_TRAINING", "_PENALTY"),
}
KINDS = ("definition", "step", "result", "algorithm", "cited")

HEAD = re.compile(r'^<!-- (\w+\.\d+) (\w+) "([^"]+)"(?: uses ([\w. ]+))? -->$')
# At the end of its line: what follows a comment that begins a line is no Markdown.
SEAT = re.compile(r"<!-- ledger (\w+\.\d+) -->$")
TAG = re.compile(r"# \(((?:ad|rbm|vae|gan)\.\d+)\)")


class Equation(NamedTuple):
    label: str
    kind: str
    title: str
    uses: tuple[str, ...]
    chapter: Path
    line: int  # of its comment


def chapters() -> list[Path]:
    """The chapters, in the order in which they are read."""
    return [ROOT / name / f"DERIVATION{part}.md" for name in PACKAGES for part in PARTS[name]]


def equations() -> list[Equation]:
    found = []
    for chapter in chapters():
        for number, text in enumerate(chapter.read_text().splitlines(), 1):
            if match := HEAD.match(text):
                label, kind, title, uses = match.groups()
                rests_on = tuple((uses or "").split())
                found.append(Equation(label, kind, title, rests_on, chapter, number))
    return found


@cache
def by_label() -> dict[str, Equation]:
    """Every numbered equation by its label, in the order of the derivations."""
    return {equation.label: equation for equation in equations()}


def place(label: str) -> str:
    """Chapter and line of an equation, "vae/DERIVATION.md:120"."""
    equation = by_label()[label]
    return f"{equation.chapter.relative_to(ROOT).as_posix()}:{equation.line}"


def tags() -> Iterator[tuple[str, tuple[Path, int]]]:
    """Every tag in the code of the packages, with its module and line."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).glob("*.py")):
            for number, text in enumerate(path.read_text().splitlines(), 1):
                for label in TAG.findall(text):
                    yield label, (path, number)
