"""Exact answers for machines of few hidden units: all hidden states are summed, 2^H of them.

Legend as in rbm/gibbs.py; a (n, D) are the inputs of the pixels from n hidden states.
Equations (rbm.31) and (rbm.32) of rbm/DERIVATION_INPAINTING.md.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from autograd_lite.ops import Array, sigmoid, softplus

CHUNK = 4096  # hidden states at a time, so that memory stays small


def log_marginal(v: Array, known: NDArray[np.bool_], W: Array, b: Array, c: Array) -> Array:
    """log of the sum of exp(-free energy) over all values of the missing pixels. -> (B,)

    With all pixels given it is minus the free energy; with none given, log Z.
    """
    top, total = np.full(len(v), -np.inf, v.dtype), np.zeros(len(v), v.dtype)
    for h, a in _hidden_states(W, b):
        log_w = _log_weights(h, a, v, known, W, b, c)
        higher = np.maximum(top, log_w.max(axis=0))  # no exponent below is above 0
        total = total * np.exp(top - higher) + np.exp(log_w - higher).sum(axis=0)
        top = higher
    return top + np.log(total)  # (rbm.31)


def conditional(v: Array, known: NDArray[np.bool_], W: Array, b: Array, c: Array) -> Array:
    """P(v_i = 1 | given pixels) for the missing pixels, the given ones as they are. -> (B, D)"""
    log_sum = log_marginal(v, known, W, b, c)
    mean = np.zeros_like(v)
    for h, a in _hidden_states(W, b):
        w = np.exp(_log_weights(h, a, v, known, W, b, c) - log_sum)
        mean = mean + w.T @ sigmoid(a)  # (rbm.32)
    return np.where(known, v, mean)


def _hidden_states(W: Array, b: Array) -> Iterator[tuple[Array, Array]]:
    """All hidden states h (n, H), CHUNK at a time, and the pixels' inputs a (n, D) from them.

    ValueError for more than 25 hidden units: their sum would take an hour.
    """
    H = W.shape[1]
    if H > 25:
        raise ValueError(f"{H} hidden units have 2**{H} states; expected at most 25 units.")
    for first in range(0, 2**H, CHUNK):
        numbers = np.arange(first, min(first + CHUNK, 2**H))
        h = (numbers[:, None] >> np.arange(H) & 1).astype(W.dtype)
        yield h, h @ W.T + b


def _log_weights(
    h: Array, a: Array, v: Array, known: NDArray[np.bool_], W: Array, b: Array, c: Array
) -> Array:
    """log w(h), the part of h in the sum: (n, B) for n hidden states and B images."""
    given, missing = v * known, (~known).astype(v.dtype)
    # The given pixels' v.a is v.b + h.(v W): their sum over D is done once for all h.
    return h @ (given @ W + c).T + given @ b + softplus(a) @ missing.T
