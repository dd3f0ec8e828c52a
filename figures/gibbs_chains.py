"""Figures of unclamped Gibbs chains: binary states, black and white as the documents show them."""

from collections.abc import Sequence

import numpy as np
from matplotlib.patches import Patch

import rbm.train
from autograd_lite.ops import Array
from data.pixels import remove_pixels
from experiments.gibbs_chains import CHAINS, EPOCHS, FRACTION, after_steps
from experiments.inpainting import HIDDEN, machine
from experiments.inpainting_methods import machine_after
from figures.drawing import DataSet, Drawing, Figure, Runs
from figures.images import MISSING, Size, as_trained, labelled_rows, mosaic, paper, paste
from figures.style import new_figure, write
from rbm.gibbs import bernoulli, gibbs
from rbm.model import Params
from training.checkpoint import snapshots
from training.streams import stream

PIXELS = {"none": "grey pixels", "threshold": "binary pixels", "stochastic": "binary pixels"}
BATCHES = (0, 500, 1000, 1500, 2000, 2500)
LONG = 5000  # sweeps, the assignment's; the long chains are seen EVERY so many
SHORT = 200  # sweeps, the notebook's
LONG_CHAINS, EVERY = 20, 500
FEW = 7  # chains of each start, in the figure of all epochs
BEFORE = (1, 2, 3, 6, 12, 30)  # epochs


def mosaics(title: str, rows: Sequence[Sequence[tuple[str, Array]]], size: Size) -> Figure:
    """Mosaics of 8 x 8 images, each under its words; images (64, D), or tiles as paper() makes."""
    figure = new_figure(490 * max(map(len, rows)) + 20, 500 * len(rows) + 50, title)
    for i, row in enumerate(rows):
        for j, (words, images) in enumerate(row):
            tiles = images if images.ndim == 4 else paper(images, size)
            write(figure, 255 + 490 * j, 62 + 500 * i, words)
            paste(figure, mosaic(tiles, 8), 24 + 490 * j, 78 + 500 * i, 2)
    return figure


def words_of(settings: rbm.train.Settings, data: DataSet) -> str:
    return f"RBM of {settings.hidden} hidden units, {PIXELS[settings.pixels]}, {data.name}"


def chains(start: Array, params: Params, sweeps: int) -> Array:
    """States of unclamped chains; the same draws for each RBM, so that only the RBMs differ."""
    return gibbs(stream(0, "figure chains"), start, *params, sweeps)


def during_training(runs: Runs, data: DataSet) -> Figure:
    """Chains of 5,000 sweeps from the same noise after more and more batches."""
    _, settings, _, folder = runs[0]
    shape = as_trained(data.test_images[:CHAINS], settings).shape
    start = stream(0, "figure noise").standard_normal(shape, dtype=np.float32)
    states = (after_steps(folder, steps) for steps in BATCHES)
    cells = [(f"after {s.step:,} batches", chains(start, s.params, LONG)) for s in states]
    title = f"Unclamped chains of {LONG:,} sweeps from Gaussian noise: {words_of(settings, data)}"
    return mosaics(title, [cells[:3], cells[3:]], data.size)


def before_some_epochs(runs: Runs, data: DataSet) -> Figure:
    """64 chains from training images, as the RBM was before some of its epochs."""
    _, settings, _, folder = runs[0]
    start = as_trained(data.train_images[:CHAINS], settings)
    kept = [epoch for epoch in snapshots(folder) if epoch + 1 in BEFORE]
    ends = [chains(start, machine_after(folder, epoch).params, SHORT) for epoch in kept]
    cells = [(f"before epoch {n + 1}", end) for n, end in zip(kept, ends, strict=True)]
    title = f"Unclamped chains of {SHORT} sweeps from training images: {words_of(settings, data)}"
    return mosaics(title, [cells[:3], cells[3:]], data.size)


def before_each_epoch(runs: Runs, data: DataSet) -> Figure:
    """Where chains are after some sweeps, from training images and from coin flips."""
    _, settings, _, folder = runs[0]
    images = as_trained(data.train_images[:FEW], settings)
    coin_flips = bernoulli(stream(0, "figure coins"), np.full_like(images, 0.5))
    start = np.concatenate([images, coin_flips])
    epochs = [epoch for epoch in snapshots(folder) if epoch < settings.epochs]
    half = -(-len(epochs) // 2)
    title = f"Unclamped chains of {SHORT} sweeps before each epoch: {words_of(settings, data)}"
    figure = new_figure(1970, 180 + 58 * half, title)
    for left, part in ((90, epochs[:half]), (1070, epochs[half:])):
        ends = {f"{n + 1}": chains(start, machine_after(folder, n).params, SHORT) for n in part}
        labelled_rows(figure, {"start": _halves(start, data)}, left, 84, 2)
        labelled_rows(figure, {n: _halves(end, data) for n, end in ends.items()}, left, 166, 2)
        write(figure, left - 70, 166 + 29 * half, "before epoch", rotation="vertical")
        for i, words in enumerate(("training images", "coin flips")):
            middle = left + 29 * FEW + 58 * (FEW + 1) * i
            write(figure, middle, 64, f"started from {words}", fontweight="bold")
    return figure


def _halves(states: Array, data: DataSet) -> Array:
    """Tiles with a blank one between those from images and those from coin flips."""
    return np.insert(paper(states, data.size), FEW, 1, axis=0)


def long_chains(runs: Runs, data: DataSet) -> Figure:
    """Every 500 of the 5,000 sweeps of unclamped chains that start at damaged test images."""
    params, settings, epochs = machine_after(runs[0].folder, EPOCHS)
    v = as_trained(data.test_images[:LONG_CHAINS], settings)
    damaged, known = remove_pixels(stream(0, "figure missing"), v, FRACTION, "all")
    rows = {"original": paper(v, data.size), "start": paper(damaged, data.size, known)}
    rng, state = stream(0, "figure chains"), damaged
    for sweeps in range(EVERY, LONG + 1, EVERY):
        state = gibbs(rng, state, *params, EVERY)
        rows[f"{sweeps:,}"] = paper(state, data.size)
    title = f"Long unclamped chains: {words_of(settings, data)}, after {epochs} epochs"
    figure = new_figure(1310, 110 + 58 * len(rows), title)
    labelled_rows(figure, rows, 130, 56, 2)
    write(figure, 22, 84 + 29 * (len(rows) + 1), "sweeps", rotation="vertical")
    label = f"missing ({FRACTION:.0%} of all pixels); the chain starts with 0 there"
    figure.legend(handles=[Patch(facecolor=MISSING, label=label)], loc="lower center")
    return figure


GREY = {hidden: (machine("grey", hidden),) for hidden in HIDDEN}
DRAWINGS = (
    Drawing("gibbs_chains-during-training", GREY[max(HIDDEN)], during_training),
    *(
        Drawing(f"gibbs_chains-{hidden}-{word}", run, draw)
        for hidden, run in GREY.items()
        for word, draw in (("mosaics", before_some_epochs), ("two-starts", before_each_epoch))
    ),
    Drawing("gibbs_chains-long-grey", GREY[max(HIDDEN)], long_chains),
    Drawing("gibbs_chains-long-binary", (machine("binary", max(HIDDEN)),), long_chains),
)
