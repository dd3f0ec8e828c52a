"""Figures of the dense VAE 784-256-codes-256-784 with 2, 8 and 16 codes."""

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from experiments.dense_vae import CODES, NAMES, training
from experiments.experiment import Numbers
from experiments.measures import ACTIVE
from experiments.record import read as record
from figures.diagrams import network
from figures.drawing import DataSet, Drawing, Figure, Runs, of_one
from figures.latent_plane import decoded_grid, latent_means
from figures.style import LINES, new_figure
from figures.vae import reconstructions, traversals
from training.streams import stream
from vae.mlp import init

SHOWN = 10  # test images
BERNOULLI = tuple(training("bernoulli", codes, 0) for codes in CODES)
SQUARED = tuple(training("squared", codes, 0) for codes in CODES)


def layers(runs: Runs, data: DataSet) -> Figure:
    return network(init(stream(0, "weights"), math.prod(data.size), (256,), 2), "ReLU", data.name)


def code_units(runs: Runs, data: DataSet) -> Figure:
    """The variance of each unit's mean, and its KL, most used unit first; a column a likelihood."""
    found = record("dense_vae")
    title = f"Which code units VAEs use, and what they cost: test images of {found.data}"
    figure = new_figure(1400, 1000, title, layout="constrained")
    grid = figure.subplots(2, len(NAMES), sharex=True, sharey="row", height_ratios=(3, 2))
    for (likelihood, name), (above, below) in zip(NAMES.items(), grid.T, strict=True):
        rows = [row for row in found.numbers if row["likelihood"] == likelihood]
        for row, colour, marker in zip(rows, LINES, "sDo", strict=True):
            units, codes = row["code units of each seed"], f"{row['codes']} codes"
            counts = sorted({seed["active"] for seed in units})
            active = " to ".join(map(str, dict.fromkeys((counts[0], counts[-1]))))
            kl = np.mean([sum(seed["KL [nats/image]"]) for seed in units])
            look = colour, marker
            _units(above, units, "variance of the mean", f"{codes}: {active} active", *look)
            _units(below, units, "KL [nats/image]", f"{codes}: {kl:.1f} in all", *look)
        above.axhline(ACTIVE, color="0.4", ls="--", lw=1)
        above.set(yscale="log", title=name)
        below.set(xlabel="code units, most used first")
        below.xaxis.set_major_locator(MaxNLocator(integer=True))
        for axes, place in ((above, "lower left"), (below, "upper right")):
            axes.legend(loc=place)
            axes.grid(alpha=0.3)
    grid[0, 0].set(ylabel=r"variance of $\mu_j$ over the images")
    grid[1, 0].set(ylabel="KL of the unit [nats an image]", ylim=(0, None))  # of both columns
    return figure


def _units(axes: Axes, units: Numbers, name: str, label: str, colour: str, marker: str) -> None:
    """Means over the seeds; the band reaches from the lowest to the highest of them."""
    values = np.array([seed[name] for seed in units])
    ranks = np.arange(1, values.shape[1] + 1)
    axes.plot(ranks, values.mean(axis=0), label=label, color=colour, marker=marker, ms=7)
    low, high = values.min(axis=0), values.max(axis=0)
    axes.fill_between(ranks, low, high, color=colour, alpha=0.25, lw=0)


DRAWINGS = (
    Drawing("dense_vae-network", (), layers),
    Drawing("dense_vae-means", BERNOULLI[:1], of_one(latent_means)),
    Drawing("dense_vae-manifold", BERNOULLI[:1], of_one(decoded_grid)),
    *(
        Drawing(f"dense_vae-traversals-{codes}", (run,), of_one(traversals))
        for codes, run in zip(CODES, BERNOULLI, strict=True)
    ),
    Drawing("dense_vae-manifold-squared", SQUARED[:1], of_one(decoded_grid)),
    Drawing(
        "dense_vae-reconstructions",
        SQUARED,
        lambda runs, data: reconstructions(runs, data, data.test_images[:SHOWN]),
    ),
    Drawing("dense_vae-code-units", (), code_units),
    Drawing("dense_vae-traversals-squared-16", SQUARED[2:], of_one(traversals)),
)
