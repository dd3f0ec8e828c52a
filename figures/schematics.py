"""Diagrams without numbers: the tanh VAE as trained and as sampled from, and what kind of model an
autoencoder, a VAE, an RBM and a GAN are.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from data.sets import DataSet
from experiments.tanh_networks import COMMON
from figures.boxes import Box, area, arrow, box, canvas
from figures.network import NOISE
from figures.style import LINES

COST = "#9fc9ec"  # blue, as in the assignment
PALE = "#eeeeee"
# Illustrations: nobody names the codes of a network, and a code need not be one attribute.
ATTRIBUTES = {"slant": (-0.4, 0.16), "stroke width": (0.5, 0.1), "height": (0.05, 0.25)}


def training_and_sampling(folders: Sequence[Path], data: DataSet) -> Figure:
    """The network and the two parts of its cost; and what of it is needed to draw an image."""
    options = dict(zip(COMMON.split()[::2], COMMON.split()[1::2], strict=True))
    hidden, codes = options["--hidden"], options["--codes"]
    title = f"The tanh VAE 784-{hidden}-{codes}-{hidden}-784: training and sampling"
    figure, axes = canvas(1700, 860, title)
    area(axes, Box(850, 545, 1676, 510), "training: encoder, draw, decoder, cost", LINES[2])
    area(axes, Box(850, 145, 1676, 240), "sampling: the encoder is not needed", LINES[2])
    y = 570
    x = box(axes, Box(110, y, 150, 190), "$x$\n784\nbinary pixels")
    h = box(axes, Box(400, y, 150, 190), f"hidden\n{hidden}\ntanh")
    q = box(axes, Box(690, y, 240, 270), "$q(z|x)$", PALE)
    mu = box(axes, Box(690, y + 75, 150, 90), f"$\\mu$\n{codes}")
    s = box(axes, Box(690, y - 75, 150, 90), f"$\\log\\sigma^2$\n{codes}")
    z = box(axes, Box(960, y, 170, 110), "draw\n$z = \\mu + \\sigma\\,\\varepsilon$", NOISE)
    g = box(axes, Box(1220, y, 150, 190), f"hidden\n{hidden}\ntanh")
    f = box(axes, Box(1530, y, 230, 190), "$f(z)$\n784 sigmoids:\nprobabilities of ink")
    for a, b in ((x, h), (h, mu), (h, s), (mu, z), (s, z), (z, g), (g, f)):
        arrow(axes, a.right, b.left)
    kl = box(axes, Box(690, 345, 330, 70), "KL of $q(z|x)$ from $p(z) = N(0, I)$", COST)
    nll = box(axes, Box(1480, 345, 330, 70), "$-$log-likelihood of $x$ under $f(z)$", COST)
    total = box(axes, Box(1085, 345, 130, 70), "cost: sum", fontweight="bold")
    arrow(axes, q.bottom, kl.top)
    arrow(axes, f.bottom, (f.x, nll.top[1]))
    arrow(axes, kl.right, total.left)
    arrow(axes, nll.left, total.right)
    y = 130
    prior = box(axes, Box(200, y, 250, 90), "prior\n$z$ drawn from $N(0, I)$", NOISE)
    decoder = box(axes, Box(633, y, 250, 90), "decoder\n$f(z)$")
    drawn = box(axes, Box(1067, y, 250, 90), "draw\neach pixel with $f(z)$", NOISE)
    image = box(axes, Box(1500, y, 250, 90), "image")
    for a, b in ((prior, decoder), (decoder, drawn), (drawn, image)):
        arrow(axes, a.right, b.left)
    return figure


def kinds_of_models(folders: Sequence[Path], data: DataSet) -> Figure:
    """An autoencoder beside a VAE; under them a tree of generative models."""
    figure, axes = canvas(1700, 1080, "Autoencoder and VAE, and the families of generative models")
    for y, name, ground, words in (
        (890, "autoencoder", LINES[0], "one number\nan attribute"),
        (615, "VAE", LINES[1], "one distribution\nan attribute"),
    ):
        area(axes, Box(850, y, 1676, 260), name, ground)
        _coder(axes, y - 15, words, spread=name == "VAE")
    _tree(axes)
    return figure


def _coder(axes: Axes, y: float, words: str, spread: bool) -> None:
    x = box(axes, Box(110, y, 130, 80), "image")
    encoder = box(axes, Box(320, y, 150, 110), "encoder")
    decoder = box(axes, Box(1360, y, 150, 110), "decoder")
    back = box(axes, Box(1580, y, 170, 80), "reconstruction")
    codes = Box(800, y, 430, 190)
    box(axes, codes, "")
    arrow(axes, x.right, encoder.left)
    arrow(axes, encoder.right, codes.left)
    axes.text(490, y + 28, words, ha="center", va="bottom")
    if spread:
        draw = box(axes, Box(1140, y, 130, 80), "draw one\nof each", NOISE)
        arrow(axes, codes.right, draw.left)
        arrow(axes, draw.right, decoder.left)
    else:
        arrow(axes, codes.right, decoder.left)
    arrow(axes, decoder.right, back.left)
    line = np.linspace(-1, 1, 200)
    for i, (name, (middle, width)) in enumerate(ATTRIBUTES.items()):
        low, centre, half = codes.top[1] - 58 * i - 54, codes.x + 70, 125
        axes.text(codes.left[0] + 14, low + 9, name, va="center")
        axes.plot(centre + half * line, np.full_like(line, low), color="0.4", lw=1)
        if spread:
            bell = 38 * np.exp(-((line - middle) ** 2) / (2 * width**2))
            axes.fill_between(centre + half * line, low, low + bell, color=LINES[1], alpha=0.6)
        else:
            axes.plot(centre + half * middle, low, "o", color=LINES[0], ms=9)


def _tree(axes: Axes) -> None:
    root = box(axes, Box(860, 425, 440, 60), "generative models: new images are drawn", PALE)
    explicit = box(axes, Box(560, 295, 440, 80), "explicit density\n$p(x)$ is written down", PALE)
    words = "implicit density\nimages are drawn, $p(x)$ is unknown"
    implicit = box(axes, Box(1360, 295, 440, 80), words, PALE)
    leaves = (
        (explicit, 290, "RBM", "$p(v)$ up to the constant $Z$;\nits gradient by Gibbs chains"),
        (explicit, 830, "VAE", "$p(x)$ is an integral over codes;\na lower bound is maximised"),
        (
            implicit,
            1360,
            "GAN",
            "a game of generator and discriminator;\nat its Nash equilibrium generated images\n"
            "cannot be told from real ones",
        ),
    )
    for branch in (explicit, implicit):
        arrow(axes, root.bottom, branch.top)
    for branch, x, name, words in leaves:
        place = box(axes, Box(x, 165, 160, 60), name, fontweight="bold")
        arrow(axes, branch.bottom, place.top)
        axes.text(x, 122, words, ha="center", va="top", linespacing=1.4)
