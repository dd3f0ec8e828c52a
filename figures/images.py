"""The images that figures show, as a model was fed them, and mosaics, pasted pixel by pixel.

Ink is dark on white paper, as digits are written. x (N, D) holds images in [0, 1], ink near 1, of
`size` (H, W); tiles (N, H, W) or (N, H, W, 3) are what a mosaic is made of.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from data.pixels import binarise, to_unit
from data.sets import DataSet
from figures.style import write
from training.streams import stream

Floats = NDArray[np.floating[Any]]
Images = NDArray[Any]  # (N, H, W), as a data set holds them
Size = tuple[int, ...]  # height and width

SHOWN = 10  # test images, where those of several classes are shown
MISSING = (0.56, 0.79, 0.96)  # light blue: no grey level looks like it
GAP = 1  # pixels of the images between the tiles of a mosaic


def pitch(size: Size, screen: float, gap: int = GAP) -> tuple[int, int, int]:
    """The scale that brings the longer side of an image nearest to so many screen pixels, and the
    screen pixels from one tile of a mosaic to the next, across and down.
    """
    scale = max(1, round(screen / max(size)))
    return scale, scale * (size[1] + gap), scale * (size[0] + gap)


def one_of_each(data: DataSet) -> Images:
    """The first test image of each class: nobody picked the easy ones. (at most SHOWN, H, W)

    Of more classes, some that are evenly spaced; of fewer, the second images follow, and so on.
    """
    labels = np.zeros(len(data.test_images)) if data.test_labels is None else data.test_labels
    classes = np.unique(labels)
    some = classes[np.linspace(0, len(classes) - 1, min(SHOWN, len(classes))).round().astype(int)]
    rows = (np.flatnonzero(labels == one)[:SHOWN] for one in some)
    turns = sorted((turn, i, row) for i, of in enumerate(rows) for turn, row in enumerate(of))
    return data.test_images[[row for _, _, row in turns[:SHOWN]]]


def as_trained(images: Images, settings: Any) -> Floats:
    """Images (N, H, W) as a model with these settings saw them in training: (N, D) in [0, 1]"""
    return binarise(stream(0, "figure pixels"), to_unit(images), settings.pixels)


def paper(x: Floats, size: Size, known: NDArray[np.bool_] | None = None) -> Floats:
    """Colours: ink dark on white, and MISSING where `known` is False. -> (N, H, W, 3)"""
    grey = np.repeat(1 - x.reshape(-1, *size, 1), 3, axis=-1)
    if known is None:
        return grey
    return np.where(known.reshape(-1, *size, 1), grey, np.array(MISSING, grey.dtype))


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
    """Pastes rows of tiles (N, H, W, 3) below one another, each with its name on the left."""
    for name, tiles in rows.items():
        height = scale * tiles.shape[1]
        paste(figure, mosaic(tiles, len(tiles)), left, top, scale)
        write(figure, left - 12, top + height / 2, name, ha="right")
        top += height + scale * GAP
