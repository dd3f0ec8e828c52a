"""Convolution and transposed convolution, each the other's adjoint, from one pair of maps.

`patches` copies every k x k window of an image into a row; `scatter` adds such rows back to where
they came from, and is its adjoint: <patches(x), p> = <x, scatter(p)>. A convolution multiplies the
windows by a kernel, a transposed convolution multiplies by the kernel's transpose and scatters.

Legend: x (B, H, W, C) the larger image, y (B, H', W', F) the smaller, K (k, k, C, F), s stride,
H' = ceil(H / s). Around x stand as few zeros as the windows need ("same" padding): half of them
before, half after, and where they do not split evenly, the odd one after.
Equations (ad.31) to (ad.36) of autograd_lite/DERIVATION_CONVOLUTION.md.
"""

import numpy as np

from autograd_lite.ops import Array

Shape = tuple[int, ...]


def padding(n: int, k: int, s: int) -> tuple[int, int, int]:
    """Outputs along an axis of n pixels, and the zeros before and after them."""
    outputs = -(-n // s)
    total = max((outputs - 1) * s + k - n, 0)
    return outputs, total // 2, total - total // 2  # (ad.31)


def patches(x: Array, k: int, s: int) -> Array:
    """The windows of x: (B, H, W, C) -> (B, H', W', k, k, C)"""
    B, H, W, C = x.shape
    (rows, top, bottom), (columns, left, right) = padding(H, k, s), padding(W, k, s)
    padded = np.zeros_like(x, shape=(B, top + H + bottom, left + W + right, C))
    padded[:, top : top + H, left : left + W] = x
    p = np.empty_like(x, shape=(B, rows, columns, k, k, C))
    for i in range(k):
        for j in range(k):
            p[:, :, :, i, j] = padded[:, i : i + s * rows : s, j : j + s * columns : s]  # (ad.32)
    return p


def scatter(p: Array, shape: Shape, s: int) -> Array:
    """Windows added up where they overlap: (B, H', W', k, k, C) -> `shape` (B, H, W, C)"""
    (B, H, W, C), k = shape, p.shape[3]
    (rows, top, bottom), (columns, left, right) = padding(H, k, s), padding(W, k, s)
    padded = np.zeros_like(p, shape=(B, top + H + bottom, left + W + right, C))
    for i in range(k):
        for j in range(k):
            padded[:, i : i + s * rows : s, j : j + s * columns : s] += p[:, :, :, i, j]  # (ad.33)
    return padded[:, top : top + H, left : left + W]


def conv2d(x: Array, K: Array, s: int) -> Array:
    """Every window times the kernel: (B, H, W, C), (k, k, C, F) -> (B, H', W', F)"""
    k, _, _, F = K.shape
    p = patches(x, k, s)
    y = p.reshape(-1, K.size // F) @ K.reshape(-1, F)  # (ad.34)
    return y.reshape(*p.shape[:3], F)


def conv_transpose2d(y: Array, K: Array, s: int, size: Shape | None = None) -> Array:
    """The adjoint of conv2d: (B, H', W', F), (k, k, C, F) -> (B, H, W, C)

    (H, W) is `size`, which y leaves open; by default it is (s H', s W').
    """
    k, _, C, F = K.shape
    B, rows, columns, _ = y.shape
    H, W = size or (s * rows, s * columns)
    p = y.reshape(-1, F) @ K.reshape(-1, F).T
    return scatter(p.reshape(B, rows, columns, k, k, C), (B, H, W, C), s)  # (ad.35)


def conv2d_vjp_K(dy: Array, x: Array, k: int, s: int) -> Array:
    """Gradient of the kernel: (B, H', W', F), (B, H, W, C) -> (k, k, C, F)

    Of conv2d from x to y. For conv_transpose2d from y to x it is the same function, with y for dy
    and dx for x. The gradient of the input of either is the other.
    """
    C, F = x.shape[-1], dy.shape[-1]
    dK = patches(x, k, s).reshape(-1, k * k * C).T @ dy.reshape(-1, F)  # (ad.36)
    return dK.reshape(k, k, C, F)
