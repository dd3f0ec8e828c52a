"""The tanh VAE of two codes, trained for short and for long: what it makes of images and codes."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection
from matplotlib.colors import to_rgba_array

from data.pixels import binarise
from data.sets import split
from experiments.tanh_networks import images, long, short
from figures.diagrams import training_and_sampling
from figures.drawing import DataSet, Drawing, Figure, of_one
from figures.images import Floats, labelled_rows, mosaic, paper, paste
from figures.latent_plane import Labels, class_legend, key_of, manifold, name_classes, prior_circles
from figures.style import new_figure, write
from training.streams import stream
from training.trained import Trained
from vae.train import network as network_of

SHOWN = 400  # ellipses of each part of the data: more would cover one another
ORIGINALS, PRIOR, SIDE = 20, 20, 20
RANGE_OF = 5000  # training images whose codes span the grid


class Part(NamedTuple):
    """Images of one part of the data, black and white as the network is given them."""

    name: str
    x: Floats  # (N, D)
    labels: Labels  # (N,)


def first_images(network: Trained, data: DataSet, count: int) -> list[Part]:
    """The first `count` images of training, validation and test."""
    settings = network.settings
    parts = images(data, settings)
    train, validation = split(data.train_labels, settings.validation)
    found = []
    for (name, x), labels in zip(parts.items(), (train, validation, data.test_labels), strict=True):
        drawn = binarise(stream(0, f"figure {name}"), x[:count], settings.pixels)
        found.append(Part(name, drawn, labels[: len(drawn)]))
    return found


def name_of(network: Trained, data: DataSet) -> str:
    """The network and its training in few words."""
    settings = network.settings
    count = settings.images or len(data.train_images) - settings.validation
    return f"{settings.activation} VAE, {settings.epochs} epochs of {count:,} images"


def posteriors(network: Trained, data: DataSet) -> Figure:
    """Where each image's code may be: an ellipse about the mean, one standard deviation wide."""
    parts, key = first_images(network, data, SHOWN), key_of(data)
    encode = network_of(network.params, network.settings).encode
    q = [(mu, np.exp(0.5 * logvar)) for mu, logvar in (encode(part.x) for part in parts)]
    ends = np.concatenate([mu + side * sigma for mu, sigma in q for side in (-1, 1)])
    width, height = np.ptp(ends, axis=0)
    title = f"Posteriors in the plane of codes: {name_of(network, data)}, {data.name}"
    tall = 165 + round(560 * min(max(height / width, 0.5), 1.5))  # no space above wide planes
    figure = new_figure(1900, tall, title, "constrained")
    panels = figure.subplots(1, 3, sharex=True, sharey=True)
    for axes, part, (mu, sigma) in zip(panels, parts, q, strict=True):
        draw_ellipses(axes, mu, sigma, [key[n][1] for n in part.labels])
        prior_circles(axes)
        name_classes(axes, mu, part.labels, key, size=9)
        axes.set(aspect="equal", title=f"{len(mu)} {part.name} images", xlabel="$z_1$")
    panels[0].set_ylabel("$z_2$")
    class_legend(figure, key)
    return figure


def draw_ellipses(axes: Axes, mu: Floats, sigma: Floats, colours: Sequence[str]) -> None:
    """An ellipse for each row of mu, sigma (N, 2), half-axes sigma; colours (N,)."""
    rgba = to_rgba_array(colours)
    style: dict[str, Any] = {"offsets": mu, "offset_transform": axes.transData, "units": "xy"}
    style |= {"edgecolors": rgba, "facecolors": rgba * (1, 1, 1, 0.35), "linewidths": 0.8}
    style["antialiaseds"] = False  # a file of half the size
    width, height = 2 * sigma.T
    axes.add_collection(EllipseCollection(width, height, np.zeros(len(mu)), **style))
    axes.update_datalim(np.concatenate([mu - sigma, mu + sigma]))
    axes.autoscale_view()


def reconstructions(network: Trained, data: DataSet) -> Figure:
    """Images as the encoder is given them, and under each the decoded mean of its posterior."""
    title = f"Images and their reconstructions: {name_of(network, data)}, {data.name}"
    figure = new_figure(1900, 740, title)
    net = network_of(network.params, network.settings)
    for i, part in enumerate(first_images(network, data, ORIGINALS)):
        top = 94 + 225 * i
        write(figure, 144, top - 18, f"{part.name} images", ha="left", fontweight="bold")
        means = paper(net.pixels(net.encode(part.x)[0]), data.size)
        rows = {"binary\nimage": paper(part.x, data.size), "decoded\nmean": means}
        labelled_rows(figure, rows, 144, top, 3)
    return figure


def prior_samples(network: Trained, data: DataSet) -> Figure:
    """Codes from the prior: the decoder's means, and pixels drawn with these probabilities."""
    figure = new_figure(1640, 730, f"Codes from N(0, I): {name_of(network, data)}, {data.name}")
    shape = PRIOR, network.settings.codes
    z = stream(0, "figure prior").standard_normal(shape, dtype=np.float32)
    probs = network_of(network.params, network.settings).pixels(z)
    drawn = binarise(stream(0, "figure samples"), probs, "stochastic")
    means = 50, "means: each pixel's probability of ink", probs
    samples = 870, "samples: each pixel drawn with it", drawn
    for left, word, x in (means, samples):
        paste(figure, mosaic(paper(x, data.size), 5), left, 115, 5)
        write(figure, left + 720 / 2, 90, word, fontweight="bold")
    return figure


def grid(network: Trained, data: DataSet) -> Figure:
    """What the decoder makes of codes between the least and the largest of training images."""
    title = f"Decoded codes of a grid: {name_of(network, data)}, {data.name}"
    figure = new_figure(1250, 1250, title)
    net = network_of(network.params, network.settings)
    mu, _ = net.encode(first_images(network, data, RANGE_OF)[0].x)
    ends = mu.min(axis=0), mu.max(axis=0)
    manifold(figure, net.pixels, data.size, (100, 50), 2, SIDE, ends)
    return figure


OF_EACH = (
    ("posteriors", posteriors),
    ("reconstructions", reconstructions),
    ("prior-samples", prior_samples),
    ("grid", grid),
)
DRAWINGS = (
    Drawing("tanh_vae-diagram", (), training_and_sampling),
    *(
        Drawing(f"tanh_vae-{network}-{word}", (training,), of_one(draw))
        for network, training in (("short", short("once", 0)), ("long", long()))
        for word, draw in OF_EACH
    ),
)
