"""Machines so small that everything can be summed: a landscape that gets steeper, four gauges of
one training that overfits, and log Z between two estimates.
"""

from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from autograd_lite.ops import Array
from figures.style import LINES, sheet
from grading.oracles.enumeration import joint, kernel, states
from rbm.ais import ais, reverse_ais
from rbm.estimates import log_mean_exp
from rbm.exact import log_z
from rbm.gibbs import bernoulli
from rbm.model import Params, free_energy, prob_h, prob_v
from rbm.pseudo import free_energy_gap, log_pseudo_likelihood
from rbm.train import Settings, start, step

FACTORS, OTHERS, SHOWN = 2.0 ** np.arange(-2, 3.01, 0.25), range(7), 7
SETTINGS = Settings(hidden=12, gibbs_steps=1, chains="persistent", batch_size=30)
STEPS, EVERY = 4001, 50
TRIALS, CHAINS, STEPS_OF_PATH = 100, 20, (1, 2, 5, 10, 20, 50, 100, 200, 500)


def drawn(seed: int) -> Params:
    """A machine of six pixels and three hidden units, W from N(0, 1), b and c from N(0, 1/4)."""
    rng = np.random.default_rng(seed)
    return Params(rng.normal(size=(6, 3)), rng.normal(size=6) / 2, rng.normal(size=3) / 2)


def mixing(params: Params) -> list[float]:
    """The second eigenvalue of the sweep's enumerated kernel, W being multiplied by FACTORS."""
    W, b, c = params
    kernels = (kernel(f * W, b, c) for f in FACTORS)
    return [float(np.sort(np.linalg.eigvals(T).real)[-2]) for T in kernels]


def energy_landscape() -> Figure:
    """Left, p(v) of the machine drawn(7), all states in the order of a Gray code, neighbours
    differing in a pixel. Right, lambda_2 of drawn(0) to drawn(7), and of W = f ones((3, 3)),
    b = c = 0.
    """
    figure = sheet(900, 480)
    grid = figure.add_gridspec(3, 2, width_ratios=(5, 4))
    W, b, c = drawn(SHOWN)
    gray = [n ^ n >> 1 for n in range(2 ** len(b))]
    for i, f in enumerate((1, 2, 4)):
        axes = figure.add_subplot(grid[i, 0])
        axes.bar(range(len(gray)), joint(f * W, b, c).sum(axis=1)[gray], 1, color=LINES[0])
        axes.set(xticks=[], xlim=(-0.5, 63.5), ylim=(0, None), ylabel=f"$f = {f:g}$")
    axes.set(xlabel="the 64 images $v$, each beside one that differs in a pixel")
    figure.axes[0].set(title="$p(v)$ with the weights $f\\,W$")
    right = figure.add_subplot(grid[:, 1], title="$\\lambda_2$ of a sweep")
    look: dict[str, Any] = {"color": "0.7", "lw": 1.2, "label": "seven others, drawn alike"}
    for seed in OTHERS:
        right.plot(FACTORS, mixing(drawn(seed)), **look)
    look = {"color": LINES[0], "lw": 2.6, "label": "the machine on the left"}
    right.plot(FACTORS, mixing(drawn(SHOWN)), **look)
    even = Params(np.ones((3, 3)), np.zeros(3), np.zeros(3))
    right.plot(FACTORS, mixing(even), color=LINES[1], lw=2.6, label="3 × 3 units, all weights 1")
    right.legend(handles=right.lines[-1:-4:-1][::-1], loc="upper left")
    right.set(xscale="log", xlabel="factor $f$", ylim=(0, 1.15), yticks=np.linspace(0, 1, 6))
    right.set_xticks([0.25, 0.5, 1, 2, 4, 8], ["¼", "½", "1", "2", "4", "8"])
    right.minorticks_off()
    return figure


def bars(rng: np.random.Generator, count: int, side: int = 3, noise: float = 0.1) -> Array:
    """Pictures (count, side * side): rows that are on, or columns, some pixels flipped."""
    on = np.repeat(rng.integers(0, 2, (count, side))[:, :, None], side, axis=2)
    turned = rng.random(count) < 0.5
    on[turned] = on[turned].transpose(0, 2, 1)
    flipped, on = rng.random((count, side * side)) < noise, on.reshape(count, -1)
    return np.where(flipped, 1 - on, on).astype(float)


def log_p(v: Array, params: Params) -> float:
    """The mean log-likelihood, Z being summed over all images. Nats an image."""
    log_z = np.log(np.exp(-free_energy(states(9), *params)).sum())
    return float(-free_energy(v, *params).mean() - log_z)


def measured() -> Array:
    """Log-likelihood of training and validation images, gap, pseudo-likelihood, and reconstruction
    error, a row every EVERY steps. (n, 5)
    """
    rng = np.random.default_rng(0)
    train, validation = bars(rng, 30), bars(rng, 300)
    state, rows = start(SETTINGS, train), []
    for number in range(STEPS):
        if number % EVERY == 0:
            W, b, c = now = state.params
            error = (train - prob_v(prob_h(train, W, c), W, b)) ** 2
            gauges = (
                free_energy_gap(train, validation, *now),
                log_pseudo_likelihood(validation, *now).mean(),
                error.sum(axis=1).mean(),
            )
            rows.append([log_p(train, now), log_p(validation, now), *map(float, gauges)])
        state = step(state, train, SETTINGS)
    return np.array(rows)


def gauges() -> Figure:
    """The likelihoods above; below, what can be had without Z."""
    rows, steps = measured(), np.arange(0, STEPS, EVERY)
    figure = sheet(900, 520)
    panels = figure.subplots(2, 2, sharex=True).ravel()
    for column, colour, name in ((0, 0, "training images"), (1, 1, "validation images")):
        panels[0].plot(steps, rows[:, column], color=LINES[colour], label=name)
    panels[0].legend(loc="upper center", ncols=2)
    title = "log-likelihood, with $Z$ summed"
    panels[0].set(title=title, ylabel="nats an image", ylim=(-10, -2.5))
    others = (
        ("free-energy gap", 2, 2, "nats an image"),
        ("log pseudo-likelihood, validation images", 3, 1, "nats an image"),
        ("reconstruction error, training images", 4, 0, "squared, an image"),
    )
    for axes, (title, column, colour, unit) in zip(panels[1:], others, strict=True):
        axes.plot(steps, rows[:, column], color=LINES[colour])
        axes.set(title=title, ylabel=unit)
    for axes in panels[2:]:
        axes.set(xlabel="steps of training")
    return figure


def of_columns() -> tuple[Params, Array]:
    """A machine of 16 hidden units that mixes so badly in training that nearly all of its pictures
    of 5 x 5 pixels are of columns, half of the data's of rows; and biases that give their means.
    """
    train = bars(np.random.default_rng(0), 500, 5, 0.05)
    settings = replace(SETTINGS, hidden=16, batch_size=50, learning_rate=0.3, halving=1000)
    state, rng = start(settings, train), np.random.default_rng(1)
    for _ in range(3000):
        state = step(state, train[rng.integers(500, size=50)], settings)
    return state.params, np.log(train.mean(axis=0) / (1 - train.mean(axis=0)))


def bracket() -> Figure:
    """log Z of that machine by annealed chains: forwards, and back from its own images. A band has
    nine tenths of the estimates from CHAINS chains, the line in it half; dashed, means of logs.
    """
    params, base = of_columns()
    W, b, c = params
    hidden, log_p = states(len(c)), -free_energy(states(len(c)), W.T, c, b)
    rng, p = np.random.default_rng(0), np.exp(log_p - log_p.max())
    h = hidden[rng.choice(len(p), TRIALS * CHAINS, p=p / p.sum())]
    own, axes = bernoulli(rng, prob_v(h, W, b)), (figure := sheet(900, 430)).subplots()
    paths = [np.linspace(0, 1, n + 1) for n in STEPS_OF_PATH]
    forth = [ais(rng, len(own), betas, base, W, b, c)[1] for betas in paths]
    back = [reverse_ais(rng, own, betas, base, W, b, c) for betas in paths]
    for sign, log_w, way in ((1, forth, "forwards"), (-1, back, "back")):
        w, colour = sign * np.array(log_w).reshape(-1, TRIALS, CHAINS), LINES[sign < 0]
        low, middle, high = np.quantile(sign * log_mean_exp(w), (0.05, 0.5, 0.95), axis=1)
        axes.fill_between(STEPS_OF_PATH, low, high, color=colour, alpha=0.25, lw=0)
        axes.plot(STEPS_OF_PATH, middle, color=colour, label=f"chains led {way}")
        mean = sign * w.mean(axis=(1, 2))
        axes.plot(STEPS_OF_PATH, mean, "--", color=colour, label="means of their logs")
    axes.axhline(float(log_z(*params)), color="black", lw=1, label="all states summed")
    axes.legend()
    axes.set(xscale="log", xlabel="steps from independent pixels to the machine", ylabel="log $Z$")
    axes.set_xticks(STEPS_OF_PATH, map(str, STEPS_OF_PATH))
    axes.minorticks_off()
    return figure
