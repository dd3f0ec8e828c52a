"""Figures of the restricted Boltzmann machine; each takes the finished runs, smallest first."""

from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from data.pixels import binarise, remove_pixels, to_unit
from data.sets import DataSet
from figures.digits import one_of_each
from figures.read import facts
from figures.style import (
    LINES,
    MISSING,
    Floats,
    Picture,
    mosaic,
    new_figure,
    paper,
    paste,
    squares,
    write,
)
from rbm.gibbs import bernoulli, gibbs
from rbm.inpaint import inpaint
from rbm.model import prob_h, prob_v
from training.streams import stream
from training.trained import Trained

SHARES = (0.2, 0.5, 0.8)  # of the pixels that are missing
CHAINS, SWEEPS = 30, 1000
STRONGEST = 100  # filters shown of a machine that has more
COLOURS = matplotlib.colormaps["RdBu_r"].resampled(41)  # few, for small files; odd, for a white 0
PHRASES = (
    "{hidden} hidden units",
    "binarisation: {pixels}",
    "chains: {chains}",
    "{gibbs_steps} Gibbs sweeps a step",
    "batches of {batch_size}",
    "learning rate {learning_rate}",
    "halving {halving}",
    "momentum {momentum}",
)


def pictures(machines: Sequence[Trained], data: DataSet) -> list[Picture]:
    """All of them, in the order of the page."""
    how = facts(machines, data, PHRASES)
    return [
        Picture("rbm-restored", how, restored(machines, data)),
        Picture("rbm-filters", how, filters(machines, data)),
        Picture("rbm-pseudo-likelihood", how, pseudo_likelihood(machines, data)),
        Picture("rbm-samples", how, samples(machines, data)),
    ]


def restored(machines: Sequence[Trained], data: DataSet) -> Figure:
    """Test digits with pixels missing, and what each machine puts in their place."""
    x = to_unit(one_of_each(data))
    figure = new_figure(1900, 740, f"Missing pixels restored by RBMs: test images, {data.name}")
    for i, machine in enumerate(machines):
        v = binarise(stream(0, "figure pixels"), x, machine.settings.pixels)
        top = 90 + 200 * i
        for k, word in enumerate(("original", "corrupted", "restored")):
            write(figure, 132, top + 28 + 58 * k, word, ha="right")
        label = f"{machine.settings.hidden} hidden units"
        write(figure, 14, top + 86, label, rotation="vertical")
        for j, share in enumerate(SHARES):
            tiles = mosaic(np.concatenate(_cell(v, share, machine.params)), len(v))
            paste(figure, tiles, 140 + 590 * j, top, 2)
    for j, share in enumerate(SHARES):
        write(figure, 429 + 590 * j, 64, f"{share:.0%} of all pixels missing", fontweight="bold")
    figure.legend(handles=[Patch(facecolor=MISSING, label="missing pixel")], loc="lower center")
    return figure


def _cell(v: Floats, share: float, params: Any) -> tuple[Floats, Floats, Floats]:
    """Tiles of the original, the corrupted and the restored images."""
    # The streams start anew for each cell: the masks are nested, and the same for all machines.
    damaged, known = remove_pixels(stream(0, "figure missing"), v, share, "all")
    probs = inpaint(stream(0, "figure restored"), damaged, known, *params)
    return paper(v), paper(damaged, known), paper(probs)


def filters(machines: Sequence[Trained], data: DataSet) -> Figure:
    """The columns of W as images, in falling order of their norms."""
    figure = new_figure(1700, 790, f"What the hidden units of RBMs look for: weights, {data.name}")
    for machine, left, scale in zip(machines, (15, 508, 1110), (4, 2, 2), strict=True):
        order = np.argsort(-np.linalg.norm(machine.params.W, axis=0))[:STRONGEST]
        rows = machine.params.W.T[order]
        limit = float(np.quantile(np.abs(rows), 0.999))  # one odd weight must not pale the others
        colours = COLOURS(Normalize(-limit, limit)(squares(rows)))[..., :3]
        tiles = mosaic(colours, 4 if len(rows) <= 20 else 10)
        paste(figure, tiles, left, 85, scale)
        shown = "all" if len(rows) == machine.settings.hidden else f"the {len(rows)} strongest"
        middle = left + scale * tiles.shape[1] / 2
        write(figure, middle, 64, f"{machine.settings.hidden} hidden units, {shown}")
        _colour_bar(figure, middle, 85 + 289 * 2 + 20, limit)
    return figure


def _colour_bar(figure: Figure, middle: float, top: float, limit: float) -> None:
    width, height = figure.bbox.size
    axes = figure.add_axes(
        ((middle - 160) / width, 1 - (top + 18) / height, 320 / width, 18 / height)
    )
    colours = ScalarMappable(Normalize(-limit, limit), COLOURS)
    bar = figure.colorbar(colours, cax=axes, orientation="horizontal", extend="both")
    bar.set_label("weight between pixel and hidden unit")


def pseudo_likelihood(machines: Sequence[Trained], data: DataSet) -> Figure:
    """Log pseudo-likelihood against epochs, on training and on validation images."""
    title = f"Log pseudo-likelihood of RBMs during training, {data.name}"
    figure = new_figure(1350, 760, title, layout="constrained")
    axes = figure.subplots()
    for machine, colour in zip(machines, LINES, strict=True):
        for part, style in (("training", "o-"), ("validation", "s--")):
            series = machine.series(f"{part.removesuffix('ing')}_pseudo")
            label = f"{machine.settings.hidden} hidden units, {part}"
            axes.plot(machine.series("epoch"), series, style, ms=4, color=colour, label=label)
    axes.set(xlabel="epochs", ylabel="log pseudo-likelihood [nats an image]")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    axes.grid(alpha=0.3)
    figure.legend(ncols=len(machines), loc="outside lower center")
    return figure


def samples(machines: Sequence[Trained], data: DataSet) -> Figure:
    """P(v = 1 | h) where free chains are after many sweeps from coin flips."""
    figure = new_figure(1650, 560, f"Digits made up by RBMs that were trained on {data.name}")
    for i, machine in enumerate(machines):
        W, b, c = machine.params
        rng = stream(0, "figure samples")
        v = bernoulli(rng, np.full((CHAINS, len(b)), 0.5, b.dtype))
        v = gibbs(rng, v, W, b, c, SWEEPS)
        probs = prob_v(bernoulli(rng, prob_h(v, W, c)), W, b)
        paste(figure, mosaic(paper(probs), 6), 18 + 546 * i, 90, 3)
        write(figure, 279 + 546 * i, 64, f"{machine.settings.hidden} hidden units")
    return figure
