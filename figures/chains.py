"""Figures of S1 and S3: free chains under way, early and late in training.

What is shown are the chains' states, black and white, as in the sources.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch

import rbm.train
from data.pixels import binarise, remove_pixels, to_unit
from data.sets import DataSet
from figures.item import Item
from figures.read import read
from figures.style import MISSING, Floats, mosaic, new_figure, paper, paste, write
from rbm.gibbs import bernoulli, gibbs
from rbm.model import Params
from results.runs import KINDS, MACHINES, machine
from training.checkpoint import load_params
from training.run import RunError
from training.streams import stream

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
    from_data = seen(data.train_images[:CHAINS], settings)
    coins = bernoulli(stream(0, "figure coins"), np.full_like(from_data, 0.5))
    start = np.concatenate([from_data, coins])
    epochs = snapshots(folder, settings.epochs - 1)
    half = -(-len(epochs) // 2)
    title = f"Free chains of {SWEEPS} sweeps before each epoch: RBM of {settings.hidden} hidden"
    title += f" units, {INPUT[settings.pixels]}, {data.name}"
    figure = new_figure(1880, 180 + 58 * half, title)
    for column, part in enumerate((epochs[:half], epochs[half:])):
        left = 90 + 930 * column
        ends = [_end(machine_after(folder, epoch), start) for epoch in part]
        write(figure, left - 10, 114, "start", ha="right")
        for i, epoch in enumerate(part):
            write(figure, left - 10, 196 + 58 * i, f"{epoch + 1}", ha="right")
        for i, word in enumerate(("training images", "coin flips")):
            ours = slice(i * len(from_data), (i + 1) * len(from_data))
            there = left + 430 * i
            write(figure, there + 202, 64, f"started from {word}", fontweight="bold")
            paste(figure, mosaic(paper(start[ours]), CHAINS), there, 84, 2)
            if ends:
                rows = np.concatenate([end[ours] for end in ends])
                paste(figure, mosaic(paper(rows), len(from_data)), there, 166, 2)
        write(figure, left - 70, 166 + 29 * half, "before epoch", rotation="vertical")
    return figure


def _end(machine: Machine, start: Floats) -> Floats:
    # The same draws for every machine: what differs between rows is the machine.
    return gibbs(stream(0, "figure chains"), start, *machine.params, SWEEPS)


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


ITEMS = (
    *(
        Item(
            f"s3-chains-{hidden}",
            "S3",
            "For each of three machines 30 mosaics, one before each epoch: 64 free chains of 200"
            " sweeps, all started from training images. None starts from noise.",
            "TODO",
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
            "TODO",
            (machine(kind, max(MACHINES)),),
            under_way,
        )
        for kind in KINDS
    ),
)
