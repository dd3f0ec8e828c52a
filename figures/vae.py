"""Figures of the quick page that show VAEs; each takes finished runs, fewest codes first."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from data.sets import DataSet
from figures.latent_plane import encoded, prior_circles, scatter
from figures.style import LINES, epochs_axis, mosaic, new_figure, paper, paste, write
from training.streams import stream
from training.trained import Trained
from vae.train import network

PRIOR = 20  # codes drawn from the prior
PARTS = {"cost": "cost", "nll": "reconstruction", "kl": "KL"}  # by their names in the metrics


def without_noise(runs: Sequence[Trained], data: DataSet) -> Figure:
    """The same plane of a network trained without noise and KL, and what lies under the prior."""
    title = f"With noise and KL, and without: networks of 2 code units, {data.name}"
    figure = new_figure(1700, 1060, title)
    z = stream(0, "figure prior").standard_normal((PRIOR, 2), dtype=np.float32)
    for trained, left, word in zip(runs, (90, 930), ("VAE", "autoencoder"), strict=True):
        box = (left / 1700, 285 / 1060, 700 / 1700, 690 / 1060)
        axes = figure.add_axes(box, title=f"{word}: posterior means of test images")
        scatter(axes, encoded(trained, data.test_images)[0], data.test_labels)
        prior_circles(axes)
        axes.set(aspect="equal", adjustable="datalim")  # panels of one size
        axes.set(xlabel="mean of $z_1$", ylabel="mean of $z_2$")
        tiles = paper(network(trained.params, trained.settings).pixels(z))
        paste(figure, mosaic(tiles, PRIOR // 2), left, 900, 2)
        write(figure, left, 880, f"{word}: decoded codes drawn from N(0, I)", ha="left")
    return figure


def costs(runs: Sequence[Trained], data: DataSet) -> Figure:
    figure = new_figure(1700, 720, f"Costs of VAEs during training, {data.name}", "constrained")
    grid = figure.subplots(1, len(runs), sharey=True)
    for axes, run in zip(grid, runs, strict=True):
        for (part, word), colour in zip(PARTS.items(), LINES, strict=True):
            train, validation = (run.series(f"{name}_{part}") for name in ("train", "validation"))
            epochs = run.series("epoch")
            axes.plot(epochs, train, "-", color=colour, label=f"{word}, training")
            axes.plot(epochs, validation, "--", color=colour, label=f"{word}, validation")
            # Below its line for the reconstruction: above it, the cost is near.
            below = {"ha": "right", "va": "top" if part == "nll" else "bottom"}
            axes.text(epochs[-1], validation[-1], f"{validation[-1]:.1f}", color=colour, **below)
        axes.set(title=f"{run.settings.codes} code units")
        epochs_axis(axes, len(run.rows))
    grid[0].set(ylabel="nats an image", ylim=(0, None))
    lines, labels = grid[0].get_legend_handles_labels()
    figure.legend(lines, labels, ncols=len(PARTS), loc="outside lower center")
    return figure
