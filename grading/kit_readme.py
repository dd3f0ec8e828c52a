"""The README of the kit: order, reading, and what a student's code may use."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from grading.budget import TOTAL
from grading.chapters import ROOT
from grading.order import by_label
from grading.worker import FILE, MEMORY

SECONDS = 20.0  # for all cases of a check, unless the command line says otherwise

README = """\
# Generative models by hand: your part

Every function here stops at `NotImplementedError`, with the label of its equation. Put the code in
its place; the signature and the docstring say what goes in and what comes out.

## Order and reading

Later files use earlier ones. Before a file, read the chapter beside it, in the project's folder;
the mark under an equation says where its function stands. The times are for reading alone.

| | file | equations | chapter |
|---|---|---|---|
{order}

Files that are not in the table are complete; yours import them.

## How far you are

From the project's folder:

    make grade DIR=this-folder
    make grade DIR=this-folder ARGS="--only vae.8"
    make grade DIR=this-folder ARGS="--only kl_diag_gaussian --feedback page.md"

The last lines say what to mend first, and where its equation is derived; `page.md` shows the lines
of your files that led to an error.

## Your own print-outs

The grader does not show what your code prints. Run a function yourself, from this folder; nothing
of the project is needed:

    python -c "import numpy as np; from vae.elbo import kl_diag_gaussian as f; \\
        print(f(np.ones((2, 3)), np.zeros((2, 3))))"

## Rules and limits

- Python's standard library and NumPy are at hand. Of this folder, the files above are read, and
  what you add beside them.
- Return the dtype that you were given, in the shape that the docstring says, and leave your inputs
  as they are. Inputs come in float64 and in float32.
- Functions that draw random numbers take them from `rng`, in whatever order you like.
- For each equation your code has {seconds:g} seconds for all its cases (`--seconds` changes it),
  and {total:g} seconds for all equations together; one thread, {memory} MiB of memory, and files of
  up to {file} MiB in a folder of its own. Loops over images and units are fast enough.
"""


def readme(labels: Mapping[str, Mapping[str, Sequence[str]]]) -> str:
    """The page, for the labels of each function of each file."""
    limits = {"seconds": SECONDS, "memory": MEMORY >> 20, "file": FILE >> 20, "total": TOTAL}
    return README.format(order=_order(labels), **limits)


def _order(labels: Mapping[str, Mapping[str, Sequence[str]]]) -> str:
    rows = []
    for number, (path, functions) in enumerate(labels.items(), 1):
        found = [label for own in functions.values() for label in own]
        chapters = dict.fromkeys(by_label()[label].chapter for label in found)
        reading = ", ".join(f"`{x.relative_to(ROOT).as_posix()}`{_minutes(x)}" for x in chapters)
        rows.append(f"| {number} | `{path}` | {', '.join(found)} | {reading} |")
    return "\n".join(rows)


def _minutes(chapter: Path) -> str:
    """How long a chapter says that it takes, " (45 min)"."""
    said = re.search(r"\bTime\b\W+(?:about )?(\d+) min", chapter.read_text(encoding="utf-8"))
    return f" ({said[1]} min)" if said else ""
