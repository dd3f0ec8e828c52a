"""Checks of autograd_lite's losses, optimisers and first weights.

Sizes and logits as in checks/ad.py.
"""

from typing import Any

import numpy as np

from autograd_lite.ops import Array
from grading.check import Arrays, Check, Record, Seed, exact, require_form
from grading.checks.ad import STEP, B, I, K, O, Rng, wide
from grading.oracles import enumeration, networks
from grading.oracles.differences import gradient


def _logits_and_grey(rng: Rng) -> Arrays:
    """Targets 0 and 1 exactly, and grey."""
    x = rng.random((B, I)) * rng.integers(0, 2, (B, I))
    return wide(rng, K, B, I), np.where(rng.random((B, I)) < 0.4, 1.0, x)


def _upstream_logits_and_grey(rng: Rng) -> Arrays:
    return rng.normal(size=(K, B)), *_logits_and_grey(rng)


def _oracle_bernoulli_nll_vjp(dnll: Array, logits: Array, x: Array) -> tuple[Array, ...]:
    return gradient(lambda a: (networks.bernoulli_nll(a, x) * dnll).sum(), (logits,))


def _logits_and_labels(rng: Rng) -> Arrays:
    logits = 3 * rng.normal(size=(B, I))
    labels = rng.integers(0, I, size=B)
    logits[0] += 1000  # a shift of all logits changes nothing, unless something overflows
    return logits, labels


def _upstream_logits_and_labels(rng: Rng) -> Arrays:
    return rng.normal(size=B), *_logits_and_labels(rng)


def _oracle_categorical_nll_vjp(dnll: Array, logits: Array, labels: Array) -> tuple[Array, ...]:
    return gradient(lambda a: (networks.categorical_nll(a, labels) * dnll).sum(), (logits,))


def _momentum(rng: Rng) -> Arrays:
    return *rng.normal(size=(3, B, O)), 0.1 * (1 + rng.random()), rng.random()


def _oracle_momentum(p: Any, u: Any, g: Any, rate: float, momentum: float) -> Any:
    moved = [[momentum * uu - rate * gg for uu, gg in zip(*row, strict=True)]
             for row in zip(u, g, strict=True)]  # fmt: skip
    return p + np.array(moved), np.array(moved)


def _adam(rng: Rng) -> Arrays:
    """Moments after some steps, as a student's AdamState is given them; gradients of all sizes."""
    p, m, g = rng.normal(size=(3, B, O))
    g = g * 10.0 ** rng.integers(-9, 2, size=(B, O))
    s = m**2 * rng.random((B, O))
    step = int(rng.integers(0, 20))
    if step == 0:
        m, s = np.zeros_like(m), np.zeros_like(s)
    return p, Record("AdamState", (m, s, step)), g, 0.01, 0.8, 0.95, 1e-6


def _oracle_adam(
    p: Any, state: Any, g: Any, rate: float, beta1: float, beta2: float, epsilon: float
) -> Any:
    """Algorithm 1 of Kingma and Ba, line by line."""
    m, s, step = state.fields
    t = step + 1
    m = m * beta1 + g - g * beta1
    s = s * beta2 + g**2 - g**2 * beta2
    m_hat, s_hat = m / (1 - np.power(beta1, t)), s / (1 - np.power(beta2, t))
    return p - rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s, np.array(t)


def _rmsprop(rng: Rng) -> Arrays:
    """A mean square after some steps or none; gradients of all sizes."""
    p, m, g = rng.normal(size=(3, B, O))
    g = g * 10.0 ** rng.integers(-9, 2, size=(B, O))
    s = m**2 * rng.random((B, O)) * rng.integers(0, 2)
    return p, Record("RmspropState", (s,)), g, 0.01, 0.8, 1e-6


def _oracle_rmsprop(p: Any, state: Any, g: Any, rate: float, rho: float, epsilon: float) -> Any:
    """One number after the other."""
    (s,) = state.fields
    moved, squares = np.empty_like(p), np.empty_like(p)
    for at in np.ndindex(p.shape):
        squares[at] = s[at] * rho + g[at] ** 2 - g[at] ** 2 * rho
        moved[at] = p[at] - g[at] / (squares[at] ** 0.5 + epsilon) * rate
    return moved, squares


def _glorot(rng: Rng) -> Arrays:
    """A layer, and a kernel, wide or narrow in turn."""
    few, many = int(rng.integers(60, 80)), int(rng.integers(400, 500))
    fans = (few, many) if rng.random() < 0.5 else (many, few)
    return Seed(rng.integers(2**31)), (*((3, 2) if rng.random() < 0.5 else ()), *fans)


def _measure_glorot(inputs: Arrays, outputs: Arrays) -> float:
    """Frequencies in 16 intervals, mean and mean square of a uniform density whose variance comes
    from the weights that meet in a unit; products of neighbours, which vanish in the mean.
    """
    true = np.empty(inputs[1])
    require_form((true,), outputs, [true])
    W = outputs[0].reshape(-1, true.shape[-1])
    variance = 2 / (true[..., 0].size + true[..., 0, :].size)
    limit = np.sqrt(3 * variance)
    counts = np.histogram(np.clip(W, -limit, limit), np.linspace(-limit, limit, 17))[0]
    H, K = (n // 2 * 2 for n in W.shape)
    rows, columns = (W[:H:2] * W[1:H:2]).ravel(), (W[:, :K:2] * W[:, 1:K:2]).ravel()
    # Measured, expected; of one value the variance and the span; their number.
    errors = [
        np.max(np.abs(got - true) / enumeration.bound(var, span, draws, comparisons=20))
        for got, true, var, span, draws in (
            (counts / W.size, 1 / 16, 15 / 256, 1.0, W.size),
            (W.mean(), 0.0, variance, limit, W.size),
            ((W**2).mean(), variance, limit**4 / 5 - variance**2, limit**2, W.size),
            (rows.mean(), 0.0, variance**2, limit**2, rows.size),
            (columns.mean(), 0.0, variance**2, limit**2, columns.size),
        )
    ]
    return float(max((np.abs(W).max() / limit - 1) / 1e-12, *errors))


LOSSES, OPTIM = "autograd_lite.losses.", "autograd_lite.optim."

# fmt: off
CHECKS = (
    Check("ad.16", LOSSES + "bernoulli_nll", "product of probabilities", _logits_and_grey,
          exact(networks.bernoulli_nll), 1e-13, 50),
    Check("ad.17", LOSSES + "bernoulli_nll_vjp", STEP, _upstream_logits_and_grey,
          exact(_oracle_bernoulli_nll_vjp), 1e-14, 50),
    Check("ad.18", LOSSES + "categorical_nll", "share of the whole", _logits_and_labels,
          exact(networks.categorical_nll), 1e-12, 50),
    Check("ad.19", LOSSES + "categorical_nll_vjp", STEP, _upstream_logits_and_labels,
          exact(_oracle_categorical_nll_vjp), 1e-14, 50),
    Check("ad.23", OPTIM + "momentum_step", "entry by entry", _momentum,
          exact(_oracle_momentum), 1e-14, 50),
    Check("ad.24", OPTIM + "adam_step", "the published algorithm", _adam,
          exact(_oracle_adam, floor=0.1), 5e-14, 50),
    Check("ad.26", OPTIM + "rmsprop_step", "number by number", _rmsprop,
          exact(_oracle_rmsprop, floor=0.1), 1e-14, 50),
    Check("ad.22", "autograd_lite.init.glorot_uniform", "moments of the density", _glorot,
          _measure_glorot, 1.0, 6),
)
# fmt: on
