"""Figures of unclamped Gibbs chains: binary states, black and white as the documents show them."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch

import rbm.train
from data.pixels import remove_pixels
from data.sets import DataSet
from experiments.gibbs_chains import CHAINS, EPOCHS, FRACTION, after_steps
from experiments.inpainting import HIDDEN, machine
from experiments.inpainting_methods import machine_after
from figures.chain_states import chains, coin_flips, mosaics, words_of
from figures.drawing import Drawing
from figures.images import as_trained, labelled_rows
from figures.style import MISSING, Floats, new_figure, paper, write
from rbm.gibbs import gibbs
from training.checkpoint import snapshots
from training.parallel import Training
from training.run import read_settings
from training.streams import stream

Draw = Callable[[Sequence[Path], DataSet], Figure]

BATCHES = (0, 500, 1000, 1500, 2000, 2500)
LONG = 5000  # sweeps, the assignment's; the long chains are seen EVERY so many
SHORT = 200  # sweeps, the notebook's
LONG_CHAINS, EVERY = 20, 500
FEW = 7  # chains of each start, in the figure of all epochs
BEFORE = (1, 2, 3, 6, 12, 30)  # epochs


def during_training(folders: Sequence[Path], data: DataSet) -> Figure:
    """Chains of 5,000 sweeps from the same noise after more and more batches."""
    (folder,) = folders
    settings = read_settings(folder, rbm.train.Settings)
    shape = as_trained(data.test_images[:CHAINS], settings).shape
    start = stream(0, "figure noise").standard_normal(shape, dtype=np.float32)
    states = (after_steps(folder, steps) for steps in BATCHES)
    cells = [(f"after {s.step:,} batches", chains(start, s.params, LONG)) for s in states]
    title = f"Unclamped chains of {LONG:,} sweeps from Gaussian noise: {words_of(settings, data)}"
    return mosaics(title, [cells[:3], cells[3:]])


def before_some_epochs(folders: Sequence[Path], data: DataSet) -> Figure:
    """64 chains from training images, as the RBM was before some of its epochs."""
    (folder,) = folders
    settings = read_settings(folder, rbm.train.Settings)
    start = as_trained(data.train_images[:CHAINS], settings)
    kept = [epoch for epoch in snapshots(folder) if epoch + 1 in BEFORE]
    cells = [
        (f"before epoch {epoch + 1}", chains(start, machine_after(folder, epoch).params, SHORT))
        for epoch in kept
    ]
    title = f"Unclamped chains of {SHORT} sweeps from training images: {words_of(settings, data)}"
    return mosaics(title, [cells[:3], cells[3:]])


def before_each_epoch(folders: Sequence[Path], data: DataSet) -> Figure:
    """Where chains are after some sweeps, from training images and from coin flips."""
    (folder,) = folders
    settings = read_settings(folder, rbm.train.Settings)
    images = as_trained(data.train_images[:FEW], settings)
    start = np.concatenate([images, coin_flips(images)])
    epochs = [epoch for epoch in snapshots(folder) if epoch < settings.epochs]
    half = -(-len(epochs) // 2)
    title = f"Unclamped chains of {SHORT} sweeps before each epoch: {words_of(settings, data)}"
    figure = new_figure(1970, 180 + 58 * half, title)
    for left, part in ((90, epochs[:half]), (1070, epochs[half:])):
        ends = {f"{n + 1}": chains(start, machine_after(folder, n).params, SHORT) for n in part}
        labelled_rows(figure, {"start": _halves(start)}, left, 84, 2)
        labelled_rows(figure, {n: _halves(end) for n, end in ends.items()}, left, 166, 2)
        write(figure, left - 70, 166 + 29 * half, "before epoch", rotation="vertical")
        for i, words in enumerate(("training images", "coin flips")):
            middle = left + 29 * FEW + 58 * (FEW + 1) * i
            write(figure, middle, 64, f"started from {words}", fontweight="bold")
    return figure


def _halves(states: Floats) -> Floats:
    """Tiles with a blank one between those from images and those from coin flips."""
    return np.insert(paper(states), FEW, 1, axis=0)


def long_chains(folders: Sequence[Path], data: DataSet) -> Figure:
    """Every 500 of the 5,000 sweeps of unclamped chains that start at damaged test images."""
    (folder,) = folders
    params, settings, epochs = machine_after(folder, EPOCHS)
    v = as_trained(data.test_images[:LONG_CHAINS], settings)
    damaged, known = remove_pixels(stream(0, "figure missing"), v, FRACTION, "all")
    rows = {"original": paper(v), "start": paper(damaged, known)}
    rng, state = stream(0, "figure chains"), damaged
    for sweeps in range(EVERY, LONG + 1, EVERY):
        state = gibbs(rng, state, *params, EVERY)
        rows[f"{sweeps:,}"] = paper(state)
    title = f"Long unclamped chains: {words_of(settings, data)}, after {epochs} epochs"
    figure = new_figure(1310, 110 + 58 * len(rows), title)
    labelled_rows(figure, rows, 130, 56, 2)
    write(figure, 22, 84 + 29 * (len(rows) + 1), "sweeps", rotation="vertical")
    label = f"missing ({FRACTION:.0%} of all pixels); the chain starts with 0 there"
    figure.legend(handles=[Patch(facecolor=MISSING, label=label)], loc="lower center")
    return figure


TRAINING = (
    "Binary states of 64 chains: from the same Gaussian noise, 5,000 sweeps of the RBM as it was"
    " after so many batches of its three epochs. Digits come within 500 batches, but of few kinds,"
    " and others each time: 8, then 2, later 6 and 1. The start matters as much: from coin flips,"
    " which have more ink, the same RBMs draw noise, as in the figure of two starts."
)
SOME = "Binary states of 64 chains from training images, before some of the 30 epochs."
EACH = (
    "Each row is of the RBM before that epoch: states after 200 unclamped sweeps, left from seven"
    " training images, right from a random start (coin flips). Before epoch 1 all end in noise. "
)
AFTERWARDS = {
    20: "From digits, smudges of digits come after one epoch, from a random start after a few;"
    " towards the end many of these get worse again.",
    100: "From digits, digits come after one epoch, from a random start after two; but a few"
    " epochs later more and more of those from a random start are scraps that belong to no digit.",
    500: "From digits, digits come after one epoch. From a random start it is noise for twelve"
    " epochs, then scraps of strokes. So the left half does not show what the RBM samples by"
    " itself: CD trains on chains that begin at data, and what lies elsewhere it hardly sees.",
}
LONG_ONES = (
    "Each column is one chain: a test image, what is left of it, which is where the chain starts,"
    " and the chain's state every 500 sweeps with nothing clamped. "
)
FORGOTTEN = {
    "grey": "After 500 sweeps the image is forgotten: nearly all chains show a slanted 1.",
    "binary": "The same schedule on binary pixels, from our initial weights: the chains change"
    " slowly, and most go to 0, 6 and 8. Where one ends at its first digit, that is chance.",
}
NOTEBOOK = (
    "notebook: for each of three RBMs 30 mosaics, one before each epoch, of 64 unclamped chains of"
    " 200 sweeps, all started from training images"
)


def _drawing(name: str, caption: str, training: Training, draw: Draw, source: str = "") -> Drawing:
    return Drawing(f"gibbs_chains-{name}", caption, (training,), draw, source)


DRAWINGS = (
    _drawing(
        "during-training",
        TRAINING,
        machine("grey", max(HIDDEN)),
        during_training,
        "assignment of 2019: every 500 of 2,811 training batches a mosaic of 64 unclamped chains of"
        " 5,000 sweeps from fixed noise, six in all; at the end one of damaged test images",
    ),
    *(
        drawing
        for n, words in AFTERWARDS.items()
        for drawing in (
            _drawing(f"{n}-mosaics", SOME, machine("grey", n), before_some_epochs, NOTEBOOK),
            _drawing(f"{n}-two-starts", EACH + words, machine("grey", n), before_each_epoch),
        )
    ),
    *(
        _drawing(f"long-{pixels}", LONG_ONES + words, machine(pixels, max(HIDDEN)), long_chains)
        for pixels, words in FORGOTTEN.items()
    ),
)
