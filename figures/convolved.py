"""Figures of S5: the convolutional VAE's manifold, and its cost by epoch beside the source's."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import vae.train
from data.sets import DataSet
from experiments.record import HERE
from experiments.runs import convolutional
from figures.codes import manifold
from figures.item import Item
from figures.likelihoods import measured
from figures.style import LINES, new_figure
from training.trained import read

REACH = 4.0
PARTS = {"train": ("--", "training images"), "test": ("-", "test images")}
DROPPED = 2  # the first epochs cost so much that the others would lie in one line


def drawn_manifold(folders: Sequence[Path], data: DataSet) -> Figure:
    """30 x 30 codes from -4 to 4, decoded."""
    (folder,) = folders
    return manifold(read(folder, vae.train), data, "convolutional VAE of 2 code units", REACH)


def costs(folders: Sequence[Path], data: DataSet) -> Figure:
    """Training and test cost after each epoch, ours and the source's; the best epochs marked."""
    found = measured("convolutional")
    figure = new_figure(1640, 860, f"Cost of convolutional VAEs, {found.data}", "constrained")
    few, whole = figure.subplots(1, 2, sharey=True, width_ratios=(3, 2))
    _few(few, found.numbers)
    _whole(whole, found.numbers["whole"])
    for axes in (few, whole):
        axes.set(xlabel="epochs", xlim=(DROPPED, None))
        axes.grid(alpha=0.3)
        axes.legend(loc="upper right")
    few.set(ylabel="nats an image, less 448.73")
    return figure


def _few(axes: Axes, numbers: Any) -> None:
    """Trained on 10,000 images: three seeds and the source."""
    source = json.loads((HERE / "source_numbers.json").read_text())["S5"]
    for part, (style, images) in PARTS.items():
        mean, spread = (np.array(numbers["few"][part][name]) for name in ("mean", "spread"))
        epochs = np.arange(1, len(mean) + 1)
        low, high = (mean - spread)[DROPPED:], (mean + spread)[DROPPED:]
        axes.fill_between(epochs[DROPPED:], low, high, color=LINES[0], alpha=0.2, lw=0)
        _line(axes, mean, style, LINES[0], f"ours, {images}")
        _line(axes, np.array(source[part], float), style, LINES[1], f"the source, {images}")
    of_seeds = [(row["best epoch"], row["best"]) for row in numbers["each seed"]]
    _mark(axes, of_seeds, LINES[0], "best of each seed (epoch): {}", ms=8)
    there = np.array(source["test"], float)  # the lost ones are nan
    best = int(np.nanargmin(there))
    ring = {"ms": 14, "mew": 1.5, "mfc": "none"}  # may well lie around one of ours
    _mark(axes, [(best + 1, there[best])], LINES[1], "the source's best (epoch): {}", "o", **ring)
    axes.set(title="Trained on 10,000 images; test: 1,000 images, by which the best were chosen")


def _whole(axes: Axes, whole: Any) -> None:
    """Trained on 55,000 images: one network, its epoch chosen on validation images."""
    _line(axes, np.array(whole["train"]), "--", LINES[0], "ours, training images")
    _line(axes, np.array(whole["validation"]), "-", LINES[2], "ours, validation images")
    best, last = whole["best"], len(whole["validation"])
    epoch = whole["best epoch"]
    lowest = [(epoch, best["validation"])]
    _mark(axes, lowest, LINES[2], "lowest validation cost (epoch): {}", ms=8)
    ends = [(epoch, best["test"]), (last, whole["last"]["test"])]
    _mark(axes, ends, "0.2", "test images (epoch): {}", "o", ms=6)
    axes.set(title="Trained on 55,000 images; test: all 10,000 images")


def _line(axes: Axes, costs: Any, style: str, colour: str, label: str) -> None:
    epochs = np.arange(1, len(costs) + 1)
    axes.plot(epochs[DROPPED:], costs[DROPPED:], style, color=colour, label=label)


def _mark(
    axes: Axes,
    places: Sequence[tuple[int, float]],
    colour: str,
    label: str,
    mark: str = "v",
    **style: Any,
) -> None:
    """Marks costs at their epochs. The legend has the numbers: here they would lie on curves."""
    words = label.format(", ".join(f"{cost:.2f} ({epoch})" for epoch, cost in places))
    epochs, costs = zip(*places, strict=True)
    axes.plot(epochs, costs, mark, color=colour, label=words, zorder=3, **style)


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
    Item(
        "s5-costs",
        "S5",
        "the cost of 10,000 training and 1,000 test images after each epoch, printed, 4 to 30",
        "From the third epoch on. Training cost keeps falling; the cost on 1,000 test images falls"
        " more and more slowly and stays unsteady: 10,000 images are few. Ours is a mean of three"
        " seeds, the band their deviation: a little above the source's on training images, level"
        " with it on test images. On training images the source prints means over the"
        " epoch while it trains; ours is measured after it, on 5,000 of them. The best epochs were"
        " chosen on those same test images, as in the source, and flatter. On 55,000 images the"
        " epoch was chosen on validation images; the test images were used for it and the last.",
        (),
        costs,
    ),
)
