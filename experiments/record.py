"""results/<name>.json: what was measured, and all that is needed to measure it again."""

import platform
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from data.idx import printable
from experiments.experiment import Experiment, Numbers
from training.run import RunError, git, read_json, write_json

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "results"
# What the commands write themselves does not count as a change.
WRITTEN = [f":(top,exclude){path}" for path in ("results", "docs/*.md", "README.md")]


class Record(NamedTuple):
    command: str
    commit: str  # the measurement's
    date: str
    versions: dict[str, str]
    data: str  # the data set's name
    seeds: list[int]
    protocol: str
    numbers: Numbers


def write(name: str, command: str, about: Experiment, numbers: Numbers) -> Path:
    """Writes results/<name>.json, with what was measured `about`, and returns its path."""
    versions = {"python": platform.python_version(), "numpy": np.__version__}
    commit = git("rev-parse", "--short=12", "HEAD") or "unknown"
    commit += " with changes" * bool(git("status", "--porcelain", "-uno", "--", *WRITTEN))
    made = command, commit, date.today().isoformat(), versions
    record = Record(*made, about.data, list(about.seeds), about.protocol, numbers)
    path = RESULTS / f"{name}.json"
    write_json(path, record._asdict())
    print(f"results/{path.name} written")
    return path


def read(name: str, package: str = "experiments") -> Record:
    """What results/<name>.json holds; RunError where it cannot be read."""
    path = RESULTS / f"{name}.json"
    try:
        return Record(**read_json(path))
    except (RunError, TypeError) as error:
        reason = printable(error.__cause__ or error)
        message = f"{path} cannot be read ({reason}); python -m {package} {name} makes it."
        raise RunError(message) from error


def printed(title: str) -> Any:
    """What a source document prints, by the titles of docs/SOURCES.md."""
    return read_json(ROOT / "docs" / "source_numbers.json")[title]
