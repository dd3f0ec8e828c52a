"""Test vectors of what has no trained weights: the smallest game, and equations summed in full."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd_lite.losses import bernoulli_nll
from explore.calls import Arrays, Vector
from figures.game_orbits import Game, orbit, step
from grading.oracles.enumeration import joint, kernel, states
from grading.oracles.quadrature import log_normal
from rbm.gradient import statistics
from vae.elbo import kl_diag_gaussian, kl_gaussians

GAMES = (  # in turns, penalty, momentum, rate
    Game("", False),
    Game("", True, 0.05, 0.5),
    Game("", False, 0.6, 0.9),
    Game("", True, 1.25, -0.3, 0.7),
)


def game(_: Arrays) -> Iterator[Vector]:
    """Orbits of 60 steps from (0, 1), and how fast a step near the goal moves away."""
    for one in GAMES:
        words = {name: getattr(one, name) for name in ("turns", "penalty", "momentum")}
        words["eta"] = one.rate * (1 - one.momentum)
        yield Vector("game.orbit", (0.0, 1.0, words, 60), orbit(one, 60))
        yield Vector("game.spectralRadius", (words,), np.array(_largest(one)))


def _largest(one: Game) -> float:
    """The largest |mu| of the step at the goal, its matrix by central differences."""
    moves = 1e-5 * np.eye(4)
    ends = [np.concatenate(step(one, *np.split(s * m, 2))) for m in moves for s in (1, -1)]
    matrix = (np.array(ends[::2]) - np.array(ends[1::2])).T / 2e-5
    return float(np.abs(np.linalg.eigvals(matrix)).max())


LINE = np.linspace(-30, 30, 600_001)
DZ = float(LINE[1] - LINE[0])


def equations(_: Arrays) -> Iterator[Vector]:
    """Divergences and areas of three pairs of Gaussians; the bound of one code for two images."""
    for numbers in ((1.0, -1.4, 0.0, 0.0), (-0.5, 0.8, 1.5, -0.6), (2.0, -3.0, 2.0, -3.0)):
        kl = kl_gaussians(*(np.array([[number]]) for number in numbers))
        yield Vector("equations.klGaussians", numbers, kl)
        both = numbers[:2], numbers[2:]
        log_q, log_p = (log_normal(LINE, mu, np.exp(logvar / 2)) for mu, logvar in both)
        height = np.exp(log_q) * (log_q - log_p)
        areas = [np.maximum(sign * height, 0).sum() * DZ for sign in (1, -1)]
        yield Vector("equations.klAreas", numbers, np.array(areas))
    for kind, mu, logvar in (("normal", 0.3, -0.5), ("two peaks", 1.6, -1.9)):
        yield Vector("equations.boundOfOneCode", (kind, mu, logvar), _bound(kind, mu, logvar))


def _bound(kind: str, mu: float, logvar: float) -> Any:
    """log p, mean log-likelihood under q, KL to the prior, bound, gap; by sums over z."""
    log_likelihood = log_normal(1.0 - LINE, 0.0, 1.0)
    if kind == "two peaks":
        log_likelihood = -bernoulli_nll((4 * LINE**2 - 6)[:, None], np.ones((1, 1)))
    log_p = np.log(np.exp(log_likelihood + log_normal(LINE, 0.0, 1.0)).sum() * DZ)
    mean = (np.exp(log_normal(LINE, mu, np.exp(logvar / 2))) * log_likelihood).sum() * DZ
    kl = kl_diag_gaussian(np.array([[mu]]), np.array([[logvar]])).item()
    return np.array([log_p, mean, kl, mean - kl, log_p - mean + kl])


def neighbours(_: Arrays) -> Iterator[Vector]:
    """The commonest label among the five nearest of thirty points, and how many are near 0."""
    rng = np.random.default_rng(5)
    x, y, labels = rng.normal(size=(30, 2)), rng.normal(size=2), rng.integers(0, 2, 30)
    far = np.hypot(*(x - y).T)
    five = np.bincount(labels[np.argsort(far)[:5]])
    nearest = np.array([five.argmax(), five.max(), far.min()])
    yield Vector("neighbours.nearest", (x, labels, y, 5), nearest)
    yield Vector("neighbours.shareWithin", (x, 2, 1.0), (np.hypot(*x.T) <= 1).mean(keepdims=True))
    some = rng.normal(size=(8, 2))
    own = labels[np.hypot(*(some[:, None] - x).transpose(2, 0, 1)).argmin(axis=1)]
    yield Vector("neighbours.tally", (x, labels, some), 1.0 * np.bincount(own, minlength=2))


def cd_bias(_: Arrays) -> Iterator[Vector]:
    """A machine of 3 x 2 units: its kernel, CD-k for k up to 2, and the second eigenvalue."""
    rng = np.random.default_rng(4)
    W, b, c = rng.normal(size=(3, 2)), rng.normal(size=3), rng.normal(size=2)
    machine = {"W": W.ravel().tolist(), "b": b.tolist(), "c": c.tolist()}
    q, T = np.array([0, 0.5, 0, 0, 0.25, 0, 0, 0.25]), kernel(W, b, c)
    p = joint(W, b, c).sum(axis=1)
    yield Vector("cdBias.imageProbabilities", (machine,), p)
    yield Vector("cdBias.sweepKernel", (machine,), T)
    each = [np.concatenate([s.ravel() for s in statistics(v[None], W, c)]) for v in states(3)]
    ends = [q, q @ T, q @ T @ T]
    expected = [(end - q) @ np.array(each) for end in (p, *ends)]
    yield Vector(
        "cdBias.contrastiveDivergence", (machine, q, 2), np.concatenate([p, *ends, *expected])
    )
    yield Vector("cdBias.secondEigenvalue", (machine,), np.sort(np.linalg.eigvals(T).real)[-2:-1])
