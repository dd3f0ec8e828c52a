"""An item of the catalogue: a figure of the sources, the runs it needs, and how it is drawn."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from matplotlib.figure import Figure

from data.sets import DataSet
from training.plan import Planned


class Item(NamedTuple):
    """`draw(folders, data)` takes the folders of the finished `runs`, in their order."""

    name: str  # of the file, without .png
    system: str  # of SOURCES.md, such as "S3"
    there: str  # what the source shows
    caption: str  # what there is to see here
    runs: tuple[Planned, ...]
    draw: Callable[[Sequence[Path], DataSet], Figure]
