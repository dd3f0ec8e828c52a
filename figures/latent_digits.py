"""Four questions about the latent space, digit by digit: for figures/latent_space.py.

Bars are means over networks of three seeds, their whiskers the standard deviation; diamonds are of
the one network of 50,000 images and 500 epochs.
"""

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from experiments.record import read
from figures.drawing import DataSet, Figure, Runs
from figures.style import LINES, TEN, new_figure

LONG: dict[str, Any] = {"marker": "D", "ls": "", "color": "black", "ms": 6}
DIGITS = np.arange(10)
GOOD = {"deviance explained": "deviance explained", "reconstructions recognised": "recognised"}
GRID = {f"fraction of the grid, by {by}": f"by {by}" for by in ("codes", "images")}


def digit_by_digit(runs: Runs, data: DataSet) -> Figure:
    there = read("latent_space")
    short, long = (there.numbers["digits"][name] for name in ("short", "long"))
    title = f"Four questions, digit by digit: VAE 784-500-2-500-784, {there.data}"
    figure = new_figure(1860, 1290, title, "constrained")
    cost, good, plane, posterior, grid, both = panels = figure.subplots(2, 3).flatten()
    _costs(cost, short, long)
    _bars(good, short, long, GOOD, "(b) How good the reconstructions are")
    good.legend(fontsize=9)
    _bars(plane, short, long, {"accuracy": ""}, "(c) Accuracy of 10 neighbours in the plane")
    pairs = [(*p["digits"], p["fraction of both"]) for p in short["most confused"][:3]]
    words = ["confused most often", *(f"{a} and {b}: {of:.0%}" for a, b, of in pairs)]
    _note(plane, 0.97, "\n".join(words))
    _correlations(posterior, short)
    _bars(grid, short, long, GRID, "(e) Fraction of the grid of codes")
    grid.axhline(0.1, color="0.3", lw=1, ls="--")
    grid.legend(fontsize=9)
    for axes in panels[:5]:
        axes.set(xticks=DIGITS, xlabel="digit")
    _grid_and_cost(both, short)
    return figure


def _note(axes: Axes, y: float, text: str) -> None:
    axes.text(0.97, y, text, transform=axes.transAxes, ha="right", va="top", fontsize=9)


def _costs(axes: Axes, short: Any, long: Any) -> None:
    nll, kl = (np.array(short[name]["mean"]) for name in ("reconstruction", "KL"))
    error = {"yerr": short["cost"]["spread"], "capsize": 3}
    axes.bar(DIGITS, nll, color=LINES[0], label="reconstruction")
    axes.bar(DIGITS, kl, bottom=nll, color=LINES[1], label="KL", **error)
    mean_image = short["cost of the mean image"]["mean"]
    axes.plot(DIGITS, mean_image, "_k", ms=18, label="of the mean image")
    last = long["cost"]["mean"]
    axes.plot(DIGITS, last, **LONG, mfc="white", label="50,000 images, 500 epochs")
    axes.legend(loc="upper right", fontsize=9)
    axes.set(ylabel="nats an image", title="(b) Cost", ylim=(0, 340))


def _bars(axes: Axes, short: Any, long: Any, names: dict[str, str], title: str) -> None:
    """A bar a digit for each of the names, with the standard deviation over seeds."""
    width = 0.76 / len(names)
    for i, (name, words) in enumerate(names.items()):
        x = DIGITS + (i - (len(names) - 1) / 2) * width
        error = {"yerr": short[name]["spread"], "capsize": 2}
        axes.bar(x, short[name]["mean"], width, color=LINES[2 * i], label=words, **error)
        axes.plot(x, long[name]["mean"], **LONG, mfc=LINES[2 * i])
    axes.set(title=title, ylabel="fraction", ylim=(0, None))


def _correlations(axes: Axes, table: Any) -> None:
    """Rank correlations within each digit; the line is that over all images."""
    length, variance = ("|mu|", "$|\\mu|$", LINES[1], 0.12), "mean log variance"
    for by, words, colour, shift in ((variance, variance, LINES[0], -0.12), length):
        name = f"reconstruction with {by}"
        within = table[f"{name}, by digit"]
        style: dict[str, Any] = {"fmt": "o", "capsize": 3, "color": colour}
        label = f"with {words}"
        axes.errorbar(DIGITS + shift, within["mean"], within["spread"], **style, label=label)
        axes.axhline(table[name]["mean"], color=colour, lw=1, ls="--")
    axes.axhline(0, color="0.3", lw=0.8)
    axes.set(ylim=(-1.05, 1.3), ylabel="rank correlation")
    axes.set(title="(d) Reconstruction cost and posterior")
    axes.legend(loc="upper right", ncols=2, fontsize=9, title="dashed: over all digits")


def _grid_and_cost(axes: Axes, table: Any) -> None:
    names = "fraction of the grid, by codes", "deviance explained"
    for digit, (x, y) in enumerate(zip(*(table[name]["mean"] for name in names), strict=True)):
        axes.plot(x, y, "o", ms=17, color=TEN[digit], alpha=0.85)
        axes.text(x, y, str(digit), ha="center", va="center")
    rho = table["fraction by codes with deviance explained, over the digits"]["mean"]
    _note(axes, 0.08, f"rank correlation {rho:.2f}")
    axes.set(xlabel=names[0], ylabel=names[1], title="(e) Grid and reconstruction")
    axes.margins(0.12)
