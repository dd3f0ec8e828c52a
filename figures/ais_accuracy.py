"""Estimates of log Z by number of temperatures, beside the exact one: they close in on it."""

from experiments.ais_accuracy import STARTS
from experiments.record import read as record
from figures.drawing import DataSet, Drawing, Figure, Runs
from figures.style import LINES, new_figure

WORDS = {
    "independent pixels": "AIS from independent pixels: log of the mean weight",
    "exact draws": "back from exact draws: minus log of the mean of 1 / weight",
    "test images": "back from test images: mean of the log-weights",
}


def bracket(runs: Runs, data: DataSet) -> Figure:
    found = record("ais_accuracy")
    title = (
        f"log Z of an RBM of 20 hidden units by annealed chains, less the exact one, {found.data}"
    )
    figure = new_figure(1350, 760, title, layout="constrained")
    axes = figure.subplots()
    for start, colour in zip(STARTS, LINES, strict=True):
        rows = found.numbers["trained"][start]
        x = [row["temperatures"] for row in rows]
        of_logs = [row["mean of the logs"] for row in rows]
        if start == "test images":
            y, bars = of_logs, [[2 * row["error"]] * 2 for row in rows]
        else:
            y = [row["log of the mean"] for row in rows]
            three = [(row["log of the mean"], *row["interval"]) for row in rows]
            bars = [[mid - low, high - mid] for mid, low, high in three]
            words = "mean of the logs of the same weights"
            axes.plot(x, of_logs, ":", color=colour, label=words if colour == LINES[0] else None)
        ends = list(zip(*bars, strict=True))
        axes.errorbar(x, y, ends, fmt="o-", color=colour, ms=5, capsize=3, label=WORDS[start])
    axes.axhline(0, color="black", lw=1)
    axes.set_xscale("log")
    axes.set_yscale("symlog", linthresh=0.1)
    axes.set(xlabel="temperatures", ylabel="log Z less the exact one [nats]")
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.grid(alpha=0.3)
    figure.legend(ncols=2, loc="outside lower center")
    return figure


DRAWINGS = (Drawing("ais_accuracy-bracket", (), bracket),)
