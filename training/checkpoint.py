"""Checkpoints: a State written down, array by array under its fields' names, and the metrics."""

import csv
import io
import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from autograd_lite.ops import Array
from autograd_lite.tree import T, Tree, leaves, named, tree_map
from data.idx import DataError, printable
from data.npz import read_arrays
from training.model import S
from training.run import RunError, write_arrays, write_text

METRICS = 2**24  # bytes that a checkpoint may have beside its arrays of parameters
Row = dict[str, float]  # metrics after an epoch, by their names with units


def _filled(like: T, stem: str, arrays: dict[str, Array], beside: tuple[str, ...] = ()) -> T:
    """`like` with the arrays; ValueError where it is not all that they make, but for `beside`."""
    leaf_of = named(like, stem)
    for name, leaf in leaf_of.items():
        if name not in arrays:
            raise ValueError(f"it has no {name}, so it is of another model or version")
        value, expected = arrays[name], np.asarray(leaf)
        if value.shape != expected.shape or value.dtype != expected.dtype:
            found = f"{name} is an array {value.shape} of {value.dtype}"
            raise ValueError(f"{found}, expected {expected.shape} of {expected.dtype}")
        if not np.isfinite(value).all() or (isinstance(leaf, int) and value < 0):
            raise ValueError(f"{name} holds NaN, infinity or a step below 0")
    if left := [name for name in arrays if name not in leaf_of and not name.startswith(beside)]:
        raise ValueError(f"it also has {left[0]}, so it is of another model or a newer version")
    values = (arrays[name] for name in leaf_of)
    return tree_map(lambda leaf: int(next(values)) if isinstance(leaf, int) else next(values), like)


def save_checkpoint(folder: Path, state: Tree, rows: list[Row], best: Tree = None) -> None:
    """Writes State and metrics. The metrics stand in the checkpoint, metrics.csv is a copy.

    `best`, where there is one, is the best epoch's parameters. They stand in the checkpoint too:
    no kill can leave them beside the metrics of other epochs.
    """
    arrays = {"settings": np.array(_settings(folder)), **named(state, "state")}
    if best is not None:
        arrays |= named(best, "best")
    for name, values in _columns(rows).items():
        arrays[f"metrics.{name}"] = np.array(values)
    write_arrays(folder / "checkpoint.npz", arrays)
    save_metrics(folder, rows)


def save_params(folder: Path, epoch: int, params: Tree) -> None:
    """A snapshot: the parameters after so many epochs."""
    write_arrays(folder / f"params-{epoch:04}.npz", named(params, "params"))


def snapshots(folder: Path) -> list[int]:
    """The epochs after which the run kept its parameters, in order. RunError without any."""
    kept = sorted(int(path.stem.partition("-")[2]) for path in folder.glob("params-*.npz"))
    if not kept:
        raise RunError(
            f"{folder} keeps no parameters; expected params-0000.npz and so on, from a training"
            " with --snapshots 1."
        )
    return kept


def load_params(folder: Path, epoch: int, like: T) -> T:
    """A snapshot's parameters; `like` has their structure and shapes. RunError without one."""
    path = folder / f"params-{epoch:04}.npz"
    with _refused(path, "is no snapshot of this run"):
        return _filled(like, "params", _read(path, like))


def load_best(folder: Path, like: T) -> T:
    """The best epoch's parameters, as the checkpoint has them; `like` as above. RunError."""
    path = folder / "checkpoint.npz"
    with _refused(path, "has no parameters of a best epoch"):
        return _filled(like, "best", _read(path, like), ("state.", "metrics.", "settings"))


def _read(path: Path, like: Tree) -> dict[str, Array]:
    # A State has moments beside its parameters, and perhaps those of the best epoch.
    return read_arrays(path, most=8 * sum(np.asarray(x).nbytes for x in leaves(like)) + METRICS)


@contextmanager
def _refused(path: Path, words: str) -> Iterator[None]:
    """RunError, which says in these words what the file is not, where it cannot be used."""
    try:
        yield
    except (DataError, ValueError, OSError, RecursionError) as error:
        reason = printable(str(error).removeprefix(f"{path} ")).rstrip(".")
        raise RunError(f"{path} {words} ({reason}).") from error


def _columns(rows: list[Row]) -> dict[str, list[float]]:
    """The metrics by name; nan for those that an earlier version of the code did not measure."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name, math.nan) for row in rows] for name in names}


def save_metrics(folder: Path, rows: list[Row]) -> None:
    text, columns = io.StringIO(), _columns(rows)
    lines = [columns, *zip(*columns.values(), strict=True)]
    csv.writer(text, lineterminator="\n").writerows(lines)
    write_text(folder / "metrics.csv", text.getvalue())


def load_checkpoint(folder: Path, like: T) -> tuple[T, list[Row]]:
    """State and metrics of the run; `like` is a State of the same structure and shapes."""
    path = folder / "checkpoint.npz"
    with _refused(path, "is not a checkpoint of this run; expected one, or none to train anew"):
        if not path.exists():
            return like, []  # killed before its first checkpoint: it begins again
        arrays = _read(path, like)
        _require_same(arrays.pop("settings", "{}"), _settings(folder))
        return _filled(like, "state", arrays, ("metrics.", "best.")), _rows(arrays)


def to_be_filled(folder: Path, settings: S) -> S:
    """The settings of the state that `load_checkpoint` fills: where there is a checkpoint, without
    the file of first weights, which may be gone by now.
    """
    begun = getattr(settings, "weights", "") and (folder / "checkpoint.npz").exists()
    changed: dict[str, Any] = {"weights": ""} if begun else {}
    return replace(settings, **changed)


def _settings(folder: Path) -> str:
    """The text of the run's settings, which stands in its checkpoint, too."""
    path = folder / "settings.json"
    return path.read_text() if path.exists() else "{}"


def _require_same(text: Array | str, now: str) -> None:
    """ValueError where a checkpoint has other settings, but for those that one of them lacks."""
    before, expected = json.loads(str(text)), json.loads(now)
    if not isinstance(before, dict):
        raise ValueError("its settings are not name: value")
    for name, value in expected.items():
        if name != "epochs" and (was := before.get(name, value)) != value:
            said = f"{name} is {value} in settings.json and was {was}"
            raise ValueError(f"it is of another run: {said}")


def _rows(arrays: dict[str, Array]) -> list[Row]:
    columns = {x.removeprefix("metrics."): arrays[x] for x in arrays if x.startswith("metrics.")}
    shapes = {column.shape for column in columns.values()}
    if len(shapes) > 1 or any(len(shape) != 1 for shape in shapes):
        raise ValueError(
            f"its metrics have the shapes {sorted(shapes)}, expected a number an epoch"
        )
    if wrong := [name for name in columns if columns[name].dtype.kind not in "iuf"]:
        raise ValueError(f"metrics.{wrong[0]} holds no numbers")
    epochs = zip(*(column.tolist() for column in columns.values()), strict=True)
    return [dict(zip(columns, values, strict=True)) for values in epochs]
