"""The catalogue's figures of S7's five questions and of S8."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

import vae.train
from data.sets import DataSet
from experiments.latent_answers import images_of, look, signs
from experiments.likelihoods import KINDS
from experiments.likelihoods import planned as of_likelihood
from experiments.measures import rank_correlation
from experiments.runs import short
from experiments.sample_count import SAMPLES
from experiments.sample_count import planned as of_samples
from figures.answers import digits
from figures.item import Item
from figures.likelihoods import likelihoods, samples
from figures.style import TEN, Floats, new_figure
from figures.sweep import weights
from training.streams import stream
from training.trained import read

SHOWN = 4000  # images in a scatter plot: more only cover one another


def quality(folders: Sequence[Path], data: DataSet) -> Figure:
    """The reconstruction cost of single images against what their posterior says."""
    network = read(folders[0], vae.train)
    images = images_of(network.settings)
    seen = look(network, images.x)
    title = (
        f"Does the posterior tell how well an image comes back? VAE 784-500-2-500-784, {data.name}"
    )
    figure = new_figure(1760, 860, title, "constrained")
    order = stream(0, "figure order").permutation(len(images.x))[:SHOWN]
    colours = np.array(TEN)[images.labels]
    axes = figure.subplots(1, 2, sharey=True)
    for place, (name, values) in zip(axes, reversed(signs(seen).items()), strict=True):
        words = name.replace("|mu|", "$|\\mu|$")
        spots: dict[str, Any] = {"s": 7, "linewidths": 0, "antialiased": False}
        place.scatter(values[order], seen.nll[order], c=colours[order], **spots)
        rho = rank_correlation(seen.nll, values)
        place.set(xlabel=words, title=f"{words}: rank correlation {rho:.2f}")
        _medians(place, values, seen.nll, images.labels)
    axes[0].set(ylabel="reconstruction cost [nats an image]")
    return figure


def _medians(axes: Axes, x: Floats, y: Floats, labels: NDArray[Any]) -> None:
    for digit, colour in enumerate(TEN):
        spot = {"boxstyle": "circle,pad=0.15", "facecolor": "white", "edgecolor": colour, "lw": 2.5}
        of = labels == digit
        place = np.median(x[of]), np.median(y[of])
        axes.text(*place, str(digit), ha="center", va="center", fontsize=12, bbox=spot)


ITEMS = (
    Item(
        "s7-questions-digits",
        "S7",
        "four questions, answered in words: which digits come back well, what separates in the"
        " plane of codes, whether the posterior tells how well, what the grid has to do with it",
        "Measured on 10,000 validation images with networks of three seeds; whiskers: their "
        "deviation. The 1, 7 and 0 save most of what the mean image would cost, though a 0 is "
        "costly in nats: it has much ink. Neighbours in the plane find the 1 and, less well, "
        "the 7; 4, 7 and 9 lie on one another. The digits with much room on the grid are mostly "
        "those that come back well.",
        (),
        digits,
    ),
    Item(
        "s7-questions-posterior",
        "S7",
        "the question whether mean and variance of the posterior tell how well an image comes back,"
        " answered in words",
        "A point is a validation image. The smaller the variance of its code, the more the "
        "image costs, also within each digit. The correlation with |mu| is mostly the doing of "
        "the 1, which lies far out: within digits it has either sign.",
        (short("once", 0),),
        quality,
    ),
    Item(
        "s7-questions-weights",
        "S7",
        "the question what happens without the KL, answered in words",
        "Without the KL, the codes spread over a plane far wider than the prior and their "
        "variances shrink: reconstruction gains a little, the bound and the images drawn from "
        "the prior are lost. With too much weight, the images drawn from the prior look alike. "
        "A distance below the dashed line is not better than real: smooth images lie near to "
        "many others.",
        tuple(short("once", 0, beta) for beta in (0.0, 0.1, 1.0, 4.0)),
        weights,
    ),
    Item(
        "s8-likelihoods",
        "S8",
        "that squared error is a Gaussian likelihood, in formulas; no experiment",
        "The first test image of each digit, decoded from its mean code. A Gaussian of variance "
        "1/2 has the faintest images: to it, an error of a pixel is cheap. The Laplace "
        "likelihood draws sharp strokes and leaves out what it is not sure of. The scales that "
        "are learned are far below the deviation 0.71 that squared error stands for; the small "
        "peaks at the left are mostly ones.",
        tuple(of_likelihood(kind, 0) for kind in KINDS),
        likelihoods,
    ),
    Item(
        "s8-samples",
        "S8",
        "the bound with m samples, in a formula, and m = 1; no experiment",
        "With one sample, about two thirds of the gradient's variance come from the noise of "
        "the codes. More samples take it away as 1/m, but not what comes from the choice of the "
        "images. After the same number of epochs they are a little ahead, after the same "
        "computing time they are behind. Variances: networks trained with m = 1, three seeds; "
        "costs: one seed.",
        tuple(of_samples(m, 0) for m in SAMPLES),
        samples,
    ),
)
