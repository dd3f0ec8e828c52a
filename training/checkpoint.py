"""Checkpoints: a State written down, array by array under its fields' names, and the metrics."""

import csv
import io
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from autograd_lite.ops import Array
from autograd_lite.tree import T, Tree
from training.run import RunError, replacing

Row = dict[str, float]  # metrics after an epoch, by their names with units


def _fields(tree: tuple[Tree, ...]) -> Sequence[str | int]:
    return getattr(tree, "_fields", range(len(tree)))  # a plain tuple's are its places


def _flatten(tree: Tree, name: str) -> Iterator[tuple[str, Tree]]:
    if isinstance(tree, tuple):
        for field, branch in zip(_fields(tree), tree, strict=True):
            yield from _flatten(branch, f"{name}.{field}")
    else:
        yield name, tree


def _fill(like: Tree, name: str, arrays: dict[str, Array]) -> Tree:
    if isinstance(like, tuple):
        pairs = zip(_fields(like), like, strict=True)
        filled = [_fill(branch, f"{name}.{field}", arrays) for field, branch in pairs]
        return getattr(type(like), "_make", tuple)(filled)
    value = arrays[name]
    if np.shape(value) != np.shape(like):
        raise ValueError(f"{name} has shape {value.shape}, expected {np.shape(like)}")
    return int(value) if isinstance(like, int) else value


def save_checkpoint(folder: Path, state: Tree, rows: list[Row], best: Tree = None) -> None:
    """Writes State and metrics. The metrics stand in the checkpoint, metrics.csv is a copy.

    `best`, where there is one, is the best epoch's parameters. They stand in the checkpoint too:
    no kill can leave them beside the metrics of other epochs.
    """
    arrays = dict(_flatten(state, "state"))
    if best is not None:
        arrays |= _flatten(best, "best")
    for name, values in _columns(rows).items():
        arrays[f"metrics.{name}"] = np.array(values)
    with replacing(folder / "checkpoint.npz") as file:
        np.savez(file, **arrays)
    save_metrics(folder, rows)


def save_params(folder: Path, epoch: int, params: Tree) -> None:
    """A snapshot: the parameters after so many epochs."""
    with replacing(folder / f"params-{epoch:04}.npz") as file:
        np.savez(file, **dict(_flatten(params, "params")))


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
    try:
        return _fill(like, "params", _read(path))
    except Exception as error:
        raise RunError(f"{path} is no snapshot of this run ({error}).") from error


def load_best(folder: Path, like: T) -> T:
    """The best epoch's parameters, as the checkpoint has them; `like` as above. RunError."""
    path = folder / "checkpoint.npz"
    try:
        return _fill(like, "best", _read(path))
    except Exception as error:
        raise RunError(f"{path} has no parameters of a best epoch ({error}).") from error


def _read(path: Path) -> dict[str, Array]:
    with open(path, "rb") as whole, np.load(whole, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def _columns(rows: list[Row]) -> dict[str, list[float]]:
    """The metrics by name; nan for those that an earlier version of the code did not measure."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name, math.nan) for row in rows] for name in names}


def save_metrics(folder: Path, rows: list[Row]) -> None:
    text = io.StringIO()
    columns = _columns(rows)
    table = csv.writer(text, lineterminator="\n")
    table.writerow(columns)
    table.writerows(zip(*columns.values(), strict=True))
    with replacing(folder / "metrics.csv") as file:
        file.write(text.getvalue().encode())


def load_checkpoint(folder: Path, like: T) -> tuple[T, list[Row]]:
    """State and metrics of the run; `like` is a State of the same structure and shapes."""
    path = folder / "checkpoint.npz"
    try:
        arrays = _read(path)
        state = _fill(like, "state", arrays)
    except FileNotFoundError:
        return like, []  # killed before its first checkpoint: it begins again
    except Exception as error:  # np.load raises many kinds on a damaged file
        raise RunError(
            f"{path} is not a checkpoint of this run ({error}); expected one that the present code"
            " has written, else remove the folder and train anew."
        ) from error
    names = [name for name in arrays if name.startswith("metrics.")]
    columns = [arrays[name].tolist() for name in names]
    keys = [name.removeprefix("metrics.") for name in names]
    return state, [dict(zip(keys, values, strict=True)) for values in zip(*columns, strict=True)]
