"""Binary states of Gibbs chains in mosaics of 8 x 8, for the figures of RBMs."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

import rbm.train
from data.sets import DataSet
from figures.style import Floats, mosaic, new_figure, paper, paste, write
from rbm.gibbs import bernoulli, gibbs
from rbm.model import Params
from training.streams import stream

PIXELS = {"none": "grey pixels", "threshold": "binary pixels", "stochastic": "binary pixels"}


def mosaics(title: str, rows: Sequence[Sequence[tuple[str, Floats]]]) -> Figure:
    """Mosaics of 8 x 8 images, each under its words; images (64, D), or tiles as paper() makes."""
    figure = new_figure(490 * max(map(len, rows)) + 20, 500 * len(rows) + 50, title)
    for i, row in enumerate(rows):
        for j, (words, images) in enumerate(row):
            tiles = images if images.ndim == 4 else paper(images)
            write(figure, 255 + 490 * j, 62 + 500 * i, words)
            paste(figure, mosaic(tiles, 8), 24 + 490 * j, 78 + 500 * i, 2)
    return figure


def words_of(settings: rbm.train.Settings, data: DataSet) -> str:
    """Which RBM it is."""
    return f"RBM of {settings.hidden} hidden units, {PIXELS[settings.pixels]}, {data.name}"


def coin_flips(like: Floats) -> Floats:
    """The fixed noise at which chains begin."""
    return bernoulli(stream(0, "figure coins"), np.full_like(like, 0.5))


def chains(start: Floats, params: Params, sweeps: int) -> Floats:
    """States of unclamped chains; the same draws for each RBM, so that only the RBMs differ."""
    return gibbs(stream(0, "figure chains"), start, *params, sweeps)
