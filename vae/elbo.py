"""The bound's parts, each with its rule: posterior, samples, likelihoods.

Legend: mu, logvar (B, Z) mean and log sigma^2 of q(z|x); eps (K, B, Z) standard normal noise;
z (K, B, Z) codes; logits (K, B, D) of the decoder, x (B, D) images in [0, 1];
K samples, B images, Z code units, D pixels. Costs are in nats an image.
Equations (vae.5) to (vae.15) of vae/DERIVATION.md, (vae.16) to (vae.19) of
vae/DERIVATION_NETWORKS.md. The Bernoulli likelihood is autograd_lite.losses.bernoulli_nll.
"""

import numpy as np

from autograd_lite.ops import Array, sigmoid


def kl_diag_gaussian(mu: Array, logvar: Array) -> Array:
    """KL( N(mu, diag exp(logvar)) || N(0, I) ): (B, Z), (B, Z) -> (B,)"""
    return 0.5 * (mu * mu + np.exp(logvar) - 1 - logvar).sum(axis=-1)  # (vae.8)


def kl_diag_gaussian_vjp(dkl: Array, mu: Array, logvar: Array) -> tuple[Array, Array]:
    """Gradients of mu and logvar: (B,), (B, Z), (B, Z) -> (B, Z), (B, Z)"""
    dkl = dkl[..., None]
    return dkl * mu, dkl * 0.5 * (np.exp(logvar) - 1)  # (vae.12)


def kl_gaussians(mu: Array, logvar: Array, mu2: Array, logvar2: Array) -> Array:
    """KL( N(mu, diag exp(logvar)) || N(mu2, diag exp(logvar2)) ): four times (B, Z) -> (B,)"""
    shift, log_ratio = mu - mu2, logvar - logvar2
    squares = shift * shift * np.exp(-logvar2)
    return 0.5 * (squares + np.exp(log_ratio) - 1 - log_ratio).sum(axis=-1)  # (vae.11)


def reparameterise(mu: Array, logvar: Array, eps: Array) -> Array:
    """Samples of q(z|x) as a function of noise: (B, Z), (B, Z), (K, B, Z) -> (K, B, Z)"""
    return mu + np.exp(0.5 * logvar) * eps  # (vae.14)


def reparameterise_vjp(dz: Array, logvar: Array, eps: Array) -> tuple[Array, Array]:
    """Gradients of mu and logvar, sums over the samples: dz, eps (K, B, Z) -> (B, Z), (B, Z)"""
    dsigma = (dz * eps).sum(axis=0)
    return dz.sum(axis=0), dsigma * 0.5 * np.exp(0.5 * logvar)  # (vae.15)


def squared_error(logits: Array, x: Array) -> Array:
    """Sum over pixels of (sigmoid(logits) - x)^2: (K, B, D), (B, D) -> (K, B)

    It is -log N(x; sigmoid(logits), I/2) less the constant (D/2) log(pi), 448.73 nats for D = 784.
    """
    error = sigmoid(logits) - x
    return (error * error).sum(axis=-1)  # (vae.16)


def squared_error_vjp(dnll: Array, logits: Array, x: Array) -> Array:
    """Gradient of the logits: (K, B), (K, B, D), (B, D) -> (K, B, D)"""
    mean = sigmoid(logits)
    return dnll[..., None] * 2 * (mean - x) * mean * (1 - mean)  # (vae.17)


def linear_squared_error(means: Array, x: Array) -> Array:
    """The same where the decoder's outputs are the means themselves: (K, B, D), (B, D) -> (K, B)"""
    error = means - x
    return (error * error).sum(axis=-1)  # (vae.18)


def linear_squared_error_vjp(dnll: Array, means: Array, x: Array) -> Array:
    """Gradient of the means: (K, B), (K, B, D), (B, D) -> (K, B, D)"""
    return dnll[..., None] * 2 * (means - x)  # (vae.19)


def neg_elbo(nll: Array, kl: Array) -> Array:
    """Minus the bound on log p(x), its expectation a mean over the samples: (K, B), (B,) -> (B,)"""
    return nll.mean(axis=0) + kl  # (vae.5)
