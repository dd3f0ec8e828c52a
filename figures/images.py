"""The digits that figures show, as a model was fed them, and mosaics, pasted pixel by pixel.

Ink is dark on white paper, as it was written. x (N, D) holds images in [0, 1], ink near 1; tiles
(N, side, side) or (N, side, side, 3) are what a mosaic is made of.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from data.mnist import Bytes
from data.pixels import binarise, to_unit
from data.sets import DataSet
from figures.style import write
from training.streams import stream

Floats = NDArray[np.floating[Any]]

MISSING = (0.56, 0.79, 0.96)  # light blue: no grey level of a digit looks like it
GAP = 1  # pixels of the images between the tiles of a mosaic


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


def labelled_rows(
    figure: Figure, rows: Mapping[str, Floats], left: int, top: int, scale: int
) -> None:
    """Pastes rows of tiles (N, side, side, 3) below one another, each with its name on the left."""
    for name, tiles in rows.items():
        height = scale * tiles.shape[1]
        paste(figure, mosaic(tiles, len(tiles)), left, top, scale)
        write(figure, left - 12, top + height / 2, name, ha="right")
        top += height + scale * GAP
