"""The images that figures show: the same test digits, as a model was fed them, in named rows."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from data.mnist import Bytes
from data.pixels import binarise, to_unit
from data.sets import DataSet
from figures.style import GAP, Floats, mosaic, paste, write
from training.streams import stream


def one_of_each(data: DataSet) -> Bytes:
    """The first test image of each class, 0 to 9: nobody picked the easy ones. (10, 28, 28)"""
    _, rows = np.unique(data.test_labels, return_index=True)
    return data.test_images[rows]


def as_trained(images: Bytes, settings: Any) -> Floats:
    """Images (N, 28, 28) as a model with these settings saw them in training: (N, D) in [0, 1]"""
    return binarise(stream(0, "figure pixels"), to_unit(images), settings.pixels)


def labelled_rows(
    figure: Figure, rows: Mapping[str, Floats], left: int, top: int, scale: int
) -> None:
    """Pastes rows of tiles (N, side, side, 3) below one another, each with its name on the left."""
    for name, tiles in rows.items():
        height = scale * tiles.shape[1]
        paste(figure, mosaic(tiles, len(tiles)), left, top, scale)
        write(figure, left - 12, top + height / 2, name, ha="right")
        top += height + scale * GAP
