"""Errata of Gaussian likelihoods and densities."""

import math

import numpy as np

from grading.errata.bound import KL
from grading.errata.form import Pair, erratum
from vae.elbo import squared_error

_rng = np.random.default_rng(0)
LOGITS, IMAGE = _rng.normal(size=(1, 784)), _rng.random((1, 784))
SQUARES = float(squared_error(LOGITS, IMAGE)[0])
CONSTANT = 392 * math.log(math.pi)  # (784 / 2) log(2 pi sigma^2) where sigma^2 is 1/2
RESIDUALS = np.array([0.5, -1.2, 0.3, 1.1, -0.4, 0.9])
MEAN, SIGMA = 1.0, 0.5
Z = np.linspace(-9, 11, 2_001)


def standard(eps: float) -> float:
    """The density of the standard normal."""
    return math.exp(-0.5 * eps**2) / math.sqrt(2 * math.pi)


@erratum(
    where="003, E37",
    says="The normalising term enters the negative log-likelihood with a minus.",
    right="With a plus.",
    home="vae.18",
    quantity="-log p of an image of 784 pixels, variance 1/2 [nats]",
)
def normalising_sign() -> Pair:
    return SQUARES - CONSTANT, SQUARES + CONSTANT


@erratum(
    where="003, E37",
    says="The same sign where the variance is fitted: the largest one on offer is best.",
    right="The best variance is the mean squared residual.",
    home="vae.18",
    quantity="best variance between 0.01 and 100 for six residuals",
)
def fitted_variance() -> Pair:
    offered = np.exp(np.linspace(math.log(0.01), math.log(100), 20_001))
    size = 0.5 * len(RESIDUALS) * np.log(2 * math.pi * offered)
    spread = (RESIDUALS**2).sum() / (2 * offered)
    return offered[np.argmin(spread - size)], offered[np.argmin(spread + size)]


@erratum(
    where="000, 001 and 003, B20, E39",
    says="Squared error plus KL is taken for minus the bound.",
    right="It assumes the variance 1/2 and leaves its constant out, 448.73 nats an image.",
    home="vae.16",
    quantity="-log p of an image of 784 pixels [nats]",
)
def constant_left_out() -> Pair:
    return SQUARES, SQUARES + CONSTANT


@erratum(
    where="003, E39",
    says="Squares are averaged over pixels.",
    right="They are summed; averaged, they let the KL weigh 784 times as much.",
    home="vae.16",
    quantity="share of the KL in the cost of an image",
)
def mean_of_squares() -> Pair:
    return KL / (SQUARES / 784 + KL), KL / (SQUARES + KL)


@erratum(
    where="a usual mistake, E46",
    says="The density of z is taken to be that of its noise, without a factor.",
    right="It is divided by $`\\sigma`$, in general by its absolute value.",
    home="vae.11",
    quantity="area under the density, deviation 0.5",
)
def without_jacobian() -> Pair:
    area = sum(standard(eps) for eps in (Z - MEAN) / SIGMA) * (Z[1] - Z[0])
    return area, area / SIGMA


@erratum(
    where="004, E46",
    says="In the exponent, in handwriting, the distance has no square.",
    right="It is squared.",
    home="vae.11",
    quantity="density of mean 1 and deviation 0.5, at 2.5",
)
def exponent_not_squared() -> Pair:
    distance = 2.5 - MEAN
    wrong = math.exp(-distance / (2 * SIGMA**2)) / (SIGMA * math.sqrt(2 * math.pi))
    return wrong, standard(distance / SIGMA) / SIGMA
