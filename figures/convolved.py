"""Figures of S5: the convolutional VAE's manifold."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

import vae.train
from data.sets import DataSet
from figures.codes import manifold
from figures.item import Item
from results.runs import convolutional
from training.trained import read

REACH = 4.0


def drawn_manifold(folders: Sequence[Path], data: DataSet) -> Figure:
    """30 x 30 codes from -4 to 4, decoded."""
    (folder,) = folders
    return manifold(read(folder, vae.train), data, "convolutional VAE of 2 code units", REACH)


ITEMS = (
    Item(
        "s5-manifold",
        "S5",
        "one mosaic of 30 x 30 decoded codes from -4 to 4",
        "The same as for the dense network, with a wider range: beyond 2 from the middle lie few"
        " codes of the prior, and what is drawn there changes slowly.",
        (convolutional(0),),
        drawn_manifold,
    ),
)
