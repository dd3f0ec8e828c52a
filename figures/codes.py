"""Pictures of a VAE's codes: one unit at a time, and reconstructions.

Legend: z1, z2, ... the code units; mu, logvar (N, Z) mean and log-variance of q(z|x). `model` is
what a title calls the run; without it, what its settings say.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from data.mnist import Bytes
from data.sets import DataSet
from experiments.measures import active_units, unit_variances
from figures.latent_plane import encoded, likelihood_of, name_of
from figures.style import as_trained, labelled_rows, mosaic, new_figure, paper, paste, write
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
