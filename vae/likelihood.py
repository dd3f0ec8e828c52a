"""log p(x) of a trained VAE: summed over a grid of codes where they have one or two numbers, and by
importance sampling for any number of them.

Legend as in vae/elbo.py; G codes of a grid. log p is in the units of the training's cost: of
squared error, which leaves a constant out, so does log p.
Equations (vae.41) and (vae.42) of vae/DERIVATION_LIKELIHOOD.md.
"""

import math
from typing import NamedTuple

import numpy as np

from autograd_lite.ops import Array, softplus
from autograd_lite.threads import side_by_side
from training.streams import stream
from vae.elbo import reparameterise
from vae.importance import log_weights, neg_iwae, shares
from vae.networks import Network
from vae.objective import LIKELIHOODS, Dense, Layer, Params  # noqa: F401 (for a check's networks)

VALUES = 2**22  # of the widest layer at a time, of 4 bytes: a block takes about 100 MB


def lattice(Z: int, limit: float, points: int) -> tuple[Array, float]:
    """The codes (points^Z, Z) of an even grid from -limit to limit, and the log of a cell's size"""
    axis = np.linspace(-limit, limit, points)
    codes = np.stack(np.meshgrid(*[axis] * Z, indexing="ij"), axis=-1).reshape(-1, Z)
    return codes, Z * math.log(axis[1] - axis[0])


def log_joint(z: Array, x: Array, network: Network, likelihood: str) -> Array:
    """log p(x, z) of every code with every image: (G, Z), (B, D) -> (G, B)"""
    outputs = network.decode(z)
    if likelihood == "bernoulli":  # linear in x: a matrix product
        nll = softplus(outputs).sum(axis=-1, keepdims=True) - outputs @ x.T
    else:
        nll = LIKELIHOODS[likelihood][0](outputs[:, None], x)
    log_prior = -0.5 * (z * z + math.log(2 * math.pi)).sum(axis=-1, keepdims=True)
    return log_prior - nll  # (vae.41)


def reach(mu: Array, logvar: Array) -> float:
    """How far a grid goes: it covers the prior, and every q(z|x), up to 6 standard deviations."""
    return max(6.0, float((np.abs(mu) + 6 * np.exp(0.5 * logvar)).max()))


def grid_log_p(x: Array, network: Network, likelihood: str, points: int = 200) -> Array:
    """log p(x), by a sum over a grid of codes: (B, D) -> (B,). ValueError for Z > 2."""
    mu, logvar = network.encode(x)
    if (Z := mu.shape[1]) > 2:
        raise ValueError(f"codes have {Z} numbers; expected 1 or 2 for a grid")
    codes, log_cell = lattice(Z, reach(mu, logvar), points)
    pairs = 0 if likelihood == "bernoulli" else x.size
    rows = max(1, VALUES // max(network.width, pairs))
    total = np.full(len(x), -np.inf)
    for i in range(0, len(codes), rows):
        part = log_joint(codes[i : i + rows].astype(x.dtype), x, network, likelihood)
        top = part.max(axis=0).astype(np.float64)
        total = np.logaddexp(total, top + np.log(np.exp(part - top).sum(axis=0)))
    return (total + log_cell).astype(x.dtype)  # (vae.42)


class Sampled(NamedTuple):
    """What K samples of q(z|x) say of each image; (B,) each, in float64."""

    log_p: Array  # low on average, by about half the squared error
    error: Array  # its standard error, to first order
    effective: Array  # samples: how many of equal weight would tell as much
    bound: Array  # the evidence lower bound, from the same samples


def sampled_log_p(
    x: Array, network: Network, likelihood: str, samples: int = 5000, seed: int = 0, index: int = 0
) -> Sampled:
    """log p(x) by importance sampling from q(z|x), for images (N, D), the first of this index."""
    nll, _ = LIKELIHOODS[likelihood]
    images = max(1, 10 * VALUES // (samples * x.shape[1]))  # whose weights are had together

    def block(first: int) -> Sampled:
        rows, parts = x[first : first + images], list[Array]()
        mu, logvar = network.encode(rows)
        each = max(1, VALUES // (len(rows) * network.width))
        for k in range(0, samples, each):
            rng = stream(seed, "importance", index + first, k)
            shape = (min(each, samples - k), *mu.shape)
            eps = rng.standard_normal(shape, dtype=x.dtype)
            z = reparameterise(mu, logvar, eps)
            parts.append(log_weights(nll(network.decode(z), rows), z, eps, logvar))
        return summary(np.concatenate(parts, dtype=np.float64))

    done = side_by_side(block, range(0, len(x), images))
    return Sampled(*(np.concatenate(part) for part in zip(*done, strict=True)))


def summary(log_w: Array) -> Sampled:
    """What the log-weights (K, B) of K samples of each image say."""
    share = shares(log_w)
    squares = (share * share).sum(axis=0)
    error = np.sqrt(np.maximum(squares - 1 / len(log_w), 0))  # std / (mean sqrt(K)) of the weights
    return Sampled(-neg_iwae(log_w), error, 1 / squares, log_w.mean(axis=0))
