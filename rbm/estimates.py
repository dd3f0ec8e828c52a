"""What the weights of annealed chains say of log Z, and how sure one can be.

log_w (M,) are logarithms of M independent weights whose expectation is Z.
Equations (rbm.37) to (rbm.39) and (rbm.40) of rbm/DERIVATION_LIKELIHOOD.md.
"""

import numpy as np

from autograd_lite.ops import Array


def log_mean_exp(log_w: Array) -> Array:
    """log of the mean of the weights, over the last axis."""
    top = log_w.max(axis=-1, keepdims=True)
    mean = np.exp(log_w - top).mean(axis=-1)
    return top[..., 0] + np.log(mean)  # (rbm.37)


def effective_size(log_w: Array) -> Array:
    """How many equal weights would tell as much: from 1 to M, a scalar."""
    w = np.exp(log_w - log_w.max())
    return w.sum() ** 2 / (w * w).sum()  # (rbm.38)


def standard_error(log_w: Array) -> Array:
    """The standard error of log_mean_exp, to first order, a scalar.

    The weights' variance is their mean squared deviation, so it is 0 for one weight.
    """
    w = np.exp(log_w - log_w.max())
    return w.std() / w.mean() / np.sqrt(w.dtype.type(len(w)))  # (rbm.39)


def bootstrap(rng: np.random.Generator, log_w: Array, draws: int = 2000) -> tuple[Array, Array]:
    """A 95 % interval of log Z: of log_mean_exp over weights drawn again with replacement."""
    again = log_w[rng.integers(len(log_w), size=(draws, len(log_w)))]
    ends = np.quantile(log_mean_exp(again), (0.025, 0.975))  # (rbm.40)
    low, high = ends.astype(log_w.dtype)
    return low, high
