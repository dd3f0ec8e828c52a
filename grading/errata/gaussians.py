"""Errata of the bound, of the KL of Gaussians, and of Gaussian likelihoods and densities.

The Gaussian q has the means 1 and -0.5 and the variances 0.25 and 1.5. Legend as in vae/elbo.py.
"""

import math
from typing import Any

import numpy as np

from autograd_lite.losses import bernoulli_nll
from grading.errata.erratum import BySlip, Errata, Pair
from vae.elbo import kl_diag_gaussian, neg_elbo, reparameterise, squared_error
from vae.mlp import init
from vae.networks import Dense
from vae.objective import costs

MU, LOGVAR = np.array([[1.0, -0.5]]), np.log([[0.25, 1.5]])
KL = float(kl_diag_gaussian(MU, LOGVAR)[0])
NEG_ELBO = float(neg_elbo(np.array([[80.0], [84.0]]), np.array([KL]))[0])
Q_LOG_Q = -0.5 * float((math.log(2 * math.pi) + LOGVAR + 1).sum())
_rng = np.random.default_rng(0)
LOGITS, IMAGE = _rng.normal(size=(1, 784)), _rng.random((1, 784))
SQUARES = float(squared_error(LOGITS, IMAGE)[0])
CONSTANT = 392 * math.log(math.pi)  # (784 / 2) log(2 pi sigma^2) where sigma^2 is 1/2
RESIDUALS = np.array([0.5, -1.2, 0.3, 1.1, -0.4, 0.9])
MEAN, SIGMA = 1.0, 0.5


def average_of_p() -> Pair:
    z = reparameterise(MU, LOGVAR, np.random.default_rng(0).normal(size=(5, 1, 2)))
    nll = bernoulli_nll(3 * z, np.ones((1, 2)))  # the decoder's logits are 3 z
    return float(np.log(np.exp(-nll).mean())), -float(neg_elbo(nll, np.zeros(1))[0])


def summed_over_images() -> Pair:
    rng = np.random.default_rng(0)
    network = Dense(init(rng, 6, (5,), 2, np.float64), "relu")
    x, eps = rng.random((4, 6)), rng.normal(size=(1, 4, 2))
    once = neg_elbo(*costs(x, eps, network, "bernoulli"))
    twice = neg_elbo(*costs(np.tile(x, (2, 1)), np.tile(eps, (1, 2, 1)), network, "bernoulli"))
    return twice.sum() / once.sum(), twice.mean() / once.mean()


def variance_of_samples(elbo: Any) -> float:
    eps = np.array([[[1.0, 1.0]], [[-1.0, -1.0]]])  # two points of mean 0 and variance 1
    return float(elbo.reparameterise(MU, LOGVAR, eps).var(axis=0)[0, 0])


def fitted_variance() -> Pair:
    offered = np.exp(np.linspace(math.log(0.01), math.log(100), 20_001))
    size = 0.5 * len(RESIDUALS) * np.log(2 * math.pi * offered)
    spread = (RESIDUALS**2).sum() / (2 * offered)
    return offered[np.argmin(spread - size)], offered[np.argmin(spread + size)]


def standard(eps: Any) -> Any:
    """The density of the standard normal."""
    return np.exp(-0.5 * eps**2) / math.sqrt(2 * math.pi)


def without_jacobian() -> Pair:
    z = np.linspace(-9, 11, 2_001)
    area = standard((z - MEAN) / SIGMA).sum() * (z[1] - z[0])
    return area, area / SIGMA


def exponent_not_squared() -> Pair:
    distance = 2.5 - MEAN
    wrong = math.exp(-distance / (2 * SIGMA**2)) / (SIGMA * math.sqrt(2 * math.pi))
    return wrong, standard(distance / SIGMA) / SIGMA


ERRATA: Errata = {
    "average-of-p": average_of_p,
    "bound-without-minus": lambda: (-NEG_ELBO, NEG_ELBO),
    "summed-over-images": summed_over_images,
    "cross-entropy-without-minus": lambda: (Q_LOG_Q - KL, KL - Q_LOG_Q),
    "mean-not-squared": lambda: (
        -0.5 * (math.log(2 * math.pi) + MU + np.exp(LOGVAR)).sum(),
        Q_LOG_Q - KL,
    ),
    "deviation-for-variance": lambda: (kl_diag_gaussian(MU, 0.5 * LOGVAR)[0], KL),
    "variance-for-logarithm": lambda: (kl_diag_gaussian(MU, np.exp(LOGVAR))[0], KL),
    "noise-times-variance": BySlip("sample-with-variance", variance_of_samples),
    "normalising-sign": lambda: (SQUARES - CONSTANT, SQUARES + CONSTANT),
    "fitted-variance": fitted_variance,
    "constant-left-out": lambda: (SQUARES, SQUARES + CONSTANT),
    "mean-of-squares": BySlip(
        "squared-mean", lambda elbo: KL / (elbo.squared_error(LOGITS, IMAGE)[0] + KL)
    ),
    "without-jacobian": without_jacobian,
    "exponent-not-squared": exponent_not_squared,
}
