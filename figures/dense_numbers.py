"""Numbers of S4 as figures: cost an epoch beside the source's, and which code units are used."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from data.sets import DataSet
from experiments.active import LEAST, active_units, variances
from experiments.record import HERE
from figures.codes import NAMES, encoded
from figures.style import LINES, Floats, new_figure
from training.trained import Trained
from vae.elbo import kl_diag_gaussian

SOURCE, CURVES = HERE / "source_numbers.json", HERE / "vae_curves.json"
BAND, SETTLED = 1.0, 5  # how near ours shall be, in nats, and from which epoch on
GREY = "0.88"


class Curve(NamedTuple):
    """Costs in nats an image, an epoch each."""

    ours: Floats
    spread: Floats | None  # deviation over seeds, where there are several
    source: Floats


def costs(networks: Sequence[Trained], data: DataSet) -> Figure:
    """The cost after each epoch beside the source's, and under it the difference."""
    part, curves = _curves(networks, data)
    images = {"test": "test images", "train": "training images"}[part]
    title = f"Cost of VAEs with squared error after each epoch: {images}, {data.name}"
    figure = new_figure(1500, 920, title, layout="constrained")
    grid = figure.subplots(
        2, len(networks), sharex=True, sharey="row", height_ratios=(2, 1), squeeze=False
    )
    for network, curve, above, below in zip(networks, curves, *grid, strict=True):
        epochs = np.arange(1, len(curve.ours) + 1)
        for line, word, mark, colour, side in (
            (curve.source, "the source, MNIST", "s--", LINES[1], 1),
            (curve.ours, f"ours, {data.name}", "o-", LINES[0], -1),
        ):
            above.plot(epochs, line, mark, ms=3, color=colour, label=word)
            last = {"xytext": (0, 14 * side), "textcoords": "offset points", "color": colour}
            place = {"ha": "right", "va": "center"}
            above.annotate(f"{line[-1]:.2f}", (epochs[-1], line[-1]), **last, **place)
        above.set(title=f"{network.settings.codes} code units")
        above.margins(y=0.15)
        above.grid(alpha=0.3)
        _difference(below, epochs, curve)
    grid[0, 0].set(ylabel="nats an image, less 448.73")
    grid[1, 0].set(ylabel="ours less the source's", ylim=(-2 * BAND, 2 * BAND))
    lines, _ = grid[0, 0].get_legend_handles_labels()
    lines.append(Patch(color=GREY, label=f"within {BAND:g} nat, from epoch {SETTLED} on"))
    if curves[0].spread is not None:
        lines.append(Patch(color=LINES[0], alpha=0.3, label="deviation over the seeds"))
    figure.legend(handles=lines, ncols=len(lines), loc="outside lower center")
    return figure


def _difference(axes: Axes, epochs: Any, curve: Curve) -> None:
    difference = curve.ours - curve.source
    axes.fill_between((SETTLED, max(epochs[-1], SETTLED)), -BAND, BAND, color=GREY, lw=0)
    axes.axhline(0, color="0.4", lw=0.8)
    if curve.spread is not None:
        low, high = difference - curve.spread, difference + curve.spread
        axes.fill_between(epochs, low, high, color=LINES[0], alpha=0.3, lw=0)
    axes.plot(epochs, difference, "o-", ms=3, color=LINES[0])
    settled = np.abs(difference[SETTLED - 1 :])
    if len(settled):
        text = f"from epoch {SETTLED} on: {settled.max():.2f} or less"
        axes.text(0.97, 0.92, text, transform=axes.transAxes, ha="right", va="top")
    axes.set(xlabel="epochs")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    axes.grid(alpha=0.3)


def _curves(networks: Sequence[Trained], data: DataSet) -> tuple[str, list[Curve]]:
    """Test costs where they have been measured on these data, else the runs' training costs."""
    printed = {row["codes"]: row for row in json.loads(SOURCE.read_text())["S4"]["costs"]}
    measured = {}
    if data.name == "MNIST" and CURVES.is_file():
        measured = {row["codes"]: row for row in json.loads(CURVES.read_text())["numbers"]}
    sizes = [network.settings.codes for network in networks]
    part = "test" if all(codes in measured for codes in sizes) else "train"
    curves = []
    for codes, network in zip(sizes, networks, strict=True):
        row = measured[codes] if part == "test" else {"train": network.series("train_cost")}
        both = min(len(row[part]), len(printed[codes][part]))
        ours, source = (np.array(costs[part][:both]) for costs in (row, printed[codes]))
        spread = np.array(row["spread"][:both]) if part == "test" else None
        curves.append(Curve(ours, spread, source))
    return part, curves


def active(networks: Sequence[Trained], data: DataSet) -> Figure:
    """The variance of each unit's mean, and its KL, most used unit first; a column a likelihood."""
    title = f"Which code units VAEs use, and what for: test images of {data.name}"
    figure = new_figure(1400, 1000, title, layout="constrained")
    kinds = list(dict.fromkeys(network.settings.likelihood for network in networks))
    grid = figure.subplots(
        2, len(kinds), sharex=True, sharey="row", height_ratios=(3, 2), squeeze=False
    )
    for kind, (above, below) in zip(kinds, grid.T, strict=True):
        group = [network for network in networks if network.settings.likelihood == kind]
        for network, colour, marker in zip(group, LINES, "sDo", strict=False):
            mu, logvar = encoded(network, data)
            spread = variances(mu)
            falling = np.argsort(-spread)
            ranks = np.arange(1, len(falling) + 1)
            look = {"marker": marker, "color": colour, "ms": 7}
            label = f"{len(falling)} codes: {active_units(mu).sum()} active"
            above.plot(ranks, spread[falling], label=label, **look)
            kl = [kl_diag_gaussian(mu[:, [j]], logvar[:, [j]]).mean() for j in falling]
            below.plot(ranks, kl, label=f"{sum(kl):.1f} in all", **look)
        above.axhline(LEAST, color="0.4", ls="--", lw=1)
        above.set(yscale="log", title=NAMES.get(kind, kind))
        below.set(xlabel="code units, most used first", ylim=(0, None))
        below.xaxis.set_major_locator(MaxNLocator(integer=True))
        above.legend(loc="lower left")
        below.legend(loc="upper right")
        above.grid(alpha=0.3)
        below.grid(alpha=0.3)
    grid[0, 0].set(ylabel=r"variance of $\mu_j$ over the images")
    grid[1, 0].set(ylabel="KL of the unit [nats an image]")
    return figure
