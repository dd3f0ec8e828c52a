"""Errata of sampling, of pseudo-likelihood and of missing pixels.

The kernel of the small RBM stands in place of draws: nothing here is random but one mask.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_lite.ops import Array
from data.pixels import remove_pixels, to_unit
from grading.errata.erratum import BySlip, Errata, Pair
from grading.errata.small_rbm import DATA, KERNEL, P_VISIBLE, RBM, VS, ascent
from grading.oracles.enumeration import numbers_of

KNOWN = np.array([False, False, True, True])
BLACK = float(to_unit(np.zeros((1, 28, 28), np.uint8))[0, 0])
IMAGE = np.array([0.0, 0.0, 0.0, 1.0])  # the first two pixels are missing, written as 0


def cd_error(sweeps: int) -> float:
    """Largest error of the expected CD gradient, over all parameters."""
    end = np.linalg.matrix_power(KERNEL, sweeps)[numbers_of(DATA)].mean(axis=0)
    pairs = zip(ascent(end), ascent(P_VISIBLE), strict=True)
    return float(max(np.abs(cd - exact).max() for cd, exact in pairs))


class EveryPixel:
    """Stands in for a generator: of n numbers below D, each of 0 to D - 1 equally often."""

    def integers(self, D: int, size: int) -> NDArray[np.int_]:
        return np.arange(size) % D


def mean_estimate(pseudo: Any) -> float:
    """Of the log pseudo-likelihood of the first image, its pixel drawn as each of the four."""
    images = np.tile(DATA[:1], (4, 1))
    return float(pseudo.log_pseudo_likelihood_estimate(EveryPixel(), images, *RBM).mean())


def after_free_sweeps() -> Array:
    """P(v = 1) of every pixel 200 free sweeps after IMAGE. -> (4,)"""
    return np.linalg.matrix_power(KERNEL, 200)[numbers_of(IMAGE[None])][0] @ VS


def missing_pixel() -> Pair:
    agree = (VS == IMAGE)[:, KNOWN].all(axis=1)
    p = P_VISIBLE[agree]
    return after_free_sweeps()[0], (p @ VS[agree])[0] / p.sum()


def removed() -> float:
    """Fraction of 784 pixels that `remove_pixels` takes where 80 % are asked for."""
    _, known = remove_pixels(np.random.default_rng(0), np.ones((1, 784)), 0.8, "all")
    return float((~known).mean())


ERRATA: Errata = {
    "one-sweep-short": lambda: (cd_error(1), cd_error(2)),
    "cd-taken-for-exact": lambda: (0, cd_error(1)),
    "always-the-first-pixel": BySlip("estimate-first-pixel", mean_estimate),
    "missing-pixel-of-a-free-chain": missing_pixel,
    "given-pixel-of-a-free-chain": lambda: (after_free_sweeps()[3], IMAGE[3]),
    "only-the-first-rows": lambda: (64 * (1 - (63 / 64) ** 627) / 784, removed()),  # 627 draws
    "with-replacement": lambda: (1 - (783 / 784) ** 627, removed()),
    "black-made-grey": lambda: ((BLACK + 1) / 2, BLACK),
}
