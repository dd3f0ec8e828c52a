"""A folder of submissions: what it holds, and its table, a row a submission, a column an item."""

import csv
import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from data.idx import printable
from grading.course.assignment import SECRET, Item
from grading.course.intake import PASSED_OVER
from grading.sandbox.protocol import GradingError
from training.run import replacing

SCORE = ("earned", "points", "percent", "passed", "in_part", "items")
ABOUT = ("submission", "status", *SCORE, "earliest", "note", "seal", "digest", "key")

Row = Mapping[str, str]


def submissions(folder: Path, *ours: Path | None) -> dict[str, Path]:
    """What is handed in, by its name: all that a folder holds, but for files of `ours` in it."""
    if not folder.is_dir():
        raise GradingError(f"There is no folder {folder} of submissions.")
    own = [os.path.abspath(path) for path in ours if path]
    there = [p for p in sorted(folder.iterdir()) if p.name[0] != "." and p.name not in PASSED_OVER]
    found = {p.name: p for p in there if os.path.abspath(p) not in own}
    if not found:
        raise GradingError(f"{folder} holds no submission: no folder, .zip, .ipynb or .py.")
    return found


def read(path: Path, made: str) -> dict[str, Row]:
    """The rows of a table that is there, by submission; none where there is no table.

    GradingError where its points are for other items or inputs than those whose key is `made`.
    """
    if not path.exists():
        return {}
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            table = csv.DictReader(file)
            rows: dict[str, Row] = {row["submission"].removeprefix("'"): row for row in table}
            keys = {row["key"].partition("-")[0] for row in rows.values()}
            if missing := set(ABOUT) - set(table.fieldnames or ()):
                raise ValueError(f"it has no column {min(missing)}")
    except (OSError, ValueError, KeyError, AttributeError, csv.Error) as error:
        raise GradingError(f"{path} is no table of this command's ({printable(error)}).") from error
    if not keys <= {made}:
        asked = f"for other items, points or inputs (their seed, or {SECRET})"
        raise GradingError(f"{path} was made {asked}; give another --csv.")
    return rows


def write(path: Path, rows: Sequence[Row], items: Sequence[Item]) -> None:
    """Writes the table, whole; cells that a spreadsheet would take for a formula begin with '."""
    names = [*ABOUT, *(item.name for item in items)]
    text = io.StringIO()
    table = csv.DictWriter(text, names, restval="", extrasaction="ignore", lineterminator="\n")
    table.writeheader()
    for row in rows:
        safe = {k: "'" + v if v[:1] in tuple("=+-@") else v for k, v in row.items() if v}
        table.writerow(safe)
    with replacing(path) as file:
        file.write(text.getvalue().encode("utf-8-sig", "replace"))  # Excel asks for the mark
