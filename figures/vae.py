"""Figures of the variational autoencoder; each takes the finished runs, fewest codes first."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from autograd_lite.ops import sigmoid
from data.sets import DataSet
from figures.digits import one_of_each
from figures.planes import as_trained, latent_means, manifold, scatter
from figures.read import facts
from figures.style import (
    LINES,
    Picture,
    mosaic,
    new_figure,
    paper,
    paste,
    write,
)
from training.streams import stream
from training.trained import Trained
from vae.networks import decode, encode

PRIOR = 20  # codes drawn from the prior
PARTS = {"cost": "cost", "nll": "reconstruction", "kl": "KL"}  # by their names in the metrics
PHRASES = (
    "{codes} code units",
    "{likelihood} likelihood",
    "binarisation: {pixels}",
    "{hidden} hidden units",
    "batches of {batch_size}",
    "Adam with learning rate {learning_rate}",
)
CONVOLUTIONAL = (
    "two convolutions of stride 2 and back",
    "{codes} code units",
    "{likelihood} likelihood",
    "batches of {batch_size}",
    "{optimiser} with learning rate {learning_rate}",
)


def pictures(
    networks: Sequence[Trained], autoencoder: Trained, convolutional: Trained, data: DataSet
) -> list[Picture]:
    """All of them, in the order of the page; the first network must have two codes."""
    plane = networks[0]
    of_plane, of_all = facts([plane], data, PHRASES), facts(networks, data, PHRASES)
    of_both = facts(
        [plane, autoencoder], data, (*PHRASES, "weight of the KL {beta}, noise {noise}")
    )
    return [
        Picture("vae-manifold", of_plane, manifold(plane, data)),
        Picture("vae-latent-means", of_plane, latent_means(plane, data)),
        Picture("vae-reconstructions", of_all, reconstructions(networks, data)),
        Picture("vae-costs", of_all, costs(networks, data)),
        Picture("vae-autoencoder", of_both, without_noise(plane, autoencoder, data)),
        Picture(
            "vae-convolutional",
            facts([convolutional], data, CONVOLUTIONAL),
            manifold(convolutional, data, "convolutional VAE"),
        ),
    ]


def without_noise(network: Trained, autoencoder: Trained, data: DataSet) -> Figure:
    """The same plane of a network trained without noise and KL, and what lies under the prior."""
    title = f"With noise and KL, and without: networks of 2 code units, {data.name}"
    figure = new_figure(1700, 1060, title)
    z = stream(0, "figure prior").standard_normal((PRIOR, 2), dtype=np.float32)
    for left, trained, word in ((90, network, "VAE"), (930, autoencoder, "autoencoder")):
        box = (left / 1700, 285 / 1060, 700 / 1700, 690 / 1060)
        axes = figure.add_axes(box, title=f"{word}: where test images lie")
        scatter(axes, trained, data)
        tiles = paper(sigmoid(decode(z, trained.params)[0]))
        paste(figure, mosaic(tiles, PRIOR // 2), left, 900, 2)
        write(figure, left, 880, f"{word}: decoded codes drawn from N(0, I)", ha="left")
    return figure


def reconstructions(networks: Sequence[Trained], data: DataSet) -> Figure:
    """Test digits, and under them what comes back through the codes' means."""
    figure = new_figure(1600, 660, f"Test images through few codes and back: VAEs, {data.name}")
    images = one_of_each(data)
    tiles, labels = [paper(as_trained(images, networks[0]))], ["original"]
    for network in networks:
        mu, _, _ = encode(as_trained(images, network), network.params)
        tiles.append(paper(sigmoid(decode(mu, network.params)[0])))
        labels.append(f"{network.settings.codes} codes")
    paste(figure, mosaic(np.concatenate(tiles), len(images)), 130, 60, 5)
    for i, label in enumerate(labels):
        write(figure, 115, 60 + 5 * (29 * i + 14), label, ha="right")
    return figure


def costs(networks: Sequence[Trained], data: DataSet) -> Figure:
    """The cost and its parts against epochs, training and validation on one axis."""
    figure = new_figure(1700, 720, f"Costs of VAEs during training, {data.name}", "constrained")
    grid = figure.subplots(1, len(networks), sharey=True)
    for axes, network in zip(grid, networks, strict=True):
        for (part, word), colour in zip(PARTS.items(), LINES, strict=True):
            _curves(axes, network, part, word, colour)
        axes.set(xlabel="epochs", title=f"{network.settings.codes} code units")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
        axes.grid(alpha=0.3)
    grid[0].set(ylabel="nats an image", ylim=(0, None))
    lines, labels = grid[0].get_legend_handles_labels()
    figure.legend(lines, labels, ncols=len(PARTS), loc="outside lower center")
    return figure


def _curves(axes: Axes, network: Trained, part: str, word: str, colour: str) -> None:
    epochs = network.series("epoch")
    train, validation = network.series(f"train_{part}"), network.series(f"validation_{part}")
    axes.plot(epochs, train, "-", color=colour, label=f"{word}, training")
    axes.plot(epochs, validation, "--", color=colour, label=f"{word}, validation")
    # Below its line for the reconstruction: above it, the cost is near.
    side = -1 if part == "nll" else 1
    axes.annotate(
        f"{validation[-1]:.1f}",
        (epochs[-1], validation[-1]),
        xytext=(0, 11 * side),
        textcoords="offset points",
        ha="right",
        va="center",
        color=colour,
    )
