"""Diagrams: the layers of a dense VAE, the tanh VAE as trained and as sampled from, and what kind
of model an autoencoder, a VAE, an RBM and a GAN are.
"""

import math

import numpy as np
from matplotlib.axes import Axes

from figures.boxes import COST, MIDDLE, NOISE, PALE, area, arrows, box, boxes, canvas, middle
from figures.drawing import DataSet, Figure, Runs
from figures.style import LINES
from vae.mlp import Params
from vae.summary import layers, parameters

# Illustrations: nobody names the codes of a network, and a code need not be one attribute.
ATTRIBUTES = {"slant": (-0.4, 0.16), "stroke width": (0.5, 0.1), "height": (0.05, 0.25)}


def network(params: Params, activation: str, images: str) -> Figure:
    """The layers of a dense VAE and the parameters between them; a box's height grows with the
    logarithm of the number of units.
    """
    found = layers(params)
    (D, H), Z = found[0].shape, found[1].outputs  # one hidden layer
    total = sum(layer.parameters for layer in found)
    title = f"Dense VAE {D}-{H}-{Z}-{H}-{D} for images of {images}: {total:,} parameters"
    figure, axes = canvas(1700, 600, title)
    parts = ("encoder", "decoder")
    encoder, decoder = (f"{parameters(found, part):,} parameters" for part in parts)
    area(axes, (417, 280, 810, 520), f"encoder $q(z|x)$: {encoder}", LINES[0])
    area(axes, (1343, 280, 690, 520), f"decoder $p(x|z)$: {decoder}", LINES[1])
    there = {
        name: box(axes, (x, y, 112, min(40 + 48 * math.log(1 + units), 380)), text, colour)
        for name, x, y, units, text, colour in (
            ("x", 80, 255, D, f"$x$\n{D}\npixels", "white"),
            ("h", 416, 255, H, f"hidden\n{H}\n{activation}", "white"),
            ("mu", 750, 373, Z, f"$\\mu$\n{Z}", "white"),
            ("s", 750, 137, Z, f"$\\log\\sigma^2$\n{Z}", "white"),
            ("z", 926, 255, Z, f"$z$\n{Z}", NOISE),
            ("eps", 926, 66, 1, "$\\varepsilon$, from\n$N(0, I)$", NOISE),
            ("g", 1262, 255, H, f"hidden\n{H}\n{activation}", "white"),
            ("out", 1620, 255, D, f"pixels\n{D}\nsigmoid", "white"),
        )
    }
    of_layers = "x-h h-mu h-s z-g g-out"
    arrows(axes, there, f"{of_layers} mu-z s-z eps-z")
    axes.text(926, 355, "$z = \\mu + \\sigma\\,\\varepsilon$", ha="center", fontsize=13)
    for pair, layer in zip(of_layers.split(), found, strict=True):
        (x, y), (x_end, y_end) = (middle(there[name]) for name in pair.split("-"))
        side, va = (-1, "top") if y_end < y else (1, "bottom")
        gap = 12 + abs(y_end - y) / 2
        words = f"weights {layer.shape}\nbiases ({layer.outputs},)"
        words += f"\n{layer.parameters:,} parameters"
        axes.text((x + x_end) / 2, (y + y_end) / 2 + side * gap, words, **MIDDLE | {"va": va})
    return figure


def training_and_sampling(runs: Runs, data: DataSet) -> Figure:
    """The network and the two parts of its cost; and what of it is needed to draw an image."""
    title = "The tanh VAE 784-500-2-500-784: training and sampling"
    figure, axes = canvas(1700, 860, title)
    area(axes, (850, 545, 1676, 510), "training: encoder, draw, decoder, cost", LINES[2])
    area(axes, (850, 145, 1676, 240), "sampling: the encoder is not needed", LINES[2])
    there = boxes(
        axes,
        {
            "x": (110, 570, 150, 190, "$x$\n784\nbinary pixels"),
            "h": (400, 570, 150, 190, "hidden\n500\ntanh"),
            "q": (690, 570, 240, 270, "$q(z|x)$", PALE),
            "mu": (690, 645, 150, 90, "$\\mu$\n2"),
            "s": (690, 495, 150, 90, "$\\log\\sigma^2$\n2"),
            "z": (960, 570, 170, 110, "draw\n$z = \\mu + \\sigma\\,\\varepsilon$", NOISE),
            "g": (1220, 570, 150, 190, "hidden\n500\ntanh"),
            "f": (1500, 570, 230, 190, "$f(z)$\n784 sigmoids:\nprobabilities of ink"),
            "kl": (690, 345, 330, 70, "KL of $q(z|x)$ from $p(z) = N(0, I)$", COST),
            "nll": (1500, 345, 330, 70, "$-$log-likelihood of $x$ under $f(z)$", COST),
            "cost": (1095, 345, 130, 70, "cost: sum"),
            "prior": (200, 130, 250, 90, "prior\n$z$ drawn from $N(0, I)$", NOISE),
            "decoder": (633, 130, 250, 90, "decoder\n$f(z)$"),
            "draw": (1067, 130, 250, 90, "draw\neach pixel with $f(z)$", NOISE),
            "image": (1500, 130, 250, 90, "image"),
        },
    )
    arrows(axes, there, "x-h h-mu h-s mu-z s-z z-g g-f q-kl f-nll kl-cost nll-cost")
    arrows(axes, there, "prior-decoder decoder-draw draw-image")
    return figure


def kinds_of_models(runs: Runs, data: DataSet) -> Figure:
    """An autoencoder beside a VAE; under them a tree of generative models."""
    figure, axes = canvas(1700, 1080, "Autoencoder and VAE, and the families of generative models")
    for y, name, ground, words in (
        (890, "autoencoder", LINES[0], "one number\nan attribute"),
        (615, "VAE", LINES[1], "one distribution\nan attribute"),
    ):
        area(axes, (850, y, 1676, 260), name, ground)
        axes.text(490, y + 13, words, ha="center", va="bottom")
        _coder(axes, y - 15, spread=name == "VAE")
    there = boxes(
        axes,
        {
            "root": (860, 425, 440, 60, "generative models: new images are drawn", PALE),
            "explicit": (560, 295, 440, 80, "explicit density\n$p(x)$ is written down", PALE),
            "implicit": (1360, 295, 440, 80, "implicit density\n$p(x)$ is unknown", PALE),
            "RBM": (290, 165, 160, 60, "RBM"),
            "VAE": (830, 165, 160, 60, "VAE"),
            "GAN": (1360, 165, 160, 60, "GAN"),
        },
    )
    arrows(axes, there, "root-explicit root-implicit explicit-RBM explicit-VAE implicit-GAN")
    for x, words in (
        (290, "$p(v)$ up to the constant $Z$;\nits gradient by Gibbs chains"),
        (830, "$p(x)$ is an integral over codes;\na lower bound is maximised"),
        (1360, "a game of generator and discriminator;\nat its Nash equilibrium generated images\n"
         "cannot be told from real ones"),
    ):  # fmt: skip
        axes.text(x, 122, words, **MIDDLE | {"va": "top"})
    return figure


def _coder(axes: Axes, y: float, spread: bool) -> None:
    """An encoder and a decoder; between them a number an attribute, or a distribution."""
    there = boxes(
        axes,
        {
            "image": (110, y, 130, 80, "image"),
            "encoder": (320, y, 150, 110, "encoder"),
            "codes": (800, y, 430, 190, ""),
            "decoder": (1360, y, 150, 110, "decoder"),
            "back": (1580, y, 170, 80, "reconstruction"),
        },
    )
    if spread:
        there["draw"] = box(axes, (1140, y, 130, 80), "draw one\nof each", NOISE)
    arrows(axes, there, "image-encoder encoder-codes decoder-back")
    arrows(axes, there, "codes-draw draw-decoder" if spread else "codes-decoder")
    line = np.linspace(-1, 1, 200)
    for i, (name, (mean, width)) in enumerate(ATTRIBUTES.items()):
        low, centre, half = y + 41 - 58 * i, 870, 125
        axes.text(599, low + 9, name, va="center")
        axes.plot(centre + half * line, np.full_like(line, low), color="0.4", lw=1)
        if spread:
            bell = 38 * np.exp(-((line - mean) ** 2) / (2 * width**2))
            axes.fill_between(centre + half * line, low, low + bell, color=LINES[1], alpha=0.6)
        else:
            axes.plot(centre + half * mean, low, "o", color=LINES[0], ms=9)
