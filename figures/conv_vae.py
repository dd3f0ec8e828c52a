"""Figures of the convolutional VAE: its plane of codes, and its cost by epoch."""

from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from experiments.conv_vae import FEW, WHOLE, notebook, training
from experiments.experiment import Numbers
from experiments.record import read as record
from figures.drawing import DataSet, Drawing, Figure, Runs, of_one
from figures.latent_plane import decoded_grid
from figures.style import LINES, epochs_axis, new_figure

REACH = 4.0  # standard deviations of the prior
PARTS = {"train": ("--", "training images"), "test": ("-", "test images")}
DROPPED = 2  # the first epochs cost so much that the others would lie in one line


def costs(runs: Runs, data: DataSet) -> Figure:
    found = record("conv_vae")
    figure = new_figure(1640, 860, f"Cost of convolutional VAEs, {found.data}", "constrained")
    few, whole = figure.subplots(1, 2, sharey=True, width_ratios=(3, 2))
    _few(few, found.numbers)
    _whole(whole, found.numbers[WHOLE])
    few.set(ylabel="nats an image, less 448.73")
    for axes in (few, whole):
        epochs_axis(axes, 30)
        axes.set(xlim=(DROPPED, None))
        axes.legend(loc="upper right")
    return figure


def _few(axes: Axes, numbers: Numbers) -> None:
    there = notebook()
    for part, (style, images) in PARTS.items():
        mean, spread = (np.array(numbers[FEW][part][of]) for of in ("mean", "spread"))
        low, high = (mean - spread)[DROPPED:], (mean + spread)[DROPPED:]
        epochs = range(DROPPED + 1, len(mean) + 1)
        axes.fill_between(epochs, low, high, color=LINES[0], alpha=0.2, lw=0)
        _line(axes, mean, style, LINES[0], f"ours, {images}")
        _line(axes, there[part], style, LINES[1], f"notebook, {images}")
    of_seeds = {row["best epoch"]: row["best"] for row in numbers["each seed"]}
    _mark(axes, of_seeds, LINES[0], "best of each seed (epoch)", "v", ms=8)
    best = int(np.nanargmin(there["test"]))
    ring = {"ms": 14, "mew": 1.5, "mfc": "none"}  # may well lie around one of ours
    place = {best + 1: there["test"][best]}
    _mark(axes, place, LINES[1], "notebook's best (epoch)", "o", **ring)
    axes.set(title=f"Trained on {FEW}; test: 1,000 images, by which the best were chosen")


def _whole(axes: Axes, whole: Numbers) -> None:
    _line(axes, whole["train"], "--", LINES[0], "ours, training images")
    _line(axes, whole["validation"], "-", LINES[2], "ours, validation images")
    best, last = whole["best epoch"], len(whole["validation"])
    lowest = {best: whole["best"]["validation"]}
    _mark(axes, lowest, LINES[2], "lowest validation cost (epoch)", "v", ms=8)
    ends = {best: whole["best"]["test"], last: whole["last"]["test"]}
    _mark(axes, ends, "0.2", "test images (epoch)", "o", ms=6)
    axes.set(title=f"Trained on {WHOLE}; test: all 10,000 images")


def _line(axes: Axes, costs: Any, style: str, colour: str, label: str) -> None:
    epochs = range(DROPPED + 1, len(costs) + 1)
    axes.plot(epochs, costs[DROPPED:], style, color=colour, label=label)


def _mark(
    axes: Axes, places: dict[int, float], colour: str, label: str, mark: str, **style: Any
) -> None:
    """Marks costs by epoch. The legend has the numbers: here they would lie on curves."""
    words = ", ".join(f"{cost:.2f} ({epoch})" for epoch, cost in places.items())
    label = f"{label}: {words}"
    axes.plot(list(places), list(places.values()), mark, color=colour, label=label, **style)


DRAWINGS = (
    Drawing("conv_vae-manifold", (training(0),), of_one(partial(decoded_grid, reach=REACH))),
    Drawing("conv_vae-costs", (), costs),
)
