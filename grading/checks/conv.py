"""Checks of autograd_lite.conv: windows entry by entry, convolutions as matrices.

Heights and widths differ, and so do channels; strides 1 to 3, kernels of size 2 to 4, and sizes at
which the zeros around an image are even, uneven, or none.
"""

from typing import Any

import numpy as np

from autograd_lite.ops import Array
from grading.check import Arrays, Check, Edge, Rng, exact
from grading.oracles import convolution
from grading.oracles.differences import gradient

B, C, F = 3, 2, 4  # images, channels of the larger image and of the smaller one


def _sizes(rng: Rng, H: int = 0) -> tuple[int, int, int, int]:
    """Height (where it is not given) and width of the larger image, size of the kernel, stride."""
    drawn, W = (int(n) for n in rng.choice(np.arange(4, 9), size=2, replace=False))
    return H or drawn, W, int(rng.integers(2, 5)), int(rng.integers(1, 4))


def _smaller(H: int, W: int, s: int) -> tuple[int, int]:
    return -(-H // s), -(-W // s)


def _patches(rng: Rng, B: int = B, H: int = 0) -> Arrays:
    H, W, k, s = _sizes(rng, H)
    return rng.normal(size=(B, H, W, C)), k, s


def _scatter(rng: Rng, B: int = B, H: int = 0) -> Arrays:
    H, W, k, s = _sizes(rng, H)
    return rng.normal(size=(B, *_smaller(H, W, s), k, k, C)), (B, H, W, C), s


def _conv2d(rng: Rng, B: int = B, H: int = 0) -> Arrays:
    x, k, s = _patches(rng, B, H)
    return x, rng.normal(size=(k, k, C, F)), s


def _conv_transpose2d(rng: Rng, B: int = B, H: int = 0) -> Arrays:
    """In half of the cases no size is asked for."""
    H, W, k, s = _sizes(rng, H)
    y, K = rng.normal(size=(B, *_smaller(H, W, s), F)), rng.normal(size=(k, k, C, F))
    return y, K, s, *([(H, W)] if rng.random() < 0.5 else [])


def _conv2d_vjp_K(rng: Rng, B: int = B, H: int = 0) -> Arrays:
    x, k, s = _patches(rng, B, H)
    return rng.normal(size=(B, *_smaller(x.shape[1], x.shape[2], s), F)), x, k, s


def _oracle_conv2d_vjp_K(dy: Array, x: Array, k: int, s: int) -> Array:
    K = np.ones((k, k, C, F))  # a linear map has the same derivative everywhere
    return gradient(lambda K: (convolution.conv2d(x, K, s) * dy).sum(), (K,))[0]


def _in_sizes(draw: Any) -> Any:
    """Draws of images, of one image, of images and of one image again, and of one row of pixels."""
    one = Edge(draw, "with one image", B=1)
    return draw, one, draw, one, draw, Edge(draw, "with images of one row", H=1)


CONV = "autograd_lite.conv."

# fmt: off
CHECKS = (
    Check("ad.32", CONV + "patches", "entry by entry", _in_sizes(_patches), exact(convolution.patches), 1e-15, 30),
    Check("ad.33", CONV + "scatter", "entry by entry", _in_sizes(_scatter), exact(convolution.scatter), 3e-14, 30),
    Check("ad.34", CONV + "conv2d", "its matrix", _in_sizes(_conv2d), exact(convolution.conv2d), 3e-14, 30),
    Check("ad.35", CONV + "conv_transpose2d", "the transposed matrix", _in_sizes(_conv_transpose2d),
          exact(convolution.conv_transpose2d), 3e-14, 30),
    Check("ad.36", CONV + "conv2d_vjp_K", "its matrix, complex step", _in_sizes(_conv2d_vjp_K),
          exact(_oracle_conv2d_vjp_K), 3e-14, 20),
)
# fmt: on
