"""Pictures of the chapters on the generative adversarial network."""

import numpy as np

from figures.drawing import DataSet, Drawing, Figure, Runs
from figures.game_orbits import orbits, penalty_orbits
from figures.images import mosaic, paper, paste
from figures.quick import TABLE
from figures.style import LINES, new_figure, sheet
from gan.players import sample_images
from gan.train import noise
from grading.oracles.game import best_discriminator as search
from grading.oracles.quadrature import log_normal
from training.streams import stream

BLUE, ORANGE, GREEN = LINES


def samples(runs: Runs, data: DataSet) -> Figure:
    """96 images of the averaged generator from fresh noise, the first that were drawn."""
    run = runs[0]
    z = noise(stream(0, "figure fresh noise"), 96, run.settings)
    figure = new_figure(951, 371, "")
    tiles = paper(sample_images(z, run.params.average), data.size)
    paste(figure, mosaic(tiles, 16), 12, 12, 2)
    return figure


def best_discriminator() -> Figure:
    """p_d = N(-1, 1) and p_g = N(1.2, 0.6^2); D* = p_d / (p_d + p_g), and dots where golden section
    finds the least loss at a pixel.
    """
    x = np.linspace(-4, 4, 401)
    p_d, p_g = np.exp(log_normal(x, -1.0, 1.0)), np.exp(log_normal(x, 1.2, 0.6))
    figure = sheet(900, 400)
    axes = figure.subplots()
    for law, name, colour in ((p_d, "real images, $p_d$", BLUE), (p_g, "generated, $p_g$", ORANGE)):
        axes.fill_between(x, law, color=colour, alpha=0.3, lw=0)
        axes.plot(x, law, color=colour, lw=1.5, label=name)
    axes.plot(x, p_d / (p_d + p_g), color="black", lw=2.4, label="$D^* = p_d\\,/\\,(p_d + p_g)$")
    found = search(p_d[::16], p_g[::16])
    axes.plot(x[::16], found, "o", color=GREEN, ms=6, label="least loss, by search")
    axes.axhline(0.5, color="0.6", lw=0.8, ls=":")
    axes.set(xlabel="an image of one pixel, $x$", ylim=(0, 1.05), xlim=(-4, 4))
    figure.legend(loc="outside right center")
    return figure


def js_and_w1() -> Figure:
    """Real images all 0, generated ones all theta. JS is summed over the two images; W1 is the area
    between the two distribution functions, in steps of 0.001.
    """
    theta = np.linspace(-2, 2, 401)
    line = np.arange(-2.0005, 2.0005, 0.001)
    W1 = [float(np.abs((line >= 0) * 1.0 - (line >= t)).sum() * 0.001) for t in theta]
    JS = np.array([_js(t) for t in theta])
    figure = sheet(900, 320)
    left, right = figure.subplots(1, 2, sharex=True)
    for side in (theta < -1e-9, theta > 1e-9):
        left.plot(theta[side], JS[side], color=BLUE, lw=2.2)
    left.plot(0, JS[0], "o", color=BLUE, mfc="white", ms=8)
    left.plot(0, JS[200], "o", color=BLUE, ms=8)
    left.set(title="Jensen-Shannon divergence", ylim=(-0.05, 0.85), ylabel="nats")
    left.set_yticks([0, np.log(2)], ["0", "log 2"])
    right.plot(theta, W1, color=ORANGE, lw=2.2)
    right.set(title="Wasserstein distance", ylim=(-0.12, 2.1), yticks=[0, 1, 2])
    for axes in (left, right):
        axes.set(xlabel="generated pixel $\\theta$; real pixels are 0", xticks=range(-2, 3))
    return figure


def _js(theta: float) -> float:
    """JS of two laws that each put everything on one pixel; 0 log 0 counts as 0."""
    laws = np.array([[1.0, 0.0], [0.0, 1.0]]) if abs(theta) > 1e-9 else np.ones((2, 1))
    ratio = np.where(laws > 0, laws / laws.mean(axis=0), 1.0)
    return float((laws * np.log(ratio)).sum() / 2)


GAN = tuple(row.training("mnist") for row in TABLE if row.label == "gan")
PICTURES = (
    Drawing("gan-samples.png", GAN, samples),
    Drawing("gan-best-discriminator.svg", (), best_discriminator),
    Drawing("gan-wasserstein.svg", (), js_and_w1),
    Drawing("gan-orbits.svg", (), orbits),
    Drawing("gan-penalty-orbits.svg", (), penalty_orbits),
)
