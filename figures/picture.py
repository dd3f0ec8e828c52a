"""Pictures of the chapters: figures/chapter_<package>.py ends with `PICTURES`, a tuple of drawings.

A name has the suffix of its file, svg for lines and png for pixels; what is drawn from no trainings
takes no arguments. `python -m figures --chapters` writes them all into figures/gallery/. They are
opaque and white, and the same bytes every time.
"""

import importlib
from collections.abc import Iterator
from pathlib import Path

import matplotlib
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from data.sets import DataSet
from experiments.families import trained
from figures.drawing import Drawing
from figures.style import DPI, new_figure
from training.run import make_folder, replacing

GALLERY = Path(__file__).parent / "gallery"
PACKAGES = ("autograd", "rbm", "vae", "gan")


def find() -> Iterator[Drawing]:
    """The pictures of all chapters."""
    for package in PACKAGES:
        yield from importlib.import_module(f"figures.chapter_{package}").PICTURES


def save(one: Drawing, folder: Path, data: DataSet | None = None) -> Path:
    """Draws and writes it; letters become outlines, which look the same everywhere."""
    figure = one.draw(*(list(map(trained, one.trainings)), data) if one.trainings else ())
    kind = one.name.rpartition(".")[2]
    nameless = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}[kind]
    make_folder(folder)
    with (
        matplotlib.rc_context({"svg.fonttype": "path", "svg.hashsalt": one.name}),
        replacing(folder / one.name) as file,
    ):
        figure.savefig(file, format=kind, metadata=nameless)
    return folder / one.name


def sheet(width: int, height: int) -> Figure:
    """An empty SVG of so many pixels on a web page, of which an inch has 96; axes share it."""
    layout = ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.1)
    return new_figure(width * DPI // 96, height * DPI // 96, "", layout)
