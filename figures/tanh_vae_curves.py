"""The cost of the tanh VAE against epochs, beside what the assignment of 2017 prints."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from experiments.record import printed
from experiments.tanh_networks import long, short
from experiments.tanh_vae import printed_costs
from experiments.tanh_vae_curves import relative
from figures.drawing import DataSet, Drawing, Figure, of_one
from figures.style import LINES, epochs_axis, new_figure
from figures.tanh_vae import name_of
from figures.vae import PARTS
from training.trained import Trained

ASSIGNMENT = {"color": "0.35", "ls": ":", "marker": "x", "lw": 1, "ms": 6}


def costs(network: Trained, data: DataSet) -> Figure:
    title = f"Cost during training: {name_of(network, data)}, {data.name}"
    figure = new_figure(1900, 760, title, "constrained")
    _parts(figure.subplots(1, 3), network)
    return figure


def costs_beside(network: Trained, data: DataSet) -> Figure:
    """The same with the assignment's training costs, and both validation costs in shape."""
    title = f"Cost during training: {name_of(network, data)}, {data.name}"
    figure = new_figure(1700, 1240, title, "constrained")
    panels = figure.subplots(2, 2)
    _parts(panels.flat[:3], network)
    for axes, values in zip(panels.flat, printed_costs().values(), strict=False):
        # From the second epoch on: next to the first, ours would be a flat line.
        epochs = range(2, len(values) + 1)
        label = f"training, assignment of 2017: {values[-1]:.2f}"
        axes.plot(epochs, values[1:], **ASSIGNMENT, label=label)
        axes.legend(title="last epoch")
    axes, there = panels[1, 1], printed("assignment of 2017, VAE")["valid"]
    ours = network.series("validation_cost")
    axes.plot(network.series("epoch"), relative(ours), "--", color=LINES[0], label="ours")
    axes.plot(range(1, len(there) + 1), relative(there), **ASSIGNMENT, label="assignment of 2017")
    axes.set(title="validation cost, relative", ylabel="divided by that of the last epoch")
    axes.legend()
    epochs_axis(axes, len(ours))
    return figure


def _parts(panels: Sequence[Axes], network: Trained) -> None:
    epochs = network.series("epoch")
    for axes, (part, word), colour in zip(panels, PARTS.items(), LINES, strict=True):
        for images, line in (("training", "-"), ("validation", "--")):
            values = network.series(f"{'train' if images == 'training' else images}_{part}")
            axes.plot(epochs, values, line, color=colour, label=f"{images}: {values[-1]:.2f}")
        axes.set(ylabel="nats an image", title=word)
        axes.legend(title="last epoch")
        epochs_axis(axes, epochs[-1])


DRAWINGS = (
    Drawing("tanh_vae_curves-short", (short("once", 0),), of_one(costs_beside)),
    Drawing("tanh_vae_curves-long", (long(),), of_one(costs)),
)
