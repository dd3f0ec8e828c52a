"""Expectations under Gaussians by Gauss-Hermite quadrature with 12 nodes.

Exact for polynomials up to degree 23.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from grading.oracles.arrays import Array

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(12)
WEIGHTS = WEIGHTS / np.sqrt(2 * np.pi)  # now the mean under a standard normal


def expectation(f: Callable[[Any], Any], mu: Array, sigma: Array) -> Array:
    """E f(z) with z ~ N(mu, sigma^2), elementwise for arrays mu and sigma; f is elementwise too."""
    return sum(w * f(mu + sigma * t) for t, w in zip(NODES, WEIGHTS, strict=True))


def log_normal(z: Array, mu: Array | float, sigma: Array | float) -> Array:
    """The logarithm of the density of N(mu, sigma^2) at z."""
    return -0.5 * ((z - mu) / sigma) ** 2 - np.log(sigma) - 0.5 * np.log(2 * np.pi)


def kl_standard_normal(mu: Array, logvar: Array) -> Array:
    """KL( N(mu, exp(logvar)) || N(0, 1) ) as the mean of a log-ratio, summed over the last axis."""
    return kl_normals(mu, logvar, 0.0, 0.0)


def kl_normals(mu: Array, logvar: Array, mu2: Array | float, logvar2: Array | float) -> Array:
    """KL( N(mu, exp(logvar)) || N(mu2, exp(logvar2)) ), summed over the last axis.

    The mean is over t = (z - mu) / sigma, so that narrow densities lose nothing to rounding.
    """
    sigma, sigma2 = np.sqrt(np.exp(logvar)), np.sqrt(np.exp(logvar2))

    def log_ratio(t: Array) -> Array:
        log_q = log_normal(t, 0.0, 1.0) - np.log(sigma)
        return log_q - log_normal(mu + sigma * t, mu2, sigma2)

    return expectation(log_ratio, np.array(0.0), np.array(1.0)).sum(axis=-1)
