"""Pseudo-likelihood: how well each pixel is predicted from all the others. It needs no Z.

Legend as in rbm/model.py. Equations (rbm.17) and (rbm.18) of rbm/DERIVATION.md.
"""

import numpy as np

from autograd_lite.ops import Array, log_sigmoid, softplus
from rbm.model import free_energy


def log_pseudo_likelihood(v: Array, W: Array, b: Array, c: Array) -> Array:
    """sum_i log P(v_i | all other pixels), exactly. Nats an image -> (B,)

    Costs D times as much as a free energy.
    """
    logits = v @ W + c  # (B, H)
    total = np.zeros_like(logits[:, 0])
    for i in range(v.shape[1]):
        flip = 1 - 2 * v[:, i]  # what flipping pixel i adds to it
        # F(v with i flipped) - F(v): only one row of W takes part, so v @ W is not redone.
        moved = softplus(logits + flip[:, None] * W[i]).sum(axis=-1)
        rise = -flip * b[i] - moved + softplus(logits).sum(axis=-1)
        total = total + log_sigmoid(rise)  # (rbm.17)
    return total


def log_pseudo_likelihood_estimate(
    rng: np.random.Generator, v: Array, W: Array, b: Array, c: Array
) -> Array:
    """Unbiased estimate from one pixel an image, drawn uniformly. Nats an image -> (B,)"""
    rows, D = np.arange(len(v)), v.shape[1]
    pixel = rng.integers(D, size=len(v))
    flipped = v.copy()
    flipped[rows, pixel] = 1 - v[rows, pixel]
    rise = free_energy(flipped, W, b, c) - free_energy(v, W, b, c)
    return D * log_sigmoid(rise)  # (rbm.18)
