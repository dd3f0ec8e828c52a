"""Figures of S5: the convolutional VAE's manifold, and its cost by epoch beside the source's."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import vae.train
from data.sets import DataSet
from figures.codes import manifold
from figures.item import Item
from figures.likelihoods import measured
from figures.style import LINES, new_figure
from results.record import HERE
from results.runs import convolutional
from training.trained import read

REACH = 4.0


def drawn_manifold(folders: Sequence[Path], data: DataSet) -> Figure:
    """30 x 30 codes from -4 to 4, decoded."""
    (folder,) = folders
    return manifold(read(folder, vae.train), data, "convolutional VAE of 2 code units", REACH)


def costs(folders: Sequence[Path], data: DataSet) -> Figure:
    """Training and test cost after each epoch; the best epoch marked."""
    found = measured("convolutional")
    ours = found.numbers
    source = json.loads((HERE / "source_numbers.json").read_text())["S5"]
    figure = new_figure(1300, 800, f"Cost of convolutional VAEs, {found.data}", "constrained")
    axes = figure.subplots()
    epochs = np.arange(1, len(ours["test"]) + 1)
    for part, style in (("train", "--"), ("test", "-")):
        axes.plot(epochs, ours[part], style, color=LINES[0], label=f"ours, {part} images")
        there = np.array([np.nan if x is None else x for x in source[part]])
        axes.plot(
            np.arange(1, 31), there, style, color=LINES[1], label=f"the source, {part} images"
        )
    mean, spread = np.array(ours["test"]), np.array(ours["spread"])
    axes.fill_between(epochs, mean - spread, mean + spread, color=LINES[0], alpha=0.2, lw=0)
    for curve, colour in ((mean, LINES[0]), (np.array(source["test"], float), LINES[1])):
        best = int(np.nanargmin(curve))
        axes.plot(best + 1, curve[best], "v", ms=9, color=colour)
        axes.annotate(
            f"best: {curve[best]:.2f}, epoch {best + 1}",
            (best + 1, curve[best]),
            xytext=(0, -14),
            textcoords="offset points",
            ha="center",
            va="top",
            color=colour,
        )
    axes.set(xlabel="epochs", ylabel="nats an image, less 448.73", ylim=(35.5, 47))
    axes.grid(alpha=0.3)
    axes.legend()
    return figure


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
        "Training cost falls throughout; on test images it stops falling and gets unsteady: 10,000"
        " images are few. The best epoch was chosen on the test images, as in the source, and"
        " flatters. Ours: mean of three seeds, the band is their deviation.",
        (),
        costs,
    ),
)
