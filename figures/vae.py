"""Figures of finished runs of VAEs, for the quick page and others: what each code unit does,
reconstructions, an autoencoder beside a VAE, costs by epoch.

Legend: z1, z2, ... the code units; mu, logvar (N, Z) mean and log-variance of q(z|x). `model` is
what a title calls the run; without it, what its settings say.
"""

import numpy as np

from experiments.measures import active_units, unit_variances
from figures.drawing import DataSet, Figure, Runs
from figures.images import Images, as_trained, labelled_rows, mosaic, paper, paste, pitch
from figures.latent_plane import encoded, key_of, likelihood_of, name_of, prior_circles, scatter
from figures.style import LINES, epochs_axis, new_figure, write
from training.streams import stream
from training.trained import Trained
from vae.elbo import reparameterise
from vae.train import network

REACH, STEPS = 3.0, 13  # values of a code unit: from -REACH to REACH by halves
MOST = 24  # code units shown, the most used of them, where there are more
PRIOR = 20  # codes drawn from the prior
PARTS = {"cost": "cost", "nll": "reconstruction", "kl": "KL"}  # by their names in the metrics


def traversals(run: Trained, data: DataSet, model: str = "") -> Figure:
    """Each code unit by itself from -REACH to REACH, the others 0; the most used unit on top."""
    mu, _ = encoded(run, data.test_images)
    variances, active = unit_variances(mu), active_units(mu)
    order = np.argsort(-variances)[:MOST]
    values = np.linspace(-REACH, REACH, STEPS, dtype=np.float32)
    z = values[:, None] * np.eye(len(variances), dtype=np.float32)[order, None]
    pixels = network(run.params, run.settings).pixels(z.reshape(-1, len(variances)))
    scale, across, down = pitch(data.size, 84 if len(order) <= 8 else 56)
    left, top, title = 250, 100, f"One code unit at a time: {model or name_of(run)}, {data.name}"
    width, height = left + STEPS * across + 25 - scale, top + len(order) * down + 20 - scale
    figure = new_figure(width, height, title)
    paste(figure, mosaic(paper(pixels, data.size), STEPS), left, top, scale)
    for i, value in enumerate(values):
        write(figure, left + across * i + (across - scale) / 2, top - 18, f"${value:g}$")
    write(figure, 20, top - 18, r"code  variance of $\mu$", ha="left")
    for i, unit in enumerate(order):
        y = top + down * i + (down - scale) / 2
        colour, size = "black", f"{variances[unit]:.2f}"
        if not active[unit]:
            colour, size = "0.45", f"{variances[unit]:.1g} inactive"
        write(figure, 20, y, f"$z_{{{unit + 1}}}$", ha="left", color=colour)
        write(figure, 80, y, size, ha="left", color=colour)
    return figure


def reconstructions(
    runs: Runs, data: DataSet, images: Images, sampled: bool = True, model: str = ""
) -> Figure:
    """Images, and under them what each run decodes from the posterior mean and from a sample."""
    groups = [{"original": paper(as_trained(images, runs[0].settings), data.size)}]
    for run in runs:
        mu, logvar = encoded(run, images)
        eps = stream(0, "figure codes").standard_normal((1, *mu.shape), dtype=mu.dtype)
        codes = {"mean": mu} | ({"sampled": reparameterise(mu, logvar, eps)[0]} if sampled else {})
        pixels = network(run.params, run.settings).pixels
        shown = {word: paper(pixels(z), data.size) for word, z in codes.items()}
        groups.append({f"{run.settings.codes} codes, {word}": x for word, x in shown.items()})
    model = model or f"VAEs, {likelihood_of(runs[0])}"
    title = f"Reconstructions of test images: {model}, {data.name}"
    rows, (scale, across, down) = sum(map(len, groups)), pitch(data.size, 112)
    figure = new_figure(250 + across * len(images), 60 + down * rows + 14 * len(runs), title)
    top = 52
    for group in groups:
        labelled_rows(figure, group, 235, top, scale)
        top += down * len(group) + 14
    return figure


def without_noise(runs: Runs, data: DataSet) -> Figure:
    """The same plane of a network trained without noise and KL, and what lies under the prior."""
    title = f"With noise and KL, and without: networks of 2 code units, {data.name}"
    scale, across, down = pitch(data.size, 56)
    columns = max(1, min(PRIOR // 2, 750 // across))
    height = 944 + down * -(-PRIOR // columns)
    figure = new_figure(1700, height, title)
    z = stream(0, "figure prior").standard_normal((PRIOR, 2), dtype=np.float32)
    for trained, left, word in zip(runs, (90, 930), ("VAE", "autoencoder"), strict=True):
        box = (left / 1700, 1 - 775 / height, 700 / 1700, 690 / height)
        axes = figure.add_axes(box, title=f"{word}: posterior means of test images")
        means, _ = encoded(trained, data.test_images)
        scatter(axes, means, data.test_labels, key_of(data))
        prior_circles(axes)
        axes.set(aspect="equal", adjustable="datalim")  # panels of one size
        axes.set(xlabel="mean of $z_1$", ylabel="mean of $z_2$")
        tiles = paper(network(trained.params, trained.settings).pixels(z), data.size)
        paste(figure, mosaic(tiles, columns), left, 900, scale)
        write(figure, left, 880, f"{word}: decoded codes drawn from N(0, I)", ha="left")
    return figure


def costs(runs: Runs, data: DataSet) -> Figure:
    figure = new_figure(1700, 720, f"Costs of VAEs during training, {data.name}", "constrained")
    grid = figure.subplots(1, len(runs), sharey=True)
    for axes, run in zip(grid, runs, strict=True):
        for (part, word), colour in zip(PARTS.items(), LINES, strict=True):
            train, validation = (run.series(f"{name}_{part}") for name in ("train", "validation"))
            epochs = run.series("epoch")
            axes.plot(epochs, train, "-", color=colour, label=f"{word}, training")
            axes.plot(epochs, validation, "--", color=colour, label=f"{word}, validation")
            # Below its lines for the reconstruction: above them, the cost is near.
            side, end = ("top", min) if part == "nll" else ("bottom", max)
            place = epochs[-1], end(train[-1], validation[-1])
            axes.text(*place, f"{validation[-1]:.1f}", color=colour, ha="right", va=side)
        axes.set(title=f"{run.settings.codes} code units")
        epochs_axis(axes, len(run.rows))
    grid[0].set(ylabel="nats an image", ylim=(0, None))
    lines, labels = grid[0].get_legend_handles_labels()
    figure.legend(lines, labels, ncols=len(PARTS), loc="outside lower center")
    return figure
