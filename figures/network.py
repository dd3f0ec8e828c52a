"""A drawing of the dense VAE: its layers, their sizes, and the parameters between them."""

import math
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from figures.style import LINES, new_figure
from vae.mlp import Params
from vae.summary import Layer, layers, parameters

WIDTH, HEIGHT, MIDDLE = 1700, 600, 255
BOX = 112  # width of a layer
NOISE = "#f3e3c3"


class Box(NamedTuple):
    """A layer's place, in screen pixels from the lower left corner."""

    x: float
    y: float
    height: float

    @property
    def left(self) -> tuple[float, float]:
        return self.x - BOX / 2, self.y

    @property
    def right(self) -> tuple[float, float]:
        return self.x + BOX / 2, self.y


def drawing(params: Params, activation: str, images: str) -> Figure:
    """The network with these parameters, from the pixels on the left to those on the right."""
    hidden, mean, logvar, hidden2, pixels = found = layers(params)
    sizes = [hidden.inputs, hidden.outputs, mean.outputs, hidden2.outputs, pixels.outputs]
    title = f"Dense VAE {'-'.join(map(str, sizes))} for images of {images}: "
    figure = new_figure(WIDTH, HEIGHT, title + f"{sum(x.parameters for x in found):,} parameters")
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(0, HEIGHT))
    axes.axis("off")
    act = {"relu": "ReLU"}.get(activation, activation)
    for network, what, left, right, colour in (
        ("encoder", "q(z|x)", 12, 822, LINES[0]),
        ("decoder", "p(x|z)", 998, WIDTH - 12, LINES[1]),
    ):
        count = parameters(found, network)
        _area(axes, left, right, f"{network} ${what}$: {count:,} parameters", colour)
    x = _layer(axes, 80, MIDDLE, sizes[0], f"$x$\n{sizes[0]}\npixels")
    h = _layer(axes, 416, MIDDLE, sizes[1], f"hidden\n{sizes[1]}\n{act}")
    mu = _layer(axes, 750, MIDDLE + 118, sizes[2], f"$\\mu$\n{sizes[2]}")
    s = _layer(axes, 750, MIDDLE - 118, sizes[2], f"$\\log\\sigma^2$\n{sizes[2]}")
    z = _layer(axes, 926, MIDDLE, sizes[2], f"$z$\n{sizes[2]}", NOISE)
    eps = _layer(axes, 926, 66, 1, "$\\varepsilon$, from\n$N(0, I)$", NOISE)
    g = _layer(axes, 1262, MIDDLE, sizes[3], f"hidden\n{sizes[3]}\n{act}")
    out = _layer(axes, WIDTH - 80, MIDDLE, sizes[4], f"pixels\n{sizes[4]}\nsigmoid")
    for a, b, layer in (
        (x, h, hidden),
        (h, mu, mean),
        (h, s, logvar),
        (z, g, hidden2),
        (g, out, pixels),
    ):
        _arrow(axes, a.right, b.left)
        _label(axes, a, b, layer)
    _arrow(axes, mu.right, (z.left[0], z.y + 14))
    _arrow(axes, s.right, (z.left[0], z.y - 14))
    _arrow(axes, (eps.x, eps.y + eps.height / 2), (z.x, z.y - z.height / 2))
    axes.text(z.x, z.y + 100, "$z = \\mu + \\sigma\\,\\varepsilon$", ha="center", fontsize=13)
    return figure


def _layer(axes: Axes, x: float, y: float, units: int, text: str, colour: str = "white") -> Box:
    """A box of a layer; its height grows with the logarithm of the number of units."""
    height = min(40 + 48 * math.log(1 + units), 380)
    style = "round,pad=0,rounding_size=10"
    axes.add_patch(
        FancyBboxPatch((x - BOX / 2, y - height / 2), BOX, height, style, fc=colour, ec="black")
    )
    axes.text(x, y, text, ha="center", va="center", linespacing=1.4)
    return Box(x, y, height)


def _area(axes: Axes, left: float, right: float, text: str, colour: str) -> None:
    style = "round,pad=0,rounding_size=16"
    size = right - left, HEIGHT - 80
    axes.add_patch(FancyBboxPatch((left, 20), *size, style, fc=colour, ec="none", alpha=0.12))
    axes.text((left + right) / 2, HEIGHT - 92, text, ha="center", va="center", fontsize=13)


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.add_patch(
        FancyArrowPatch(
            start, end, arrowstyle="-|>", mutation_scale=18, shrinkA=3, shrinkB=3, fc="black"
        )
    )


def _label(axes: Axes, start: Box, end: Box, layer: Layer) -> None:
    """What lies between two layers, beside the middle of their arrow."""
    x, y = (start.right[0] + end.left[0]) / 2, (start.y + end.y) / 2
    side = -1 if end.y < start.y else 1
    text = f"{layer.weights} ({layer.inputs}, {layer.outputs})\n{layer.biases} ({layer.outputs},)"
    text += f"\n{layer.parameters:,} parameters"
    gap = 12 + abs(end.y - start.y) / 2
    va = "bottom" if side > 0 else "top"
    axes.text(x, y + side * gap, text, ha="center", va=va, linespacing=1.4)
