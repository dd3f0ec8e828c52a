"""The figure of likelihoods of VAEs: log p during training, beside published numbers."""

from experiments.record import read as record
from experiments.vae_likelihoods import FEW_SAMPLES, PUBLISHED
from figures.drawing import DataSet, Drawing, Figure, Runs
from figures.style import LINES, new_figure

WITHIN = 6.0  # nats an image below the highest, that are shown


def during_training(runs: Runs, data: DataSet) -> Figure:
    """Estimates by few samples, against the minutes of training; at the ends test images."""
    found = record("vae_likelihoods")
    title = f"VAEs of 50 code units: log p during training, {found.data}"
    figure = new_figure(1550, 800, title, layout="constrained")
    axes = figure.subplots()
    for row, colour in zip(found.numbers["networks"], LINES, strict=False):
        name, curve = row["preset"], found.numbers["curves"][row["preset"]]
        minutes = [point["seconds"] / 60 for point in curve]
        for which, style in ((f"log p, {FEW_SAMPLES} samples", "o-"), ("bound", "v--")):
            values = [point[which.partition(",")[0]] for point in curve]
            label = f"{name}: {which}, training images"
            axes.plot(minutes, values, style, color=colour, ms=4, lw=1.2, label=label)
        label = f"{name}: {row['log p']:.2f}, test images"
        axes.plot(row["seconds"] / 60, row["log p"], "*", color=colour, ms=16, label=label)
        for there in (there for there in PUBLISHED if there.preset == name):
            axes.axhline(there.log_p, color=colour, ls=":", lw=1)
            text = f"{there.name}: {there.log_p:.2f}"
            place = axes.get_yaxis_transform()
            axes.text(1.01, there.log_p, text, transform=place, color=colour, va="center", size=9)
    highest = max(point["log p"] for curve in found.numbers["curves"].values() for point in curve)
    axes.set(xlabel="minutes of training on one core", ylabel="log p(x) [nats an image]")
    axes.set_ylim(highest - WITHIN, max(highest, *(there.log_p for there in PUBLISHED)) + 0.3)
    axes.grid(alpha=0.3)
    figure.legend(ncols=2, loc="outside lower center")
    return figure


DRAWINGS = (Drawing("vae_likelihoods-during-training", (), during_training),)
