"""Figures of the GAN's preset `best`: what each of its choices contributes, and its samples."""

import numpy as np

from experiments.gan_ablation import CHANGES, EPOCHS, SEEDS, best
from experiments.image_scores import FRECHET, INCEPTION
from experiments.record import read as record
from figures.drawing import DataSet, Drawing, Figure, Runs
from figures.gan import samples
from figures.style import LINES, new_figure


def ablation(runs: Runs, data: DataSet) -> Figure:
    """Two scores of the preset, the range of its seeds, and of the preset with one change each."""
    found = record("gan_ablation")
    title = f"Ablation of the GAN's preset best, {EPOCHS} epochs each, {found.data}"
    figure = new_figure(1720, 760, title, "constrained")
    rows = [row for row in found.numbers if row["what"] in CHANGES]
    seeds, changes = rows[: len(SEEDS)], [rows[0], *rows[len(SEEDS) :]]
    y = np.arange(len(changes))
    for axes, score in zip(figure.subplots(1, 2, sharey=True), (INCEPTION, FRECHET), strict=True):
        of_seeds = [row["averaged"][score] for row in seeds]
        band = min(of_seeds), max(of_seeds)
        axes.axvspan(*band, color=LINES[0], alpha=0.2, lw=0, label="preset best, three seeds (EMA)")
        last = "last", "x", "last"
        for which, mark, words in (("averaged", "o", "EMA of the generator"), last):
            values = [row[which][score] for row in changes]
            axes.plot(values, y, mark, color=LINES[which == "last"], label=f"{words}, seed 0")
        axes.set(yticks=y, yticklabels=[row["what"] for row in changes], xlabel=score)
        axes.grid(alpha=0.3)
    axes.set(xscale="log")
    axes.set_xticks([10, 20, 50], ["10", "20", "50"])
    axes.xaxis.set_minor_formatter("")
    axes.invert_yaxis()
    figure.legend(*axes.get_legend_handles_labels(), ncols=3, loc="outside lower center")
    return figure


DRAWINGS = (
    Drawing("gan_ablation-scores", (), ablation),
    Drawing("gan_ablation-samples", (best(0),), samples),
)
