"""A folder of submissions: what it holds, and its table, a row a submission, a column an item."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from grading.assignment import Item
from grading.protocol import GradingError
from grading.unpack import KINDS
from training.run import replacing

SCORE = ("earned", "points", "percent", "passed", "in_part", "items")
ABOUT = ("submission", "status", *SCORE, "earliest", "note", "digest")

Row = Mapping[str, str]


def submissions(folder: Path) -> dict[str, Path]:
    """What is handed in, by its name: folders, zips, notebooks and Python files of a folder."""
    if not folder.is_dir():
        raise GradingError(f"There is no folder {folder} of submissions.")
    kinds = (".zip", *KINDS)
    found = {
        p.name: p
        for p in sorted(folder.iterdir())
        if not p.name.startswith(".") and (p.is_dir() or p.suffix.lower() in kinds)
    }
    if not found:
        raise GradingError(f"{folder} holds no submission: no folder, .zip, .ipynb or .py.")
    return found


def read(path: Path) -> dict[str, Row]:
    """The rows of a table that is there, by submission; none where there is no table."""
    if not path.exists():
        return {}
    try:
        with open(path, newline="", encoding="utf-8") as file:
            return {row["submission"].removeprefix("'"): row for row in csv.DictReader(file)}
    except (OSError, ValueError, KeyError, AttributeError, csv.Error) as error:
        raise GradingError(f"{path} is no table of this command's ({error}).") from error


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
        file.write(text.getvalue().encode("utf-8", "replace"))
