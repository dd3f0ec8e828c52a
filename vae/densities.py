"""Likelihoods of real-valued pixels with a scale that the decoder learns, one for each code.

Legend as in vae/elbo.py; outputs (..., D + 1) of the decoder: D logits, whose sigmoids are the
centres of the pixels, and last the logarithm of the scale that all pixels of the image share.
Equations (vae.22) to (vae.25) of vae/DERIVATION_NETWORKS.md. Costs are in nats an image, with all
constants.
"""

import math

import numpy as np

from autograd_lite.ops import Array, sigmoid


def gaussian_nll(outputs: Array, x: Array) -> Array:
    """-log N(x; sigmoid(logits), exp(logvar) I): (..., D + 1), (..., D) -> (...,)"""
    logvar = outputs[..., -1]
    error = sigmoid(outputs[..., :-1]) - x
    squares = (error * error).sum(axis=-1)
    constant = logvar + math.log(2 * math.pi)
    return 0.5 * (squares * np.exp(-logvar) + x.shape[-1] * constant)  # (vae.22)


def gaussian_nll_vjp(dnll: Array, outputs: Array, x: Array) -> Array:
    """Gradient of the outputs: (...,), (..., D + 1), (..., D) -> (..., D + 1)"""
    mean, precision = sigmoid(outputs[..., :-1]), np.exp(-outputs[..., -1:])
    error = mean - x
    dlogits = precision * error * mean * (1 - mean)
    squares = (error * error).sum(axis=-1, keepdims=True)
    dlogvar = 0.5 * (x.shape[-1] - precision * squares)
    return dnll[..., None] * np.concatenate([dlogits, dlogvar], axis=-1)  # (vae.23)


def laplace_nll(outputs: Array, x: Array) -> Array:
    """-log of Laplace densities of median sigmoid(logits) and scale exp(logscale): -> (...,)"""
    logscale = outputs[..., -1]
    absolute = np.abs(sigmoid(outputs[..., :-1]) - x).sum(axis=-1)
    constant = logscale + math.log(2)
    return absolute * np.exp(-logscale) + x.shape[-1] * constant  # (vae.24)


def laplace_nll_vjp(dnll: Array, outputs: Array, x: Array) -> Array:
    """Gradient of the outputs; at the kink, where a pixel is met exactly, 0: -> (..., D + 1)"""
    median, rate = sigmoid(outputs[..., :-1]), np.exp(-outputs[..., -1:])
    error = median - x
    dlogits = rate * np.sign(error) * median * (1 - median)
    dlogscale = x.shape[-1] - rate * np.abs(error).sum(axis=-1, keepdims=True)
    return dnll[..., None] * np.concatenate([dlogits, dlogscale], axis=-1)  # (vae.25)
