"""Pictures of a dense VAE's codes: planes of them, one at a time, there and back.

Legend: z1, z2, ... the code units; mu, logvar (N, Z) mean and log-variance of q(z|x). `model` is
how a title names what the settings do not.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure

from data.sets import DataSet
from experiments.active import active_units, variances
from experiments.latent_answers import decoded
from figures.planes import as_trained, plane_of_tiles
from figures.style import TEN, Floats, mosaic, new_figure, paper, paste, write
from training.streams import stream
from training.trained import Trained
from vae.elbo import reparameterise
from vae.mlp import encode

SIDE, REACH = 30, 3.0  # of the manifold: tiles, and standard deviations of the prior
GREYS = 16  # of the manifold: more of them only make the file larger
STEPS = 13  # values of a code unit: from -REACH to REACH by halves
MOST = 24  # code units shown, the most used of them, where there are more
SHOWN = 10  # test images
NAMES = {"bernoulli": "Bernoulli likelihood", "squared": "squared error"}


def encoded(network: Trained, data: DataSet, count: int | None = None) -> tuple[Floats, Floats]:
    """Means and log-variances of the codes of the first `count` test images: (N, Z), (N, Z)"""
    x = as_trained(data.test_images[:count], network)
    mu, logvar, _ = encode(x, network.params, network.settings.activation)
    return mu, logvar


def named(network: Trained) -> str:
    """The model, as titles name it."""
    settings = network.settings
    word = NAMES.get(settings.likelihood, f"{settings.likelihood} likelihood")
    return f"VAE of {settings.codes} code units, {word}"


def manifold(network: Trained, data: DataSet, model: str = "", reach: float = REACH) -> Figure:
    """What a decoder of two codes makes of SIDE x SIDE of them."""
    figure = new_figure(960, 960, f"Decoded codes: {model or named(network)}, {data.name}")

    def few_greys(z: Floats) -> Floats:
        return np.rint(decoded(network, z) * (GREYS - 1)) / (GREYS - 1)

    axes = plane_of_tiles(figure, few_greys, 80, 45, 1, SIDE, reach)
    axes.set(xlabel="first code, $z_1$", ylabel="second code, $z_2$")
    return figure


def means(network: Trained, data: DataSet, model: str = "") -> Figure:
    """Where the encoder puts the test images, coloured by digit, and what colour is which."""
    title = f"Test images in the plane of codes: {model or named(network)}, {data.name}"
    figure = new_figure(1140, 1020, title, layout="constrained")
    axes = figure.subplots()
    mu, _ = encoded(network, data)
    order = stream(0, "figure order").permutation(len(mu))  # else one digit would cover another
    dots = axes.scatter(
        mu[order, 0],
        mu[order, 1],
        s=5,
        c=data.test_labels[order],
        cmap=ListedColormap(TEN),
        norm=BoundaryNorm(np.arange(11) - 0.5, 10),
        linewidths=0,
        antialiased=False,
    )
    bar = figure.colorbar(dots, ax=axes, ticks=range(10), label="digit", pad=0.02)
    bar.ax.minorticks_off()
    axes.set(aspect="equal", xlabel="mean of $z_1$", ylabel="mean of $z_2$")
    axes.grid(alpha=0.3)
    return figure


def traversals(network: Trained, data: DataSet, model: str = "") -> Figure:
    """Each code unit by itself from -REACH to REACH, the others 0; the most used unit on top."""
    mu, _ = encoded(network, data)
    spread = variances(mu)
    order, used = np.argsort(-spread)[:MOST], active_units(mu)
    values = np.linspace(-REACH, REACH, STEPS, dtype=np.float32)
    scale = 3 if len(order) <= 8 else 2
    z = values[:, None] * np.eye(len(spread), dtype=np.float32)[order, None]
    picture = mosaic(paper(decoded(network, z.reshape(-1, len(spread)))), STEPS)
    left, top, pitch = 250, 100, 29 * scale
    height, width, _ = (scale * n for n in picture.shape)
    title = f"One code at a time: {model or named(network)}, {data.name}"
    figure = new_figure(left + width + 25, top + height + 20, title)
    paste(figure, picture, left, top, scale)
    for i, value in enumerate(values):
        write(figure, left + pitch * i + 14 * scale, top - 18, f"${value:g}$")
    write(figure, 20, top - 18, r"code  variance of $\mu$", ha="left")
    for i, unit in enumerate(order):
        y = top + pitch * i + 14 * scale
        colour, size = "black", f"{spread[unit]:.2f}"
        if not used[unit]:
            colour, size = "0.45", f"{spread[unit]:.1g} inactive"
        write(figure, 20, y, f"$z_{{{unit + 1}}}$", ha="left", color=colour)
        write(figure, 80, y, size, ha="left", color=colour)
    return figure


def reconstructions(networks: Sequence[Trained], data: DataSet, model: str = "") -> Figure:
    """The first test images, and what comes back from codes that are means, or drawn."""
    rows = [("original", paper(as_trained(data.test_images[:SHOWN], networks[0])))]
    for network in networks:
        mu, logvar = encoded(network, data, SHOWN)
        eps = stream(0, "figure codes").standard_normal((1, *mu.shape), dtype=mu.dtype)
        for word, z in (("mean", mu), ("sampled", reparameterise(mu, logvar, eps)[0])):
            rows.append((f"{network.settings.codes} codes, {word}", paper(decoded(network, z))))
    count = len(rows[0][1])
    kind = networks[0].settings.likelihood
    model = model or f"VAEs, {NAMES.get(kind, kind)}"
    title = f"The first {count} test images and back: {model}, {data.name}"
    figure = new_figure(250 + 116 * count, 60 + 116 * len(rows) + 14 * (len(rows) // 2), title)
    for i, (label, tiles) in enumerate(rows):
        top = 52 + 116 * i + 14 * ((i + 1) // 2)  # a gap before the rows of each network
        paste(figure, mosaic(tiles, count), 235, top, 4)
        write(figure, 220, top + 56, label, ha="right")
    return figure
