"""A drawing: a figure of an experiment, the trainings that it shows, and what is said of them."""

import csv
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from matplotlib.figure import Figure

import vae.train
from data.sets import DataSet
from training.parallel import Training
from training.trained import Trained, read

Draw = Callable[[Sequence[Path], DataSet], Figure]


class Drawing(NamedTuple):
    """`draw(folders, data)` takes the folders of the finished `trainings`, in their order.

    A module of figures/ that has the name of an experiment ends with `DRAWINGS`, a tuple of these.
    The figure's own title is its heading on the page and, where there is no other, its alt text.
    """

    name: str  # of the file, without .png; begins with the name of the experiment
    caption: str
    trainings: tuple[Training, ...]
    draw: Draw
    source: str = ""  # what a source document shows, with its title; "" where none does
    alt: str = ""  # what is in the picture, for those who cannot see it


def of_vae(draw: Callable[[Trained, DataSet], Figure]) -> Draw:
    """What draws one trained VAE, given its folder."""
    return lambda folders, data: draw(read(folders[0], vae.train), data)


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
