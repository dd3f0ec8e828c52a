"""The landscape of a small machine as its weights grow, and how fast chains forget their start."""

import numpy as np
from matplotlib.figure import Figure

from figures.picture import sheet
from figures.style import LINES
from grading.oracles.enumeration import joint, kernel
from rbm.model import Params

FACTORS, OTHERS, SHOWN = 2.0 ** np.arange(-2, 3.01, 0.25), range(7), 7


def drawn(seed: int) -> Params:
    """A machine of six pixels and three hidden units, W from N(0, 1), b and c from N(0, 1/4)."""
    rng = np.random.default_rng(seed)
    return Params(rng.normal(size=(6, 3)), rng.normal(size=6) / 2, rng.normal(size=3) / 2)


def mixing(params: Params) -> list[float]:
    """The second eigenvalue of the sweep's enumerated kernel, W being multiplied by FACTORS."""
    W, b, c = params
    kernels = (kernel(f * W, b, c) for f in FACTORS)
    return [float(np.sort(np.linalg.eigvals(T).real)[-2]) for T in kernels]


def energy_landscape() -> Figure:
    """Left, p(v) of the machine drawn(7), all states in the order of a Gray code, neighbours
    differing in a pixel. Right, lambda_2 of drawn(0) to drawn(7), and of W = f ones((3, 3)),
    b = c = 0.
    """
    figure = sheet(900, 480)
    grid = figure.add_gridspec(3, 2, width_ratios=(5, 4))
    W, b, c = drawn(SHOWN)
    gray = [n ^ n >> 1 for n in range(2 ** len(b))]
    for i, f in enumerate((1, 2, 4)):
        axes = figure.add_subplot(grid[i, 0])
        axes.bar(range(len(gray)), joint(f * W, b, c).sum(axis=1)[gray], 1, color=LINES[0])
        axes.set(xticks=[], xlim=(-0.5, 63.5), ylim=(0, None), ylabel=f"$f = {f:g}$")
    axes.set(xlabel="the 64 images $v$, each beside one that differs in a pixel")
    figure.axes[0].set(title="$p(v)$ with the weights $f\\,W$")
    right = figure.add_subplot(grid[:, 1], title="$\\lambda_2$ of a sweep")
    for seed in OTHERS:
        right.plot(
            FACTORS, mixing(drawn(seed)), color="0.7", lw=1.2, label="seven others, drawn alike"
        )
    right.plot(
        FACTORS, mixing(drawn(SHOWN)), color=LINES[0], lw=2.6, label="the machine on the left"
    )
    even = Params(np.ones((3, 3)), np.zeros(3), np.zeros(3))
    right.plot(FACTORS, mixing(even), color=LINES[1], lw=2.6, label="3 × 3 units, all weights 1")
    right.legend(handles=right.lines[-1:-4:-1][::-1], loc="upper left")
    right.set(xscale="log", xlabel="factor $f$", ylim=(0, 1.15), yticks=np.linspace(0, 1, 6))
    right.set_xticks([0.25, 0.5, 1, 2, 4, 8], ["¼", "½", "1", "2", "4", "8"])
    right.minorticks_off()
    return figure
