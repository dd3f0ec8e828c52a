"""What can be watched without Z: pseudo-likelihood (how well each pixel is predicted from all the
others), and the free-energy gap between training and validation images.

Legend as in rbm/model.py. Equations (rbm.28), (rbm.29) and (rbm.30) of rbm/DERIVATION_WATCHING.md.
"""

import numpy as np

from autograd_lite.ops import Array, log_sigmoid, softplus
from rbm.model import free_energy


def log_pseudo_likelihood(v: Array, W: Array, b: Array, c: Array) -> Array:
    """sum_i log P(v_i | all other pixels), exactly. Nats an image -> (B,)

    For each of the D pixels softplus is taken of all H inputs anew; v @ W is computed once.
    """
    logits = v @ W + c  # (B, H)
    here = softplus(logits).sum(axis=-1)
    total = np.zeros_like(here)
    for i in range(v.shape[1]):
        flip = 1 - 2 * v[:, i]  # what flipping pixel i adds to it
        # F(v with i flipped) - F(v): only one row of W takes part, so v @ W is not redone.
        moved = softplus(logits + flip[:, None] * W[i]).sum(axis=-1)
        rise = -flip * b[i] - moved + here
        total = total + log_sigmoid(rise)  # (rbm.28)
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
    return D * log_sigmoid(rise)  # (rbm.29)


def free_energy_gap(v_train: Array, v_validation: Array, W: Array, b: Array, c: Array) -> Array:
    """Mean log p(v_train) less mean log p(v_validation). Nats an image, a scalar.

    log Z is in both and cancels. Where it grows in training, the machine is overfitting.
    """
    train, validation = free_energy(v_train, W, b, c), free_energy(v_validation, W, b, c)
    return validation.mean() - train.mean()  # (rbm.30)
