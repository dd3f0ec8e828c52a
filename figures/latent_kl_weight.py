"""What other weights of the KL in training do: for figures/latent_space.py."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import vae.train
from data.sets import DataSet
from experiments.latent_posterior import decoded
from experiments.record import read as read_record
from figures.style import LINES, mosaic, new_figure, paper
from training.streams import stream
from training.trained import read

DRAWN = 5  # codes from the prior, the same for all networks
ABOVE = 250.0  # nats an image; without the KL the cost lies far above


def kl_weights(folders: Sequence[Path], data: DataSet) -> Figure:
    """Costs, accuracy, codes and distances against the weight, and images from the prior."""
    there = read_record("latent_space")
    rows, real = there.numbers["weight of the KL"], there.numbers["real images"]
    title = f"Without the KL, and with other weights of it: VAE 784-500-2-500-784, {there.data}"
    figure = new_figure(1860, 1240, title, "constrained")
    grid = figure.subplots(2, 3)
    cost, kl, plane, codes, distance, images = grid.flat
    _lines(cost, rows, {"cost": "cost: minus the bound", "reconstruction": "reconstruction"})
    _lines(kl, rows, {"KL": "KL"})
    of_plane = {"accuracy": "accuracy of 10 neighbours"}
    of_plane["means where 99% of the prior lie"] = "means where 99 % of N(0, I) lie"
    _lines(plane, rows, of_plane)
    of_codes = {"deviation of the means": "of the means, over images"}
    of_codes["mean deviation of the posterior"] = "of the posterior of an image"
    _lines(codes, rows, of_codes)
    ways = {"prior sample to nearest image": "from a prior sample to an image"}
    ways["image to nearest prior sample"] = "from an image to a prior sample"
    _lines(distance, rows, ways)
    for value, colour in zip(real.values(), LINES, strict=False):
        distance.axhline(value, color=colour, ls="--", lw=1)
    _cut(cost, rows)
    cost.set(title="Cost, with the whole KL", ylabel="nats an image, validation")
    kl.set(title="KL", ylabel="nats an image, validation", yscale="log")
    plane.set(title="The plane of codes", ylabel="fraction of the images", ylim=(0, 1.2))
    codes.set(title="Standard deviations of codes", ylabel="units of the code", yscale="log")
    distance.set(title="To the nearest (dashed: of training images)", ylabel="pixels that differ")
    _from_prior(images, folders)
    return figure


def _lines(axes: Axes, rows: Sequence[Any], names: dict[str, str]) -> None:
    x = range(len(rows))
    for (name, words), colour in zip(names.items(), LINES, strict=False):
        mean, spread = ([row[name][key] or 0 for row in rows] for key in ("mean", "spread"))
        style: dict[str, Any] = {"marker": "o", "ms": 5, "capsize": 3, "label": words}
        axes.errorbar(x, mean, spread, color=colour, **style)
    axes.set_xticks(x, [f"{row['beta']:g}" for row in rows])
    axes.set(xlabel="weight of the KL in training")
    axes.grid(alpha=0.3)
    if len(names) > 1:
        axes.legend(fontsize=9)


def _cut(axes: Axes, rows: Sequence[Any]) -> None:
    """Cuts the axis above what is of interest and writes down what lies beyond."""
    values = [row["cost"]["mean"] for row in rows]
    if max(values) <= ABOVE or min(values) >= ABOVE:
        return
    lowest = min(row["reconstruction"]["mean"] for row in rows)
    axes.set(ylim=(lowest - 0.1 * (ABOVE - lowest), ABOVE))
    for x, value in enumerate(values):
        if value > ABOVE:
            axes.text(x + 0.1, ABOVE, f"{value:.0f}", color=LINES[0], va="top")


def _from_prior(axes: Axes, folders: Sequence[Path]) -> None:
    """The same codes of the prior, decoded by networks of several weights, a row each."""
    networks = [read(folder, vae.train) for folder in folders]
    z = stream(0, "figure prior").standard_normal((DRAWN, networks[0].settings.codes))
    tiles = np.concatenate([paper(decoded(network, z)) for network in networks])
    picture = mosaic(tiles, DRAWN)
    axes.imshow(picture, interpolation="nearest")
    height = len(picture) / len(networks)
    places = [height * (i + 0.5) for i in range(len(networks))]
    axes.set_yticks(places, [f"{network.settings.beta:g}" for network in networks])
    axes.set(xticks=[], ylabel="weight of the KL", title="The same codes from N(0, I), decoded")
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
