"""The plane of codes of a VAE, with an ellipse for the posterior of each image."""

from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection
from matplotlib.colors import to_rgba_array
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Patch

from data.mnist import Bytes
from data.pixels import binarise
from data.sets import DataSet, split
from experiments.tanh_vae import images
from figures.style import TEN, Floats, new_figure
from training.streams import stream
from training.trained import Trained
from vae.mlp import encode

SHOWN = 400  # ellipses of each part of the data: more would cover one another


class Part(NamedTuple):
    """Images of one part of the data, black and white as the network takes them."""

    name: str
    x: Floats  # (N, D)
    digits: Bytes  # (N,)


def looked_at(network: Trained, data: DataSet, count: int) -> list[Part]:
    """The first `count` images of training, validation and test."""
    settings = network.settings
    train, validation = split(data.train_labels, settings.validation)
    digits = {"training": train, "validation": validation, "test": data.test_labels}
    return [
        Part(
            name,
            binarise(stream(0, f"figure {name}"), x[:count], settings.pixels),
            digits[name][: len(x)][:count],
        )
        for name, x in images(data, settings).items()
    ]


def name_of(network: Trained, data: DataSet) -> str:
    """The network and its training in few words."""
    settings = network.settings
    count = settings.images or len(data.train_images) - settings.validation
    return f"{settings.activation} VAE, {settings.epochs} epochs of {count:,} images"


def posterior(network: Trained, x: Floats) -> tuple[Floats, Floats]:
    """Means and deviations of the codes: (B, D) -> (B, Z), (B, Z)"""
    mu, logvar, _ = encode(x, network.params, network.settings.activation)
    return mu, np.exp(0.5 * logvar)


def latent_plane(network: Trained, data: DataSet) -> Figure:
    """Where each image's code may be: an ellipse about its mean, half-axes one deviation."""
    parts = looked_at(network, data, SHOWN)
    q = [posterior(network, part.x) for part in parts]
    ends = np.concatenate([mu + side * sigma for mu, sigma in q for side in (-1, 1)])
    width, height = np.ptp(ends, axis=0)
    title = f"Images in the plane of codes: {name_of(network, data)}, {data.name}"
    tall = 165 + round(560 * min(max(height / width, 0.5), 1.5))  # no space above wide planes
    figure = new_figure(1900, tall, title, "constrained")
    panels = figure.subplots(1, 3, sharex=True, sharey=True)
    for axes, part, (mu, sigma) in zip(panels, parts, q, strict=True):
        draw_ellipses(axes, mu, sigma, np.array(TEN)[part.digits])
        name_digits(axes, mu, part.digits)
        axes.set(aspect="equal", title=f"{len(mu)} {part.name} images", xlabel="$z_1$")
    panels[0].set_ylabel("$z_2$")
    handles = [Patch(color=colour, label=str(digit)) for digit, colour in enumerate(TEN)]
    figure.legend(handles=handles, title="digit", loc="outside right center")
    return figure


def draw_ellipses(axes: Axes, mu: Floats, sigma: Floats, colours: Floats) -> None:
    """An ellipse for each row of mu, sigma (N, 2); colours (N,). Dashed: 1 and 2 of the prior."""
    ellipses = EllipseCollection(
        2 * sigma[:, 0],
        2 * sigma[:, 1],
        np.zeros(len(mu)),
        units="xy",
        offsets=mu,
        offset_transform=axes.transData,
        facecolors=to_rgba_array(colours, 0.35),
        edgecolors=to_rgba_array(colours),
        linewidths=0.8,
        antialiaseds=False,  # a file of half the size
    )
    axes.add_collection(ellipses)
    for radius in (1, 2):
        axes.add_patch(Circle((0, 0), radius, fill=False, color="0.3", lw=0.9, ls="--"))
    axes.update_datalim(np.concatenate([mu - sigma, mu + sigma]))
    axes.autoscale_view()


def name_digits(axes: Axes, mu: Floats, digits: Bytes) -> None:
    """The number of each digit at the median of its means."""
    for digit in np.unique(digits):
        x, y = np.median(mu[digits == digit], axis=0)
        spot = {"boxstyle": "circle,pad=0.12", "facecolor": "white", "edgecolor": TEN[digit]}
        axes.text(x, y, str(digit), fontsize=9, ha="center", va="center", bbox=spot)
