"""Figures of S8: what comes back under five likelihoods, and what several samples a step buy."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

import experiments.record
import vae.train
from data.pixels import to_unit
from data.sets import DataSet, split
from experiments.likelihoods import KINDS
from figures.digits import one_of_each
from figures.style import LINES, Floats, mosaic, new_figure, paper, paste, write
from training.run import RunError
from training.trained import Trained, read
from vae.mlp import decode, encode
from vae.objective import SCALES, pixel_means

LEAST = 0.008  # deviation at the left end of the histogram
COLOURS = (*LINES, "#cc79a7")  # Okabe and Ito's too


class Measured(NamedTuple):
    """What a command of results/ wrote down."""

    data: str  # the data set's name
    numbers: Any


def measured(name: str) -> Measured:
    """What `python -m results.<name>` wrote; RunError where it has not run."""
    path = experiments.record.HERE / f"{name}.json"
    try:
        there = json.loads(path.read_text())
        return Measured(there["data"], there["numbers"])
    except (OSError, ValueError, KeyError) as error:
        message = f"{path} cannot be read ({error}); python -m results.{name} makes it."
        raise RunError(message) from error


def outputs(network: Trained, x: Floats) -> Floats:
    """What the decoder says at the mean codes of images x (N, D): (N, D + scales)"""
    mu, _, _ = encode(x, network.params, network.settings.activation)
    return decode(mu, network.params, network.settings.activation)[0]


def likelihoods(folders: Sequence[Path], data: DataSet) -> Figure:
    """Test digits and what comes back under each likelihood; under them the learned scales."""
    title = f"Five likelihoods of the same pixels: VAEs of 8 code units, {data.name}"
    figure = new_figure(1720, 1470, title)
    networks = [read(folder, vae.train) for folder in folders]
    x = to_unit(one_of_each(data))
    means = [pixel_means(outputs(n, x), n.settings.likelihood) for n in networks]
    tiles = [paper(image) for image in (x, *means)]
    paste(figure, mosaic(np.concatenate(tiles), len(x)), 260, 55, 5)
    for i, label in enumerate(("original", *KINDS)):
        write(figure, 245, 55 + 5 * (29 * i + 14), label.replace(", ", ",\n"), ha="right")
    box = (260 / 1720, 80 / 1470, 1445 / 1720, 400 / 1470)
    _scales(figure.add_axes(box), networks, data)
    return figure


def _scales(axes: Axes, networks: Sequence[Trained], data: DataSet) -> None:
    """Deviations of a pixel that the decoder says for held-out images, beside the fixed ones."""
    colours = iter(COLOURS)
    for kind, network in zip(KINDS, networks, strict=True):
        how = network.settings
        if how.likelihood == "squared":
            fixed = (how.beta / 2) ** 0.5
            axes.axvline(fixed, color="0.3", ls="--", lw=1.2)
            axes.text(
                1.03 * fixed,
                0.97,
                f"{kind}: {fixed:.2f}",
                transform=axes.get_xaxis_transform(),
                ha="left",
                va="top",
                rotation="vertical",
            )
        if SCALES[how.likelihood]:
            x = to_unit(split(data.train_images, how.validation)[1])
            deviation = deviations(outputs(network, x)[:, -1], how.likelihood)
            bins = np.geomspace(LEAST, 1, 120).tolist()
            shown = np.clip(deviation, LEAST, 1)
            axes.hist(shown, bins, color=next(colours), alpha=0.75, label=kind)
    axes.set(xlabel="standard deviation of a pixel, given the mean code (validation images)")
    axes.set(ylabel="images", xscale="log", xlim=(LEAST, 1))
    ticks = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1)
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.legend(loc="upper left")


def deviations(log_scale: Floats, likelihood: str) -> Floats:
    """Standard deviation of a pixel, from the decoder's last output. Laplace: sqrt(2) scales."""
    if likelihood == "gaussian":
        return np.exp(log_scale / 2)
    return math.sqrt(2) * np.exp(log_scale)


def samples(folders: Sequence[Path], data: DataSet) -> Figure:
    """The gradient's variance against m; the cost against epochs and against computing time."""
    title = f"Codes drawn an image and step, m: a VAE of 8 code units, {data.name}"
    figure = new_figure(1760, 700, title, "constrained")
    left, middle, right = figure.subplots(1, 3)
    rows = measured("samples").numbers
    _variances(left, rows)
    networks = [read(folder, vae.train) for folder in folders]
    for network, row, colour in zip(networks, rows, COLOURS, strict=True):
        m, cost = row["samples"], network.series("validation_cost")
        epochs = np.array(network.series("epoch"))
        style: dict[str, Any] = {"color": colour, "marker": "o", "ms": 4, "label": f"m = {m}"}
        middle.plot(epochs, cost, **style)
        right.plot(epochs * row["step, as a multiple of one sample's"], cost, **style)
    middle.set(xlabel="epochs", ylabel="validation cost [nats an image]", title="For each epoch")
    right.set(xlabel="time, in epochs of m = 1", xscale="log", title="For the time it takes")
    right.xaxis.set_minor_locator(NullLocator())
    last = right.get_xlim()[1]
    right.set_xticks([t for t in (1, 2, 5, 10, 20, 50, 100) if t < last])
    right.xaxis.set_major_formatter("{x:g}")
    for axes in (middle, right):
        axes.grid(alpha=0.3)
        axes.legend()
    return figure


def _variances(axes: Axes, rows: Sequence[Any]) -> None:
    m = np.array([row["samples"] for row in rows])
    for name, words, colour in (
        ("in all", "images and noise", LINES[1]),
        ("of the noise", "noise of the codes alone", LINES[0]),
    ):
        # The mean over networks; their errors are independent.
        value = np.array([np.mean(row[f"gradient's variance {name}"]) for row in rows])
        errors = [np.array(row[f"standard error {name}"]) for row in rows]
        error = [np.sqrt((e * e).sum()) / len(e) for e in errors]
        axes.errorbar(m, value, error, fmt="o", capsize=3, color=colour, label=words)
    axes.plot(m, value[0] / m, "--", color="0.3", lw=1, label="the first of them / m")
    axes.set(xscale="log", yscale="log", xlabel="m", title="Variance of the gradient of a batch")
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks(m, [str(n) for n in m])
    for which in (axes.yaxis.set_major_formatter, axes.yaxis.set_minor_formatter):
        which("{x:g}")
    axes.set(ylabel="trace of the covariance")
    axes.grid(alpha=0.3)
    axes.legend()
