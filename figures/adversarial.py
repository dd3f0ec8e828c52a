"""Figures of S6: the GAN's losses, its images through the epochs, and the nearest real ones."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

import gan.train
from data.pixels import to_unit
from data.sets import DataSet
from figures.item import Item
from figures.style import LINES, Floats, mosaic, new_figure, paper, paste, write
from gan.losses import discriminator_loss, non_saturating
from gan.mlp import WHOLE
from gan.players import generate
from gan.train import noise
from results.record import HERE
from results.runs import adversarial
from scores.measures import nearest
from training.checkpoint import load_params
from training.streams import stream
from training.trained import Trained, read

FIXED = 16  # noises that stay the same through the epochs
STEPS = 12  # images on the way from one noise to another
PATHS = 6


def drawn(network: Trained, z: Floats, params: Any = None) -> Floats:
    """Images in [0, 1] of the generator that is shown, without dropout: (N, Z) -> (N, D)"""
    G = (params or network.params).average
    images, _ = generate(z, [WHOLE] * (len(G) - 1), G)
    return (images + 1) / 2


def losses(folders: Sequence[Path], data: DataSet) -> Figure:
    """Both losses after each epoch, what they come to at the optimum, and the source's."""
    (folder,) = folders
    network = read(folder, gan.train)
    figure = new_figure(1300, 720, f"Losses of both players of a GAN, {data.name}", "constrained")
    axes = figure.subplots()
    label = network.settings.label
    best = np.full(1, np.log(label / (2 - label)))  # the logit of the best D at equal densities
    there = json.loads((HERE / "source_numbers.json").read_text())["S6"]
    for player, colour, optimum in (
        ("discriminator", LINES[0], discriminator_loss(best, best, label)[0]),
        ("generator", LINES[1], non_saturating(best)[0]),
    ):
        series = network.series(f"train_{player}")
        axes.plot(network.series("epoch"), series, "o-", ms=4, color=colour, label=player)
        line: dict[str, Any] = {"color": colour, "lw": 1.2}
        text = f"{player}, if images were alike: {optimum:.3f}"
        axes.axhline(optimum, ls="--", **line, label=text)
        last = there[player]["last ten epochs"]
        axes.axhline(last, ls=":", **line, label=f"{player}, source, last ten epochs: {last:.3f}")
    axes.set(xlabel="epochs", ylabel="nats an image")
    axes.grid(alpha=0.3)
    figure.legend(*axes.get_legend_handles_labels(), ncols=2, loc="outside lower center")
    return figure


def through_epochs(folders: Sequence[Path], data: DataSet) -> Figure:
    """The same sixteen noises after more and more epochs."""
    (folder,) = folders
    network = read(folder, gan.train)
    z = noise(stream(0, "figure noise"), FIXED, network.settings)
    like = network.params
    epochs = sorted(int(path.stem[-4:]) for path in folder.glob("params-*.npz"))
    shown = sorted({epochs[round(i)] for i in np.linspace(0, len(epochs) - 1, 8)})
    figure = new_figure(1480, 850, f"Sixteen noises through a GAN's epochs, {data.name}")
    for k, epoch in enumerate(shown):
        left, top = 20 + 365 * (k % 4), 75 + 390 * (k // 4)
        tiles = paper(drawn(network, z, load_params(folder, epoch, like)))
        paste(figure, mosaic(tiles, 4), left, top, 3)
        words = "before training" if epoch == 0 else f"after {epoch} epochs"
        write(figure, left + 172, top - 16, words)
    return figure


def fresh(folders: Sequence[Path], data: DataSet) -> Figure:
    """New images above the real ones nearest to them, and ways from one noise to another."""
    (folder,) = folders
    network = read(folder, gan.train)
    rng = stream(0, "figure fresh noise")
    images = drawn(network, noise(rng, FIXED, network.settings))
    train = to_unit(data.train_images)
    rows, distance = nearest(images, train)
    figure = new_figure(1560, 500, f"What a GAN draws, {data.name}")
    pairs = np.concatenate([paper(images), paper(train[rows])])
    paste(figure, mosaic(pairs, FIXED), 150, 75, 3)
    write(figure, 135, 117, "generated", ha="right")
    write(figure, 135, 204, "nearest real", ha="right")
    words = f"sixteen new ones; distance to the nearest real image {distance.mean():.1f} on average"
    write(figure, 150, 60, words, ha="left")
    ends = noise(rng, 2 * PATHS, network.settings).reshape(2, PATHS, 1, -1)
    share = np.linspace(0, 1, STEPS, dtype=np.float32)[:, None]
    between = drawn(network, ((1 - share) * ends[0] + share * ends[1]).reshape(PATHS * STEPS, -1))
    ways = [mosaic(way, STEPS) for way in np.split(paper(between), 2)]
    for i, way in enumerate(ways):  # two columns of them
        paste(figure, way, 150 + 705 * i, 310, 2)
    write(figure, 150, 293, "evenly from one noise (left) to another (right)", ha="left")
    return figure


RUN = (adversarial(0),)
ITEMS = (
    Item(
        "s6-losses",
        "S6",
        "a curve of both losses, one point an epoch: the last batch",
        "Both losses after each epoch, on 5,000 images with dropout, as the players meet them."
        " Dashed: what they would be if real and generated images were alike and the discriminator"
        " the best one, with labels of 0.9. The discriminator stays below that line and the"
        " generator above: the images can still be told apart.",
        RUN,
        losses,
    ),
    Item(
        "s6-epochs",
        "S6",
        "16 images from fixed noise, after the last epoch",
        "What the same sixteen noises become. Each mosaic is one generator, without dropout.",
        RUN,
        through_epochs,
    ),
    Item(
        "s6-samples",
        "S6",
        "16 images from new noise",
        "New images, and under each the training image nearest to it by Euclidean distance:"
        " were they alike, the generator would have learnt by heart. Below, noise is moved evenly"
        " from one draw to another.",
        RUN,
        fresh,
    ),
)
