"""The VAE whose encoder and decoder are linear, of which everything is known: probabilistic PCA.

Legend: x (N, D) images, W (Z, D) and m (D,) of the decoder, which has the mean z W + m; v the
variance of the pixels, 1/2 for squared error; U, eigenvalues of the images' covariance. Like
squared error, costs leave the constant D/2 log(2 pi v) out.
Equations (vae.51) to (vae.53) of vae/DERIVATION_LIKELIHOOD.md (Tipping and Bishop 1999).
"""

from typing import NamedTuple

import numpy as np

from autograd_lite.ops import Array


def linear_nll(x: Array, W: Array, m: Array, v: float = 0.5) -> Array:
    """-log N(x; m, W'W + v I) less the constant: (N, D), (Z, D), (D,) -> (N,)"""
    M = W @ W.T + v * np.eye(len(W), dtype=W.dtype)
    centred = x - m
    explained = centred @ W.T
    squares = (centred * centred).sum(axis=-1)
    squares -= (explained * np.linalg.solve(M, explained.T).T).sum(axis=-1)
    _, log_det = np.linalg.slogdet(M / v)
    return 0.5 * (squares / v + log_det)  # (vae.51)


def linear_gap(W: Array, v: float = 0.5) -> float:
    """log p(x) less the largest bound of independent codes, the same for every image: (Z, D) ->"""
    M = W @ W.T / v + np.eye(len(W))
    return 0.5 * float(np.log(np.diag(M)).sum() - np.linalg.slogdet(M)[1])  # (vae.52)


class Optimum(NamedTuple):
    """The linear VAE of the largest likelihood."""

    W: Array  # (Z, D): 0 where a code has collapsed
    m: Array  # (D,)
    cost: float  # nats an image, on the images that it is the best for
    eigenvalues: Array  # (D,), the largest first


def ppca(x: Array, Z: int, v: float = 0.5) -> Optimum:
    """The optimum for images (N, D), Z <= D: a code collapses where its eigenvalue is at most v."""
    m = x.mean(axis=0, dtype=np.float64).astype(x.dtype)
    values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(x.T, bias=True, dtype=np.float64)))
    values, vectors = values[::-1].astype(x.dtype), vectors[:, ::-1].astype(x.dtype)
    stretch = np.sqrt(np.maximum(values[:Z] - v, 0))
    W = stretch[:, None] * vectors[:, :Z].T
    used = np.maximum(values[:Z] / v, 1)
    cost = 0.5 * float(np.log(used).sum() + values.sum() / v - (used - 1).sum())
    return Optimum(W, m, cost, values)  # (vae.53)
