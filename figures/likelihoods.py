"""The figure of five likelihoods of the pixels: reconstructions, and the learned scales."""

import math

import numpy as np
from matplotlib.axes import Axes

from data.pixels import to_unit
from data.sets import split
from experiments.likelihoods import LIKELIHOODS, training
from figures.drawing import DataSet, Drawing, Figure, Runs
from figures.images import Floats, as_trained, labelled_rows, one_of_each, paper
from figures.latent_plane import encoded
from figures.style import LINES, new_figure
from training.trained import Trained
from vae.objective import SCALES
from vae.train import network

LEAST = 0.008  # standard deviation at the left end of the histogram


def likelihoods(runs: Runs, data: DataSet) -> Figure:
    """Test digits and their reconstructions under each likelihood; below, the learned scales."""
    title = f"Five likelihoods of the same pixels: VAEs of 8 code units, {data.name}"
    figure = new_figure(1720, 1470, title)
    images = one_of_each(data)
    rows = {"original": paper(as_trained(images, runs[0].settings), data.size)}
    for name, run in zip(LIKELIHOODS, runs, strict=True):
        mu, _ = encoded(run, images)
        x = network(run.params, run.settings).pixels(mu)
        rows[name.replace(", ", ",\n")] = paper(x, data.size)
    labelled_rows(figure, rows, 260, 55, 5)
    box = (260 / 1720, 80 / 1470, 1445 / 1720, 400 / 1470)
    _scales(figure.add_axes(box), runs, data)
    return figure


def _scales(axes: Axes, runs: Runs, data: DataSet) -> None:
    """Standard deviations of a pixel for held-out images, learned ones beside fixed ones."""
    colours = iter(LINES)
    for name, run in zip(LIKELIHOODS, runs, strict=True):
        settings = run.settings
        if settings.likelihood == "squared":
            fixed = (settings.beta / 2) ** 0.5
            axes.axvline(fixed, color="0.3", ls="--", lw=1.2)
            words, place = f"{name}: {fixed:.2f}", axes.get_xaxis_transform()
            axes.text(1.03 * fixed, 0.97, words, transform=place, rotation="vertical", va="top")
        if SCALES[settings.likelihood]:
            x = to_unit(split(data.train_images, settings.validation)[1])
            shown = np.clip(deviations(run, x), LEAST, 1)
            bins = np.geomspace(LEAST, 1, 120).tolist()
            axes.hist(shown, bins, color=next(colours), alpha=0.75, label=name)
    axes.set(xlabel="standard deviation of a pixel, given the posterior mean (validation images)")
    axes.set(ylabel="images", xscale="log", xlim=(LEAST, 1))
    ticks = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1)
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xticks([], minor=True)
    axes.legend(loc="upper left")


def deviations(run: Trained, x: Floats) -> Floats:
    """Standard deviation of a pixel of each image x (N, D), from the decoder's last output: (N,)"""
    net = network(run.params, run.settings)
    log_scale = net.decode(net.encode(x)[0])[:, -1]
    if run.settings.likelihood == "gaussian":
        return np.exp(log_scale / 2)  # of the variance
    return math.sqrt(2) * np.exp(log_scale)  # of Laplace's: sqrt(2) scales


TRAININGS = tuple(training(name, 0) for name in LIKELIHOODS)
DRAWINGS = (Drawing("likelihoods-reconstructions", TRAININGS, likelihoods),)
