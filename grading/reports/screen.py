"""How verdicts look on a screen: one line a check, the score, and what to do next."""

import os
import re
import shutil
import sys
import textwrap
from collections import Counter
from collections.abc import Sequence
from typing import IO

from grading.chapters import by_label, place
from grading.reports.report import UNBEGUN, Result, earliest

NARROWEST, WIDEST = 50, 100
INDENT = " " * 8
COLOURS = {"PASS": "32", "PARTIAL": "33", "TODO": "33"}  # green, yellow; all else is red
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
    fits = len(f"{first}{word:9}{result.detail}") <= width()
    first += shown + result.detail * fits
    below = {"": result.detail * (not fits), "smallest case: ": result.smallest}
    below["hint: "] = result.hint
    texts = [name + text for name, text in below.items() if text]
    return [first.rstrip(), *(line for text in texts for line in wrapped(text))]


def wrapped(text: str) -> list[str]:
    """A text in lines that fit, indented below what they belong to."""
    return textwrap.wrap(text, width(), initial_indent=INDENT, subsequent_indent=INDENT)


def percent(results: Sequence[Result]) -> float:
    """The share of the points that was earned, out of 100, to two digits; of nothing, all."""
    points = sum(r.item.points for r in results)
    return round(100.0 * earned(results) / points, 2) if points else 100.0


def earned(results: Sequence[Result]) -> float:
    return sum(r.earned for r in results)


def summary(results: Sequence[Result]) -> list[str]:
    """The end of the screen: the score, and where to go on."""
    counts = Counter(r.verdict for r in results)
    score = [f"{counts['pass']} of {len(results)} checks passed"]
    score[0] += f", {counts['partial']} in part" * bool(counts["partial"])
    if any(r.item.points != 1 for r in results):
        score[0] += f": {earned(results):g} of {sum(r.item.points for r in results):g} points"
        score[0] += f", {percent(results):g} %"
    first = earliest(results)
    if first is None:
        return score
    whole = textwrap.TextWrapper(
        width(), subsequent_indent=INDENT, break_long_words=False, break_on_hyphens=False
    )
    return [*score, *whole.wrap(f"next: {step(first)}")]


def step(result: Result) -> str:
    """What is to be done about a result that is no pass."""
    if result.unread:
        fault = re.fullmatch(r"\w+: (.*) \((.+:\d+)\).*", result.detail)
        words = f"{fault[2]}, {fault[1]}" if fault else result.detail
        return f"mend {words}; no function of this file could be run"
    verb = "write" if result.verdict in UNBEGUN else "mend"
    label, function = result.check.equation, result.check.function.rsplit(".", 1)[1]
    where = " for inputs that are not shown" * result.item.hidden
    return f"{verb} {function}{where}, ({label}) {by_label()[label].title}, {place(label)}"


def progress(text: str = "") -> None:
    """A line on a terminal that says what is being computed; without a text it is gone."""
    if moving(sys.stderr) and sys.stdout.isatty():
        print(f"\r\033[K{text[: width() - 1]}", end="", file=sys.stderr, flush=True)
