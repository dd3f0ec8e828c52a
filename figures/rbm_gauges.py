"""Four gauges of one training that overfits, of a machine whose likelihood can be summed."""

import numpy as np
from matplotlib.figure import Figure

from autograd_lite.ops import Array
from figures.picture import sheet
from figures.style import LINES
from grading.oracles.enumeration import states
from rbm.model import Params, free_energy, prob_h, prob_v
from rbm.pseudo import free_energy_gap, log_pseudo_likelihood
from rbm.train import Settings, start, step

SETTINGS = Settings(hidden=12, gibbs_steps=1, chains="persistent", batch_size=30)
STEPS, EVERY = 4001, 50


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
