"""Checks of rbm: energy and conditionals, all against a machine small enough to be enumerated.

D = 4 pixels, H = 3 hidden units, weights of order one and far above, biases that are not zero.
"""

from typing import Any

import numpy as np

from autograd_lite.ops import Array
from grading.check import Arrays, Check, Edge, Rng, exact
from grading.oracles import enumeration

B, D, H = 5, 4, 3
CHAINS = 6_000  # rows of a random function that are judged together, of four kinds
LARGE = 300.0  # of weights whose exponentials overflow


def drawn_params(rng: Rng, D: int = D, H: int = H, size: float = 1.0) -> Arrays:
    W, of_biases = size * rng.normal(size=(D, H)), size * 0.7
    return W, of_biases * rng.normal(size=D), of_biases * rng.normal(size=H)


def binary(rng: Rng, *shape: int) -> Array:
    return rng.integers(0, 2, size=shape).astype(float)


def in_sizes(draw: Any, large: float = LARGE) -> Any:
    """Draws of usual sizes, of large weights, of one image, of one pixel, and of one size for all,
    in turn.
    """
    return (
        draw,
        Edge(draw, "with large weights", size=large),
        Edge(draw, "with one image", B=1),
        Edge(draw, "with one pixel", B=2, D=1, H=1),
        Edge(draw, "with as many images and hidden units as pixels", B=H, D=H, H=H),
    )


def magnitude(*inputs: Any) -> float:
    """To what the errors of a machine's energies are relative: they are sums of its parameters."""
    return max(1.0, *(np.abs(x).sum() / 10 for x in inputs[-3:]))


def of_four_kinds(rng: Rng, *kinds: Array, rows: int = CHAINS) -> list[Array]:
    """Rows in random order, of which each is one of the rows of `kinds`."""
    kind = rng.permutation(np.arange(rows) % 4)
    return [array[kind] for array in kinds]


def _energy(rng: Rng, B: int = B, D: int = D, H: int = H, size: float = 1.0) -> Arrays:
    return binary(rng, B, D), binary(rng, B, H), *drawn_params(rng, D, H, size)


def row_by_row(f: Any) -> Any:
    """The oracle of a batch, by that of a row: all but W, b and c have a row an image."""

    def oracle(*inputs: Array) -> Array:
        rows = zip(*inputs[:-3], strict=True)
        return np.array([f(*row, *inputs[-3:]) for row in rows])

    return oracle


def free_energy(rng: Rng, B: int = B, D: int = D, H: int = H, size: float = 1.0) -> Arrays:
    return binary(rng, B, D), *drawn_params(rng, D, H, size)


def _oracle_free_energy(v: Array, *params: Array) -> Array:
    """Of many hidden units, which are independent given v, unit by unit."""
    if len(params[2]) > H:
        W, b, c = params
        return -(v @ b) - sum(np.logaddexp(0, v @ w + cc) for w, cc in zip(W.T, c, strict=True))
    return -np.array([enumeration.log_marginal(vv, vv == vv, *params) for vv in v])


def drawn_prob_h(rng: Rng, B: int = B, D: int = D, H: int = H, size: float = 1.0) -> Arrays:
    W, _, c = drawn_params(rng, D, H, size)
    return binary(rng, B, D), W, c


def _oracle_prob_h(v: Array, W: Array, c: Array) -> Array:
    """By the weights of all hidden states, without dividing by Z."""
    hs, means = enumeration.states(len(c)), []
    for vv in v:
        logs = np.array([-enumeration.energy(vv, h, W, np.zeros(len(W)), c) for h in hs])
        weights = np.exp(logs - logs.max())
        means.append(weights @ hs / weights.sum())
    return np.array(means)


def _prob_v(rng: Rng, B: int = B, D: int = D, H: int = H, size: float = 1.0) -> Arrays:
    W, b, _ = drawn_params(rng, D, H, size)
    return binary(rng, B, H), W, b


M, JOINT = "rbm.model.", "enumerated joint"

# fmt: off
CHECKS = (
    Check("rbm.1", M + "energy", "sum term by term", in_sizes(_energy), exact(row_by_row(enumeration.energy), magnitude), 1e-14, 48),
    Check("rbm.4", M + "free_energy", "sum over hidden states", (*in_sizes(free_energy), Edge(free_energy, "with many hidden units", H=3000)),
          exact(_oracle_free_energy, magnitude), 1e-14, 48),
    Check("rbm.5", M + "prob_h", JOINT, in_sizes(drawn_prob_h), exact(_oracle_prob_h, magnitude), 1e-14, 32),
    Check("rbm.6", M + "prob_v", JOINT, in_sizes(_prob_v), exact(lambda h, W, b: _oracle_prob_h(h, W.T, b), magnitude), 1e-14, 32),
)
# fmt: on
