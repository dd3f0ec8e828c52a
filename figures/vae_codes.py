"""The figure of what codes carry: KL by unit, the KL's two parts, and q(z) beside the prior."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from data.pixels import to_unit
from experiments.record import read as record
from experiments.vae_trainings import best
from figures.drawing import DataSet, Drawing, Figure, Runs
from figures.latent_plane import prior_circles
from figures.style import LINES, new_figure
from training.trained import Trained
from vae.aggregate import log_aggregate
from vae.likelihood import lattice
from vae.train import network

COLOURS = (*LINES, "#cc79a7", "#e69f00")
REACH, POINTS = 4.0, 121  # of the plane of codes
MOST = 4.0  # nats, where the colours end


def codes(runs: Runs, data: DataSet) -> Figure:
    found = record("vae_codes")
    title = f"What codes carry, and where they lie: VAEs, Bernoulli pixels, {found.data}"
    figure = new_figure(1800, 680, title, layout="constrained")
    left, middle, right = figure.subplots(1, 3)
    for row, colour in zip(found.numbers, COLOURS, strict=True):
        kl = np.maximum(np.sort(row["KL [nats/image]"])[::-1], 1e-4)
        label = f"{row['network'].removeprefix('preset ')}: {row['active']} active"
        left.plot(np.arange(1, len(kl) + 1), kl, "o-", color=colour, ms=4, label=label)
    left.set(xscale="log", yscale="log", xlabel="code units, the largest KL first")
    left.set(title="KL of each unit", ylabel="nats an image")
    left.legend(loc="lower left")
    left.grid(alpha=0.3)
    for axis in (left.xaxis, left.yaxis):
        axis.set_major_formatter("{x:g}")
    _parts(middle, found.numbers)
    _plane(figure, right, runs[0], data)
    return figure


def _parts(axes: Axes, rows: Any) -> None:
    """The mean KL of each network as a bar: what is sure of either part, and what is not."""
    names = [row["network"].removeprefix("preset ").replace(", ", ",\n") for row in rows]
    least = np.array([[row["information"], row["marginal, at least"]] for row in rows]).T
    whole = np.array([row["kl"] for row in rows])
    either = whole - least.sum(axis=0)
    start = np.zeros(len(rows))
    looks = ((least[0], LINES[0], "information"), (either, "0.8", "either, not known which"))
    for size, colour, label in (*looks, (least[1], LINES[1], "KL of q(z) to the prior")):
        axes.bar(names, size, bottom=start, color=colour, label=label)
        start = start + size
    axes.axhline(np.log(10_000), color="black", ls="--", lw=1, label="log 10,000")
    axes.set(title="The mean KL in its two parts", ylim=(0, 1.45 * whole.max()))  # for the legend
    axes.tick_params("x", labelsize=9)
    axes.legend(loc="upper left")


def _plane(figure: Figure, axes: Axes, run: Trained, data: DataSet) -> None:
    """log q(z) - log p(z) on the plane of two codes."""
    z, _ = lattice(2, REACH, POINTS)
    q = network(run.params, run.settings).encode(to_unit(data.test_images))
    excess = log_aggregate(z, *q) + 0.5 * (z * z).sum(axis=1) + np.log(2 * np.pi)
    shown = axes.imshow(
        excess.reshape(POINTS, POINTS).T, cmap="PuOr_r", vmin=-MOST, vmax=MOST, origin="lower",
        extent=(-REACH, REACH, -REACH, REACH), interpolation="bilinear",
    )  # fmt: skip
    prior_circles(axes)
    axes.set(xlabel="$z_1$", ylabel="$z_2$", title="log q(z) - log p(z), 2 codes")
    figure.colorbar(shown, ax=axes, label="nats", extend="both", shrink=0.8)


DRAWINGS = (Drawing("vae_codes-parts", (best("bernoulli", 2),), codes),)
