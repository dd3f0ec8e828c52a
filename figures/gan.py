"""Figures of a GAN: its losses, its samples during training, and the training images nearest them.

`losses` is the quick page's, `losses_and_notebook` the experiment's; the others are of both. Each
takes one run, the first of `runs`.
"""

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from data.pixels import to_unit
from experiments.experiment import Numbers
from experiments.gan import PLAYERS, equilibrium, notebook, training
from experiments.image_scores import nearest
from experiments.record import read as record
from figures.drawing import DataSet, Drawing, Figure, Runs
from figures.images import mosaic, paper, paste, pitch
from figures.style import LINES, dots, epochs_axis, new_figure, write
from gan.players import sample_images
from gan.settings import Settings
from gan.train import noise
from training.checkpoint import load_params, snapshots
from training.streams import stream

FIXED = 16  # draws of the noise that stay the same during training
STEPS, PATHS = 12, 6  # images on the way from one draw to another, and such ways
OURS, NOTEBOOK = LINES[:2]


def losses(runs: Runs, data: DataSet) -> Figure:
    """Both players' losses after each epoch of one run, and what they are at the equilibrium."""
    run = runs[0]
    figure = new_figure(1300, 720, f"Losses of both players of a GAN, {data.name}", "constrained")
    axes = figure.subplots()
    for player, colour in zip(PLAYERS, LINES, strict=False):
        series = run.series(f"train_{player}")
        axes.plot(run.series("epoch"), series, color=colour, label=player, **dots(run.rows))
        _levels(axes, player, run.settings, colour, f"{player} ")
    epochs_axis(axes, len(run.rows))
    axes.set(ylabel="nats an image")
    figure.legend(*axes.get_legend_handles_labels(), ncols=2, loc="outside lower center")
    return figure


def _levels(axes: Axes, player: str, settings: Settings, colour: str, words: str = "") -> None:
    """The loss at the equilibrium, as D is best there: with smoothed labels and without."""
    for label, style in {1.0: "-.", settings.label: "--"}.items():
        value = equilibrium(settings.loss, label)[player]
        name = f"{words}at the equilibrium, D = {label / 2:g}: {value:.3f}"
        axes.axhline(value, ls=style, color=colour, lw=1.2, label=name)


def losses_and_notebook(runs: Runs, data: DataSet) -> Figure:
    """A panel for each player: ours over three seeds, and what the notebook prints."""
    found = record("gan")
    title = f"Losses of the notebook's GAN: ours and the notebook's, {found.data}"
    figure = new_figure(1720, 860, title, "constrained")
    for axes, player in zip(figure.subplots(1, 2), PLAYERS, strict=True):
        _player(axes, found.numbers["non-saturating"][player], player)
        curves = axes.get_legend_handles_labels()
        _levels(axes, player, Settings(), "0.3")
        epochs_axis(axes, 50)
        axes.set(title=player, ylabel="nats an image")
        axes.legend(handles=axes.lines[-2:], loc="upper right")
    figure.legend(*curves, ncols=2, loc="outside lower center")
    return figure


def _player(axes: Axes, ours: Numbers, player: str) -> None:
    there = notebook(player)
    epochs = np.arange(1, len(there) + 1)
    thin: dict[str, Any] = {"color": NOTEBOOK, "lw": 0.8}
    axes.plot(epochs, there[:, -1], ".:", ms=5, **thin, label="notebook, last printed batch")
    words = "notebook, mean of three printed batches"
    axes.plot(epochs, there.mean(axis=1), color=NOTEBOOK, lw=1.8, label=words)
    band = ours["lowest by epoch"], ours["highest by epoch"]
    axes.fill_between(epochs, *band, color=OURS, alpha=0.25, lw=0, label="ours, range of the seeds")
    axes.plot(epochs, ours["by epoch"], color=OURS, lw=1.8, label="ours, mean of three seeds")


def during_training(runs: Runs, data: DataSet) -> Figure:
    """Samples for the same noise after more and more epochs, from the run's snapshots."""
    run = runs[0]
    z = noise(stream(0, "figure noise"), FIXED, run.settings)
    epochs = snapshots(run.folder)
    some = sorted({epochs[round(i)] for i in np.linspace(0, len(epochs) - 1, 8)})
    title = f"Samples of a GAN during training, the same noise each time, {data.name}"
    scale, across, down = pitch(data.size, 84)
    wide, tall = 4 * across + 17, 4 * down + 42
    figure = new_figure(20 + 4 * wide, 70 + 2 * tall, title)
    for k, epoch in enumerate(some):
        left, top = 20 + wide * (k % 4), 75 + tall * (k // 4)
        x = sample_images(z, load_params(run.folder, epoch, run.params).average)
        paste(figure, mosaic(paper(x, data.size), 4), left, top, scale)
        words = f"after {epoch} epoch{'s' if epoch > 1 else ''}" if epoch else "before training"
        write(figure, left + wide // 2 - 10, top - 16, words)
    return figure


def samples(runs: Runs, data: DataSet) -> Figure:
    """Samples above the training images nearest to them; interpolation between draws of noise."""
    run = runs[0]
    rng, G = stream(0, "figure fresh noise"), run.params.average
    images = sample_images(noise(rng, FIXED, run.settings), G)
    train = to_unit(data.train_images)
    rows, distance = nearest(images, train)
    title = f"Samples of a GAN and their nearest training images, {data.name}"
    (scale, across, down), (small, step, lower) = pitch(data.size, 84), pitch(data.size, 56)
    column, below = STEPS * step + 39, 136 + 2 * down
    width = 169 + max(FIXED * across, 2 * column - 39)
    figure = new_figure(width, below + 3 * lower + 16, title)
    pairs = paper(np.concatenate([images, train[rows]]), data.size)
    paste(figure, mosaic(pairs, FIXED), 150, 75, scale)
    for i, words in enumerate(("samples", "nearest in\ntraining")):
        write(figure, 135, 75 + down * i + (down - scale) / 2, words, ha="right")
    words = f"mean distance to the nearest training image: {distance.mean():.1f}"
    write(figure, 150, 60, words, ha="left")
    ends = noise(rng, 2 * PATHS, run.settings).reshape(2, PATHS, 1, -1)
    t = np.linspace(0, 1, STEPS, dtype=np.float32)[:, None]
    between = sample_images(((1 - t) * ends[0] + t * ends[1]).reshape(PATHS * STEPS, -1), G)
    for i, ways in enumerate(np.split(paper(between, data.size), 2)):  # two columns of them
        paste(figure, mosaic(ways, STEPS), 150 + column * i, below, small)
    words = "interpolation in latent space, from one draw to another"
    write(figure, 150, below - 17, words, ha="left")
    return figure


DRAWINGS = (
    Drawing("gan-losses", (), losses_and_notebook),
    Drawing("gan-epochs", (training(0),), during_training),
    Drawing("gan-samples", (training(0),), samples),
)
