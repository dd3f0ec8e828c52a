"""Costs of the dense VAE of S7 against epochs, beside those that the source printed."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator

from data.sets import DataSet
from experiments.tanh_vae import source_costs
from figures.ellipses import name_of
from figures.style import LINES, new_figure
from figures.vae import PARTS
from training.trained import Trained


def costs(network: Trained, data: DataSet) -> Figure:
    """The cost and its parts against epochs; beside those of few images, the source's."""
    title = f"Cost during training: {name_of(network, data)}, {data.name}"
    figure = new_figure(1900, 760, title, "constrained")
    epochs = network.series("epoch")
    for axes, (part, word), colour in zip(figure.subplots(1, 3), PARTS.items(), LINES, strict=True):
        for images, line in (("training", "-"), ("validation", "--")):
            values = network.series(f"{'train' if images == 'training' else images}_{part}")
            axes.plot(epochs, values, line, color=colour, label=f"{images}: {values[-1]:.2f}")
        if network.settings.images:  # the source prints the costs of its short training only
            _source(axes, part)
        axes.set(xlabel="epochs", ylabel="nats an image", title=word)
        axes.grid(alpha=0.3)
        axes.legend(title="last epoch")
        _epoch_axis(axes, epochs)
    return figure


def _source(axes: Axes, part: str) -> None:
    """From the second epoch on: next to the first, ours would be a flat line."""
    there = source_costs()[part]
    epochs = [epoch for epoch in there if epoch > 1]
    values = [there[epoch] for epoch in epochs]
    label = f"source, training: {values[-1]:.2f}"
    axes.plot(epochs, values, "x:", color="0.35", lw=1, ms=6, label=label)


def _epoch_axis(axes: Axes, epochs: Sequence[float]) -> None:
    """Logarithmic for hundreds of epochs: most happens in the first ten."""
    if epochs[-1] > 100:
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter("{x:g}")
        axes.minorticks_off()
    else:
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
