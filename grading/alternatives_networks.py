"""Right convolutions, and answers of the GAN, named and written as in grading/alternatives.py."""

from itertools import pairwise
from typing import Any

import numpy as np

from grading.oracles.arrays import Array


def _zeros_around(n: int, k: int, s: int) -> tuple[int, int]:
    lacking = max(k - s if n % s == 0 else k - n % s, 0)
    return lacking // 2, lacking - lacking // 2


def _windows(x: Array, k: int, s: int) -> Array:
    around = [_zeros_around(n, k, s) for n in x.shape[1:3]]
    padded = np.pad(x, ((0, 0), *around, (0, 0)))
    views = np.lib.stride_tricks.sliding_window_view(padded, (k, k), axis=(1, 2))
    return views[:, ::s, ::s]  # (B, H', W', C, k, k)


def patches__by_views(x: Array, k: int, s: int) -> Array:
    return np.moveaxis(_windows(x, k, s), 3, -1)


def conv2d__by_offsets(x: Array, K: Array, s: int) -> Any:
    k = len(K)
    p = np.pad(x, ((0, 0), *(_zeros_around(n, k, s) for n in x.shape[1:3]), (0, 0)))
    rows, columns = (-(-n // s) * s for n in x.shape[1:3])
    total = 0
    for i in range(k):
        for j in range(k):
            total = total + p[:, i : i + rows : s, j : j + columns : s] @ K[i, j]
    return total


def conv_transpose2d__by_flipping(y: Array, K: Array, s: int, size: Any = None) -> Array:
    """Zeros between the pixels, then a convolution of stride 1 with the kernel turned round."""
    k = len(K)
    spread = np.zeros((len(y), *(s * (n - 1) + 1 for n in y.shape[1:3]), y.shape[3]), y.dtype)
    spread[:, ::s, ::s] = y
    around = [(0, 0)]
    for n, m in zip(size or (s * y.shape[1], s * y.shape[2]), spread.shape[1:3], strict=True):
        before = _zeros_around(n, k, s)[0]
        around.append((k - 1 - before, n + before - m))
    p = np.pad(spread, [*around, (0, 0)])
    views = np.lib.stride_tricks.sliding_window_view(p, (k, k), axis=(1, 2))
    return np.einsum("bhwfij,ijcf->bhwc", views, K[::-1, ::-1])


def conv2d_vjp_K__by_einsum(dy: Array, x: Array, k: int, s: int) -> Array:
    return np.einsum("bhwcij,bhwf->ijcf", _windows(x, k, s), dy)


def discriminator_loss__by_cross_entropy(real: Array, fake: Array, label: float = 1.0) -> Array:
    real_term = label * np.logaddexp(0, -real) + (1 - label) * np.logaddexp(0, real)
    return real_term + np.logaddexp(0, fake)


def dropout__by_choice(rng: np.random.Generator, batch: int, params: Any, rate: float) -> Any:
    values = np.array([0, 1 / (1 - rate)], params[0][1].dtype)
    return tuple(rng.choice(values, (batch, b.size), p=[rate, 1 - rate]) for _, b in params[:-1])


def init__by_standard_draws(rng: np.random.Generator, sizes: Any, dtype: type = np.float32) -> Any:
    """All biases first, then all weights."""
    pairs = [(i, o, np.float32(i**-0.5)) for i, o in pairwise(sizes)]
    biases = [(2 * rng.random(o, dtype=np.float32) - 1) * limit for _, o, limit in pairs]
    weights = [(2 * rng.random((i, o), dtype=np.float32) - 1) * limit for i, o, limit in pairs]
    return tuple(zip(weights, biases, strict=True))


def learning_rate__by_clipping(step: int, first: Array, decay: int) -> Array:
    return first * min(max((decay - step) / decay, 0), 1) if decay else first + 0


def discriminator_gradient__in_one_pass(
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


def slope_penalty__by_matrices(x: Array, masks: Any, D: Any) -> Any:
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


def saturating__by_the_other_side(a: Array) -> Array:
    return -a - np.logaddexp(0, -a)


def non_saturating__by_the_other_side(a: Array) -> Array:
    return np.logaddexp(0, a) - a
