"""The networks and losses once more, from their definitions, one entry or one image at a time.

Complex numbers pass through, so that gradients can be had by the complex step.
"""

import math
from typing import Any

import numpy as np

from grading.oracles.arrays import Array
from grading.oracles.differences import relu, sigmoid, softplus
from grading.oracles.quadrature import kl_standard_normal, log_normal


def tanh(x: Array) -> Array:
    """(e^x - e^-x) / (e^x + e^-x), both divided by the larger of the two powers."""
    sign = np.where(np.real(x) < 0, -1, 1)
    small = np.exp(-2 * sign * x)
    return sign * (1 - small) / (1 + small)


def leaky_relu(x: Array, slope: float = 0.2) -> Array:
    """x on the right of 0, slope times x on the left, decided by the real part."""
    return x * np.where(np.real(x) > 0, 1.0, slope)


def elu(x: Array) -> Array:
    """x on the right of 0, e^x - 1 = 2 e^(x/2) sinh(x/2) on the left, decided by the real part."""
    half = np.where(np.real(x) > 0, 0, np.where(np.real(x) < -100, -50, x / 2))
    return np.where(np.real(x) > 0, x, 2 * np.exp(half) * np.sinh(half))


ACTIVATIONS = {"relu": relu, "tanh": tanh, "elu": elu}


def affine(x: Array, W: Array, b: Array) -> Array:
    """y_o = b_o + sum_i x_i W_io, term by term over the inputs."""
    return b + sum(x[..., i, None] * W[i] for i in range(len(W)))


def bernoulli_nll(logits: Array, x: Array) -> Array:
    """-sum_i log P(x_i), each pixel at its own probability, linear in x where x is grey."""
    return (x * softplus(-logits) + (1 - x) * softplus(logits)).sum(axis=-1)


def squared_error(logits: Array, x: Array) -> Array:
    """-log N(x; sigmoid(logits), I/2) without its constant, as a sum of logarithms of densities."""
    variance = 0.5
    log_density = -((x - sigmoid(logits)) ** 2) / (2 * variance)
    return -log_density.sum(axis=-1)


def linear_squared_error(means: Array, x: Array) -> Array:
    """-log N(x; means, I/2) without its constant."""
    return -log_normal(x, means, math.sqrt(0.5)).sum(axis=-1) - x.shape[-1] / 2 * math.log(math.pi)


def gaussian_nll(outputs: Array, x: Array) -> Array:
    """-sum_i log N(x_i; m_i, sigma^2), whose sigma^2 the last output is the logarithm of."""
    sigma = np.sqrt(np.exp(outputs[..., -1:]))
    return -log_normal(x, sigmoid(outputs[..., :-1]), sigma).sum(axis=-1)


def laplace_nll(outputs: Array, x: Array) -> Array:
    """-sum_i log of exp(-|x_i - m_i| / s) / (2 s), where log s is the last output."""
    scale, error = np.exp(outputs[..., -1:]), x - sigmoid(outputs[..., :-1])
    distance = np.sign(np.real(error)) * error  # at the kink its derivative counts as 0
    return -(np.log(1 / (2 * scale)) - distance / scale).sum(axis=-1)


NLLS = {
    "bernoulli": bernoulli_nll,
    "squared": squared_error,
    "squared-linear": linear_squared_error,
    "gaussian": gaussian_nll,
    "laplace": laplace_nll,
}


def categorical_nll(logits: Array, labels: Any) -> Array:
    """-log of exp(logit of the label) / sum of exp(logits)."""
    top = logits.real.max(axis=-1, keepdims=True)
    probs = np.exp(logits - top) / np.exp(logits - top).sum(axis=-1, keepdims=True)
    return -np.log(np.take_along_axis(probs, labels[..., None], axis=-1)[..., 0])


def vae_forward(x: Array, eps: Array, params: Any, activation: str) -> Any:
    """(logits, mu, logvar) and what backward is given, one noise sample at a time.

    The parameters are (W, b) of the encoder's hidden layers, of both heads, and of the decoder's
    layers; given are the images and the layers above, logvar, eps, the codes and the layers above.
    """
    encoder, of_mu, of_logvar, decoder = params
    seen = chain(x, encoder, activation)
    mu, logvar = affine(seen[-1], *of_mu), affine(seen[-1], *of_logvar)
    sigma = np.sqrt(np.exp(logvar))
    codes = chain(np.stack([mu + sigma * e for e in eps]), decoder[:-1], activation)
    return (affine(codes[-1], *decoder[-1]), mu, logvar), (seen, logvar, eps, codes)


def chain(x: Array, layers: Any, activation: str) -> tuple[Array, ...]:
    """x, and what each layer makes of the one below."""
    values: tuple[Array, ...] = (x,)
    for W, b in layers:
        values += (ACTIVATIONS[activation](affine(values[-1], W, b)),)
    return values


def mean_cost(
    x: Array, eps: Array, params: Any, likelihood: str, beta: float, activation: str, seen: Array
) -> Array:
    """The likelihood's cost of x and beta times the KL, averaged over samples and images.

    The encoder is given `seen`.
    """
    (outputs, mu, logvar), _ = vae_forward(seen, eps, params, activation)
    nll = NLLS[likelihood](outputs, x)
    return nll.mean() + beta * kl_standard_normal(mu, logvar).mean()
