"""The plane of two codes: where a VAE puts images, and what it draws for codes on a grid.

Points (N, 2) are codes, their digits (N,). The first functions draw on axes or a figure that the
caller made; latent_means and decoded_grid are whole figures of one run.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Patch
from numpy.typing import ArrayLike, NDArray

from data.mnist import Bytes
from data.sets import DataSet
from figures.images import Floats, as_trained, mosaic, paper, paste
from figures.style import TEN, new_figure
from training.streams import stream
from training.trained import Trained
from vae.train import network

GREYS = 16  # of a manifold: more of them only make the file larger
LIKELIHOODS = {"bernoulli": "Bernoulli likelihood", "squared": "squared error"}
Digits = NDArray[np.integer[Any]]


def scatter(
    axes: Axes, points: Floats, digits: Digits, size: float = 4, letters: float = 13
) -> None:
    """Dots of `size` square points in the colours of their digits, in an order that lets no digit
    cover another, and each digit's number at the median.
    """
    order = stream(0, "figure order").permutation(len(points))
    (x, y), colours = points[order].T, np.array(TEN)[digits[order]]
    axes.scatter(x, y, s=size, c=colours, linewidths=0, antialiased=False)
    name_digits(axes, points, digits, letters)


def name_digits(axes: Axes, points: Floats, digits: Digits, size: float = 13) -> None:
    """The number of each digit at the median of its points, in letters of `size` points."""
    for digit in np.unique(digits):
        spot = {"boxstyle": "circle,pad=0.15", "facecolor": "white", "edgecolor": TEN[digit]}
        x, y = np.median(points[digits == digit], axis=0)
        style: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": size}
        axes.text(x, y, str(digit), bbox=spot | {"lw": size / 5}, **style)


def prior_circles(axes: Axes) -> None:
    """Dashed circles, over the dots: 1 and 2 standard deviations of the prior."""
    style: dict[str, Any] = {"fill": False, "color": "black", "lw": 1.2, "ls": "--", "zorder": 2}
    for radius in (1, 2):
        axes.add_patch(Circle((0, 0), radius, **style))


def digit_legend(figure: Figure) -> None:
    """Which colour is which digit, right of a figure with a constrained layout."""
    handles = [Patch(color=colour, label=str(digit)) for digit, colour in enumerate(TEN)]
    figure.legend(handles=handles, title="digit", loc="outside right center")


def manifold(
    figure: Figure,
    pixels: Callable[[Floats], Floats],
    corner: tuple[int, int],
    scale: int,
    side: int,
    ends: tuple[ArrayLike, ArrayLike],
) -> Axes:
    """Pastes side x side decoded codes, `corner` being their left and top on the screen.

    Codes go in even steps from the lower to the higher of `ends`, each a number or one a code; the
    first grows to the right, the second upwards. pixels: (N, 2) -> (N, D)
    """
    low, high = (np.broadcast_to(np.asarray(end, np.float32), 2) for end in ends)
    z1, z2 = (np.linspace(a, b, side, dtype=np.float32) for a, b in zip(low, high, strict=True))
    codes = np.stack(np.meshgrid(z1, z2[::-1]), axis=-1)  # mosaics are filled from the top row down
    picture = mosaic(paper(pixels(codes.reshape(-1, 2))), side, gap=0)
    (left, top), length, (width, height) = corner, scale * len(picture), figure.bbox.size
    paste(figure, picture, left, top, scale)
    box = (left / width, 1 - (top + length) / height, length / width, length / height)
    axes = figure.add_axes(box, facecolor="none", xlabel="$z_1$", ylabel="$z_2$")
    axes.spines[:].set_visible(False)
    half = (high - low) / (side - 1) / 2  # of a tile, which reaches beyond the outermost code
    axes.set(xlim=(low[0] - half[0], high[0] + half[0]), ylim=(low[1] - half[1], high[1] + half[1]))
    return axes


def encoded(run: Trained, images: Bytes) -> tuple[Floats, Floats]:
    """Means and log-variances of the codes of images (N, 28, 28): (N, Z), (N, Z)"""
    return network(run.params, run.settings).encode(as_trained(images, run.settings))


def in_few_greys(run: Trained) -> Callable[[Floats], Floats]:
    """What decodes codes to pixels of few greys: (N, Z) -> (N, D)"""
    decode = network(run.params, run.settings).pixels
    return lambda z: np.rint(decode(z) * (GREYS - 1)) / (GREYS - 1)


def name_of(run: Trained) -> str:
    kind = "convolutional VAE" if run.settings.network == "conv" else "VAE"
    return f"{kind} of {run.settings.codes} code units, {likelihood_of(run)}"


def likelihood_of(run: Trained) -> str:
    likelihood = run.settings.likelihood
    return LIKELIHOODS.get(likelihood, f"{likelihood} likelihood")


def latent_means(run: Trained, data: DataSet, model: str = "") -> Figure:
    """Where the encoder puts the test images; `model` is what the title calls the run."""
    title = f"Test images in the plane of codes: {model or name_of(run)}, {data.name}"
    figure = new_figure(1240, 1130, title, layout="constrained")
    axes = figure.subplots()
    scatter(axes, encoded(run, data.test_images)[0], data.test_labels)
    prior_circles(axes)
    axes.set(aspect="equal", xlabel="mean of $z_1$", ylabel="mean of $z_2$")
    digit_legend(figure)
    return figure


def decoded_grid(
    run: Trained, data: DataSet, model: str = "", reach: float = 3.0, side: int = 30
) -> Figure:
    """The decoded codes of a square plane, up to `reach` standard deviations of the prior."""
    title = f"Decoded codes: {model or name_of(run)}, {data.name}"
    scale = 1150 // (28 * side)
    length = 28 * side * scale
    figure = new_figure(length + 160, length + 120, title)
    axes = manifold(figure, in_few_greys(run), (80, 45), scale, side, (-reach, reach))
    axes.set(xlabel="first code, $z_1$", ylabel="second code, $z_2$")
    return figure
