"""Figures of the restricted Boltzmann machine; each takes the finished runs, smallest first."""

import matplotlib
import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize

from autograd_lite.ops import Array
from experiments.families import SWEEPS, of_rbm
from figures.drawing import DataSet, Figure, Runs
from figures.images import Images, Size, as_trained, mosaic, one_of_each, paper, paste, pitch
from figures.inpainting import FRACTIONS, damage, table
from figures.style import LINES, dots, epochs_axis, new_figure, write
from rbm.inpaint import inpaint
from training.streams import stream
from training.trained import Trained

CHAINS = 30
STRONGEST = 100  # filters shown of a machine that has more
BAR = 400  # screen pixels for a bar of colours and the words below it
COLOURS = matplotlib.colormaps["RdBu_r"].resampled(41)  # few, for small files; odd, for a white 0


def restored_tiles(machine: Trained, images: Images) -> dict[str, Array]:
    """Images (N, H, W) as they were, damaged, and with what clamped chains put in their place:
    3 N tiles each, those of one of FRACTIONS after those of another.
    """
    v, size = as_trained(images, machine.settings), images.shape[1:]
    damaged, known = damage(v, "all")
    # The stream starts anew: the same draws for all RBMs.
    probs = inpaint(stream(0, "figure restored"), damaged, known, *machine.params)
    tiles = {"original": paper(np.tile(v, (len(FRACTIONS), 1)), size)}
    return tiles | {"damaged": paper(damaged, size, known), "restored": paper(probs, size)}


def restored(machines: Runs, data: DataSet) -> Figure:
    images = one_of_each(data)
    groups = [(f"{m.settings.hidden} hidden units", restored_tiles(m, images)) for m in machines]
    return table(groups, f"Missing pixels restored by RBMs: test images, {data.name}", "all")


def filter_tiles(W: Array, size: Size, most: int) -> tuple[Array, float]:
    """The columns of W as coloured images of this size, the largest norm first, and the weight at
    both ends of the scale: (at most `most`, *size, 3)
    """
    rows = W.T[np.argsort(-np.linalg.norm(W, axis=0))[:most]].reshape(-1, *size)
    limit = float(np.quantile(np.abs(rows), 0.999))  # one odd weight must not pale the others
    return COLOURS(Normalize(-limit, limit)(rows))[..., :3], limit


def filters(machines: Runs, data: DataSet) -> Figure:
    """The strongest filters of each machine."""
    blocks = []
    for machine, screen in zip(machines, (112, 56, 56), strict=True):
        colours, limit = filter_tiles(machine.params.W, data.size, STRONGEST)
        scale, count, hidden = pitch(data.size, screen)[0], len(colours), machine.settings.hidden
        shown = "all" if count == hidden else f"the {count} strongest"
        tiles, words = mosaic(colours, 4 if count <= 20 else 10), f"{hidden} hidden units, {shown}"
        blocks.append((tiles, scale, max(BAR, scale * tiles.shape[1]), words, limit))
    left, tall = 15, max(scale * len(tiles) for tiles, scale, *_ in blocks)
    title = f"Filters of RBMs: the weights of each hidden unit, {data.name}"
    figure = new_figure(84 + sum(block[2] for block in blocks), tall + 212, title)
    for (tiles, scale, room, words, limit), gap in zip(blocks, (33, 24, 12), strict=True):
        paste(figure, tiles, left + (room - scale * tiles.shape[1]) // 2, 85, scale)
        write(figure, left + room / 2, 64, words)
        colour_bar(figure, left + room / 2, tall + 105, limit)
        left += room + gap
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
        for part, style, mark in (("training", "-", "o"), ("validation", "--", "s")):
            series = machine.series(f"{part.removesuffix('ing')}_pseudo")
            label = f"{machine.settings.hidden} hidden units, {part}"
            look = dots(machine.rows, mark) | {"color": colour, "label": label}
            axes.plot(machine.series("epoch"), series, style, **look)
    axes.set(ylabel="log pseudo-likelihood [nats an image]")
    epochs_axis(axes, len(machines[0].rows))
    figure.legend(ncols=len(machines), loc="outside lower center")
    return figure


def samples(machines: Runs, data: DataSet) -> Figure:
    """P(v = 1 | h) where unclamped chains are after many sweeps from a random start."""
    title = f"Samples of RBMs: {SWEEPS:,} Gibbs sweeps from a random start, {data.name}"
    scale, across, down = pitch(data.size, 84)
    block = 6 * across + 24
    figure = new_figure(12 + 3 * block, 125 + down * CHAINS // 6, title)
    for i, machine in enumerate(machines):
        x = of_rbm(stream(0, "figure samples"), data, machine, CHAINS)
        paste(figure, mosaic(paper(x, data.size), 6), 18 + block * i, 90, scale)
        write(figure, 18 + 3 * across + block * i, 64, f"{machine.settings.hidden} hidden units")
    return figure
