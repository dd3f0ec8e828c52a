"""Annealed importance sampling (AIS): Z as a mean over chains that are led, temperature by
temperature, from independent pixels to the machine; and such chains led back.

Legend as in rbm/model.py; base (D,) biases of the independent pixels; beta the inverse temperature,
from 0 (they) to 1 (the machine), betas (T,) a rising sequence; a (B, H) inputs v @ W + c of the
hidden units; log_w (M,) logarithms of the weights of M chains.
Equations (rbm.33) to (rbm.35), and (rbm.41), of rbm/DERIVATION_LIKELIHOOD.md.
"""

import math
from itertools import pairwise

import numpy as np

from autograd_lite.ops import Array, sigmoid, softplus
from rbm.gibbs import bernoulli
from rbm.model import Params


def between(beta: float, base: Array, W: Array, b: Array, c: Array) -> Params:
    """The machine at inverse temperature beta: at 0 independent pixels, at 1 the machine itself."""
    return Params(beta * W, (1 - beta) * base + beta * b, beta * c)  # (rbm.33)


def log_ratio(low: float, high: float, v: Array, a: Array, base: Array, b: Array) -> Array:
    """F(v) of the machine at `low` less F(v) of the machine at `high`. -> (B,)"""
    by_hidden = (softplus(high * a) - softplus(low * a)).sum(axis=-1)
    return (high - low) * (v @ (b - base)) + by_hidden  # (rbm.34)


def ais(
    rng: np.random.Generator,
    chains: int,
    betas: Array,
    base: Array,
    W: Array,
    b: Array,
    c: Array,
) -> tuple[Array, Array]:
    """Chains from independent pixels to the machine. -> their ends (M, D), and log_w (M,)

    The mean of exp(log_w) has the expectation Z. An end counts exp(log_w) times in a mean over
    the machine's images.
    """
    v = bernoulli(rng, np.tile(sigmoid(base), (chains, 1)))
    log_w = np.full(chains, _log_z_base(base, len(c)))  # float64: a sum of many small terms
    a = v @ W + c
    for low, high in pairwise(betas.tolist()):
        log_w = log_w + log_ratio(low, high, v, a, base, b)  # (rbm.35)
        v = _sweep(rng, high, a, base, W, b)
        a = v @ W + c
    return v, log_w.astype(v.dtype)


def reverse_ais(
    rng: np.random.Generator, v: Array, betas: Array, base: Array, W: Array, b: Array, c: Array
) -> Array:
    """Chains from images v (M, D) back to independent pixels. -> log_w (M,)

    Of images from the machine, the mean of exp(-log_w) has the expectation 1 / Z. Of any images,
    -F(v) - log_w is at most log p(v) in expectation, of the machine that draws by AIS.
    """
    log_w = np.full(len(v), _log_z_base(base, len(c)))
    a = v @ W + c
    for high, low in pairwise(betas[::-1].tolist()):
        v = _sweep(rng, high, a, base, W, b)
        a = v @ W + c
        log_w = log_w + log_ratio(low, high, v, a, base, b)  # (rbm.41)
    return log_w.astype(v.dtype)


def _sweep(
    rng: np.random.Generator, beta: float, a: Array, base: Array, W: Array, b: Array
) -> Array:
    """A Gibbs sweep of the machine at beta, from images whose hidden units have the inputs a."""
    h = bernoulli(rng, sigmoid(beta * a))
    return bernoulli(rng, sigmoid((1 - beta) * base + beta * (h @ W.T + b)))


def _log_z_base(base: Array, hidden: int) -> float:
    return float(softplus(base).sum()) + hidden * math.log(2)  # (rbm.33) at beta = 0
