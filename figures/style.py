"""What all figures share: the look, the digits that they show, mosaics pasted pixel by pixel.

Ink is dark on white paper, as it was written. x (N, D) holds images in [0, 1], ink near 1; tiles
(N, side, side) or (N, side, side, 3) are what a mosaic is made of. Lengths are in screen pixels,
and places are counted from the upper left corner, as in an image.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator
from matplotlib.transforms import IdentityTransform
from numpy.typing import NDArray

from data.mnist import Bytes
from data.pixels import binarise, to_unit
from data.sets import DataSet
from training.run import replacing
from training.streams import stream

Floats = NDArray[np.floating[Any]]

DPI = 128
LINES = ("#0072b2", "#d55e00", "#009e73")  # Okabe and Ito's: distinct to colour-blind eyes too
# Of digits 0 to 9; those that look alike lie next to one another and get colours that do not. The
# smallest distance of two in CIELAB is 44.8, and as protanopes and deuteranopes see them 30.5 and
# 29.8 (simulated after Machado, Oliveira and Fernandes 2009); tests/test_fig_vae.py measures it.
TEN = (
    *("#870f96", "#3cb487", "#785a78", "#c36900", "#a50f2d"),
    *("#4be1ff", "#e1d278", "#5aa5ff", "#005af0", "#b4e10f"),
)
MISSING = (0.56, 0.79, 0.96)  # light blue: no grey level of a digit looks like it
GAP = 1  # pixels of the images between the tiles of a mosaic

matplotlib.rcParams.update(
    {
        "font.size": 11,
        "axes.titlesize": 12,
        "figure.titlesize": 14,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "legend.frameon": False,
    }
)


def new_figure(width: int, height: int, title: str, layout: Any = None) -> Figure:
    """An empty figure with a title. It belongs to no global state of matplotlib."""
    figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI, layout=layout)
    if layout is None:
        figure.suptitle(title, y=1 - 12 / height)
    else:
        figure.suptitle(title)  # at a place of its own choice, which the layout then keeps free
    return figure


def save(figure: Figure, folder: Path, name: str) -> Path:
    """Writes <folder>/<name>.png, whole or not at all; raises RunError where it cannot."""
    path = folder / f"{name}.png"
    with replacing(path) as file:
        figure.savefig(file, format="png")
    return path


def one_of_each(data: DataSet) -> Bytes:
    """The first test image of each class, 0 to 9: nobody picked the easy ones. (10, 28, 28)"""
    _, rows = np.unique(data.test_labels, return_index=True)
    return data.test_images[rows]


def as_trained(images: Bytes, settings: Any) -> Floats:
    """Images (N, 28, 28) as a model with these settings saw them in training: (N, D) in [0, 1]"""
    return binarise(stream(0, "figure pixels"), to_unit(images), settings.pixels)


def squares(x: NDArray[Any]) -> NDArray[Any]:
    """Rows as square images: (N, D) -> (N, side, side)"""
    side = math.isqrt(x.shape[1])
    return x.reshape(len(x), side, side)


def paper(x: Floats, known: NDArray[np.bool_] | None = None) -> Floats:
    """Colours: ink dark on white, and MISSING where `known` is False. -> (N, side, side, 3)"""
    grey = np.repeat(1 - squares(x)[..., None], 3, axis=-1)
    if known is None:
        return grey
    return np.where(squares(known)[..., None], grey, np.array(MISSING, grey.dtype))


def mosaic(tiles: Floats, columns: int, gap: int = GAP) -> Floats:
    """Tiles in rows of `columns`, left to right and then down, white between and after them."""
    rows = -(-len(tiles) // columns)
    height, width = tiles.shape[1:3]
    shape = (rows * (height + gap) - gap, columns * (width + gap) - gap, *tiles.shape[3:])
    picture = np.ones(shape, tiles.dtype)
    for i, tile in enumerate(tiles):
        top, left = (i // columns) * (height + gap), (i % columns) * (width + gap)
        picture[top : top + height, left : left + width] = tile
    return picture


def paste(figure: Figure, picture: Floats, left: int, top: int, scale: int) -> None:
    """Puts a mosaic (h, w, 3) on the figure, `scale` screen pixels for each of its own, exactly."""
    levels = np.rint(255 * picture).astype(np.uint8)  # matplotlib itself would round down
    large = levels.repeat(scale, axis=0).repeat(scale, axis=1)
    figure.figimage(large, left, round(figure.bbox.height) - top - len(large))


def write(figure: Figure, x: float, y: float, text: str, **style: Any) -> None:
    """Text with its middle at (x, y), unless the style says ha= or va=."""
    middle: dict[str, Any] = {"ha": "center", "va": "center"}
    figure.text(x, figure.bbox.height - y, text, transform=IdentityTransform(), **middle | style)


def labelled_rows(
    figure: Figure, rows: Mapping[str, Floats], left: int, top: int, scale: int
) -> None:
    """Pastes rows of tiles (N, side, side, 3) below one another, each with its name on the left."""
    for name, tiles in rows.items():
        height = scale * tiles.shape[1]
        paste(figure, mosaic(tiles, len(tiles)), left, top, scale)
        write(figure, left - 12, top + height / 2, name, ha="right")
        top += height + scale * GAP


def epochs_axis(axes: Axes, last: float) -> None:
    """Logarithmic for hundreds of epochs: most happens in the first ten."""
    axes.set(xlabel="epochs")
    axes.grid(alpha=0.3)
    if last > 100:
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter("{x:g}")
        axes.minorticks_off()
    else:
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
