"""Checks of autograd_lite's optimisers and first weights.

Sizes as in checks/ad.py.
"""

from functools import partial
from typing import Any

import numpy as np

from autograd_lite.ops import Array
from grading.check import Arrays, Check, Record, Rng, Seed, exact, require_form
from grading.checks.ad import B, O
from grading.oracles import enumeration

# Parameters: an array, a tuple of them, a NamedTuple (any that the module has), tuples of tuples.
TREES = (
    lambda rng: rng.normal(size=(B, O)),
    lambda rng: (rng.normal(size=(B, O)), rng.normal(size=O)),
    lambda rng: Record(
        "AdamState", (rng.normal(size=(B, O)), rng.normal(size=B), rng.normal(size=B))
    ),
    lambda rng: ((rng.normal(size=(B, O)), rng.normal(size=O)), (rng.normal(size=(O, 1)),)),
)


def _each(f: Any, *trees: Any) -> Any:
    """As many trees as f returns values for corresponding leaves."""
    kind, trees = trees[0], tuple(t.fields if isinstance(t, Record) else t for t in trees)
    if not isinstance(trees[0], tuple):
        return f(*trees)
    found = tuple(zip(*(_each(f, *row) for row in zip(*trees, strict=True)), strict=True))
    return tuple(Record(kind.kind, tree) for tree in found) if isinstance(kind, Record) else found


def _plain(f: Any, *trees: Any) -> Any:
    """The same, as tuples: so an oracle returns what a Record stands for."""
    return tuple(t.fields if isinstance(t, Record) else t for t in _each(f, *trees))


def _moments(rng: Rng, tree: Any) -> Any:
    """Parameters, running means, mean squares, and gradients of all sizes, some of them 0."""

    def leaf(p: Array) -> Any:
        m, g = rng.normal(size=(2, *p.shape))
        g *= (rng.random() < 0.8) * (rng.random(p.shape) < 0.9)
        return p, m, m**2 * rng.random(p.shape), g * 10.0 ** rng.integers(-9, 2, size=p.shape)

    return _each(leaf, tree(rng))


def _momentum(rng: Rng, tree: Any) -> Arrays:
    p, u, _, g = _moments(rng, tree)
    (g,) = _each(lambda g: (100 * g,), g)
    return p, u, g, 0.1 * (1 + rng.random()), rng.random() * (rng.random() < 0.8)


def _oracle_momentum(p: Any, u: Any, g: Any, rate: float, momentum: float) -> Any:
    def leaf(p: Array, u: Array, g: Array) -> Any:
        moved = [momentum * uu - rate * gg for uu, gg in zip(u.flat, g.flat, strict=True)]
        return p + np.reshape(moved, p.shape), np.reshape(moved, p.shape)

    return _plain(leaf, p, u, g)


def _adam(rng: Rng, tree: Any) -> Arrays:
    """Moments after some steps or none, as a student's AdamState is given them; in some cases the
    last numbers are left out.
    """
    p, m, s, g = _moments(rng, tree)
    if (step := int(rng.integers((1, 20, 2000)[rng.integers(3)]))) == 0:
        m, s = _each(lambda m: (np.zeros_like(m), np.zeros_like(m)), m)
    given = (0.01, 0.8, 0.95, 1e-6)[: rng.choice([0, 1, 2, 3, 4, 4, 4])]
    return p, Record("AdamState", (m, s, step)), g, *given


def _oracle_adam(p: Any, state: Any, g: Any, *given: float) -> Any:
    """Algorithm 1 of Kingma and Ba, line by line; numbers that are not given are as they advise."""
    rate, beta1, beta2, epsilon = *given, *(1e-3, 0.9, 0.999, 1e-8)[len(given) :]
    m, s, step = state.fields
    t = step + 1

    def leaf(p: Array, m: Array, s: Array, g: Array) -> Any:
        m = m * beta1 + g * (1 - beta1)
        s = s * beta2 + g**2 * (1 - beta2)
        m_hat, s_hat = m / (1 - np.power(beta1, t)), s / (1 - np.power(beta2, t))
        return p - rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s

    p, m, s = _plain(leaf, p, m, s, g)
    return p, (m, s, np.array(t))


def _rmsprop(rng: Rng, tree: Any) -> Arrays:
    """A mean square after some steps or none; in some cases the last numbers are left out."""
    p, _, s, g = _moments(rng, tree)
    if rng.random() < 0.5:
        (s,) = _each(lambda s: (np.zeros_like(s),), s)
    given = (0.01, 0.8, 1e-6)[: rng.choice([0, 1, 2, 3, 3, 3])]
    return p, Record("RmspropState", (s,)), g, *given


def _oracle_rmsprop(
    p: Any, state: Any, g: Any, rate: float = 1e-3, rho: float = 0.9, epsilon: float = 1e-7
) -> Any:
    """One number after the other."""

    def leaf(p: Array, s: Array, g: Array) -> Any:
        moved, squares = np.empty_like(p), np.empty_like(p)
        for at in np.ndindex(p.shape):
            squares[at] = s[at] * rho + g[at] ** 2 - g[at] ** 2 * rho
            moved[at] = p[at] - g[at] / (squares[at] ** 0.5 + epsilon) * rate
        return moved, squares

    p, s = _plain(leaf, p, state.fields[0], g)
    return p, (s,)


def _of_all_trees(draw: Any) -> Any:
    return tuple(partial(draw, tree=tree) for tree in TREES)


def _glorot(rng: Rng) -> Arrays:
    """A layer, and a kernel, wide or narrow in turn."""
    few, many = int(rng.integers(60, 80)), int(rng.integers(400, 500))
    fans = (few, many) if rng.random() < 0.5 else (many, few)
    return Seed(rng.integers(2**31)), (*((3, 2) if rng.random() < 0.5 else ()), *fans)


def _measure_glorot(inputs: Arrays, outputs: Arrays) -> float:
    """The weights by a uniform law, whose variance comes from the weights that meet in a unit."""
    true = np.empty(inputs[1])
    (W,) = require_form((true,), outputs, true)
    limit = np.sqrt(3 * 2 / (true[..., 0].size + true[..., 0, :].size))
    return max(enumeration.uniform_errors(W.reshape(-1, true.shape[-1]), limit))


OPTIM = "autograd_lite.optim."

# fmt: off
CHECKS = (
    Check("ad.25", OPTIM + "momentum_step", "entry by entry", _of_all_trees(_momentum),
          exact(_oracle_momentum), 1e-14, 50),
    Check("ad.26", OPTIM + "adam_step", "the published algorithm", _of_all_trees(_adam),
          exact(_oracle_adam, floor=0.1), 1e-14, 50),
    Check("ad.28", OPTIM + "rmsprop_step", "number by number", _of_all_trees(_rmsprop),
          exact(_oracle_rmsprop, floor=0.1), 1e-14, 50),
    Check("ad.24", "autograd_lite.init.glorot_uniform", "moments of the density", _glorot,
          _measure_glorot, 1.0, 6),
)
# fmt: on
