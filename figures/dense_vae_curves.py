"""The figure of the dense VAE's cost after each epoch, beside the notebook's."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from data.sets import DataSet
from experiments.dense_vae_curves import ALL, SETTLED, largest_difference, notebook
from experiments.experiment import Numbers
from experiments.record import read as record
from figures.drawing import Drawing
from figures.style import LINES, Floats, new_figure

FIRST = 2  # epoch shown; next to the first the others would be a flat line
BAND = 1.0  # nats between ours and the notebook's that are worth no word
GREY = "0.88"
PARTS = {"test": ("o-", "test images"), "train": ("s--", "training images")}  # in the metrics


def costs(folders: Sequence[Path], data: DataSet) -> Figure:
    """The cost after each epoch beside the notebook's, and under it the difference."""
    found = record("dense_vae_curves")
    title = f"Cost of dense VAEs with squared error after each epoch, {found.data}"
    figure = new_figure(1640, 1000, title, layout="constrained")
    shape: dict[str, Any] = {"sharex": True, "sharey": "row", "height_ratios": (2, 1)}
    grid = figure.subplots(2, len(found.numbers), **shape)
    for row, above, below in zip(found.numbers, *grid, strict=True):
        for part in PARTS:
            _both(above, row, part)
            _difference(below, row, part)
        last = len(row["test"]["mean"])
        style: dict[str, Any] = {"mfc": "white", "ms": 8, "label": "ours, all training images"}
        above.plot(last, row[ALL]["mean"], "D", color=LINES[0], **style)
        above.set(title=f"{row['codes']} code units\n{_last(row)}")
        words = f"largest from epoch {SETTLED} on: {_largest(row)}"
        below.text(0.97, 0.93, words, transform=below.transAxes, ha="right", va="top", fontsize=10)
        below.fill_between((SETTLED, last), -BAND, BAND, color=GREY, lw=0)
        below.axhline(0, color="0.4", lw=0.8)
        below.set(xlabel="epochs", ylim=(-2 * BAND, 2 * BAND))
        below.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
        above.grid(alpha=0.3)
        below.grid(alpha=0.3)
    grid[0, 0].set(ylabel="nats an image, less 448.73")
    grid[1, 0].set(ylabel="ours less the notebook's")
    lines, _ = grid[0, 0].get_legend_handles_labels()
    lines.append(Patch(color=LINES[0], alpha=0.25, label="deviation over seeds"))
    lines.append(Patch(color=GREY, label=f"within {BAND:g} nat, from epoch {SETTLED} on"))
    figure.legend(handles=lines, ncols=4, loc="outside lower center")
    return figure


def _from_first(costs: Any) -> tuple[Any, Floats]:
    """Epochs and costs from epoch FIRST on."""
    return np.arange(FIRST, len(costs) + 1), np.array(costs[FIRST - 1 :])


def _both(axes: Axes, row: Numbers, part: str) -> None:
    style, images = PARTS[part]
    theirs, ours = notebook(row["codes"])[part], row[part]["mean"]
    for costs, whose, colour in ((theirs, "notebook", LINES[1]), (ours, "ours", LINES[0])):
        axes.plot(*_from_first(costs), style, ms=3, color=colour, label=f"{whose}, {images}")


def _difference(axes: Axes, row: Numbers, part: str) -> None:
    difference = np.array(row[part]["mean"]) - notebook(row["codes"])[part]
    epochs, values = _from_first(difference)
    _, spread = _from_first(row[part]["spread"])
    low, high = values - spread, values + spread
    axes.fill_between(epochs, low, high, color=LINES[0], alpha=0.25, lw=0)
    axes.plot(epochs, values, PARTS[part][0], ms=3, color=LINES[0])


def _last(row: Numbers) -> str:
    """The costs after the last epoch, ours and the notebook's."""
    lines = []
    for part, (_, images) in PARTS.items():
        ours, theirs = row[part]["mean"][-1], notebook(row["codes"])[part][-1]
        lines.append(f"{images}: {ours:.2f}, notebook {theirs:.2f}")
    return "\n".join(lines)


def _largest(row: Numbers) -> str:
    there = notebook(row["codes"])
    gaps = {part: largest_difference(row[part]["mean"], there[part]) for part in PARTS}
    return f"test {gaps['test']:+.2f}, training {gaps['train']:+.2f}"


DRAWINGS = (
    Drawing(
        "dense_vae_curves-costs",
        "Cost on test and training images from the second epoch on, ours as a mean over seeds,"
        " and below ours less the notebook's, cut off at 2 nats. All leave out the constant 448.73."
        " The notebook's training cost is a mean over all training images during the epoch, while"
        " the network still learns; ours is measured after it, on the first 5,000 of them, which"
        " are easier than the others. On all of them (diamonds) ours are within 0.13 nats of the"
        " notebook's.",
        (),
        costs,
        "Notebook: the cost of training and test images after each of 30 epochs, printed, for"
        " three networks.",
    ),
)
