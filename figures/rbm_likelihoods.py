"""Figures of likelihoods of RBMs: during training, by each way to train; filters of the best."""

from typing import Any

from experiments.rbm_trainings import HIDDEN, training
from experiments.record import read as record
from figures import rbm
from figures.drawing import DataSet, Drawing, Figure, Runs
from figures.style import LINES, new_figure

COLOURS = (*LINES, "#cc79a7", "#e69f00")
LOWEST = -140.0  # nats an image, of the axis


def during_training(runs: Runs, data: DataSet) -> Figure:
    """Two estimates of the likelihood of validation images, against the minutes of training."""
    found = record("rbm_likelihoods")
    title = f"RBMs of {max(HIDDEN)} hidden units: likelihood during training, {found.data}"
    figure = new_figure(1350, 800, title, layout="constrained")
    axes = figure.subplots()
    for (kind, rows), colour in zip(found.numbers["curves"].items(), COLOURS, strict=False):
        minutes = [row["seconds"] / 60 for row in rows]
        ahead, below = ([row[f"{which}log p"] for row in rows] for which in ("", "conservative "))
        # log p is -F less log Z: the ends of its interval change places.
        bars = [[abs(end - row["log Z"]) for end in row["interval"][::-1]] for row in rows]
        look: dict[str, Any] = {"color": colour, "ms": 5, "capsize": 3}
        axes.errorbar(minutes, ahead, list(zip(*bars, strict=True)), fmt="o-", label=kind, **look)
        axes.plot(minutes, below, "v--", color=colour, ms=5, mfc="white", lw=1)
    axes.plot([], [], "v--", color="0.4", mfc="white", lw=1, label="conservative estimates")
    axes.set(xscale="log", xlabel="minutes of training on one core")
    axes.set(ylabel="log p(v), validation images [nats an image]")
    axes.set_ylim(bottom=max(axes.get_ylim()[0], LOWEST))
    axes.xaxis.set_major_formatter("{x:g}")
    axes.grid(alpha=0.3)
    figure.legend(ncols=3, loc="outside lower center")
    return figure


DRAWINGS = (
    Drawing("rbm_likelihoods-during-training", (), during_training),
    Drawing(
        "rbm_likelihoods-filters",
        tuple(training("preset best", hidden) for hidden in HIDDEN),
        rbm.filters,
    ),
)
