"""Figures of S1 and S3: free chains. Shown are their states, black and white as the sources'."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch

import rbm.train
from data.pixels import binarise, remove_pixels, to_unit
from data.sets import DataSet
from experiments.runs import MACHINES, machine
from figures.item import Item
from figures.style import MISSING, Floats, mosaic, new_figure, paper, paste, write
from rbm.gibbs import bernoulli, gibbs
from rbm.model import Params
from training.checkpoint import load_params
from training.run import RunError
from training.streams import stream
from training.trained import read

CHAINS, SWEEPS = 7, 200  # of each start, for the figures of all epochs
LONG_CHAINS, EVERY, TIMES = 20, 500, 10  # a state every so many sweeps, so many times
EARLY = 3  # epochs after which S1 uses its machines
SHARE = 0.8  # of the pixels that are missing where the long chains begin
INPUT = {"none": "grey pixels", "threshold": "binary pixels", "stochastic": "binary pixels"}


class Machine(NamedTuple):
    """A machine as it was after some epochs of its training."""

    params: Params
    settings: rbm.train.Settings
    epochs: int


def snapshots(folder: Path, last: int) -> list[int]:
    """The epochs up to `last` after which the run kept its parameters. RunError without any."""
    kept = sorted(int(path.stem.partition("-")[2]) for path in folder.glob("params-*.npz"))
    if not (early := [epoch for epoch in kept if epoch <= last]):
        raise RunError(
            f"{folder} keeps no parameters of epochs 0 to {last};"
            " expected params-0000.npz and so on, from a training with --snapshots 1."
        )
    return early


def machine_after(folder: Path, epochs: int) -> Machine:
    """The machine of the last snapshot that is no later than `epochs`."""
    trained = read(folder, rbm.train)
    epoch = snapshots(folder, epochs)[-1]
    return Machine(load_params(folder, epoch, trained.params), trained.settings, epoch)


def seen(images: Any, settings: rbm.train.Settings) -> Floats:
    """Images (N, 28, 28) of bytes as the machine was trained to see them: (N, D)"""
    return binarise(stream(0, "figure pixels"), to_unit(images), settings.pixels)


def before_each_epoch(folders: Sequence[Path], data: DataSet) -> Figure:
    """Where chains are after some sweeps, from training images and from coin flips."""
    (folder,) = folders
    _, settings, _ = read(folder, rbm.train)
    images = seen(data.train_images[:CHAINS], settings)
    coins = bernoulli(stream(0, "figure coins"), np.full_like(images, 0.5))
    start = np.concatenate([images, coins])
    epochs = snapshots(folder, settings.epochs - 1)
    half = -(-len(epochs) // 2)
    title = f"Free chains of {SWEEPS} sweeps before each epoch: RBM of {settings.hidden} hidden"
    title += f" units, {INPUT[settings.pixels]}, {data.name}"
    figure = new_figure(1880, 180 + 58 * half, title)
    for left, part in ((90, epochs[:half]), (1020, epochs[half:])):
        _rows(figure, left, 84, {"start": start})
        ends = {}
        for epoch in part:  # the same draws for each: only the machine differs between rows
            params = machine_after(folder, epoch).params
            ends[f"{epoch + 1}"] = gibbs(stream(0, "figure chains"), start, *params, SWEEPS)
        _rows(figure, left, 166, ends)
        write(figure, left - 70, 166 + 29 * half, "before epoch", rotation="vertical")
        for i, word in enumerate(("training images", "coin flips")):
            write(figure, left + 202 + 430 * i, 64, f"started from {word}", fontweight="bold")
    return figure


def _rows(figure: Figure, left: int, top: int, rows: dict[str, Floats]) -> None:
    """Named rows of chains; those from images stand left, those from coin flips right."""
    for i, (word, states) in enumerate(rows.items()):
        write(figure, left - 10, top + 28 + 58 * i, word, ha="right")
        for j, part in enumerate(np.split(states, 2)):
            paste(figure, mosaic(paper(part), len(part)), left + 430 * j, top + 58 * i, 2)


def under_way(folders: Sequence[Path], data: DataSet) -> Figure:
    """The states of long free chains that start at damaged test images."""
    (folder,) = folders
    params, settings, epochs = machine_after(folder, EARLY)
    v = seen(data.test_images[:LONG_CHAINS], settings)
    damaged, known = remove_pixels(stream(0, "figure missing"), v, SHARE, "all")
    rows, words = [paper(v), paper(damaged, known)], ["original", "start"]
    rng, state = stream(0, "figure chains"), damaged
    for i in range(TIMES):
        state = gibbs(rng, state, *params, EVERY)
        rows.append(paper(state))
        words.append(f"{EVERY * (i + 1):,}")
    title = f"A long free chain, nothing clamped: RBM of {settings.hidden} hidden units after"
    title += f" {epochs} epochs, {INPUT[settings.pixels]}, {data.name}"
    figure = new_figure(1310, 110 + 58 * len(rows), title)
    paste(figure, mosaic(np.concatenate(rows), len(v)), 130, 56, 2)
    for i, word in enumerate(words):
        write(figure, 118, 84 + 58 * i, word, ha="right")
    write(figure, 22, 84 + 58 * (2 + (TIMES - 1) / 2), "sweeps", rotation="vertical")
    label = f"missing ({SHARE:.0%} of all pixels); the chain starts with 0 there"
    figure.legend(handles=[Patch(facecolor=MISSING, label=label)], loc="lower center")
    return figure


BEFORE = (
    "Each row is drawn by the machine as it was before that epoch: the states of 200 free sweeps,"
    " left from seven training images, right from coin flips. Before epoch 1 all end in noise. "
)
AFTERWARDS = {
    20: "From digits, smudges of digits come after one epoch, from coin flips after a few; towards"
    " the end many of these get worse again.",
    100: "From digits, digits come after one epoch, from coin flips after two; but a few epochs"
    " later more and more of those from coin flips are scraps that belong to no digit.",
    500: "From digits, digits come after one epoch. From coin flips it is noise for twelve epochs,"
    " then scraps of strokes. So the left half does not tell what the machine makes by itself: CD"
    " trains on chains that begin at data, and what lies elsewhere it hardly sees.",
}
LONG = (
    "Each column is one chain: a test image, what is left of it, which is where the chain starts,"
    " and the chain's state every 500 sweeps with nothing held fixed. "
)
FORGOTTEN = {
    "grey": "After 500 sweeps the image is forgotten: nearly all chains show a slanted 1, the"
    " favourite of this machine, whatever they began with.",
    "binary": "The source's schedule on binary pixels, from our first weights: the chains change"
    " slowly, and most go to 0, 6 and 8. Where one ends at its first digit, that is chance.",
}

ITEMS = (
    *(
        Item(
            f"s3-chains-{hidden}",
            "S3",
            "For each of three machines 30 mosaics, one before each epoch: 64 free chains of 200"
            " sweeps, all started from training images. None starts from noise.",
            BEFORE + AFTERWARDS[hidden],
            (machine("grey", hidden),),
            before_each_epoch,
        )
        for hidden in MACHINES
    ),
    *(
        Item(
            f"s1-chain-{kind}",
            "S1",
            "Mosaics of 64 chains, every 500 of 5,000 sweeps, started from damaged test images;"
            " 500 hidden units, 3 epochs. The damage reached the upper edge of the image only.",
            LONG + FORGOTTEN[kind],
            (machine(kind, max(MACHINES)),),
            under_way,
        )
        for kind in FORGOTTEN
    ),
)
