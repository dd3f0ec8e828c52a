"""A plane of codes: where a network puts test images, and what it draws for codes on a grid."""

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from autograd_lite.ops import sigmoid
from data.mnist import Bytes
from data.pixels import binarise, to_unit
from data.sets import DataSet
from figures.style import TEN, Floats, mosaic, new_figure, paper, paste
from training.streams import stream
from training.trained import Trained
from vae.networks import decode, encode

REACH, SIDE = 3.0, 20  # of the manifold: standard deviations of the prior, and images


def latent_means(network: Trained, data: DataSet) -> Figure:
    """Where the encoder puts the test images, coloured by digit."""
    title = f"Test images in the plane of codes: VAE of 2 code units, {data.name}"
    figure = new_figure(1320, 1220, title, layout="constrained")
    scatter(figure.subplots(), network, data)
    figure.legend(title="digit", loc="outside right center")
    return figure


def scatter(axes: Axes, network: Trained, data: DataSet) -> None:
    """A dot for each test image, a number at the median of each digit's."""
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


def manifold(network: Trained, data: DataSet, model: str = "VAE", reach: float = REACH) -> Figure:
    """What the decoder makes of codes on a grid."""
    title = f"Codes in a plane, decoded: {model} of 2 code units, {data.name}"
    figure = new_figure(1240, 1250, title)
    plane_of_tiles(figure, lambda z: sigmoid(decode(z, network.params)[0]), 90, 50, 2, SIDE, reach)
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


def as_trained(images: Bytes, network: Trained) -> Floats:
    """Images (N, 28, 28) as the network was trained to see them: (N, D)"""
    return binarise(stream(0, "figure pixels"), to_unit(images), network.settings.pixels)
