"""Figures of the restricted Boltzmann machine; each takes the finished runs, smallest first."""

import matplotlib
import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize

from autograd_lite.ops import Array
from data.mnist import Bytes
from experiments.families import SWEEPS, of_rbm
from figures.drawing import DataSet, Figure, Runs
from figures.images import as_trained, mosaic, one_of_each, paper, paste, squares
from figures.inpainting import FRACTIONS, damage, table
from figures.style import LINES, epochs_axis, new_figure, write
from rbm.inpaint import inpaint
from training.streams import stream
from training.trained import Trained

CHAINS = 30
STRONGEST = 100  # filters shown of a machine that has more
COLOURS = matplotlib.colormaps["RdBu_r"].resampled(41)  # few, for small files; odd, for a white 0


def restored_tiles(machine: Trained, digits: Bytes) -> dict[str, Array]:
    """Digits (N, 28, 28) as they were, damaged, and with what clamped chains put in their place:
    3 N tiles each, those of one of FRACTIONS after those of another.
    """
    v = as_trained(digits, machine.settings)
    damaged, known = damage(v, "all")
    # The stream starts anew: the same draws for all RBMs.
    probs = inpaint(stream(0, "figure restored"), damaged, known, *machine.params)
    tiles = {"original": paper(np.tile(v, (len(FRACTIONS), 1)))}
    return tiles | {"damaged": paper(damaged, known), "restored": paper(probs)}


def restored(machines: Runs, data: DataSet) -> Figure:
    digits = one_of_each(data)
    groups = [(f"{m.settings.hidden} hidden units", restored_tiles(m, digits)) for m in machines]
    return table(groups, f"Missing pixels restored by RBMs: test images, {data.name}", "all")


def filter_tiles(W: Array, most: int) -> tuple[Array, float]:
    """The columns of W (784, H) as coloured images, the largest norm first, and the weight at both
    ends of the scale: (at most H, 28, 28, 3)
    """
    rows = W.T[np.argsort(-np.linalg.norm(W, axis=0))[:most]]
    limit = float(np.quantile(np.abs(rows), 0.999))  # one odd weight must not pale the others
    return COLOURS(Normalize(-limit, limit)(squares(rows)))[..., :3], limit


def filters(machines: Runs, data: DataSet) -> Figure:
    """The strongest filters of each machine."""
    figure = new_figure(1700, 790, f"Filters of RBMs: the weights of each hidden unit, {data.name}")
    for machine, left, scale in zip(machines, (15, 508, 1110), (4, 2, 2), strict=True):
        colours, limit = filter_tiles(machine.params.W, STRONGEST)
        tiles = mosaic(colours, 4 if len(colours) <= 20 else 10)
        paste(figure, tiles, left, 85, scale)
        count = len(colours)
        shown = "all" if count == machine.settings.hidden else f"the {count} strongest"
        middle = left + scale * tiles.shape[1] / 2
        write(figure, middle, 64, f"{machine.settings.hidden} hidden units, {shown}")
        colour_bar(figure, middle, 85 + 289 * 2 + 20, limit)
    return figure


def colour_bar(figure: Figure, middle: float, top: float, limit: float) -> None:
    width, height = figure.bbox.size
    box = (middle - 160) / width, 1 - (top + 18) / height, 320 / width, 18 / height
    axes = figure.add_axes(box)
    colours = ScalarMappable(Normalize(-limit, limit), COLOURS)
    bar = figure.colorbar(colours, cax=axes, orientation="horizontal", extend="both")
    bar.set_label("weight between pixel and hidden unit")


def pseudo_likelihood(machines: Runs, data: DataSet) -> Figure:
    title = f"Log pseudo-likelihood of RBMs during training, {data.name}"
    figure = new_figure(1350, 760, title, layout="constrained")
    axes = figure.subplots()
    for machine, colour in zip(machines, LINES, strict=True):
        for part, style in (("training", "o-"), ("validation", "s--")):
            series = machine.series(f"{part.removesuffix('ing')}_pseudo")
            label = f"{machine.settings.hidden} hidden units, {part}"
            axes.plot(machine.series("epoch"), series, style, ms=4, color=colour, label=label)
    axes.set(ylabel="log pseudo-likelihood [nats an image]")
    epochs_axis(axes, len(machines[0].rows))
    figure.legend(ncols=len(machines), loc="outside lower center")
    return figure


def samples(machines: Runs, data: DataSet) -> Figure:
    """P(v = 1 | h) where unclamped chains are after many sweeps from a random start."""
    title = f"Samples of RBMs: {SWEEPS:,} Gibbs sweeps from a random start, {data.name}"
    figure = new_figure(1650, 560, title)
    for i, machine in enumerate(machines):
        x = of_rbm(stream(0, "figure samples"), data, machine, CHAINS)
        paste(figure, mosaic(paper(x), 6), 18 + 546 * i, 90, 3)
        write(figure, 279 + 546 * i, 64, f"{machine.settings.hidden} hidden units")
    return figure
