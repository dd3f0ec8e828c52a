"""The figure of linear VAEs: which codes collapse, and along which axes the others lie."""

import numpy as np
from matplotlib.axes import Axes

from experiments.experiment import Numbers
from experiments.linear_vae import V
from experiments.record import read as record
from figures.drawing import DataSet, Drawing, Figure, Runs
from figures.style import LINES, new_figure

ALIKE = 16  # codes of the network whose rows are compared with the principal axes


def collapse(runs: Runs, data: DataSet) -> Figure:
    """Eigenvalues and the variances that the decoders have learned; the cosines of both axes."""
    found = record("linear_vae")
    title = f"Linear VAEs beside probabilistic PCA: {found.data}"
    figure = new_figure(1500, 720, title, layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    most = max(found.numbers, key=lambda row: row["codes"])
    eigenvalues = most["eigenvalues"][: most["codes"] + 4]
    ranks = np.arange(1, len(eigenvalues) + 1)
    left.plot(ranks, eigenvalues, color="0.5", lw=4, label="eigenvalues of the covariance")
    kinds = [row for row in found.numbers if row["codes"] >= ALIKE]
    for row, colour, marker in zip(kinds, LINES, "sD", strict=False):
        values = row["variance along each row"]
        label = f"1/2 + squared length of the decoder's rows, {row['codes']} codes"
        left.plot(ranks[: len(values)], values, marker, color=colour, ms=5, mfc="none", label=label)
    left.axhline(V, color="black", ls="--", lw=1, label="1/2, the variance of a pixel")
    left.set(yscale="log", xlabel="codes, the longest first", ylabel="variance along the row")
    left.set_yticks(ticks := (0.2, 0.5, 1, 2, 5), [f"{tick:g}" for tick in ticks])
    left.set_yticks([], minor=True)
    left.grid(alpha=0.3)
    left.legend(loc="upper right")
    _cosines(figure, right, next(row for row in kinds if row["codes"] == ALIKE))
    return figure


def _cosines(figure: Figure, axes: Axes, row: Numbers) -> None:
    size = row["codes"] + 0.5
    shown = axes.imshow(row["cosines"], cmap="Greys", vmin=0, vmax=1, extent=(0.5, size, size, 0.5))
    axes.set(xlabel="principal axes", ylabel="rows of the trained decoder, the longest first")
    axes.set_title(f"|cosines|, {row['codes']} codes")
    figure.colorbar(shown, ax=axes, shrink=0.7)


DRAWINGS = (Drawing("linear_vae-collapse", (), collapse),)
