"""A drawing: a figure of an experiment, the trainings that it shows, and what there is to see."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from matplotlib.figure import Figure

from data.sets import DataSet
from training.parallel import Training


class Drawing(NamedTuple):
    """`draw(folders, data)` takes the folders of the finished `trainings`, in their order.

    A module of figures/ that has the name of an experiment ends with `DRAWINGS`, a tuple of these.
    The figure's own title is its heading on the page and, where there is no other, its alt text.
    """

    name: str  # of the file, without .png; begins with the name of the experiment
    caption: str
    trainings: tuple[Training, ...]
    draw: Callable[[Sequence[Path], DataSet], Figure]
    source: str = ""  # what a source document shows, with its title; "" where none does
    alt: str = ""  # what is in the picture, for those who cannot see it
