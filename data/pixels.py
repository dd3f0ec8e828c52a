"""Pixels: grey levels to [0, 1], grey to black and white, and pixels taken away.

x: (N, D) images in [0, 1], one a row, ink near 1; D = H W pixels.
"""

import math
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


def to_unit(images: NDArray[Any], dtype: type[np.floating[Any]] = np.float32) -> Floats:
    """Images (N, H, W), bytes or floats in [0, 1], as rows (N, H W) of `dtype` in [0, 1]."""
    rows = images.reshape(len(images), math.prod(images.shape[1:]))
    return rows.astype(dtype) / (255 if images.dtype == np.uint8 else 1)


def require_unit(x: Floats) -> None:
    """ValueError for a pixel outside [0, 1], or NaN: what is measured of it is no likelihood."""
    low, high = x.min(initial=0), x.max(initial=0)
    if not (low >= 0 and high <= 1):  # NaN is neither
        raise ValueError(f"pixels are from {low} to {high}; expected all of them from 0 to 1.")


def binarise(rng: np.random.Generator, x: Floats, mode: str) -> Floats:
    """Images of the shape and dtype of `x`, made black and white; x itself stays as it is.

    "threshold": 1 where x >= 0.5. "stochastic": 1 with probability x, drawn anew at each call.
    "once": the same, for images that were made so when they were loaded: what is 0 or 1 stays.
    "none": x itself. Only these two draw from `rng`. Raises ValueError for any other mode.
    """
    if mode == "none":
        return x
    if mode == "threshold":
        return (x >= 0.5).astype(x.dtype)
    if mode in ("stochastic", "once"):
        # 24 random bits a pixel, whatever x's dtype: both precisions then see the same draws.
        return (rng.random(x.shape, dtype=np.float32) < x).astype(x.dtype)
    raise ValueError(f"mode is {mode!r}, expected 'threshold', 'stochastic', 'once' or 'none'.")


def keep_pixels(rng: np.random.Generator, x: Floats, fraction: float) -> Floats:
    """Each pixel kept with probability `fraction`, else 0: what a denoising encoder sees."""
    if fraction == 1:
        return x
    return x * (rng.random(x.shape, dtype=np.float32) < fraction)


def remove_pixels(
    rng: np.random.Generator, x: Floats, fraction: float, of: Literal["all", "ink"]
) -> tuple[Floats, NDArray[np.bool_]]:
    """Takes the same fraction of pixels away from every image: (damaged, known), both (N, D).

    known is True where a pixel is still given; elsewhere damaged is 0. Exactly round(fraction * D)
    pixels go with of="all", floor(fraction * ink) with of="ink", where ink counts the image's
    pixels that are not 0. With the same generator's state a larger fraction takes those of a
    smaller one and more. Raises ValueError for a fraction outside [0, 1].
    """
    if not 0 <= fraction <= 1:
        raise ValueError(f"fraction is {fraction}, expected a number from 0 to 1.")
    keys = rng.random(x.shape)  # drawn whatever the fraction: that is what nests the fractions
    removed = np.full((len(x), 1), round(fraction * x.shape[1]))
    if of == "ink":
        ink = x != 0
        keys[~ink] = 2.0  # behind every key drawn, so that ink goes first
        removed = np.floor(fraction * ink.sum(axis=1, keepdims=True)).astype(np.intp)
    known = np.empty(x.shape, np.bool_)
    ranks = np.arange(x.shape[1])
    np.put_along_axis(known, np.argsort(keys, axis=1), ranks >= removed, axis=1)
    return np.where(known, x, x.dtype.type(0)), known
