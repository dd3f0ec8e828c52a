"""The restricted Boltzmann machine: its energy, and what follows from it in closed form.

Legend: v (B, D) visible units in {0, 1}, h (B, H) hidden units in {0, 1},
W (D, H) weights, b (D,) visible biases, c (H,) hidden biases;
B images, D pixels, H hidden units.
Equations (rbm.1) to (rbm.6) of rbm/DERIVATION.md, (rbm.26) and (rbm.27) of its second part,
rbm/DERIVATION_LEARNING.md.
"""

from typing import NamedTuple

import numpy as np

from autograd_lite.ops import Array, sigmoid, softplus


class Params(NamedTuple):
    """The parameters of the machine; its gradients have this type too."""

    W: Array  # (D, H)
    b: Array  # (D,)
    c: Array  # (H,)


def energy(v: Array, h: Array, W: Array, b: Array, c: Array) -> Array:
    """Energy of joint states; p(v, h) is proportional to exp(-energy). -> (B,)"""
    return -(v @ b) - (h @ c) - ((v @ W) * h).sum(axis=-1)  # (rbm.1)


def free_energy(v: Array, W: Array, b: Array, c: Array) -> Array:
    """Free energy of visible states; p(v) is proportional to exp(-free_energy). -> (B,)"""
    return -(v @ b) - softplus(v @ W + c).sum(axis=-1)  # (rbm.4)


def prob_h(v: Array, W: Array, c: Array) -> Array:
    """P(h_j = 1 | v) for every hidden unit; given v they are independent. -> (B, H)"""
    return sigmoid(v @ W + c)  # (rbm.5)


def prob_v(h: Array, W: Array, b: Array) -> Array:
    """P(v_i = 1 | h) for every pixel; given h they are independent. -> (B, D)"""
    return sigmoid(h @ W.T + b)  # (rbm.6)


def init(rng: np.random.Generator, images: Array, hidden: int) -> Params:
    """Small normal weights, and the visible biases that alone would give the pixels' means.

    images (N, D) in [0, 1]. Source: Hinton, A practical guide to training RBMs, 2010, section 8.
    """
    W = (0.01 * rng.standard_normal((images.shape[1], hidden))).astype(images.dtype)
    return Params(W, base_biases(images), np.zeros(hidden, images.dtype))


def base_biases(images: Array) -> Array:
    """The visible biases that alone give the pixels of images (N, D) in [0, 1] their means. (D,)"""
    mean = images.mean(axis=0, dtype=np.float64)
    mean = np.clip(mean, 0.001, 0.999)  # a pixel that is never on still gets a finite bias
    return np.log(mean / (1 - mean)).astype(images.dtype)  # (rbm.26)


def init_truncated(rng: np.random.Generator, images: Array, hidden: int) -> Params:
    """Truncated normal weights, of standard deviation 0.1 before truncation, and biases of 0.1.

    Weights outside [-0.2, 0.2] are drawn again; images (N, D) give number of pixels and dtype.
    """
    W = rng.standard_normal((images.shape[1], hidden))
    while (far := np.abs(W) > 2).any():
        W[far] = rng.standard_normal(int(far.sum()))  # (rbm.27)
    biases = np.full(images.shape[1], 0.1, images.dtype), np.full(hidden, 0.1, images.dtype)
    return Params((0.1 * W).astype(images.dtype), *biases)
