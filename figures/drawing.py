"""A drawing: a figure of an experiment, the trainings that it shows, and what there is to see."""

from collections.abc import Callable, Sequence
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
