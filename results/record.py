"""Writes what a command measured, with all that is needed to measure it again."""

import platform
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from training.run import write_json

HERE = Path(__file__).parent
# What these commands write themselves does not count as a change.
WRITTEN = [
    f":(top,exclude){path}" for path in ("results/*.json", "README.md", "SOURCES.md", "ERRATA.md")
]


def write(name: str, *, protocol: str, seeds: Sequence[int], data: str, numbers: Any) -> Path:
    """Writes results/<name>.json and returns its path. `numbers` is whatever JSON can hold."""
    path = HERE / f"{name}.json"
    record = {
        "command": " ".join(["python -m", f"results.{name}", *sys.argv[1:]]),
        "commit": _commit(),
        "date": date.today().isoformat(),
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
        "data": data,
        "seeds": list(seeds),
        "protocol": protocol,
        "numbers": numbers,
    }
    write_json(path, record)
    print(f"{path.relative_to(HERE.parent)} written")
    return path


def _commit() -> str:
    """The commit that the numbers come from; a tree with changes of its own says so."""
    try:
        done = [
            subprocess.run(["git", *words], cwd=HERE, capture_output=True, text=True, check=True)
            for words in (
                ["rev-parse", "--short=12", "HEAD"],
                ["status", "--porcelain", "-uno", "--", *WRITTEN],
            )
        ]
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done[0].stdout.strip() + (" with changes" if done[1].stdout.strip() else "")
