"""A drawing of the dense VAE: its layers, their sizes, and the parameters between them."""

import math

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures.boxes import Box, area, arrow, box, canvas
from figures.style import LINES
from vae.mlp import Params
from vae.summary import Layer, layers, parameters

WIDTH, HEIGHT, MIDDLE = 1700, 600, 255
BOX = 112  # width of a layer
NOISE = "#f3e3c3"


def drawing(params: Params, activation: str, images: str) -> Figure:
    """The network with these parameters, from the pixels on the left to those on the right."""
    hidden, mean, logvar, hidden2, pixels = found = layers(params)
    sizes = [hidden.inputs, hidden.outputs, mean.outputs, hidden2.outputs, pixels.outputs]
    title = f"Dense VAE {'-'.join(map(str, sizes))} for images of {images}: "
    title += f"{sum(x.parameters for x in found):,} parameters"
    figure, axes = canvas(WIDTH, HEIGHT, title)
    act = {"relu": "ReLU"}.get(activation, activation)
    for network, what, left, right, colour in (
        ("encoder", "q(z|x)", 12, 822, LINES[0]),
        ("decoder", "p(x|z)", 998, WIDTH - 12, LINES[1]),
    ):
        words = f"{network} ${what}$: {parameters(found, network):,} parameters"
        area(
            axes, Box((left + right) / 2, HEIGHT / 2 - 20, right - left, HEIGHT - 80), words, colour
        )
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
        arrow(axes, a.right, b.left)
        _label(axes, a, b, layer)
    arrow(axes, mu.right, (z.left[0], z.y + 14))
    arrow(axes, s.right, (z.left[0], z.y - 14))
    arrow(axes, eps.top, z.bottom)
    axes.text(z.x, z.y + 100, "$z = \\mu + \\sigma\\,\\varepsilon$", ha="center", fontsize=13)
    return figure


def _layer(axes: Axes, x: float, y: float, units: int, text: str, colour: str = "white") -> Box:
    """A box of a layer; its height grows with the logarithm of the number of units."""
    return box(axes, Box(x, y, BOX, min(40 + 48 * math.log(1 + units), 380)), text, colour)


def _label(axes: Axes, start: Box, end: Box, layer: Layer) -> None:
    """What lies between two layers, beside the middle of their arrow."""
    x, y = (start.right[0] + end.left[0]) / 2, (start.y + end.y) / 2
    side = -1 if end.y < start.y else 1
    text = f"{layer.weights} ({layer.inputs}, {layer.outputs})\n{layer.biases} ({layer.outputs},)"
    text += f"\n{layer.parameters:,} parameters"
    gap = 12 + abs(end.y - start.y) / 2
    va = "bottom" if side > 0 else "top"
    axes.text(x, y + side * gap, text, ha="center", va=va, linespacing=1.4)
