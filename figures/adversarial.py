"""Figures of S6, drawn from the sources' GAN."""

import json
from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

import figures.gan
import gan.train
from data.sets import DataSet
from experiments.record import HERE
from experiments.runs import adversarial, best
from figures.item import Item
from training.trained import read


def losses(folders: Sequence[Path], data: DataSet) -> Figure:
    """Both losses after each epoch beside the source's."""
    (folder,) = folders
    source = json.loads((HERE / "source_numbers.json").read_text())["S6"]
    there = {player: source[player]["last ten epochs"] for player in ("discriminator", "generator")}
    return figures.gan.losses(read(folder, gan.train), data, there)


def through_epochs(folders: Sequence[Path], data: DataSet) -> Figure:
    """The same sixteen noises after more and more epochs."""
    (folder,) = folders
    return figures.gan.through_epochs(read(folder, gan.train), folder, data)


def samples(folders: Sequence[Path], data: DataSet) -> Figure:
    """New images above the real ones nearest to them, and ways from one noise to another."""
    (folder,) = folders
    return figures.gan.samples(read(folder, gan.train), data)


RUN = (adversarial(0),)
ITEMS = (
    Item(
        "s6-losses",
        "S6",
        "a curve of both losses, one point an epoch: the last batch",
        "Both losses after each epoch, on 5,000 images with dropout, as the players meet them."
        " Dashed: what they would be if real and generated images were alike and the discriminator"
        " the best one, with labels of 0.9; dash-dotted, without smoothing; dotted: the source's"
        " mean over its last ten epochs. In this run the discriminator stays below its dashed line"
        " and the generator above: the images can still be told apart.",
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
        samples,
    ),
    Item(
        "s6-best",
        "S6",
        "the same 16 images from new noise",
        "The same of our preset `best`: other networks, a penalty in place of dropout, an averaged"
        " generator, a rate that falls. Most are digits now. They lie nearer to real ones; how near"
        " real test images lie is in the scores.",
        (best(0),),
        samples,
    ),
)
