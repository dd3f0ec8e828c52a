"""The true posterior of an image over the plane of two codes, the Gaussians that stand for it, and
the nats between log p(x) and its bounds.
"""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Ellipse

from autograd_lite.ops import Array
from data.pixels import to_unit
from data.sets import DataSet
from figures.drawing import Figure, Runs
from figures.images import one_of_each, paper
from figures.style import LINES, new_figure
from training.streams import stream
from vae.elbo import reparameterise
from vae.gap import best_gaussian, bound
from vae.importance import log_weights, neg_iwae
from vae.likelihood import grid_log_p, log_joint
from vae.networks import Network
from vae.objective import LIKELIHOODS
from vae.train import network

BLUE, ORANGE = LINES[:2]
DIGIT, SIDE, DRAWN = 1, 160, 40_000
COUNTS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)
Gaussian = tuple[Array, Array]


def log_p_and_its_bounds(runs: Runs, data: DataSet) -> Figure:
    """A test digit, cut at one half, under the VAE of two codes: left its posterior, with the
    encoder's and the best Gaussian at 2 standard deviations; right log p(x) and its bounds.
    """
    net, kind = network(runs[0].params, runs[0].settings), runs[0].settings.likelihood
    image = one_of_each(data)[DIGIT]
    x = (to_unit(image[None]) > 0.5).astype(np.float32).reshape(1, -1)
    q, best = net.encode(x), best_gaussian(x, net, kind)
    figure = new_figure(1000, 420, "", "constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.15))
    _posterior(left, x, net, kind, q, best)
    corner = left.inset_axes((0.03, 0.7, 0.28, 0.28))
    corner.imshow(paper(x, data.size)[0], cmap="gray", vmin=0, vmax=255)
    corner.set_axis_off()
    levels = [bound(x, *some, net, kind, samples=5000)[0].item() for some in (q, best)]
    _nats(right, x, net, kind, grid_log_p(x, net, kind).item(), *levels)
    return figure


def _posterior(axes: Axes, x: Array, net: Network, kind: str, q: Gaussian, best: Gaussian) -> None:
    """The posterior in grey, and the ellipses over it, in a square window."""
    ends = []
    for (mu, logvar), colour, label in ((q, BLUE, "encoder's"), (best, ORANGE, "best")):
        (centre,), (sd,) = mu, np.exp(0.5 * logvar)
        style: dict[str, Any] = {"fill": False, "color": colour, "lw": 2, "label": f"{label} $q$"}
        axes.add_patch(Ellipse(tuple(centre), *(4 * sd), **style))
        ends += [centre - 3 * sd, centre + 3 * sd]
    low, high = np.min(ends, axis=0), np.max(ends, axis=0)
    middle, half = (low + high) / 2, 0.6 * float((high - low).max())
    sides = [np.linspace(m - half, m + half, SIDE) for m in middle]
    codes = np.stack(np.meshgrid(*sides), axis=-1).reshape(-1, 2)
    height = np.exp((log := log_joint(codes.astype(x.dtype), x, net, kind)[:, 0]) - log.max())
    shown = height.reshape(SIDE, SIDE)
    extent = (*sides[0][[0, -1]], *sides[1][[0, -1]])
    axes.imshow(shown, cmap="Greys", origin="lower", extent=extent, interpolation="bilinear")
    axes.set(xlabel="first code", ylabel="second code", title="the digit's posterior, in grey")
    axes.legend(loc="lower right", fontsize=9)


def _nats(
    axes: Axes, x: Array, net: Network, kind: str, log_p: float, bound: float, best: float
) -> None:
    """The bounds of K samples against K; lines at log p and both bounds, and the gaps' names."""
    mu, logvar = net.encode(x)
    eps = stream(0, "figure weights").standard_normal((DRAWN, *mu.shape), dtype=x.dtype)
    z = reparameterise(mu, logvar, eps)
    log_w = log_weights(LIKELIHOODS[kind][0](net.decode(z), x), z, eps, logvar)[:, 0]
    rising = [-neg_iwae(log_w[: DRAWN // K * K].reshape(-1, K).T).mean() for K in COUNTS]
    axes.axhline(log_p, color="0.2", lw=2, label="$\\log p(x)$, on a grid")
    axes.axhline(best, color=ORANGE, lw=2, label="bound of the best $q$")
    axes.axhline(bound, color=BLUE, lw=2, label="bound of the encoder's $q$")
    axes.plot(COUNTS, rising, "o-", color="0.45", ms=4, label="bounds of $K$ samples")
    arrow = {"arrowstyle": "<->", "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", (1.2, log_p), (1.2, best), arrowprops=arrow)
    axes.annotate("", (100, best), (100, bound), arrowprops=arrow)
    over = 0.03 * (log_p - bound)  # the band below is too narrow for words
    axes.text(1.1, log_p + over, f"approximation gap {log_p - best:.2f}")
    axes.text(120, (best + bound) / 2, f"amortisation\ngap {best - bound:.2f}", va="center")
    axes.set(xscale="log", xlim=(0.8, 3000), ylim=(bound - over, log_p + 5 * over))
    axes.set(xlabel="samples $K$", ylabel="nats")
    place: dict[str, Any] = {"loc": "lower center", "bbox_to_anchor": (0.45, 1.0)}
    axes.legend(ncols=2, fontsize=9, columnspacing=1, handlelength=1.5, **place)
