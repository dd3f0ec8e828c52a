"""Convolution once more, as a matrix, and the convolutional VAE that is made of such matrices.

Entry (i, j) of the window at (a, b) lies on the pixel (r, q) = (top of a + i, left of b + j), if
there is such a pixel. Complex numbers pass through, so that gradients can be had by the complex
step.
"""

from functools import cache
from typing import Any

import numpy as np

from grading.oracles.arrays import Array
from grading.oracles.differences import relu
from grading.oracles.networks import affine


def starts(n: int, k: int, s: int) -> list[int]:
    """Where windows begin on an axis of n pixels: every s pixels, then moved back by half of what
    the last one lacks, rounded down.
    """
    every = range(0, n, s)
    lacking = max(every[-1] + k - n, 0)
    return [start - lacking // 2 for start in every]


@cache
def taps(H: int, W: int, k: int, s: int) -> Array:
    """Every (a, b, i, j, r, q) with a pixel (r, q) of the image under entry (i, j) of a window."""
    tops, lefts = np.array(starts(H, k, s)), np.array(starts(W, k, s))
    a, b, i, j = np.indices((len(tops), len(lefts), k, k)).reshape(4, -1)
    r, q = tops[a] + i, lefts[b] + j
    inside = (r >= 0) & (r < H) & (q >= 0) & (q < W)
    return np.stack([a, b, i, j, r, q], axis=1)[inside]


def patches(x: Array, k: int, s: int) -> Array:
    """The windows one entry at a time, 0 outside of the image."""
    B, H, W, C = x.shape
    p = np.zeros((B, len(starts(H, k, s)), len(starts(W, k, s)), k, k, C), x.dtype)
    for a, b, i, j, r, q in taps(H, W, k, s):
        p[:, a, b, i, j] = x[:, r, q]
    return p


def scatter(p: Any, shape: tuple[int, ...], s: int) -> Array:
    """Every entry of every window added to the pixel that it lies on."""
    x = np.zeros(shape, p.dtype)
    for a, b, i, j, r, q in taps(*shape[1:3], p.shape[3], s):
        x[:, r, q] += p[:, a, b, i, j]
    return x


def matrix(K: Array, H: int, W: int, s: int) -> Array:
    """The convolution of H x W images as a matrix: (H' W' F, H W C), a row an output."""
    k, _, C, F = K.shape
    M = np.zeros((len(starts(H, k, s)), len(starts(W, k, s)), F, H, W, C), K.dtype)
    a, b, i, j, r, q = taps(H, W, k, s).T
    M[a, b, :, r, q, :] = K[i, j].swapaxes(1, 2)
    return M.reshape(-1, H * W * C)


def conv2d(x: Array, K: Array, s: int) -> Array:
    """The matrix times every image."""
    B, H, W, _ = x.shape
    y = x.reshape(B, -1) @ matrix(K, H, W, s).T
    return y.reshape(B, -(-H // s), -(-W // s), K.shape[3])


def conv_transpose2d(y: Array, K: Array, s: int, size: Any = None) -> Array:
    """The transposed matrix times every image."""
    B, rows, columns, _ = y.shape
    H, W = size or (s * rows, s * columns)
    return (y.reshape(B, -1) @ matrix(K, H, W, s)).reshape(B, H, W, K.shape[2])


def vae_forward(x: Array, eps: Array, params: Any, act: Any = relu) -> Any:
    """(logits, mu, logvar) and (x, h1, h2, h3, logvar, eps, z, h4, h5, h6) of images (B, H, W)."""
    K1, b1, K2, b2, W3, b3, W_mu, b_mu, W_logvar, b_logvar, W4, b4, K5, b5, K6, b6, K7, b7 = params
    B, *size = x.shape
    x = x.reshape(B, *size, 1)
    h1 = act(conv2d(x, K1, 2) + b1)
    h2 = act(conv2d(h1, K2, 2) + b2)
    h3 = act(affine(h2.reshape(B, -1), W3, b3))
    mu, logvar = affine(h3, W_mu, b_mu), affine(h3, W_logvar, b_logvar)
    z = np.stack([mu + np.sqrt(np.exp(logvar)) * e for e in eps])
    rows = z.reshape(-1, z.shape[2])
    h4 = act(affine(rows, W4, b4)).reshape(len(rows), *h2.shape[1:])
    h5 = act(conv_transpose2d(h4, K5, 2, h1.shape[1:3]) + b5)
    h6 = act(conv_transpose2d(h5, K6, 2, size) + b6)
    logits = (conv_transpose2d(h6, K7, 1) + b7).reshape(len(eps), B, -1)
    return (logits, mu, logvar), (x, h1, h2, h3, logvar, eps, z, h4, h5, h6)
