"""Errata of the GAN, and of the convolutional network."""

from typing import Any

import numpy as np

from autograd_lite.ops import Array
from gan.losses import non_saturating
from grading.errata.erratum import BySlip, Errata, Pair
from vae.conv import init

LABEL = 0.9  # of real images, smoothed


def logit(p: float) -> Array:
    """The logit of a probability, (1,)."""
    return np.array([np.log(p / (1 - p))])


def best_d(losses: Any) -> float:
    """The best D, of 99, where both densities are equal and real images are called LABEL."""
    grid = np.linspace(0.01, 0.99, 99)
    of_each = [float(losses.discriminator_loss(logit(d), logit(d), LABEL)[0]) for d in grid]
    return float(grid[int(np.argmin(of_each))])


def cell_run_twice() -> Pair:
    p = init(np.random.default_rng(0), (28, 28), 2)
    decoder = (p.W4, p.b4, p.K5, p.b5, p.K6, p.b6, p.K7, p.b7)
    flat, few, fewer = 7 * 7 * 64, 16, 8  # filters go on from 16 in place of 64
    again = (2 * flat + flat) + (9 * 64 * few + few) + (9 * few * fewer + fewer) + (9 * fewer + 1)
    return again, sum(a.size for a in decoder)


ERRATA: Errata = {
    "text-for-code": BySlip(
        "non-saturating-vjp-other-slope",
        lambda losses: losses.non_saturating_vjp(np.ones(1), np.array([-6.0]))[0],
    ),
    "half-with-smoothing": BySlip("d-loss-unsmoothed", best_d),
    "generator-without-smoothing": BySlip(
        "d-loss-unsmoothed", lambda losses: non_saturating(logit(best_d(losses)))[0]
    ),
    "cell-run-twice": cell_run_twice,
}
