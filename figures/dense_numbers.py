"""Numbers of S4 as figures: cost an epoch beside the source's, and which code units are used."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, MaxNLocator, NullFormatter

from data.sets import DataSet
from figures.codes import NAMES, encoded
from figures.read import Trained
from figures.style import LINES, Floats, new_figure
from results.active import LEAST, active_units, variances
from results.record import HERE

SOURCE, CURVES = HERE / "source_numbers.json", HERE / "vae_curves.json"
BAND, SETTLED = 1.0, 5  # how near ours shall be, in nats, and from which epoch on


class Curve(NamedTuple):
    """Costs in nats an image, an epoch each."""

    ours: Floats
    spread: Floats | None  # deviation over seeds, where there are several
    source: Floats


def costs(networks: Sequence[Trained], data: DataSet) -> Figure:
    """The cost after each epoch beside the source's, and under it the difference."""
    part, curves = _curves(networks, data)
    word = {"test": "test images", "train": "training images"}[part]
    title = f"Cost of VAEs with squared error, epoch by epoch, and the source's: {word}, "
    figure = new_figure(1500, 900, title + data.name, layout="constrained")
    grid = figure.subplots(
        2, len(networks), sharex=True, sharey="row", height_ratios=(2, 1), squeeze=False
    )
    for network, curve, above, below in zip(networks, curves, *grid, strict=True):
        epochs = np.arange(1, len(curve.ours) + 1)
        above.plot(epochs, curve.source, "s--", ms=3, color=LINES[1], label="the source")
        above.plot(epochs, curve.ours, "o-", ms=3, color=LINES[0], label=f"ours ({data.name})")
        above.set(title=f"{network.settings.codes} code units")
        for line, colour, side in ((curve.source, LINES[1], 1), (curve.ours, LINES[0], -1)):
            above.annotate(
                f"{line[-1]:.2f}",
                (epochs[-1], line[-1]),
                xytext=(0, 14 * side),
                textcoords="offset points",
                ha="right",
                va="center",
                color=colour,
            )
        _difference(below, epochs, curve)
    grid[0, 0].set(ylabel="nats an image, less 448.73")
    grid[1, 0].set(ylabel="ours less the source's")
    figure.legend(*grid[0, 0].get_legend_handles_labels(), ncols=2, loc="outside lower center")
    return figure


def _difference(axes: Axes, epochs: Any, curve: Curve) -> None:
    difference = curve.ours - curve.source
    last = max(epochs[-1], SETTLED)
    axes.fill_between((SETTLED, last), -BAND, BAND, color="0.9", lw=0)
    axes.axhline(0, color="0.4", lw=0.8)
    if curve.spread is not None:
        low, high = difference - curve.spread, difference + curve.spread
        axes.fill_between(epochs, low, high, color=LINES[0], alpha=0.3, lw=0)
    axes.plot(epochs, difference, "o-", ms=3, color=LINES[0])
    settled = np.abs(difference[SETTLED - 1 :])
    if len(settled):
        text = f"from epoch {SETTLED} on: at most {settled.max():.2f}"
        axes.set_title(text, fontsize=11)
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
    """The variances of the units' means, in falling order; a panel for each likelihood."""
    title = f"Which code units VAEs use: variance of their means, test images of {data.name}"
    figure = new_figure(1400, 760, title, layout="constrained")
    kinds = list(dict.fromkeys(network.settings.likelihood for network in networks))
    grid = figure.subplots(1, len(kinds), sharex=True, sharey=True, squeeze=False)[0]
    for kind, axes in zip(kinds, grid, strict=True):
        group = [network for network in networks if network.settings.likelihood == kind]
        for network, colour, marker in zip(group, LINES, "sDo", strict=True):
            mu, _ = encoded(network, data)
            falling = np.sort(variances(mu))[::-1]
            label = f"{len(falling)} codes: {active_units(mu).sum()} active"
            axes.plot(np.arange(1, len(falling) + 1), falling, marker + "-", color=colour, ms=7, label=label)
        axes.axhline(LEAST, color="0.4", ls="--", lw=1)
        axes.set(yscale="log", title=NAMES.get(kind, kind), xlabel="code units, most used first")
        axes.legend(loc="lower left")
        axes.grid(alpha=0.3)
    grid[0].set(ylabel=r"variance of $\mu_j$ over test images")
    return figure
