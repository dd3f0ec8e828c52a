"""A run's folder: settings.json, checkpoint.npz and metrics.csv, each whole at any moment.

Files are written under a temporary name and renamed, so a kill at any moment leaves the file before
or the file after. A lock, which the system drops with its holder, keeps a folder to one process.
"""

import csv
import errno
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np

from data import files
from data.idx import DataError, printable
from data.npz import read_arrays
from training.early import out_of_patience
from training.model import S, Settings
from training.settings import SettingsError, check_settings

try:
    import fcntl
except ImportError:  # as on Windows
    print("This project runs on Linux and macOS, and on Windows in WSL.", file=sys.stderr)
    sys.exit(2)

RUNS = Path("out") / "runs"
PATIENCE = 3.0  # seconds for a training to end whose parent was killed
FILES = ("settings.json", "checkpoint.npz", "metrics.csv")


class RunError(Exception):
    """One sentence for the person at the screen: the folder or file, and what was expected."""


class Run(NamedTuple):
    """A run's folder, locked for as long as this process holds the Run."""

    folder: Path
    lock: IO[str]


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file to write that takes the name `path` once it is whole, or never. RunError if full."""
    try:
        with files.replacing(path) as file:
            yield file
    except OSError as error:
        full = error.errno == errno.ENOSPC
        reason = "the disk is full" if full else error.strerror or str(error)
        message = f"{path} was not written ({reason}); what stood there stands."
        raise RunError(message) from error


def write_text(path: Path, text: str) -> None:
    """Writes text as UTF-8, whole or not at all. RunError if not."""
    with replacing(path) as file:
        file.write(text.encode())


def write_arrays(path: Path, arrays: Mapping[str, Any]) -> None:
    """Writes arrays as .npz, whole or not at all. RunError if not.

    They are packed in memory: a zip that a full disk cuts says so once more, later and unasked.
    """
    content = io.BytesIO()
    np.savez(content, **arrays)
    with replacing(path) as file:
        file.write(content.getvalue())


def write_json(path: Path, value: Any) -> None:
    """Writes a value as JSON, whole or not at all."""
    write_text(path, json.dumps(value, indent=2) + "\n")


def read_json(path: Path) -> Any:
    """What a file of JSON holds; RunError where it cannot be read."""
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(f"{path} cannot be read ({printable(error)}); expected JSON.") from error


def open_run(folder: Path) -> Run:
    """The run in a folder that is there, locked; RunError while another process has it."""
    try:
        lock = open(folder / "lock", "w")
    except OSError as error:
        raise RunError(f"{folder} cannot be locked ({error.strerror}).") from error
    until = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError as error:
            if time.monotonic() > until:
                lock.close()
                message = f"{folder} is in use by another process; wait, or name another folder."
                raise RunError(message) from error
            time.sleep(0.1)
        except OSError:
            break  # a file system that knows no locks
    for name in (*FILES, "params-*.npz"):
        for left_by_a_kill in folder.glob(f".{name}.*.tmp"):
            left_by_a_kill.unlink(missing_ok=True)
    return Run(folder, lock)


def git(*words: str) -> str | None:
    """What git says of this project; None where this is no checkout, or where there is no git."""
    line = ["git", "-C", str(Path(__file__).parent.parent), *words]
    try:
        done = subprocess.run(line, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return None if done.returncode else done.stdout.strip()


def make_folder(folder: Path) -> None:
    """Makes a folder, and those above it, where they are not there yet. RunError if it cannot."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"{folder} cannot be made ({error.strerror}).") from error


def create_run(folder: Path | None, stem: str, settings: Settings) -> Run:
    """A new run in `folder`, or in out/runs/<stem>, <stem>-2, ... where no folder was named."""
    make_folder(folder or RUNS)
    folder = folder or _first_free(RUNS / stem)
    there = {path.name for path in folder.iterdir()}
    if there and not there & {"lock", "settings.json"}:
        raise RunError(f"{folder} holds {min(there)}; expected a new or an empty folder for a run.")
    run = open_run(folder)
    if (folder / "settings.json").exists():
        run.lock.close()
        raise RunError(f"{folder} holds a run; go on with --resume {folder} or name another --out.")
    save_settings(folder, settings)
    return run


def _first_free(path: Path) -> Path:
    """Makes the first folder that is not there yet, which two processes cannot both do."""
    for number in count(1):
        folder = path if number == 1 else path.with_name(f"{path.name}-{number}")
        with suppress(FileExistsError):
            folder.mkdir()
            break
    return folder


def save_settings(folder: Path, settings: Settings) -> None:
    write_json(folder / "settings.json", asdict(settings))


def read_settings(folder: Path, kind: type[S]) -> S:
    """The settings of the run in `folder`, as the dataclass `kind`. RunError where they are not."""
    path = folder / "settings.json"
    if not os.path.isfile(path):  # Path.is_file may raise
        raise RunError(f"{folder} holds no run; expected a folder with settings.json.")
    found, model = read_json(path), kind.__module__.partition(".")[0]
    try:
        if not isinstance(found, dict):
            raise ValueError("expected JSON, name: value.")
        if unknown := sorted(found.keys() - kind.__dataclass_fields__):
            wrote = "another model wrote it, or a newer version of this project."
            raise ValueError(f"it has {printable(unknown[0], 99)!r}, which is no setting: {wrote}")
        return check_settings(kind(**found))
    except (SettingsError, ValueError) as error:
        reason = printable(error)
        raise RunError(f"{path} is not as `python -m {model}` writes it: {reason}") from error


def read_metrics(folder: Path) -> list[dict[str, str]]:
    """The rows of metrics.csv, an epoch each; RunError where it cannot be read."""
    path = folder / "metrics.csv"
    try:
        return list(csv.DictReader(path.read_text().splitlines()))
    except (OSError, ValueError, csv.Error) as error:
        raise RunError(f"{path} cannot be read ({printable(error)}).") from error


def finished(folder: Path) -> bool:
    """Whether the run in `folder` has a row of metrics for every epoch, or has stopped early."""
    try:
        settings = read_json(folder / "settings.json")
        rows = read_metrics(folder)
        over = len(rows) == settings["epochs"]
        over |= out_of_patience(rows, settings.get("patience", 0))  # which older runs do not have
        made = read_arrays(folder / "checkpoint.npz", ["metrics.epoch"])["metrics.epoch"]
        return over and made.shape == (len(rows),)
    except (DataError, RunError, OSError, ValueError, KeyError, TypeError):
        return False


def files_of(folder: Path) -> list[Path]:
    """The files of the run in `folder`, without its lock; none where there is no folder."""
    return sorted(path for path in folder.glob("[!.]*") if path.name != "lock")


def write_run(folder: Path, files: Mapping[str, bytes]) -> None:
    """Writes the files of a run that was trained elsewhere, unless it is finished here by now.

    Those that make it a finished one come last: a kill in between leaves a run to resume.
    """
    make_folder(folder)
    with open_run(folder).lock:
        if not finished(folder):
            for name in sorted(files, key=lambda name: name in FILES and FILES.index(name) + 1):
                with replacing(folder / name) as file:
                    file.write(files[name])
