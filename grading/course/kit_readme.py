"""The README of the kit: order, reading, and what a student's code may use."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from grading.chapters import ROOT, by_label
from grading.course.assignment import SHIPPED, Assignment
from grading.sandbox.submission import total
from grading.sandbox.worker import FILE, MEMORY

README = """\
# {title}

{about}Every function to write stops at `NotImplementedError`, with the label of its equation. Put
the code in its place; the signature and the docstring say what goes in and what comes out.

## Order and reading

Later files use earlier ones. The chapter beside a file, in the project's folder, derives what
stands in it; the times are for the whole chapter.

| | file | equations | points | chapter |
|---|---|---|---|---|
{order}

Other files, and functions without a `NotImplementedError`, are complete; yours import them.

## How far you are

From the project's folder:

    make grade DIR=this-folder{all}
    make grade DIR=this-folder ARGS="{with}--only {label}"
    make grade DIR=this-folder ARGS="{with}--only {function} --feedback this-folder/page.md"

The last lines say what to mend first, and where its equation is derived. `page.md` shows the
smallest inputs for which a function is wrong, the lines of your files that led to an error, and
what they printed. Each function is graded by itself: what it uses of others is then the
reference's, so you may write them in any order.{hidden}

To try a function by hand, start the project's Python in this folder, not in the project's, where
the same `import` finds the reference:

    cd this-folder
    path-of-the-project/.venv/bin/python
    >>> from {module} import {function}

## Rules and limits

- Python's standard library and NumPy are at hand. Of this folder, the files above are read, and
  what you add beside them.
- Return the dtype that you were given, in the shape that the docstring says, and leave your inputs
  as they are. Inputs come in float64 and in float32.
- Functions that draw random numbers take them from `rng`, in whatever order you like.
- For each equation your code has {seconds:g} seconds of processor time for all its cases, and for
  all equations {total:g} seconds together; one thread, {memory} MiB of memory, and files of up to
  {file} MiB in a folder of its own. Loops over images and units are fast enough.
"""


def readme(labels: Mapping[str, Mapping[str, Sequence[str]]], assignment: Assignment) -> str:
    """The page, for the labels of each function of each file."""
    limits = {"memory": MEMORY >> 20, "file": FILE >> 20, "total": total(assignment.seconds)}
    path, functions = next(iter(labels.items()))
    function, (label, *_) = next(iter(functions.items()))
    option = f"--assignment {given_name(assignment)}" if assignment.text else ""
    hidden = sum(item.points for item in assignment.items if item.hidden)
    words = {
        "title": assignment.title or "Generative models by hand: your part",
        "about": f"{assignment.about.strip()}\n\n" if assignment.about else "",
        "all": f' ARGS="{option}"' if option else "",
        "with": option + " " * bool(option),
        "hidden": f" Inputs that only your\nteacher has bring more points: {hidden:g}."
        * bool(hidden),
    }
    return README.format(
        order=_order(labels, assignment), label=label, function=function,
        module=path[:-3].replace("/", "."), seconds=assignment.seconds, **words, **limits,
    )  # fmt: skip


def given_name(assignment: Assignment) -> str:
    """What --assignment is to be given: the name of one that ships, else the file in the kit."""
    shipped = {p.read_text(encoding="utf-8"): p.stem for p in SHIPPED.glob("*.toml")}
    return shipped.get(assignment.text, "this-folder/assignment.toml")


def _order(labels: Mapping[str, Mapping[str, Sequence[str]]], assignment: Assignment) -> str:
    rows = []
    for number, (path, functions) in enumerate(labels.items(), 1):
        found = [label for own in functions.values() for label in own]
        own = [x for x in assignment.items if x.check.equation in found]
        points = sum(item.points for item in own if not item.hidden)
        chapters = dict.fromkeys(by_label()[label].chapter for label in found)
        reading = ", ".join(f"`{x.relative_to(ROOT).as_posix()}`{_minutes(x)}" for x in chapters)
        rows.append(f"| {number} | `{path}` | {', '.join(found)} | {points:g} | {reading} |")
    return "\n".join(rows)


def _minutes(chapter: Path) -> str:
    """How long a chapter says that it takes, " (45 min)"."""
    said = re.search(r"\bTime\b\W+(?:about )?(\d+) min", chapter.read_text(encoding="utf-8"))
    return f" ({said[1]} min)" if said else ""
