"""A run's folder: settings.json, checkpoint.npz and metrics.csv, each whole at any moment.

A checkpoint is a State written down, array by array under the names of its fields. Files are
written under a temporary name and renamed, so a kill at any moment leaves the file before or the
file after. A lock, which the system drops when its holder dies, keeps a folder to one process.
"""

import csv
import errno
import fcntl
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np

from data import files

RUNS = Path("out") / "runs"


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


def write_json(path: Path, value: Any) -> None:
    """Writes a value as JSON, whole or not at all."""
    with replacing(path) as file:
        file.write((json.dumps(value, indent=2) + "\n").encode())


def _lock(folder: Path) -> Run:
    lock = open(folder / "lock", "w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise RunError(f"{folder} is in use by another process; wait or name another.") from error
    for left_by_a_kill in folder.glob(".*.tmp"):
        left_by_a_kill.unlink(missing_ok=True)
    return Run(folder, lock)


def create_run(folder: Path | None, stem: str, settings: Any) -> Run:
    """A new run in `folder`, or in out/runs/<stem>, <stem>-2, ... where no folder was named."""
    try:
        if folder is None:
            RUNS.mkdir(parents=True, exist_ok=True)
            folder = _first_free(RUNS / stem)
        else:
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"{folder or RUNS} cannot be made ({error.strerror}).") from error
    run = _lock(folder)
    if (folder / "settings.json").exists():
        run.lock.close()
        raise RunError(f"{folder} holds a run; go on with --resume {folder} or name another --out.")
    write_json(folder / "settings.json", asdict(settings))
    return run


def _first_free(path: Path) -> Path:
    """Makes the first folder that is not there yet, which two processes cannot both do."""
    number = 1
    while True:
        folder = path if number == 1 else path.with_name(f"{path.name}-{number}")
        try:
            folder.mkdir()
            return folder
        except FileExistsError:
            number += 1


def open_run(folder: Path) -> Run:
    """A run that is there already, locked."""
    if not (folder / "settings.json").is_file():
        raise RunError(f"{folder} holds no run; expected a folder with settings.json.")
    return _lock(folder)


def read_settings(folder: Path, kind: type) -> Any:
    """The settings of the run in `folder`, as the dataclass `kind`."""
    path = folder / "settings.json"
    try:
        return kind(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise RunError(
            f"{path} cannot be read as settings of {kind.__module__} ({error})."
        ) from error


def finished(folder: Path) -> bool:
    """Whether the run in `folder` has a row of metrics for every epoch of its settings."""
    try:
        epochs = json.loads((folder / "settings.json").read_text())["epochs"]
        return len((folder / "metrics.csv").read_text().splitlines()) == epochs + 1
    except (OSError, ValueError, KeyError):
        return False


def _flatten(tree: Any, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(tree, tuple):
        for field, branch in zip(tree._fields, tree, strict=True):  # type: ignore[attr-defined]
            yield from _flatten(branch, f"{name}.{field}")
    else:
        yield name, tree


def _fill(like: Any, name: str, arrays: dict[str, Any]) -> Any:
    if isinstance(like, tuple):
        pairs = zip(like._fields, like, strict=True)  # type: ignore[attr-defined]
        return type(like)(*(_fill(branch, f"{name}.{field}", arrays) for field, branch in pairs))
    value = arrays[name]
    if np.shape(value) != np.shape(like):
        raise ValueError(f"{name} has shape {value.shape}, expected {np.shape(like)}")
    return int(value) if isinstance(like, int) else value


def save_checkpoint(folder: Path, state: Any, rows: list[dict[str, float]]) -> None:
    """Writes State and metrics. The metrics stand in the checkpoint, metrics.csv is a copy."""
    arrays = dict(_flatten(state, "state"))
    for name in rows[0] if rows else ():
        arrays[f"metrics.{name}"] = np.array([row[name] for row in rows])
    with replacing(folder / "checkpoint.npz") as file:
        np.savez(file, **arrays)
    text = io.StringIO()
    table = csv.DictWriter(text, rows[0] if rows else [], lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    with replacing(folder / "metrics.csv") as file:
        file.write(text.getvalue().encode())


def load_checkpoint(folder: Path, like: Any) -> tuple[Any, list[dict[str, float]]]:
    """State and metrics of the run; `like` is a State of the same structure and shapes."""
    path = folder / "checkpoint.npz"
    try:
        with open(path, "rb") as whole, np.load(whole, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        state = _fill(like, "state", arrays)
    except FileNotFoundError:
        return like, []  # killed before its first checkpoint: it begins again
    except Exception as error:  # np.load raises many kinds on a damaged file
        raise RunError(f"{path} is not a checkpoint of this run ({error}).") from error
    names = [name for name in arrays if name.startswith("metrics.")]
    columns = [arrays[name].tolist() for name in names]
    keys = [name.removeprefix("metrics.") for name in names]
    return state, [dict(zip(keys, values, strict=True)) for values in zip(*columns, strict=True)]
