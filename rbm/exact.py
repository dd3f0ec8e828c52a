"""Exact answers for machines of few hidden units: all hidden states are summed, 2^H of them.

Legend as in rbm/gibbs.py. Equations (rbm.25) and (rbm.26) of rbm/DERIVATION.md. With float64
parameters and 20 hidden units: a minute for a few hundred images.
"""

import numpy as np
from numpy.typing import NDArray

from autograd_lite.ops import Array, sigmoid, softplus

CHUNK = 4096  # hidden states at a time, so that memory stays small


def log_marginal(v: Array, known: NDArray[np.bool_], W: Array, b: Array, c: Array) -> Array:
    """log of the sum of exp(-free energy) over all values of the missing pixels. -> (B,)

    With all pixels given it is minus the free energy; with none given, log Z.
    """
    log_sum, _ = _summed(v, known, W, b, c)
    return log_sum


def conditional(v: Array, known: NDArray[np.bool_], W: Array, b: Array, c: Array) -> Array:
    """P(v_i = 1 | given pixels) for the missing pixels, the given ones as they are. -> (B, D)"""
    _, probs = _summed(v, known, W, b, c)
    return np.where(known, v, probs)  # (rbm.26)


def _summed(
    v: Array, known: NDArray[np.bool_], W: Array, b: Array, c: Array
) -> tuple[Array, Array]:
    """log sum_h w(h), and the mean of P(v_i = 1 | h) under w, with the largest weight taken out."""
    top = np.full(len(v), -np.inf, v.dtype)
    total, weighted = np.zeros_like(top), np.zeros_like(v)
    states = 2 ** len(c)
    for first in range(0, states, CHUNK):
        numbers = np.arange(first, min(first + CHUNK, states))
        h = (numbers[:, None] >> np.arange(len(c)) & 1).astype(v.dtype)  # (n, H)
        logits = h @ W.T + b
        log_w = (
            (h @ c)[:, None]
            + logits @ (v * known).T
            + softplus(logits) @ (~known).T.astype(v.dtype)
        )  # (rbm.25)
        higher = np.maximum(top, log_w.max(axis=0))
        shrink, w = np.exp(top - higher), np.exp(log_w - higher)
        total = total * shrink + w.sum(axis=0)
        weighted = weighted * shrink[:, None] + w.T @ sigmoid(logits)
        top = higher
    return top + np.log(total), weighted / total[:, None]
