"""Figures of the variational autoencoder; each takes the finished runs, fewest codes first."""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from matplotlib.ticker import MaxNLocator

from autograd_lite.ops import sigmoid
from data.mnist import Bytes
from data.pixels import binarise, to_unit
from data.sets import DataSet
from figures.digits import one_of_each
from figures.read import facts
from figures.style import (
    LINES,
    TEN,
    Floats,
    Picture,
    mosaic,
    new_figure,
    paper,
    paste,
    write,
)
from training.streams import stream
from training.trained import Trained
from vae.mlp import decode, encode

REACH, SIDE = 3.0, 20  # of the manifold: standard deviations of the prior, and images
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


def pictures(networks: Sequence[Trained], autoencoder: Trained, data: DataSet) -> list[Picture]:
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
    ]


def latent_means(network: Trained, data: DataSet) -> Figure:
    """Where the encoder puts the test images, coloured by digit."""
    title = f"Test images in the plane of codes: VAE of 2 code units, {data.name}"
    figure = new_figure(1320, 1220, title, layout="constrained")
    _plane(figure.subplots(), network, data)
    figure.legend(title="digit", loc="outside right center")
    return figure


def without_noise(network: Trained, autoencoder: Trained, data: DataSet) -> Figure:
    """The same plane of a network trained without noise and KL, and what lies under the prior."""
    title = f"With noise and KL, and without: networks of 2 code units, {data.name}"
    figure = new_figure(1700, 1060, title)
    z = stream(0, "figure prior").standard_normal((PRIOR, 2), dtype=np.float32)
    for left, trained, word in ((90, network, "VAE"), (930, autoencoder, "autoencoder")):
        box = (left / 1700, 285 / 1060, 700 / 1700, 690 / 1060)
        axes = figure.add_axes(box, title=f"{word}: where test images lie")
        _plane(axes, trained, data)
        tiles = paper(sigmoid(decode(z, trained.params)[0]))
        paste(figure, mosaic(tiles, PRIOR // 2), left, 900, 2)
        write(figure, left, 880, f"{word}: decoded codes drawn from N(0, I)", ha="left")
    return figure


def _plane(axes: Axes, network: Trained, data: DataSet) -> None:
    mu, _, _ = encode(as_trained(data.test_images, network), network.params)
    order = stream(0, "figure order").permutation(len(mu))  # else one digit would cover another
    colours = np.array(TEN)[data.test_labels]
    axes.scatter(mu[order, 0], mu[order, 1], s=4, c=colours[order], linewidths=0, antialiased=False)
    for radius in (1, 2):
        axes.add_patch(Circle((0, 0), radius, fill=False, color="0.4", lw=0.8, ls="--"))
    for digit, colour in enumerate(TEN):
        spot = {"boxstyle": "circle,pad=0.15", "facecolor": "white", "edgecolor": colour, "lw": 2.5}
        x, y = np.median(mu[data.test_labels == digit], axis=0)
        axes.text(x, y, str(digit), ha="center", va="center", fontsize=13, bbox=spot)
        axes.scatter([], [], c=colour, label=str(digit))
    axes.set(aspect="equal", xlabel="mean of $z_1$", ylabel="mean of $z_2$")


def manifold(network: Trained, data: DataSet) -> Figure:
    """What the decoder makes of codes on a grid."""
    title = f"Codes in a plane, decoded: VAE of 2 code units, {data.name}"
    figure = new_figure(1240, 1250, title)
    plane_of_tiles(figure, lambda z: sigmoid(decode(z, network.params)[0]), 90, 50, 2)
    return figure


def plane_of_tiles(
    figure: Figure,
    probs: Callable[[Floats], Floats],
    left: int,
    top: int,
    scale: int,
    side: int = SIDE,
    reach: float = REACH,
) -> Axes:
    """Pastes the tiles of `manifold_tiles`; the axes on top of them are in units of the codes."""
    picture = mosaic(manifold_tiles(probs, side, reach), side, gap=0)
    paste(figure, picture, left, top, scale)
    width, height = figure.bbox.size
    size = scale * len(picture)
    box = (left / width, 1 - (top + size) / height, size / width, size / height)
    axes = figure.add_axes(box, facecolor="none")
    axes.spines[:].set_visible(False)
    edge = reach + reach / (side - 1)  # half a tile beyond the last code
    axes.set(xlim=(-edge, edge), ylim=(-edge, edge), xlabel="$z_1$", ylabel="$z_2$")
    return axes


def manifold_tiles(
    probs: Callable[[Floats], Floats], side: int = SIDE, reach: float = REACH
) -> Floats:
    """Tiles of a mosaic in which the first code grows to the right and the second upwards.

    Both go from -reach to reach in even steps. probs(z (side * side, 2)) -> (side * side, D)
    """
    codes = np.linspace(-reach, reach, side, dtype=np.float32)
    z1, z2 = np.meshgrid(codes, codes[::-1])  # a mosaic is filled from the top row down
    return paper(probs(np.stack([z1.ravel(), z2.ravel()], axis=1)))


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


def as_trained(images: Bytes, network: Trained) -> Floats:
    """Images (N, 28, 28) as the network was trained to see them: (N, D)"""
    return binarise(stream(0, "figure pixels"), to_unit(images), network.settings.pixels)
