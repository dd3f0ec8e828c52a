"""Right convolutions, written differently from the reference: no check may refuse one."""

from collections.abc import Callable
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


def _patches_by_views(x: Array, k: int, s: int) -> Array:
    return np.moveaxis(_windows(x, k, s), 3, -1)


def _conv2d_by_offsets(x: Array, K: Array, s: int) -> Any:
    k = len(K)
    p = np.pad(x, ((0, 0), *(_zeros_around(n, k, s) for n in x.shape[1:3]), (0, 0)))
    rows, columns = (-(-n // s) * s for n in x.shape[1:3])
    total = 0
    for i in range(k):
        for j in range(k):
            total = total + p[:, i : i + rows : s, j : j + columns : s] @ K[i, j]
    return total


def _conv_transpose2d_by_flipping(y: Array, K: Array, s: int, size: Any = None) -> Array:
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


def _conv2d_vjp_K_by_einsum(dy: Array, x: Array, k: int, s: int) -> Array:
    return np.einsum("bhwcij,bhwf->ijcf", _windows(x, k, s), dy)


ALTERNATIVES: dict[str, list[Callable[..., Any]]] = {
    "patches": [_patches_by_views],
    "conv2d": [_conv2d_by_offsets],
    "conv_transpose2d": [_conv_transpose2d_by_flipping],
    "conv2d_vjp_K": [_conv2d_vjp_K_by_einsum],
}
