"""Exact answers for machines of few hidden units: all hidden states are summed, 2^H of them.

Legend as in rbm/gibbs.py; a (n, D) are the inputs of the pixels from n hidden states.
Equations (rbm.48) and (rbm.49) of rbm/DERIVATION_INPAINTING.md, and (rbm.32) of
rbm/DERIVATION_LIKELIHOOD.md.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from autograd_lite.ops import Array, sigmoid, softplus
from autograd_lite.threads import side_by_side

CHUNK = 4096  # hidden states at a time, so that memory stays small
GROUP, ROWS = 4, 128  # pixels whose factors are multiplied out, and states at a time
MOST = 25  # units whose states are all summed


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
    return top + np.log(total)  # (rbm.48)


def conditional(v: Array, known: NDArray[np.bool_], W: Array, b: Array, c: Array) -> Array:
    """P(v_i = 1 | given pixels) for the missing pixels, the given ones as they are. -> (B, D)"""
    log_sum = log_marginal(v, known, W, b, c)
    mean = np.zeros_like(v)
    for h, a in _hidden_states(W, b):
        w = np.exp(_log_weights(h, a, v, known, W, b, c) - log_sum)
        mean = mean + w.T @ sigmoid(a)  # (rbm.49)
    return np.where(known, v, mean)


def log_z(W: Array, b: Array, c: Array) -> Array:
    """log of the sum of exp(-energy) over all states, a scalar.

    The units of the smaller layer are cut in two halves, so that exp of a pixel's input is a number
    of the one half's state times a number of the other's. ValueError for more than MOST units in
    both layers.
    """
    if W.shape[0] < W.shape[1]:
        W, b, c = W.T, c, b
    D, H = W.shape
    if H > MOST:
        raise ValueError(f"The layers have {D} and {H} units; expected at most {MOST} in one.")
    cut = H // 2
    left, right = _states(cut, 0, 2**cut), _states(H - cut, 0, 2 ** (H - cut))
    log_left, log_right = left @ W[:, :cut].T + b, right @ W[:, cut:].T  # (2^n, D)

    def block(rows: slice) -> Array:
        """log of the sum over the states of `right`, for some of `left`."""
        log_w = (left[rows] @ c[:cut])[:, None] + right @ c[cut:]
        for i in range(0, D, GROUP):
            log_w += _log_factors(log_left[rows, i : i + GROUP], log_right[:, i : i + GROUP])
        return _log_sum(log_w)

    parts = side_by_side(block, [slice(i, i + ROWS) for i in range(0, 2**cut, ROWS)])
    return _log_sum(np.concatenate(parts)[None])[0].astype(W.dtype)  # (rbm.32)


def _log_factors(x: Array, y: Array) -> Array:
    """sum_i log(1 + exp(x_i + y_i)) for all pairs of a row of x (n, g) and of y (m, g). -> (n, m)

    The product of the g factors, multiplied out, is a sum over subsets, and so a matrix product.
    """
    subsets = _states(x.shape[1], 0, 2 ** x.shape[1]).T
    log_x, log_y = x @ subsets, y @ subsets
    top_x, top_y = log_x.max(axis=1, keepdims=True), log_y.max(axis=1, keepdims=True)
    product = np.exp(log_x - top_x) @ np.exp(log_y - top_y).T
    if product.min() < 1e-280:  # weights so large that digits are lost
        return softplus(x[:, None] + y).sum(axis=-1)
    return np.log(product) + top_x + top_y.T


def _log_sum(logs: Array) -> Array:
    """log of the sum of exp over the last axis."""
    top = logs.max(axis=-1)
    return top + np.log(np.exp(logs - top[..., None]).sum(axis=-1))


def _hidden_states(W: Array, b: Array) -> Iterator[tuple[Array, Array]]:
    """All hidden states h (n, H), CHUNK at a time, and the pixels' inputs a (n, D) from them.

    ValueError for more than MOST hidden units: their sum would take an hour.
    """
    H = W.shape[1]
    if H > MOST:
        raise ValueError(f"{H} hidden units have 2**{H} states; expected at most {MOST} units.")
    for first in range(0, 2**H, CHUNK):
        h = _states(H, first, min(first + CHUNK, 2**H)).astype(W.dtype)
        yield h, h @ W.T + b


def _states(units: int, first: int, end: int) -> Array:
    """The binary states of so many units from number `first` to `end`, (end - first, units)."""
    return (np.arange(first, end)[:, None] >> np.arange(units) & 1).astype(np.float64)


def _log_weights(
    h: Array, a: Array, v: Array, known: NDArray[np.bool_], W: Array, b: Array, c: Array
) -> Array:
    """log w(h), the part of h in the sum: (n, B) for n hidden states and B images."""
    given, missing = v * known, (~known).astype(v.dtype)
    # The given pixels' v.a is v.b + h.(v W): their sum over D is done once for all h.
    return h @ (given @ W + c).T + given @ b + softplus(a) @ missing.T
