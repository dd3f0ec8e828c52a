"""Right convolutions, and answers of the GAN, named and written as in grading/alternatives.py."""

from itertools import pairwise
from typing import Any

import numpy as np

from autograd_lite.tree import tree_map
from grading.oracles.arrays import Array
from vae.objective import LIKELIHOODS


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


def log_weights__by_densities(nll: Array, z: Array, eps: Array, logvar: Array) -> Array:
    log_p, log_q = (-0.5 * (u**2 + np.log(2 * np.pi).astype(z.dtype)) for u in (z, eps))
    return (log_p - log_q).sum(axis=2) + np.log(np.exp(logvar / 2)).sum(axis=1) - nll


def neg_iwae__term_by_term(log_w: Array) -> Array:
    return np.log(log_w[0] * 0 + len(log_w)) - np.logaddexp.reduce(log_w, axis=0)


def shares__by_the_sum(log_w: Array) -> Array:
    return np.exp(log_w - np.logaddexp.reduce(log_w, axis=0))


def importance_gradient__sample_by_sample(
    x: Array, eps: Array, network: Any, likelihood: str, doubly: bool = False, seen: Any = None
) -> Any:
    """Backwards once for each sample and each image."""
    rule, rows, total = LIKELIHOODS[likelihood], x if seen is None else seen, None
    for b in range(len(x)):
        one, image = rows[b : b + 1], x[b : b + 1]
        passes = [network.forward(one, e[None, b : b + 1]) for e in eps]
        mu, logvar = passes[0][0][1:]
        z = [mu + np.exp(logvar / 2) * e[b] for e in eps]
        costs = [rule[0](outputs[0], image)[0, 0] for outputs, _ in passes]
        log_w = [
            -c + (e[b] ** 2 - u[0] ** 2).sum() / 2 for c, e, u in zip(costs, eps, z, strict=True)
        ]
        share = shares__by_the_sum(np.array(log_w))
        for w, e, u, (outputs, trace) in zip(share, eps, z, passes, strict=True):
            dlogits = rule[1](np.full((1, 1), w / len(x)), outputs[0], image).astype(x.dtype)
            dz = w / len(x) * (w * (u - e[b] / np.exp(logvar / 2)) if doubly else u)
            width = 0 * dz if doubly else w / len(x) / 2 + 0 * dz
            d = outputs._replace(
                logits=dlogits, mu=dz, logvar=dz * e[b] * np.exp(logvar / 2) / 2 - width
            )
            g = network.backward(d, trace, *([np.full((1, 1), w, x.dtype)] if doubly else []))
            total = g if total is None else tree_map(np.add, total, g)
    return total


def log_joint__code_by_code(z: Array, x: Array, network: Any, likelihood: str) -> Array:
    rows = [-LIKELIHOODS[likelihood][0](network.decode(code[None]), x) for code in z]
    return np.stack(rows) - 0.5 * (z**2 + np.log(2 * np.pi).astype(z.dtype)).sum(axis=1)[:, None]


def linear_nll__by_the_large_matrix(x: Array, W: Array, m: Array, v: float = 0.5) -> Array:
    C = W.T @ W + v * np.eye(len(m), dtype=x.dtype)
    squares = ((x - m) @ np.linalg.inv(C) * (x - m)).sum(axis=1)
    return (squares + np.linalg.slogdet(C / v)[1]) / 2


def linear_gap__by_cholesky(W: Array, v: float = 0.5) -> float:
    M = np.eye(len(W)) + W @ W.T / v
    return float(np.log(np.sqrt(np.diag(M)) / np.diag(np.linalg.cholesky(M))).sum())


def ppca__by_singular_values(x: Array, Z: int, v: float = 0.5) -> Any:
    """With other signs; the cost is of the images themselves."""
    m = x.mean(axis=0)
    _, sizes, axes = np.linalg.svd(x - m)
    values = np.zeros(x.shape[1], x.dtype)
    values[: len(sizes)] = sizes**2 / len(x)
    W = -np.sqrt(np.maximum(values[:Z, None] - v, 0)) * axes[:Z]
    return W, m, linear_nll__by_the_large_matrix(x, W, m, v).mean(), values


def log_aggregate__posterior_by_posterior(z: Array, mu: Array, logvar: Array) -> Array:
    total = -np.log(z[:, 0] * 0 + len(mu)) - z.shape[1] * np.log(z[:, 0] * 0 + 2 * np.pi) / 2
    squares = [((z - a) ** 2 / np.exp(s) + s).sum(axis=1) for a, s in zip(mu, logvar, strict=True)]
    return total + np.logaddexp.reduce([-q / 2 for q in squares], axis=0)
