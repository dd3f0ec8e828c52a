"""Labels in reading order: `python -m grading renumber` moves everything that names one together.

A new equation may have any free number, such as rbm.999. This gives the equations of each package
the numbers 1, 2, ... in the order in which they are read, wherever a label stands: anchors, tags in
the code, checks, slips, laws, results, links. It also points every link to an equation to the
chapter that has it. `make ledger` then writes the marks anew.
"""

import os
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from grading.chapters import ROOT, Equation, equations
from training.run import write_text

LABEL = re.compile(r"(?<![\w.-])(?:ad|rbm|vae|gan)\.\d+(?!\w|\.\d)")
OUT = ("out", "cache")  # folders in which nothing is rewritten
LINK = re.compile(r"\]\((?:[\w./]*DERIVATION\w*\.md)?#((?:ad|rbm|vae|gan)\.\d+)\)")


def mapping(found: list[Equation]) -> dict[str, str]:
    """Old label -> new, for all equations."""
    numbers: dict[str, Iterator[int]] = defaultdict(lambda: count(1))
    parts = [(equation.label, equation.label.split(".")[0]) for equation in found]
    return {label: f"{package}.{next(numbers[package])}" for label, package in parts}


def relabelled(text: str, new: dict[str, str]) -> str:
    """The text with all labels replaced at once; what is no equation's label stays."""
    return LABEL.sub(lambda match: new.get(match[0], match[0]), text)


def relinked(text: str, path: Path, homes: dict[str, Path]) -> str:
    """The text of a page with every link to an equation leading to the chapter that has it."""

    def link(match: re.Match[str]) -> str:
        home = homes.get(match[1])
        if home is None:
            return match[0]
        return f"]({'' if home == path else os.path.relpath(home, path.parent)}#{match[1]})"

    return LINK.sub(link, text)


def files(root: Path) -> list[Path]:
    found = [p for end in ("md", "py", "json") for p in root.rglob(f"*.{end}")]
    out = {p for p in found for x in p.relative_to(root).parts if x in OUT or x[0] == "."}
    return sorted({*found} - out)


def renumber() -> None:
    """Rewrites every file that names a label, and prints old and new of those that changed."""
    found = equations()
    new = mapping(found)
    homes = {new[e.label]: e.chapter for e in found}
    for path in files(ROOT):
        old = path.read_text()
        text = relabelled(old, new)
        if path.suffix == ".md":
            text = relinked(text, path, homes)
        if text != old:
            write_text(path, text)
    for label, number in new.items():
        if number != label:
            print(f"{label:8} {number}")
