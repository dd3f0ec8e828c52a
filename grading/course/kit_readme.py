"""The README of the kit: order, reading, and what a student's code may use."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from grading.chapters import ROOT, by_label
from grading.course.assignment import SHIPPED, Assignment
from grading.sandbox.submission import total
from grading.sandbox.worker import FILE, MEMORY

README = Path(__file__).with_suffix(".md")  # the page, with gaps for what is asked


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
    return README.read_text(encoding="utf-8").format(
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
