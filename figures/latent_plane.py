"""The plane of two codes: where a VAE puts images, and what it draws for codes on a grid.

Points (N, 2) are codes, their labels (N,). The first functions draw on axes or a figure that the
caller made; latent_means and decoded_grid are whole figures of one run.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Patch
from numpy.typing import ArrayLike, NDArray

from data.sets import DataSet
from figures.images import Floats, Images, Size, as_trained, mosaic, paper, paste, pitch
from figures.style import LINES, TEN, new_figure
from training.streams import stream
from training.trained import Trained
from vae.train import network

GREYS = 16  # of a manifold: more of them only make the file larger
LIKELIHOODS = {"bernoulli": "Bernoulli likelihood", "squared": "squared error"}
MANY = 64  # classes: names of more would cover everything
Labels = NDArray[np.integer[Any]]
Key = dict[int, tuple[str, str]]  # by its label the name and the colour of each class


def key_of(data: DataSet) -> Key:
    """Of the classes of the test images; {} where there are no labels, or more than MANY classes.

    Ten classes have ten colours; of more, every tenth has the same.
    """
    labels = () if data.test_labels is None else np.unique(data.test_labels).tolist()
    names = {i: name.replace("$", r"\$") for i, name in enumerate(data.classes)}
    key = {n: (names.get(n, str(n)), TEN[i % len(TEN)]) for i, n in enumerate(labels)}
    return key if len(key) <= MANY else {}


def scatter(
    axes: Axes, points: Floats, labels: Labels, key: Key, size: float = 4, letters: float = 13
) -> None:
    """Dots of `size` square points, larger where they are few, in the colours of their classes, in
    an order that lets none cover another, and names at the medians; without a key, of one colour.
    """
    size *= min(10, max(1, 3000 / len(points)))
    order = stream(0, "figure order").permutation(len(points))
    colours = np.array([key[n][1] for n in labels[order].tolist()]) if key else LINES[0]
    x, y = points[order].T
    axes.scatter(x, y, s=size, c=colours, linewidths=0, antialiased=False)
    name_classes(axes, points, labels, key, letters)


def name_classes(axes: Axes, points: Floats, labels: Labels, key: Key, size: float = 13) -> None:
    """The name of each class at the median of its points, in letters of `size` points."""
    style: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": size}
    for label, (name, colour) in key.items():
        shape = "circle,pad=0.15" if len(name) == 1 else "round,pad=0.2"
        spot = {"boxstyle": shape, "facecolor": "white", "edgecolor": colour, "lw": size / 5}
        if len(own := points[labels == label]):
            x, y = np.median(own, axis=0)
            axes.text(x, y, name, bbox=spot, **style)


def prior_circles(axes: Axes) -> None:
    """Dashed circles, over the dots: 1 and 2 standard deviations of the prior."""
    style: dict[str, Any] = {"fill": False, "color": "black", "lw": 1.2, "ls": "--", "zorder": 2}
    for radius in (1, 2):
        axes.add_patch(Circle((0, 0), radius, **style))


def class_legend(figure: Figure, key: Key) -> None:
    """Which colour is which class, right of a figure with a constrained layout."""
    names = {c: ", ".join(name for name, other in key.values() if other == c) for c in TEN}
    handles = [Patch(color=colour, label=label) for colour, label in names.items() if label]
    if handles:
        figure.legend(handles=handles, title="class", loc="outside right center")


def manifold(
    figure: Figure,
    pixels: Callable[[Floats], Floats],
    size: Size,
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
    x = np.concatenate([pixels(row) for row in codes])  # a convolution takes much memory
    picture = mosaic(paper(x, size), side, gap=0)
    (left, top), (width, height) = corner, figure.bbox.size
    tall, wide = (scale * n for n in picture.shape[:2])
    paste(figure, picture, left, top, scale)
    box = (left / width, 1 - (top + tall) / height, wide / width, tall / height)
    axes = figure.add_axes(box, facecolor="none", xlabel="$z_1$", ylabel="$z_2$")
    axes.spines[:].set_visible(False)
    half = (high - low) / (side - 1) / 2  # of a tile, which reaches beyond the outermost code
    axes.set(xlim=(low[0] - half[0], high[0] + half[0]), ylim=(low[1] - half[1], high[1] + half[1]))
    return axes


def encoded(run: Trained, images: Images) -> tuple[Floats, Floats]:
    """Means and log-variances of the codes of images (N, H, W): (N, Z), (N, Z)"""
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
    axes, key = figure.subplots(), key_of(data)
    scatter(axes, encoded(run, data.test_images)[0], data.test_labels, key)
    prior_circles(axes)
    axes.set(aspect="equal", xlabel="mean of $z_1$", ylabel="mean of $z_2$")
    class_legend(figure, key)
    return figure


def decoded_grid(
    run: Trained, data: DataSet, model: str = "", reach: float = 3.0, side: int = 30
) -> Figure:
    """The decoded codes of a square plane, up to `reach` standard deviations of the prior."""
    title = f"Decoded codes: {model or name_of(run)}, {data.name}"
    scale, across, down = pitch(data.size, 1150 / side, gap=0)
    figure = new_figure(across * side + 160, down * side + 120, title)
    ends = -reach, reach
    axes = manifold(figure, in_few_greys(run), data.size, (80, 45), scale, side, ends)
    axes.set(xlabel="first code, $z_1$", ylabel="second code, $z_2$")
    x = data.test_images / max(1, data.test_images.max())
    if x[:, [0, -1]].mean() + x[..., [0, -1]].mean() > 0.05:  # ink at the edges
        axes.set_zorder(1)  # above the pasted tiles
        z = np.linspace(-reach, reach, side)
        for between in (z[1:] + z[:-1]) / 2:
            axes.axvline(between, color="white", lw=1)
            axes.axhline(between, color="white", lw=1)
    return figure
