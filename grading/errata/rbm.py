"""Errata of the restricted Boltzmann machine: its distribution, the gradient of log p(v), sampling,
pseudo-likelihood and missing pixels.

The machine has 4 pixels and 3 hidden units, so that all its states can be summed, and its kernel
stands in place of draws: nothing here is random but one mask. Legend as in rbm/model.py; VS (16, 4)
and HS (8, 3) all states, JOINT (16, 8) their p(v, h), KERNEL (16, 16) the probability of v' after
one free sweep v -> h -> v', DATA (5, 4) images.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_lite.ops import Array
from data.pixels import remove_pixels, to_unit
from grading.errata.erratum import BySlip, Errata, Pair
from grading.oracles.enumeration import joint, kernel, numbers_of, states
from rbm.gradient import nll_gradient
from rbm.model import Params, free_energy, prob_h, prob_v

W = np.array([[2.0, -1.0, 0.5], [-1.5, 1.0, 2.0], [1.0, -2.0, 1.5], [-0.5, 1.5, -2.0]])
b, c = np.array([-0.5, 0.8, 0.3, -1.0]), np.array([0.6, -0.9, 0.4])
RBM = Params(W, b, c)
DATA = np.array([[1, 0, 1, 0], [0, 1, 1, 0], [1, 1, 0, 0], [1, 0, 1, 1], [0, 1, 0, 1]], float)
VS, HS, JOINT, KERNEL = states(4), states(3), joint(*RBM), kernel(*RBM)
P_VISIBLE, P_HIDDEN = JOINT.sum(axis=1), JOINT.sum(axis=0)
KNOWN = np.array([False, False, True, True])
IMAGE = np.array([0.0, 0.0, 0.0, 1.0])  # the first two pixels are missing, written as 0
BLACK = float(to_unit(np.zeros((1, 28, 28), np.uint8))[0, 0])
FIRST_ON = prob_h(DATA[:1], RBM.W, RBM.c)[0, 0]  # of the first hidden unit, given an image


def ascent(p: Array, gradient: Callable[..., Any] = nll_gradient) -> Params:
    """Gradient of the mean log p(DATA), with p (16,) as the model's distribution of images.

    It is minus `gradient` with each image in turn as the model's, weighted by p.
    """
    by_image = [gradient(DATA, v[None], *RBM) for v in VS]
    return Params(*(-np.tensordot(p, np.stack(g), axes=1) for g in zip(*by_image, strict=True)))


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


def by_first_weight(gradient: Any) -> float:
    return float(ascent(P_VISIBLE, gradient.nll_gradient).W[0, 0])


def mean_log_p(params: Params) -> float:
    """The mean of log p(v) over DATA."""
    log_z = np.log(np.exp(-free_energy(VS, *params)).sum())
    return float((-free_energy(DATA, *params) - log_z).mean())


def rise(gradient: Any) -> float:
    """Of the mean log p, by a step of 0.1 along what `gradient` calls its gradient."""
    steps = ascent(P_VISIBLE, gradient.nll_gradient)
    moved = Params(*(p + 0.1 * g for p, g in zip(RBM, steps, strict=True)))
    return mean_log_p(moved) - mean_log_p(RBM)


def pixel_twice() -> Pair:
    doubled = P_HIDDEN @ prob_v(HS, RBM.W, RBM.b)[:, 0] ** 2  # mean of v_1 P(v_1 = 1 given h)
    return DATA[:, 0].mean() - doubled, ascent(P_VISIBLE).b[0]


ERRATA: Errata = {
    "joint-without-z": lambda: (np.exp(-free_energy(VS, *RBM)).sum(), JOINT.sum()),
    "hidden-taken-for-independent": lambda: (np.prod(P_HIDDEN @ HS), P_HIDDEN[-1]),
    "off-for-on": lambda: (FIRST_ON, 1 - FIRST_ON),
    "infinitely-many-terms": lambda: (math.inf, 2 ** min(784, 20)),
    "whole-batch": BySlip(
        "free-energy-whole-batch", lambda model: np.ravel(model.free_energy(DATA, *RBM))[0]
    ),
    "same-image-twice": BySlip("nll-gradient-no-model", by_first_weight),
    "gradient-sign": BySlip("nll-gradient-sign", by_first_weight),
    "climbing-down": BySlip("nll-gradient-sign", rise),
    "hidden-bias-forgotten": BySlip(
        "statistics-without-c", lambda gradient: ascent(P_VISIBLE, gradient.nll_gradient).c[2]
    ),
    "pixel-twice": pixel_twice,
    "shared-rows": BySlip(
        "nll-gradient-shared-rows",
        lambda gradient: gradient.nll_gradient(DATA[:3], VS[6:], *RBM).b[0] + DATA[:3, 0].mean(),
    ),
    "one-sweep-short": lambda: (cd_error(1), cd_error(2)),
    "cd-taken-for-exact": lambda: (0, cd_error(1)),
    "always-the-first-pixel": BySlip("estimate-first-pixel", mean_estimate),
    "missing-pixel-of-a-free-chain": missing_pixel,
    "given-pixel-of-a-free-chain": lambda: (after_free_sweeps()[3], IMAGE[3]),
    "only-the-first-rows": lambda: (64 * (1 - (63 / 64) ** 627) / 784, removed()),  # 627 draws
    "with-replacement": lambda: (1 - (783 / 784) ** 627, removed()),
    "black-made-grey": lambda: ((BLACK + 1) / 2, BLACK),
}
