"""What a VAE says of log p(x), from definitions: logarithms of densities, one sample at a time;
integrals by the rule of Gauss and Legendre; linear models by their covariance.

Gradients are complex steps: of the importance-weighted bound itself, and of the paths by which its
codes depend on the encoder. params are (hidden layers of the encoder, head of mu, head of logvar,
layers of the decoder), of each a matrix and its biases.
"""

from typing import Any

import numpy as np

from grading.oracles import networks
from grading.oracles.arrays import Array
from grading.oracles.differences import gradient
from grading.oracles.quadrature import kl_standard_normal, log_normal

NODES, LOG_SIZES = np.polynomial.legendre.leggauss(150)
NODES, LOG_SIZES = 8 * NODES, np.log(8 * LOG_SIZES)  # from -8 to 8


def log_weights(nll: Array, z: Array, eps: Array, logvar: Array) -> Array:
    """log p(x|z) + log p(z) - log q(z|x), where eps is z less mu, in standard deviations."""
    log_q = log_normal(eps, 0.0, 1.0) - np.log(np.sqrt(np.exp(logvar)))
    return (log_normal(z, 0.0, 1.0) - log_q).sum(axis=-1) - nll


def log_mean(log_w: Array) -> Array:
    """The logarithm of the mean of the first axis, also of complex numbers."""
    top = np.real(log_w).max(axis=0)
    return top + np.log(sum(np.exp(row - top) for row in log_w) / len(log_w))


def posterior(seen: Array, params: Any, activation: str) -> tuple[Array, Array]:
    """Mean and standard deviation of the codes."""
    h = networks.chain(seen, params[0], activation)[-1]
    return networks.affine(h, *params[1]), np.sqrt(np.exp(networks.affine(h, *params[2])))


def log_p(x: Array, z: Array, params: Any, likelihood: str, activation: str) -> Array:
    """log p(x, z) of every code."""
    h = networks.chain(z, params[3][:-1], activation)[-1]
    nll = networks.NLLS[likelihood](networks.affine(h, *params[3][-1]), x)
    return log_normal(z, 0.0, 1.0).sum(axis=-1) - nll


def log_q(z: Array, mu: Array, sigma: Array) -> Array:
    return log_normal(z, mu, sigma).sum(axis=-1)


def iwae(x: Array, eps: Array, params: Any, likelihood: str, activation: str, seen: Array) -> Any:
    """The gradient of the images' mean of minus the bound."""

    def cost(*params: Any) -> Any:
        mu, sigma = posterior(seen, params, activation)
        z = np.stack([mu + sigma * e for e in eps])
        log_w = log_p(x, z, params, likelihood, activation) - log_q(z, mu, sigma)
        return -log_mean(log_w).mean()

    return gradient(cost, params)


def doubly(x: Array, eps: Array, params: Any, likelihood: str, activation: str, seen: Array) -> Any:
    """The doubly reparameterised one: of the encoder, only what reaches log w through the codes,
    and each sample by the square of its share.
    """
    at = posterior(seen, params, activation)
    codes = np.stack([at[0] + at[1] * e for e in eps])
    log_w = log_p(x, codes, params, likelihood, activation) - log_q(codes, *at)
    share = np.exp(log_w - log_mean(log_w)) / len(eps)

    def cost(*moved: Any) -> Any:
        mu, sigma = posterior(seen, moved, activation)
        z = np.stack([mu + sigma * e for e in eps])
        by_paths = log_p(x, z, params, likelihood, activation) - log_q(z, *at)
        by_decoder = log_p(x, codes, moved, likelihood, activation)
        return -(share**2 * by_paths + share * by_decoder).sum(axis=0).mean()

    return gradient(cost, params)


def integral(x: Array, Z: int, params: Any, likelihood: str, activation: str) -> Array:
    """log p(x), an integral over all codes."""
    z = np.stack(np.meshgrid(*[NODES] * Z), axis=-1).reshape(-1, 1, Z)
    log_size = np.sum(np.meshgrid(*[LOG_SIZES] * Z), axis=0).reshape(-1, 1)
    log_f = log_p(x, z, params, likelihood, activation) + log_size
    return log_mean(log_f) + np.log(len(log_f))


def own_gaussian(x: Array, eps: Array, mu: Array, logvar: Array, *model: Any) -> Any:
    """Gradients of the sum of the images' minus bounds by the means and log-variances."""

    def cost(mu: Array, logvar: Array) -> Any:
        z = np.stack([mu + np.sqrt(np.exp(logvar)) * e for e in eps])
        nll = log_normal(z, 0.0, 1.0).sum(axis=-1) - log_p(x, z, *model)
        return (nll.mean(axis=0) + kl_standard_normal(mu, logvar)).sum()

    return gradient(cost, (mu, logvar))


def mixture(z: Array, mu: Array, logvar: Array) -> Array:
    """log of the mean of Gaussian densities, one after the other."""
    sigma = np.sqrt(np.exp(logvar))
    return log_mean(np.stack([log_q(z, *of) for of in zip(mu, sigma, strict=True)]))


def linear_nll(x: Array, W: Array, m: Any, v: float = 0.5) -> Array:
    """-log of the density of a Gaussian, along the axes of its covariance, less that of v alone."""
    variances, axes = np.linalg.eigh(W.T @ W + v * np.eye(len(m)))
    sigma = np.sqrt(variances)
    return np.log(sigma / np.sqrt(v)).sum() + 0.5 * (((x - m) @ axes / sigma) ** 2).sum(axis=-1)


def linear_gap(W: Array, v: float = 0.5) -> float:
    """KL(q || p(z|x)), where the variances of q are one over the diagonal of p's precision."""
    precision = np.eye(len(W)) + sum(np.outer(w, w) for w in W.T) / v
    scaled = precision / np.sqrt(np.outer(np.diag(precision), np.diag(precision)))
    return -0.5 * float(np.log(np.linalg.eigvalsh(scaled)).sum())


def ppca(x: Array, Z: int, v: float = 0.5) -> Any:
    """The optimum's W'W, m, cost and the eigenvalues, by singular values of the images."""
    m = sum(x) / len(x)
    _, sizes, axes = np.linalg.svd(x - m)
    values = np.zeros(x.shape[1])
    values[: len(sizes)] = sizes**2 / len(x)
    W = [np.sqrt(max(values[i] - v, 0)) * axes[i] for i in range(Z)]
    return np.transpose(W) @ W, m, linear_nll(x, np.array(W), m, v).mean(), values
