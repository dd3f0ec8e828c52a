"""Labels in reading order: `python -m grading renumber` moves everything that names one together.

A new equation may have any free number, such as rbm.101. This gives all equations of a package the
numbers 1, 2, ... in the order in which they are read, and points every link to the chapter where
its anchor stands. Run `make ledger` afterwards: it writes the evidence under its new names.
"""

import os
import re
from pathlib import Path

from grading.chapters import ROOT, equations
from training.run import replacing

LABEL = re.compile(r"(?<![\w.-])(ad|rbm|vae|gan)\.\d+(?![\w]|\.\d)")
LINK = re.compile(r"\]\(([\w./]*DERIVATION\w*\.md)?#((?:ad|rbm|vae|gan)\.\d+)\)")
SUFFIXES = {".md", ".py", ".json"}


def mapping() -> dict[str, str]:
    """Old label -> new, of those that change."""
    counts: dict[str, int] = {}
    new = {}
    for equation in equations():
        prefix = equation.label.split(".")[0]
        counts[prefix] = counts.get(prefix, 0) + 1
        new[equation.label] = f"{prefix}.{counts[prefix]}"
    return {old: label for old, label in new.items() if old != label}


def relabelled(text: str, new: dict[str, str]) -> str:
    """The text with all labels replaced at once."""
    return LABEL.sub(lambda match: new.get(match[0], match[0]), text)


def relinked(text: str, path: Path, homes: dict[str, Path]) -> str:
    """The text of a page with every link to an equation leading to the chapter that has it."""

    def link(match: re.Match[str]) -> str:
        home = homes.get(match[2])
        if home is None or home == path:
            return match[0] if home is None else f"](#{match[2]})"
        return f"]({os.path.relpath(home, path.parent)}#{match[2]})"

    return LINK.sub(link, text)
