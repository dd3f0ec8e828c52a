"""A picture of a chapter: what draws it, and from which trainings.

figures/chapter_<package>.py ends with `PICTURES`, a tuple of these; `python -m figures --chapters`
writes them all into figures/gallery/. They are opaque and white, and the same bytes every time.
"""

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import matplotlib
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from data.sets import DataSet
from figures.style import DPI, new_figure
from training.parallel import Training
from training.run import make_folder, replacing

GALLERY = Path(__file__).parent / "gallery"
PACKAGES = ("autograd", "rbm", "vae", "gan")


class Picture(NamedTuple):
    """`draw(folders, data)` takes the folders of the finished `trainings`; `draw()` if none."""

    name: str  # of its file, with the suffix: svg for lines, png for pixels
    draw: Callable[..., Figure]
    trainings: tuple[Training, ...] = ()

    def save(self, folder: Path, data: DataSet | None = None) -> Path:
        """Draws and writes it; letters become outlines, which look the same everywhere."""
        shown = ([run.folder for run in self.trainings], data) if self.trainings else ()
        figure = self.draw(*shown)
        kind = self.name.rpartition(".")[2]
        nameless = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}[kind]
        make_folder(folder)
        with (
            matplotlib.rc_context({"svg.fonttype": "path", "svg.hashsalt": self.name}),
            replacing(folder / self.name) as file,
        ):
            figure.savefig(file, format=kind, metadata=nameless)
        return folder / self.name


def find() -> Iterator[Picture]:
    """The pictures of all chapters."""
    for package in PACKAGES:
        yield from importlib.import_module(f"figures.chapter_{package}").PICTURES


def sheet(width: int, height: int) -> Figure:
    """An empty SVG of so many pixels on a web page, of which an inch has 96; axes share it."""
    layout = ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.1)
    return new_figure(width * DPI // 96, height * DPI // 96, "", layout)
