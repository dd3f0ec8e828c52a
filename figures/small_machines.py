"""Machines so small that everything can be summed: a landscape that gets steeper, and four gauges
of one training that overfits.
"""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from autograd_lite.ops import Array
from figures.style import LINES, sheet
from grading.oracles.enumeration import joint, kernel, states
from rbm.model import Params, free_energy, prob_h, prob_v
from rbm.pseudo import free_energy_gap, log_pseudo_likelihood
from rbm.train import Settings, start, step

FACTORS, OTHERS, SHOWN = 2.0 ** np.arange(-2, 3.01, 0.25), range(7), 7
SETTINGS = Settings(hidden=12, gibbs_steps=1, chains="persistent", batch_size=30)
STEPS, EVERY = 4001, 50


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


def bars(rng: np.random.Generator, count: int) -> Array:
    """Pictures of 3 x 3 pixels, (count, 9): rows that are on, or columns, a tenth flipped."""
    on = np.repeat(rng.integers(0, 2, (count, 3))[:, :, None], 3, axis=2)
    turned = rng.random(count) < 0.5
    on[turned] = on[turned].transpose(0, 2, 1)
    flipped = rng.random((count, 9)) < 0.1
    return np.where(flipped, 1 - on.reshape(count, 9), on.reshape(count, 9)).astype(float)


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
