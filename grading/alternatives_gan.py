"""Right answers of the GAN, written differently from the reference: no check may refuse one."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from grading.oracles.arrays import Array


def _discriminator_loss_by_cross_entropy(real: Array, fake: Array, label: float = 1.0) -> Array:
    real_term = label * np.logaddexp(0, -real) + (1 - label) * np.logaddexp(0, real)
    return real_term + np.logaddexp(0, fake)


def _dropout_by_choice(rng: np.random.Generator, batch: int, params: Any, rate: float) -> Any:
    values = np.array([0, 1 / (1 - rate)], params[0][1].dtype)
    return tuple(rng.choice(values, (batch, b.size), p=[rate, 1 - rate]) for _, b in params[:-1])


def _init_by_standard_draws(rng: np.random.Generator, sizes: Any, dtype: type = np.float32) -> Any:
    """All biases first, then all weights."""
    pairs = [(i, o, np.float32(i**-0.5)) for i, o in pairwise(sizes)]
    biases = [(2 * rng.random(o, dtype=np.float32) - 1) * limit for _, o, limit in pairs]
    weights = [(2 * rng.random((i, o), dtype=np.float32) - 1) * limit for i, o, limit in pairs]
    return tuple(zip(weights, biases, strict=True))


def _rate_by_clipping(step: int, first: Array, decay: int) -> Array:
    return first * min(max((decay - step) / decay, 0), 1) if decay else first + 0


def _discriminator_gradient_in_one_pass(
    x: Array, fake: Array, masks: Any, D: Any, label: float
) -> Any:
    """Real and generated images as one batch of twice the size; loss and gradient by hand."""
    one = np.ones((len(x), 1), x.dtype)
    both = tuple(np.concatenate([one * a, one * b]) for a, b in zip(*masks, strict=True))
    target = np.repeat(np.array([label, 0.0], x.dtype), len(x))
    hidden, inputs = [], np.concatenate([x, fake])
    for (W, b), mask in zip(D[:-1], both, strict=True):
        u = inputs @ W + b
        hidden.append((inputs, np.where(u > 0, 1.0, 0.2).astype(x.dtype) * mask))
        inputs = u * hidden[-1][1]
    a = (inputs @ D[-1].W + D[-1].b)[:, 0]
    loss = np.logaddexp(0, a) - target * a
    back = ((1 / (1 + np.exp(-a)) - target) / len(x))[:, None]
    grads = [(inputs.T @ back, back.sum(axis=0))]
    back = back @ D[-1].W.T
    for (inputs, slope), (W, _) in zip(hidden[::-1], D[-2::-1], strict=True):
        back = back * slope
        grads.append((inputs.T @ back, back.sum(axis=0)))
        back = back @ W.T
    return loss[: len(x)] + loss[len(x) :], tuple(grads[::-1])


def _slope_penalty_by_matrices(x: Array, masks: Any, D: Any) -> Any:
    """The slope as one product of matrices for each image; its gradient layer by layer."""
    values, total = [], [np.zeros_like(W) for W, _ in D]
    for n, image in enumerate(x):
        matrices, factors, y = [], [], image
        for (W, b), mask in zip(D[:-1], masks, strict=True):
            u = y @ W + b
            factor = np.where(u > 0, 1.0, 0.2).astype(x.dtype) * (mask[n] if mask.ndim else mask)
            factors.append(factor)
            matrices.append(W * factor)
            y = factor * u
        matrices.append(D[-1].W)
        factors.append(np.ones(1))
        g = np.linalg.multi_dot([np.eye(len(image)), *matrices])[:, 0]
        values.append(g @ g / 2)
        for i, factor in enumerate(factors):
            before = np.linalg.multi_dot([np.eye(len(g)), np.eye(len(g)), *matrices[:i]])
            after = np.linalg.multi_dot([*matrices[i + 1 :], np.eye(1), np.eye(1)])
            total[i] += np.outer(g @ before, after[:, 0]) * factor / len(x)
    return np.array(values, x.dtype), tuple((W, 0 * b) for W, (_, b) in zip(total, D, strict=True))


ALTERNATIVES: dict[str, list[Callable[..., Any]]] = {
    "discriminator_loss": [_discriminator_loss_by_cross_entropy],
    "saturating": [lambda a: -a - np.logaddexp(0, -a)],
    "non_saturating": [lambda a: np.logaddexp(0, a) - a],
    "dropout": [_dropout_by_choice],
    "init": [_init_by_standard_draws],
    "learning_rate": [_rate_by_clipping],
    "discriminator_gradient": [_discriminator_gradient_in_one_pass],
    "slope_penalty": [_slope_penalty_by_matrices],
}
