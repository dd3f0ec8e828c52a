"""The figure of the dense VAE's cost after each epoch, beside the notebook's."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from experiments.dense_vae import notebook
from experiments.dense_vae_curves import ALL, SETTLED, largest_difference
from experiments.experiment import Numbers
from experiments.record import read as record
from figures.drawing import DataSet, Drawing, Figure, Runs
from figures.style import LINES, epochs_axis, new_figure

FIRST = 2  # epoch shown; next to the first the others would be a flat line
BAND = 1.0  # nats between ours and the notebook's that are worth no word
GREY = "0.88"
PARTS = {"test": ("o-", "test"), "train": ("s--", "training")}  # in the results: line, images


def costs(runs: Runs, data: DataSet) -> Figure:
    found = record("dense_vae_curves")
    title = f"Cost of dense VAEs with squared error after each epoch, {found.data}"
    figure = new_figure(1640, 1000, title, layout="constrained")
    shape: dict[str, Any] = {"sharex": True, "sharey": "row", "height_ratios": (2, 1)}
    grid = figure.subplots(2, len(found.numbers), **shape)
    for row, above, below in zip(found.numbers, *grid, strict=True):
        _panels(above, below, row)
    grid[0, 0].set(ylabel="nats an image, less 448.73")
    grid[1, 0].set(ylabel="ours less the notebook's")
    lines, _ = grid[0, 0].get_legend_handles_labels()
    lines.append(Patch(color=LINES[0], alpha=0.25, label="standard deviation over seeds"))
    lines.append(Patch(color=GREY, label=f"within {BAND:g} nat, from epoch {SETTLED} on"))
    figure.legend(handles=lines, ncols=4, loc="outside lower center")
    return figure


def _panels(above: Axes, below: Axes, row: Numbers) -> None:
    title, gaps, last = [f"{row['codes']} code units"], [], len(row["test"]["mean"])
    epochs, shown = np.arange(FIRST, last + 1), slice(FIRST - 1, None)
    for part, (style, images) in PARTS.items():
        ours, spread = (np.array(row[part][of]) for of in ("mean", "spread"))
        theirs = notebook(row["codes"])[part]
        for costs, whose, colour in ((theirs, "notebook", LINES[1]), (ours, "ours", LINES[0])):
            label = f"{whose}, {images} images"
            above.plot(epochs, costs[shown], style, ms=3, color=colour, label=label)
        gap = ours - theirs
        low, high = (gap - spread)[shown], (gap + spread)[shown]
        below.fill_between(epochs, low, high, color=LINES[0], alpha=0.25, lw=0)
        below.plot(epochs, gap[shown], style, ms=3, color=LINES[0])
        title.append(f"{images} images: {ours[-1]:.2f}, notebook {theirs[-1]:.2f}")
        gaps.append(f"{images} {largest_difference(row[part]['mean'], theirs):+.2f}")
    ring: dict[str, Any] = {"color": LINES[0], "mfc": "white", "ms": 8}
    above.plot(last, row[ALL]["mean"], "D", label="ours, all training images", **ring)
    above.set(title="\n".join(title))
    above.grid(alpha=0.3)
    words = f"largest from epoch {SETTLED} on: {', '.join(gaps)}"
    below.text(0.97, 0.93, words, transform=below.transAxes, ha="right", va="top", fontsize=10)
    below.fill_between((SETTLED, last), -BAND, BAND, color=GREY, lw=0)
    below.axhline(0, color="0.4", lw=0.8)
    below.set(ylim=(-2 * BAND, 2 * BAND))
    epochs_axis(below, last)


DRAWINGS = (Drawing("dense_vae_curves-costs", (), costs),)
