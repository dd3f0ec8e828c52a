"""The figure of the number of samples: the gradient's variance, and the cost against the time."""

import numpy as np
from matplotlib.axes import Axes

from experiments.experiment import Numbers
from experiments.record import read as record
from experiments.sample_count import NOISE, SAMPLES, TIME, TOTAL, training
from figures.drawing import DataSet, Drawing, Figure, Runs
from figures.style import LINES, new_figure

COLOURS = (*LINES, "#cc79a7")  # Okabe and Ito's too


def samples(runs: Runs, data: DataSet) -> Figure:
    """The gradient's variance against K; the cost against epochs and against computing time."""
    title = f"K samples of the codes for each image and step: a VAE of 8 code units, {data.name}"
    figure = new_figure(1760, 700, title, "constrained")
    left, middle, right = panels = figure.subplots(1, 3)
    numbers = record("sample_count").numbers
    _variances(left, numbers)
    for run, row, colour in zip(runs, numbers, COLOURS, strict=True):
        cost, epochs = run.series("validation_cost"), np.array(run.series("epoch"))
        for axes, x in ((middle, epochs), (right, epochs * row[TIME])):
            axes.plot(x, cost, color=colour, marker="o", ms=4, label=f"K = {row['samples']}")
    middle.set(xlabel="epochs", ylabel="validation cost [nats an image]", title="Cost by epoch")
    right.set(xlabel="time, in epochs of K = 1", xscale="log", title="Cost by computing time")
    last = right.get_xlim()[1]
    ticks = [t for t in (1, 2, 5, 10, 20, 50, 100) if t < last]
    right.set_xticks(ticks, list(map(str, ticks)))
    right.set_xticks([], minor=True)
    for axes in panels:
        axes.grid(alpha=0.3)
        axes.legend()
    return figure


def _variances(axes: Axes, numbers: Numbers) -> None:
    """Means over the networks, whose errors are independent."""
    K = np.array([row["samples"] for row in numbers])
    both = TOTAL, "images and noise of the codes", LINES[1]
    for name, words, colour in (both, (NOISE, "noise of the codes alone", LINES[0])):
        value = np.mean([row[name] for row in numbers], axis=1)
        errors = np.array([row[f"{name}: standard error"] for row in numbers])
        error = np.linalg.norm(errors, axis=1) / errors.shape[1]
        axes.errorbar(K, value, error, fmt="o", capsize=3, color=colour, label=words)
    axes.plot(K, value[0] / K, "--", color="0.3", lw=1, label="the first of these / K")
    axes.set(xscale="log", yscale="log", xlabel="K", title="Variance of the gradient of a batch")
    axes.set(ylabel="trace of the covariance")
    axes.set_xticks(K, [str(n) for n in K])
    axes.set_xticks([], minor=True)
    for which in (axes.yaxis.set_major_formatter, axes.yaxis.set_minor_formatter):
        which("{x:g}")


TRAININGS = tuple(training(K, 0) for K in SAMPLES)
DRAWINGS = (Drawing("sample_count-variance-and-cost", TRAININGS, samples),)
