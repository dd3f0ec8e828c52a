"""Errata of the restricted Boltzmann machine: its distribution, and the gradient of log p(v)."""

import math
from typing import Any

import numpy as np

from grading.errata.erratum import BySlip, Errata, Pair
from grading.errata.small_rbm import DATA, HS, JOINT, P_HIDDEN, P_VISIBLE, RBM, VS, ascent
from rbm.model import Params, free_energy, prob_h, prob_v

FIRST_ON = prob_h(DATA[:1], RBM.W, RBM.c)[0, 0]  # of the first hidden unit, given an image


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
}
