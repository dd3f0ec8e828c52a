"""Filling in missing pixels: clamped Gibbs chains, and the mean of their last probabilities.

Legend as in rbm/gibbs.py. Equation (rbm.46) of rbm/DERIVATION_INPAINTING.md. Where only ink was
erased, every blank pixel counts as missing, and with a known erasure rate r, b + log(r) takes the
place of b: (rbm.50).
"""

import numpy as np
from numpy.typing import NDArray

from autograd_lite.ops import Array
from rbm.gibbs import bernoulli, gibbs
from rbm.model import prob_h, prob_v


def inpaint(
    rng: np.random.Generator,
    v: Array,
    known: NDArray[np.bool_],
    W: Array,
    b: Array,
    c: Array,
    burn_in: int = 100,
    average: int = 100,
) -> Array:
    """P(v_i = 1 | given pixels) for the missing pixels, the given ones as they are. -> (B, D)

    The chain starts from coin flips, runs `burn_in` sweeps, and then averages P(v_i = 1 | h) over
    `average` sweeps: their mean has no more noise than the mean of the samples, (rbm.47).
    """
    start = np.where(known, v, bernoulli(rng, np.full_like(v, 0.5)))
    probs = chain_mean(rng, start, W, b, c, burn_in, average, known)
    return np.where(known, v, probs)  # (rbm.46)


def chain_mean(
    rng: np.random.Generator,
    v: Array,
    W: Array,
    b: Array,
    c: Array,
    burn_in: int,
    average: int,
    known: NDArray[np.bool_] | None = None,
) -> Array:
    """The mean of P(v_i = 1 | h) over `average` sweeps after `burn_in`; the chain starts at v.

    Free without `known`: it then forgets v, given pixels and all. -> (B, D)
    """
    given = v
    v = gibbs(rng, v, W, b, c, burn_in, known)
    total = np.zeros_like(v)
    for _ in range(average):
        h = bernoulli(rng, prob_h(v, W, c))
        probs = prob_v(h, W, b)
        v = bernoulli(rng, probs)
        if known is not None:
            v = known * given + ~known * v
        total = total + probs
    return total / average
