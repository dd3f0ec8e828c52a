"""What all codes together say: the aggregate posterior q(z), the mean of q(z|x) over the images.

Legend as in vae/elbo.py; N images. The mean KL to the prior is what a code tells of its image plus
how far q(z) is from the prior. Equation (vae.54) of vae/DERIVATION_LIKELIHOOD.md.
"""

import math
from typing import NamedTuple

import numpy as np

from autograd_lite.ops import Array
from training.streams import stream
from vae.elbo import kl_diag_gaussian, reparameterise

ROWS = 500  # codes at a time, each beside all N posteriors


def log_aggregate(z: Array, mu: Array, logvar: Array) -> Array:
    """log q(z) of codes under the mixture of N posteriors: (M, Z), twice (N, Z) -> (M,)"""
    precision = np.exp(-logvar)
    shift = (mu * mu * precision + logvar + math.log(2 * math.pi)).sum(axis=-1)
    parts = []
    for i in range(0, len(z), ROWS):
        rows = z[i : i + ROWS]
        squares = (rows * rows) @ precision.T - 2 * rows @ (mu * precision).T + shift
        top = -0.5 * squares.min(axis=1)
        parts.append(top + np.log(np.exp(-0.5 * squares - top[:, None]).mean(axis=1)))
    return np.concatenate(parts)  # (vae.54)


class Split(NamedTuple):
    """Nats an image. The error is the standard error of the last two over the images."""

    kl: float  # mean KL( q(z|x) || p(z) )
    information: float  # of the code about which image it is; at most log N
    marginal: float  # KL( q(z) || p(z) )
    error: float


def split_kl(mu: Array, logvar: Array, seed: int = 0) -> Split:
    """The mean KL of N images' posteriors, (N, Z) each, in its two parts; one code an image."""
    mu, logvar = mu.astype(np.float64), logvar.astype(np.float64)
    z = reparameterise(mu, logvar, stream(seed, "aggregate").standard_normal((1, *mu.shape)))[0]
    log_prior = -0.5 * (z * z + math.log(2 * math.pi)).sum(axis=-1)
    excess = log_aggregate(z, mu, logvar) - log_prior
    kl, marginal = float(kl_diag_gaussian(mu, logvar).mean()), float(excess.mean())
    return Split(kl, kl - marginal, marginal, float(excess.std() / len(z) ** 0.5))
