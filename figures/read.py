"""How the models of a figure were trained, in one line under it."""

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from data.sets import DataSet


def facts(folders: Sequence[Path], data: DataSet) -> str:
    """The data, and of finished runs the epochs, the training images and the time, in a line.

    Where the runs differ, theirs stand side by side in their order, as in "10/10/5 epochs".
    """
    if not folders:
        return f"Data: {data.name}."
    runs = [json.loads((folder / "settings.json").read_text()) for folder in folders]
    epochs = _each(run["epochs"] for run in runs)
    there = len(data.train_images)
    images = _each(f"{run['images'] or there - run['validation']:,}" for run in runs)
    seconds = 0.0
    for folder in folders:
        *_, last = csv.DictReader((folder / "metrics.csv").read_text().splitlines())
        seconds += float(last["seconds"])
    return f"Data: {data.name}. {epochs} epochs of {images} images; training took {seconds:.0f} s."


def _each(values: Iterable[object]) -> str:
    words = list(map(str, values))
    return "/".join(words if len(set(words)) > 1 else words[:1])
