"""Figures of S7: a dense VAE with tanh and two codes, trained for short and for long.

Each takes one finished run. figures/ellipses.py draws its plane of codes, figures/tanh.py the rest.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, ScalarFormatter

import vae.train
from data.pixels import binarise
from data.sets import DataSet
from figures.ellipses import latent_plane, looked_at, name_of
from figures.item import Item
from figures.read import Trained, read
from figures.style import LINES, Floats, mosaic, new_figure, paper, paste, write
from figures.vae import plane_of_tiles
from results.assignment import SOURCE_BATCH, SOURCE_COST, SOURCE_KL, SOURCE_NLL
from results.runs import long, short
from training.plan import Planned
from training.streams import stream
from vae.mlp import decode, encode
from vae.objective import pixel_means

PARTS = {"cost": "cost", "nll": "reconstruction", "kl": "KL"}  # by their names in the metrics
ORIGINALS, PRIOR, SIDE = 20, 20, 20
RANGE_OF = 5000  # training images whose codes span the grid
THERE = dict.fromkeys(("costs", "codes", "reconstructions", "prior", "grid"), "x")
CAPTIONS = {(n, w): "" for n in ("short", "long") for w in THERE}


def decoded(network: Trained, z: Floats) -> Floats:
    """The probability of ink of every pixel: (B, Z) -> (B, D)"""
    outputs, _ = decode(z, network.params, network.settings.activation)
    return pixel_means(outputs, network.settings.likelihood)


def encoded(network: Trained, x: Floats) -> Floats:
    """The means of the codes: (B, D) -> (B, Z)"""
    mu, _, _ = encode(x, network.params, network.settings.activation)
    return mu


def costs(network: Trained, data: DataSet, beside: bool) -> Figure:
    """The cost and its parts against epochs, and, `beside` them, the source's."""
    title = f"Cost during training: {name_of(network, data)}, {data.name}"
    figure = new_figure(1900, 760, title, "constrained")
    epochs = network.series("epoch")
    for axes, (part, word), colour in zip(figure.subplots(1, 3), PARTS.items(), LINES, strict=True):
        for images, line in (("training", "-"), ("validation", "--")):
            values = network.series(f"{'train' if images == 'training' else images}_{part}")
            axes.plot(epochs, values, line, color=colour, label=f"{images}: {values[-1]:.2f}")
        if beside:
            _source(axes, part)
        axes.set(xlabel="epochs", ylabel="nats an image", title=word)
        axes.grid(alpha=0.3)
        axes.legend(title="after the last epoch")
        _epoch_axis(axes, epochs)
    return figure


def _source(axes: Axes, part: str) -> None:
    there = {"cost": dict(enumerate(SOURCE_COST, 1)), "nll": SOURCE_NLL, "kl": SOURCE_KL}[part]
    values = [value / SOURCE_BATCH for value in there.values()]
    label = f"source, training: {values[-1]:.2f}"
    axes.plot(list(there), values, "x:", color="0.35", lw=1, ms=6, label=label)


def _epoch_axis(axes: Axes, epochs: Sequence[float]) -> None:
    """Logarithmic for hundreds of epochs: most happens in the first ten."""
    if epochs[-1] > 100:
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(ScalarFormatter())
    else:
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))


def reconstructions(network: Trained, data: DataSet) -> Figure:
    """Images as the encoder gets them, and under each what is decoded from its code's mean."""
    title = f"Images, and what comes back: {name_of(network, data)}, {data.name}"
    figure = new_figure(1900, 770, title)
    for i, part in enumerate(looked_at(network, data, ORIGINALS)):
        top = 94 + 225 * i
        tiles = paper(np.concatenate([part.x, decoded(network, encoded(network, part.x))]))
        paste(figure, mosaic(tiles, len(part.x)), 144, top, 3)
        write(figure, 144, top - 18, f"{part.name} images", ha="left", fontweight="bold")
        write(figure, 132, top + 42, "binary image", ha="right")
        write(figure, 132, top + 129, "mean, decoded", ha="right")
    return figure


def prior(network: Trained, data: DataSet) -> Figure:
    """Codes from the prior: the decoder's means, and pixels drawn with these probabilities."""
    figure = new_figure(1600, 740, f"Codes from N(0, I): {name_of(network, data)}, {data.name}")
    shape = PRIOR, network.settings.codes
    z = stream(0, "figure prior").standard_normal(shape, dtype=np.float32)
    probs = decoded(network, z)
    drawn = binarise(stream(0, "figure samples"), probs, "stochastic")
    blocks = ((60, "means: each pixel's probability", probs), (820, "samples: each pixel", drawn))
    for left, word, x in blocks:
        paste(figure, mosaic(paper(x), 5), left, 120, 5)
        write(figure, left + 722 / 2, 98, word, fontweight="bold")
    return figure


def grid(network: Trained, data: DataSet) -> Figure:
    """What the decoder makes of codes between the least and the largest of training images."""
    title = f"Codes on a grid, decoded: {name_of(network, data)}, {data.name}"
    figure = new_figure(1260, 1260, title)
    mu = encoded(network, looked_at(network, data, RANGE_OF)[0].x)
    low, high = mu.min(axis=0), mu.max(axis=0)
    middle, half = (low + high) / 2, (high - low) / 2
    # The tiles reach from -1 to 1 in units of the range; the axes then say it in the codes' own.
    axes = plane_of_tiles(
        figure, lambda z: decoded(network, middle + half * z), 100, 50, 2, SIDE, reach=1
    )
    for name, m, h in zip("xy", middle, half * (1 + 1 / (SIDE - 1)), strict=True):
        axes.set(**{f"{name}lim": (m - h, m + h)})
    return figure


def _items(run: Planned, name: str, beside: bool) -> tuple[Item, ...]:
    """The five figures of one network."""
    drawings: dict[str, Callable[[Trained, DataSet], Figure]] = {
        "costs": lambda network, data: costs(network, data, beside),
        "codes": latent_plane,
        "reconstructions": reconstructions,
        "prior": prior,
        "grid": grid,
    }

    def drawn(word: str) -> Callable[[Sequence[Path], DataSet], Figure]:
        return lambda folders, data: drawings[word](read(folders[0], vae.train), data)

    return tuple(
        Item(f"tanh-{name}-{word}", "S7", THERE[word], CAPTIONS[name, word], (run,), drawn(word))
        for word in drawings
    )


ITEMS = (*_items(short("once", 0), "short", True), *_items(long(), "long", False))
