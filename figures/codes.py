"""Pictures of a VAE's codes: one unit at a time, reconstructions, and which units are used.

Legend: z1, z2, ... the code units; mu, logvar (N, Z) mean and log-variance of q(z|x). `model` is
what a title calls the run; without it, what its settings say.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from data.mnist import Bytes
from data.sets import DataSet
from experiments.dense_vae import NAMES
from experiments.experiment import Numbers
from experiments.measures import ACTIVE, active_units, unit_variances
from figures.latent_plane import encoded, likelihood_of, name_of
from figures.style import LINES, as_trained, labelled_rows, mosaic, new_figure, paper, paste, write
from training.streams import stream
from training.trained import Trained
from vae.elbo import reparameterise
from vae.train import network

REACH, STEPS = 3.0, 13  # values of a code unit: from -REACH to REACH by halves
MOST = 24  # code units shown, the most used of them, where there are more


def traversals(run: Trained, data: DataSet, model: str = "") -> Figure:
    """Each code unit by itself from -REACH to REACH, the others 0; the most used unit on top."""
    mu, _ = encoded(run, data.test_images)
    variances, active = unit_variances(mu), active_units(mu)
    order = np.argsort(-variances)[:MOST]
    values = np.linspace(-REACH, REACH, STEPS, dtype=np.float32)
    z = values[:, None] * np.eye(len(variances), dtype=np.float32)[order, None]
    pixels = network(run.params, run.settings).pixels(z.reshape(-1, len(variances)))
    picture, scale = mosaic(paper(pixels), STEPS), 3 if len(order) <= 8 else 2
    left, top, pitch = 250, 100, 29 * scale
    height, width, _ = (scale * n for n in picture.shape)
    title = f"One code unit at a time: {model or name_of(run)}, {data.name}"
    figure = new_figure(left + width + 25, top + height + 20, title)
    paste(figure, picture, left, top, scale)
    for i, value in enumerate(values):
        write(figure, left + pitch * i + 14 * scale, top - 18, f"${value:g}$")
    write(figure, 20, top - 18, r"code  variance of $\mu$", ha="left")
    for i, unit in enumerate(order):
        y = top + pitch * i + 14 * scale
        colour, size = "black", f"{variances[unit]:.2f}"
        if not active[unit]:
            colour, size = "0.45", f"{variances[unit]:.1g} inactive"
        write(figure, 20, y, f"$z_{{{unit + 1}}}$", ha="left", color=colour)
        write(figure, 80, y, size, ha="left", color=colour)
    return figure


def reconstructions(
    runs: Sequence[Trained], data: DataSet, images: Bytes, sampled: bool = True, model: str = ""
) -> Figure:
    """Images, and under them what each run decodes from the posterior mean and from a sample."""
    groups = [{"original": paper(as_trained(images, runs[0].settings))}]
    for run in runs:
        mu, logvar = encoded(run, images)
        eps = stream(0, "figure codes").standard_normal((1, *mu.shape), dtype=mu.dtype)
        codes = {"mean": mu} | ({"sampled": reparameterise(mu, logvar, eps)[0]} if sampled else {})
        pixels = network(run.params, run.settings).pixels
        count = f"{run.settings.codes} codes"
        groups.append({f"{count}, {word}": paper(pixels(z)) for word, z in codes.items()})
    model = model or f"VAEs, {likelihood_of(runs[0])}"
    title = f"Reconstructions of test images: {model}, {data.name}"
    rows = sum(map(len, groups))
    figure = new_figure(250 + 116 * len(images), 60 + 116 * rows + 14 * len(runs), title)
    top = 52
    for group in groups:
        labelled_rows(figure, group, 235, top, 4)
        top += 116 * len(group) + 14
    return figure


def code_units(numbers: Numbers, data: str) -> Figure:
    """The variance of each unit's mean, and its KL, most used unit first; a column a likelihood.

    `numbers` are those of experiments/dense_vae.py.
    """
    title = f"Which code units VAEs use, and what they cost: test images of {data}"
    figure = new_figure(1400, 1000, title, layout="constrained")
    grid = figure.subplots(2, len(NAMES), sharex=True, sharey="row", height_ratios=(3, 2))
    for (likelihood, name), (above, below) in zip(NAMES.items(), grid.T, strict=True):
        rows = [row for row in numbers if row["likelihood"] == likelihood]
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
