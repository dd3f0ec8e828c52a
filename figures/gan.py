"""Figures of a GAN: its losses, its images through the epochs, and the nearest real ones."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from data.pixels import to_unit
from data.sets import DataSet
from experiments.image_scores import nearest
from figures.read import facts
from figures.style import LINES, Picture, mosaic, new_figure, paper, paste, write
from gan.losses import LOSSES, discriminator_loss
from gan.players import shown
from gan.train import noise
from training.checkpoint import load_params
from training.streams import stream
from training.trained import Trained

FIXED = 16  # noises that stay the same through the epochs
STEPS = 12  # images on the way from one noise to another
PATHS = 6
PHRASES = (
    "generator {noise}-{generator}",
    "discriminator {discriminator}",
    "batches of {batch_size}",
    "learning rate {learning_rate}",
    "loss {loss}",
    "penalty {penalty}",
)


def pictures(network: Trained, folder: Path, data: DataSet) -> list[Picture]:
    """All of them, in the order of the page."""
    how = facts([network], data, PHRASES)
    return [
        Picture("gan-samples", how, samples(network, data)),
        Picture("gan-epochs", how, through_epochs(network, folder, data)),
        Picture("gan-losses", how, losses(network, data)),
    ]


def losses(network: Trained, data: DataSet, there: Mapping[str, float] | None = None) -> Figure:
    """Both losses after each epoch, and what they come to where nothing can be told apart.

    `there` has a source's losses, by player.
    """
    figure = new_figure(1300, 720, f"Losses of both players of a GAN, {data.name}", "constrained")
    axes = figure.subplots()
    label = network.settings.label
    for player, colour in zip(("discriminator", "generator"), LINES, strict=False):
        series = network.series(f"train_{player}")
        line: dict[str, Any] = {"color": colour, "lw": 1.2}
        axes.plot(network.series("epoch"), series, "o-", ms=4, color=colour, label=player)
        for real, style in {1.0: "-.", label: "--"}.items():
            best = optimum(network.settings.loss, real)[player]
            words = f"{player}, nothing to tell apart, label {real:g}: {best:.3f}"
            axes.axhline(best, ls=style, **line, label=words)
        if there:
            words = f"{player}, source, last ten epochs: {there[player]:.3f}"
            axes.axhline(there[player], ls=":", **line, label=words)
    axes.set(xlabel="epochs", ylabel="nats an image")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    axes.grid(alpha=0.3)
    figure.legend(*axes.get_legend_handles_labels(), ncols=2, loc="outside lower center")
    return figure


def optimum(loss: str, label: float) -> dict[str, float]:
    """Both losses of the best discriminator where real and generated images are alike."""
    logit = np.full(1, np.log(label / (2 - label)))  # D = label / 2
    of_generator, _ = LOSSES[loss]
    both = discriminator_loss(logit, logit, label), of_generator(logit)
    return dict(
        zip(("discriminator", "generator"), (float(value[0]) for value in both), strict=True)
    )


def through_epochs(network: Trained, folder: Path, data: DataSet) -> Figure:
    """The same sixteen noises after more and more epochs, from the folder's snapshots."""
    z = noise(stream(0, "figure noise"), FIXED, network.settings)
    like = network.params
    epochs = sorted(int(path.stem[-4:]) for path in folder.glob("params-*.npz"))
    some = sorted({epochs[round(i)] for i in np.linspace(0, len(epochs) - 1, 8)})
    figure = new_figure(1480, 850, f"Sixteen noises through a GAN's epochs, {data.name}")
    for k, epoch in enumerate(some):
        left, top = 20 + 365 * (k % 4), 75 + 390 * (k // 4)
        tiles = paper(shown(z, load_params(folder, epoch, like).average))
        paste(figure, mosaic(tiles, 4), left, top, 3)
        words = f"after {epoch} epoch{'s' if epoch > 1 else ''}" if epoch else "before training"
        write(figure, left + 172, top - 16, words)
    return figure


def samples(network: Trained, data: DataSet) -> Figure:
    """New images above the real ones nearest to them, and ways from one noise to another."""
    rng = stream(0, "figure fresh noise")
    images = shown(noise(rng, FIXED, network.settings), network.params.average)
    train = to_unit(data.train_images)
    rows, distance = nearest(images, train)
    figure = new_figure(1560, 500, f"What a GAN draws, {data.name}")
    pairs = np.concatenate([paper(images), paper(train[rows])])
    paste(figure, mosaic(pairs, FIXED), 150, 75, 3)
    write(figure, 135, 117, "generated", ha="right")
    write(figure, 135, 204, "nearest in\ntraining", ha="right")
    words = f"sixteen new ones; to the nearest training image {distance.mean():.1f} on average"
    write(figure, 150, 60, words, ha="left")
    ends = noise(rng, 2 * PATHS, network.settings).reshape(2, PATHS, 1, -1)
    share = np.linspace(0, 1, STEPS, dtype=np.float32)[:, None]
    between = shown(
        ((1 - share) * ends[0] + share * ends[1]).reshape(PATHS * STEPS, -1), network.params.average
    )
    ways = [mosaic(way, STEPS) for way in np.split(paper(between), 2)]
    for i, way in enumerate(ways):  # two columns of them
        paste(figure, way, 150 + 705 * i, 310, 2)
    write(figure, 150, 293, "evenly from one noise (left) to another (right)", ha="left")
    return figure
