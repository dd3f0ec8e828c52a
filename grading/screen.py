"""How verdicts look on a screen: one line a check, the score, and what to do next."""

import os
import shutil
import sys
import textwrap
from collections import Counter
from collections.abc import Sequence
from typing import IO

from grading.order import UNBEGUN, by_label, earliest, place
from grading.report import Result

NARROWEST, WIDEST = 50, 100
INDENT = " " * 8
COLOURS = {
    "PASS": "32",
    "PARTIAL": "33",
    "TODO": "33",
}  # green and yellow, in the language of terminals; else red
RED = "31"


def width() -> int:
    """Columns to fill: COLUMNS, else the terminal's, else 80; within what can be read."""
    return min(max(shutil.get_terminal_size((80, 24)).columns, NARROWEST), WIDEST)


def coloured(stream: IO[str]) -> bool:
    """Whether a stream gets colours: NO_COLOR, FORCE_COLOR and TERM=dumb count in that order."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or moving(stream)


def moving(stream: IO[str]) -> bool:
    """Whether a stream is a terminal that can rewrite a line."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def lines(result: Result, colour: bool) -> list[str]:
    """What the screen shows of a result; what has no room in its line goes below it."""
    function = result.check.function.rsplit(".", 1)[1]
    word = result.verdict.upper()
    shown = f"\033[{COLOURS.get(word, RED)}m{word:9}\033[0m" if colour else f"{word:9}"
    first = f"{result.check.equation:8}{function + ' (hidden)' * result.item.hidden:32}"
    below = [f"hint: {result.hint}"] if result.hint else []
    if result.counterexample and result.counterexample.words:
        below.insert(0, f"smallest case: {result.counterexample.words}")
    if len(f"{first}{word:9}{result.detail}") <= width():
        first += f"{shown}{result.detail}"
    else:
        first += shown
        below.insert(0, result.detail)
    return [first.rstrip(), *(line for text in below for line in wrapped(text))]


def wrapped(text: str) -> list[str]:
    """A text in lines that fit, indented below what they belong to."""
    return textwrap.wrap(text, width(), initial_indent=INDENT, subsequent_indent=INDENT)


def percent(results: Sequence[Result]) -> float:
    """The share of the points that was earned, out of 100; of nothing, all."""
    points = sum(r.item.points for r in results)
    return 100.0 * earned(results) / points if points else 100.0


def earned(results: Sequence[Result]) -> float:
    """The points."""
    return sum(r.earned for r in results)


def summary(results: Sequence[Result]) -> list[str]:
    """The end of the screen: the score, and where to go on."""
    counts = Counter(r.verdict for r in results)
    score = [f"{counts['pass']} of {len(results)} checks passed"]
    score[0] += f", {counts['partial']} in part" * bool(counts["partial"])
    if any(r.item.points != 1 for r in results):
        score[0] += f": {earned(results):g} of {sum(r.item.points for r in results):g} points"
    first = earliest(results)
    if first is None:
        return score
    verb = "write" if first.verdict in UNBEGUN else "mend"
    label, function = first.check.equation, first.check.function.rsplit(".", 1)[1]
    step = f"next: {verb} {function}, ({label}) {by_label()[label].title}, {place(label)}"
    whole = textwrap.TextWrapper(
        width(), subsequent_indent=INDENT, break_long_words=False, break_on_hyphens=False
    )
    return [*score, *whole.wrap(step)]


class Progress:
    """A line on a terminal that says what is being computed, and is gone when it is done."""

    def __init__(self, total: int) -> None:
        self.total, self.live = total, moving(sys.stderr) and sys.stdout.isatty()

    def show(self, number: int, text: str) -> None:
        """Shows what comes next; the first of all is number 0."""
        if self.live:
            line = f"{number} of {self.total}, now {text}"[: width() - 1]
            print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Takes the line away, for what is to stay."""
        if self.live:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
