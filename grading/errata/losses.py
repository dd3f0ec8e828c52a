"""Errata of operations, of checks of gradients, of the costs of binary pixels and of both players,
and of the size of a convolutional network.
"""

from typing import Any

import numpy as np

from autograd_lite.gradcheck import directional_error
from autograd_lite.losses import bernoulli_nll
from autograd_lite.ops import Array, log_sigmoid, sigmoid, softplus
from gan.losses import non_saturating
from grading.errata.erratum import BySlip, Errata, Pair
from vae.conv import init

X, P = np.array([1.0, 0.0]), np.array([0.8, 0.6])  # two pixels, and their P(x = 1)
LOG_P = -float(bernoulli_nll(np.log(P / (1 - P)), X))
LOGIT, LARGE, FAR = np.array([2.0]), np.array([100], np.float32), np.array([-110], np.float32)


def softmax(x: Array) -> Array:
    """exp(x) as fractions of their sum. (K,) -> (K,)"""
    return np.exp(x) / np.exp(x).sum()


def upstream_of_ones() -> Pair:
    x = np.array([1.0, 0.3, -0.8])
    y = softmax(x)

    def doubled(dy: Array) -> tuple[Array]:
        return (2 * y * (dy - dy @ y),)

    error = np.abs(doubled(np.ones(3))[0] / 2).max()  # what is given less what is true
    return error, directional_error(np.random.default_rng(0), softmax, doubled, x)


def nll(logit: float, x: float, dtype: type = np.float64) -> float:
    return float(bernoulli_nll(np.array([logit], dtype), np.array([x], dtype)))


def on_probabilities(logit: float, x: float) -> float:
    """The same in float32, as it is written on paper."""
    p = 1 / (1 + np.exp(-np.float32(logit)))
    return float(-(np.float32(x) * np.log(p) + np.float32(1 - x) * np.log(1 - p)))


def by_expm1() -> float:
    """The cost of a pixel 1 at logit 800, log(1 - p) had from log p."""
    log_p = log_sigmoid(np.array([800.0]))
    return float(-(1 * log_p + 0 * np.log(-np.expm1(log_p)))[0])


def density_of_grey() -> float:
    """The integral of exp(-cost) over a grey pixel, at logit 2."""
    x = (np.arange(1000.0) + 0.5) / 1000  # the middles of 1000 intervals
    return float(np.exp(-bernoulli_nll(np.full((1000, 1), 2.0), x[:, None])).mean())


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
    "twice-as-steep": BySlip("sigmoid-twice-as-steep", lambda ops: ops.sigmoid(np.ones(1))[0]),
    "softplus-as-probability": lambda: (softplus(LOGIT)[0], sigmoid(LOGIT)[0]),
    "exp-overflows": lambda: (np.log(1 + np.exp(LARGE))[0], softplus(LARGE)[0]),
    "log-of-rounded": lambda: (np.log(sigmoid(FAR))[0], log_sigmoid(FAR)[0]),
    "upstream-of-ones": upstream_of_ones,
    "certain-and-wrong": lambda: (on_probabilities(17, 0), nll(17, 0, np.float32)),
    "certain-and-right": lambda: (on_probabilities(17, 1), nll(17, 1, np.float32)),
    "log-expm1": lambda: (by_expm1(), nll(800, 1)),
    "log-of-the-first-alone": lambda: ((np.log(P**X) + (1 - P) ** (1 - X)).sum(), LOG_P),
    "log-of-the-sum": lambda: (np.log(P**X + (1 - P) ** (1 - X)).sum(), LOG_P),
    "loss-without-minus": BySlip(
        "bernoulli-sign", lambda losses: losses.bernoulli_nll(np.log([4.0]), np.ones(1))
    ),
    "grey-costs-nothing": lambda: (0, nll(0, 0.5)),
    "grey-density": lambda: (1, density_of_grey()),
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
