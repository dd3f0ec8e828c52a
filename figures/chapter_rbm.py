"""Pictures of the chapters on the restricted Boltzmann machine."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Rectangle

from figures.boxes import MIDDLE
from figures.drawing import DataSet, Drawing, Figure, Runs
from figures.images import Floats, mosaic, one_of_each, paper, paste
from figures.inpainting import FRACTIONS
from figures.quick import FAST, PCD, RBMS, TABLE, Quick
from figures.rbm import COLOURS, colour_bar, filter_tiles, restored_tiles
from figures.small_machines import bracket, energy_landscape, gauges
from figures.style import new_figure, write
from rbm.gibbs import bernoulli, gibbs
from rbm.model import Params
from training.streams import stream

SWEEPS = (0, 1, 2, 5, 10, 50, 200, 1000)
FROM_DATA = PCD.replace("persistent", "data")
CD = Quick("rbm-100-cd", "rbm", f"--hidden 100 {FROM_DATA} --epochs 10 {FAST} --halving 2000", 45)
MADE = {row.label: row.training("mnist") for row in (*TABLE, CD)}


def free_chain(params: Params, count: int, sweeps: Sequence[int]) -> list[Floats]:
    """States (count, D) of chains from random pixels, each on with probability 1/2, as they are
    after so many sweeps.
    """
    rng = stream(0, "figure chains")
    v = bernoulli(rng, np.full((count, len(params.b)), 0.5, params.b.dtype))
    found, done = [], 0
    for target in sweeps:
        v, done = gibbs(rng, v, *params, target - done), target
        found.append(v)
    return found


def machine_and_chain(runs: Runs, data: DataSet) -> Figure:
    """Left, six pixels and four hidden units of the trained machine with 500, their true weights:
    the units of the largest weights at the middle row's pixels. Right, its chains.
    """
    params, chains = runs[0].params, 7
    figure = new_figure(960, 510, "")
    axes = figure.add_axes((0, 0, 0.44, 1), xlim=(0, 422), ylim=(30, 540))
    axes.axis("off")
    _graph(axes, params)
    tiles = np.stack([paper(v, data.size) for v in free_chain(params, chains, SWEEPS)], axis=1)
    left, top = 478, 92
    paste(figure, mosaic(tiles.reshape(-1, *tiles.shape[2:]), len(SWEEPS)), left, top, 2)
    for i, sweeps in enumerate(SWEEPS):
        write(figure, left + 28 + 58 * i, top - 16, f"{sweeps}")
    write(figure, left + 232, top - 46, "sweeps of Gibbs sampling")
    write(figure, left - 16, top + 29 * chains, "chains from random pixels", rotation=90)
    return figure


def _graph(axes: Axes, params: Params) -> None:
    """Weights as lines: red above 0, blue below, as wide as they are large."""
    pixels = 28 * 14 + np.arange(9, 21, 2)
    units = np.argsort(-np.abs(params.W[pixels]).sum(axis=0))[:4]
    W = params.W[np.ix_(pixels, units)]
    low, high = np.linspace(55, 375, 6), np.linspace(90, 340, 4)
    for i, j in np.ndindex(W.shape):
        colour, width = COLOURS(0.5 + 0.45 * np.sign(W[i, j])), 4 * abs(W[i, j]) / np.abs(W).max()
        axes.plot((low[i], high[j]), (150, 340), color=colour, lw=width, zorder=0)
    for i, x in enumerate(low):
        axes.add_patch(Rectangle((x - 20, 130), 40, 40, fc="white", ec="black"))
        axes.text(x, 150, f"$v_{i + 1}$", **MIDDLE)
    for j, x in enumerate(high):
        axes.add_patch(Circle((x, 340), 23, fc="white", ec="black"))
        axes.text(x, 340, f"$h_{j + 1}$", **MIDDLE)
    axes.text(215, 400, "4 of the 500 hidden units, biases $c$", **MIDDLE)
    axes.text(215, 95, "6 of the 784 pixels, biases $b$", **MIDDLE)
    axes.text(20, 245, "$W$", fontsize=14, **MIDDLE)


def filters(runs: Runs, data: DataSet) -> Figure:
    """The columns of W of the machine with 100 units, each as an image, the largest norm first."""
    W = runs[0].params.W
    figure, (colours, limit) = new_figure(892, 512, ""), filter_tiles(W, data.size, W.shape[1])
    paste(figure, mosaic(colours, 15), 12, 12, 2)
    colour_bar(figure, 446, 430, limit)
    return figure


def cd_and_pcd_chains(runs: Runs, data: DataSet) -> Figure:
    """Chains of 1,000 sweeps from random pixels, of two machines of 100 units that differ in where
    their chains began in training: at the batch (CD-10), or where they were (PCD-10).
    """
    figure = new_figure(900, 420, "")
    for left, run, words in zip((20, 474), runs, ("CD", "PCD"), strict=True):
        (v,) = free_chain(run.params, 42, [1000])
        paste(figure, mosaic(paper(v, data.size), 7), left, 50, 2)
        write(figure, left + 203, 26, f"trained by {words}-10")
    return figure


def restored(runs: Runs, data: DataSet) -> Figure:
    """The first test digits of five classes with 20, 50 and 80 % of their pixels missing, and what
    machines of 20, 100 and 500 hidden units put in their place: means of clamped chains.
    """
    rows: dict[str, Floats] = {}
    for run in runs:
        rows |= restored_tiles(run, one_of_each(data)[1::2])
        rows[f"{run.settings.hidden} units"] = rows.pop("restored")
    figure = new_figure(1020, 342, "")
    for j, (name, tiles) in enumerate(rows.items()):
        write(figure, 108, 70 + 58 * j, name, ha="right")
        for i, fraction in enumerate(FRACTIONS):
            paste(figure, mosaic(tiles[5 * i :][:5], 5), 118 + 300 * i, 42 + 58 * j, 2)
            write(figure, 262 + 300 * i, 20, f"{fraction:.0%} of the pixels missing" * (j == 0))
    return figure


PICTURES = (
    Drawing("rbm-machine-and-chain.png", (MADE["rbm-500"],), machine_and_chain),
    Drawing("rbm-energy-landscape.svg", (), energy_landscape),
    Drawing("rbm-filters.png", (MADE["rbm-100"],), filters),
    Drawing("rbm-cd-pcd-chains.png", (MADE["rbm-100-cd"], MADE["rbm-100"]), cd_and_pcd_chains),
    Drawing("rbm-gauges.svg", (), gauges),
    Drawing("rbm-bracket.svg", (), bracket),
    Drawing("restored.png", tuple(MADE[label] for label in RBMS), restored),
)
