"""Four questions about the latent space, digit by digit: for figures/latent_space.py.

Bars are means over networks of three seeds, their whiskers the deviation; diamonds stand for the
one network of 50,000 images and 500 epochs.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from data.sets import DataSet
from experiments.record import read
from figures.style import LINES, TEN, new_figure

LONG: dict[str, Any] = {"marker": "D", "ls": "", "color": "black", "mfc": "white", "ms": 6}


def digit_by_digit(folders: Sequence[Path], data: DataSet) -> Figure:
    """(b) to (e), digit by digit."""
    there = read("latent_space")
    columns = there.numbers["digits"]
    title = f"Four questions, digit by digit: VAE 784-500-2-500-784, {there.data}"
    figure = new_figure(1860, 1290, title, "constrained")
    grid = figure.subplots(2, 3)
    table = columns["short"]
    _costs(grid[0, 0], columns)
    _bars(
        grid[0, 1],
        columns,
        {"deviance explained": "deviance explained", "reconstructions recognised": "recognised"},
        "(b) How good the reconstructions are",
    )
    _bars(grid[0, 2], columns, {"accuracy": ""}, "(c) Accuracy of 10 neighbours in the plane")
    _confused(grid[0, 2], table)
    _correlations(grid[1, 0], table)
    fractions = {f"fraction of the grid, by {by}": f"by {by}" for by in ("codes", "images")}
    _bars(grid[1, 1], columns, fractions, "(e) Fraction of the grid of codes")
    grid[1, 1].axhline(0.1, color="0.3", lw=1, ls="--")
    _grid_and_cost(grid[1, 2], table)
    for axes in grid.flat[:5]:
        axes.set(xticks=range(10), xlabel="digit")
    return figure


def _costs(axes: Axes, columns: Any) -> None:
    table = columns["short"]
    x, kl, nll = np.arange(10), np.array(table["KL"]["mean"]), table["reconstruction"]["mean"]
    axes.bar(x, nll, color=LINES[0], label="reconstruction")
    axes.bar(x, kl, bottom=nll, color=LINES[1], yerr=table["cost"]["spread"], capsize=3, label="KL")
    axes.plot(x, table["cost of the mean image"]["mean"], "_k", ms=18, label="of the mean image")
    axes.set(ylabel="nats an image", title="(b) Cost")
    if "long" in columns:
        axes.plot(x, columns["long"]["cost"]["mean"], **LONG, label="50,000 images, 500 epochs")
    axes.legend(loc="upper right", ncols=1, fontsize=9)
    axes.set(ylim=(0, 340))


def _bars(axes: Axes, columns: Any, names: dict[str, str], title: str) -> None:
    """A bar a digit for each of the names, with the deviation over seeds."""
    table, width = columns["short"], 0.76 / len(names)
    for i, (name, words) in enumerate(names.items()):
        x = np.arange(10) + (i - (len(names) - 1) / 2) * width
        style: dict[str, Any] = {"capsize": 2, "color": LINES[2 * i], "label": words}
        axes.bar(x, table[name]["mean"], width, yerr=table[name]["spread"], **style)
        if "long" in columns:
            axes.plot(x, columns["long"][name]["mean"], **LONG | {"mfc": LINES[2 * i]})
    axes.set(title=title, ylabel="fraction", ylim=(0, None))
    if len(names) > 1:
        axes.legend(fontsize=9)


def _confused(axes: Axes, table: Any) -> None:
    pairs = table["most confused"][:3]
    words = [f"{a} and {b}: {p['fraction of both']:.0%}" for p in pairs for a, b in [p["digits"]]]
    text = "confused most often\n" + "\n".join(words)
    axes.text(0.97, 0.97, text, transform=axes.transAxes, ha="right", va="top", fontsize=9)


def _correlations(axes: Axes, table: Any) -> None:
    """Rank correlations within each digit, and over all images at the right."""
    for (by, words), colour, shift in zip(
        (("mean log variance", "mean log variance"), ("|mu|", "$|\\mu|$")),
        (LINES[0], LINES[1]),
        (-0.12, 0.12),
        strict=True,
    ):
        name = f"reconstruction with {by}"
        within, whole = table[f"{name}, by digit"], table[name]
        style: dict[str, Any] = {
            "fmt": "o",
            "capsize": 3,
            "color": colour,
            "label": f"with {words}",
        }
        x = np.arange(10) + shift
        axes.errorbar(x, within["mean"], within["spread"], **style)
        axes.axhline(whole["mean"], color=colour, lw=1, ls="--")
    axes.axhline(0, color="0.3", lw=0.8)
    axes.set(ylim=(-1.05, 1.3), ylabel="rank correlation")
    axes.set(title="(d) Reconstruction cost and posterior")
    axes.legend(loc="upper right", ncols=2, fontsize=9, title="dashed: over all digits")


def _grid_and_cost(axes: Axes, table: Any) -> None:
    fraction = np.array(table["fraction of the grid, by codes"]["mean"])
    explained = np.array(table["deviance explained"]["mean"])
    for digit in range(10):
        axes.plot(fraction[digit], explained[digit], "o", ms=17, color=TEN[digit], alpha=0.85)
        axes.text(fraction[digit], explained[digit], str(digit), ha="center", va="center")
    rho = table["fraction by codes with deviance explained, over the digits"]
    words = f"rank correlation {rho['mean']:.2f}"
    axes.text(0.97, 0.05, words, transform=axes.transAxes, ha="right")
    axes.set(xlabel="fraction of the grid, by codes", ylabel="deviance explained")
    axes.set(title="(e) Grid and reconstruction")
    axes.margins(0.12)
