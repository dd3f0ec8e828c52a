"""The gap between log p(x) and the bound taken apart: the best Gaussian of each image.

Legend as in vae/elbo.py. The bound of that Gaussian lies below log p by the approximation gap, the
bound of the encoder's Gaussian lower still, by the amortisation gap.
Equation (vae.47) of vae/DERIVATION_LIKELIHOOD.md.
"""

import numpy as np

from autograd_lite.ops import Array
from autograd_lite.optim import adam_start, adam_step
from training.streams import stream
from vae.elbo import kl_diag_gaussian, kl_diag_gaussian_vjp, reparameterise, reparameterise_vjp
from vae.networks import Network
from vae.objective import LIKELIHOODS, Dense, Layer, Params  # noqa: F401 (for a check's networks)


def posterior_gradient(
    x: Array, eps: Array, mu: Array, logvar: Array, network: Network, likelihood: str
) -> tuple[Array, Array]:
    """Gradient of every image's minus bound by its own mu and logvar, (B, Z) each."""
    _, nll_vjp = LIKELIHOODS[likelihood]
    outputs, pull = network.decoded(reparameterise(mu, logvar, eps))
    K, B = outputs.shape[:2]
    dz = pull(nll_vjp(np.full((K, B), 1 / K, x.dtype), outputs, x))
    by_nll = reparameterise_vjp(dz, logvar, eps)
    by_kl = kl_diag_gaussian_vjp(np.ones(B, x.dtype), mu, logvar)
    dmu, dlogvar = (n + k for n, k in zip(by_nll, by_kl, strict=True))
    return dmu, dlogvar  # (vae.47)


def best_gaussian(
    x: Array,
    network: Network,
    likelihood: str,
    steps: int = 500,
    samples: int = 16,
    rate: float = 0.03,
    seed: int = 0,
    start: tuple[Array, Array] | None = None,
) -> tuple[Array, Array]:
    """mu and logvar (B, Z) of the largest bound of each image that Adam finds from `start` on, the
    encoder's where it is None, its rate falling linearly to 0: where the posterior has several
    modes, the best near the start.
    """
    q = start or network.encode(x)
    moments = adam_start(q)
    for i in range(steps):
        rng = stream(seed, "best gaussian", i)
        eps = rng.standard_normal((samples, *q[0].shape), dtype=x.dtype)
        grads = posterior_gradient(x, eps, *q, network, likelihood)
        q, moments = adam_step(q, moments, grads, rate * (1 - i / steps))
    return q


def bound(
    x: Array,
    mu: Array,
    logvar: Array,
    network: Network,
    likelihood: str,
    samples: int = 500,
    seed: int = 0,
) -> tuple[Array, Array]:
    """The bound of each image with the Gaussian of these mu and logvar, and its standard error."""
    nll, _ = LIKELIHOODS[likelihood]
    parts = []
    for i in range(0, samples, 10):
        shape = (min(10, samples - i), *mu.shape)
        eps = stream(seed, "bound", i).standard_normal(shape, dtype=x.dtype)
        z = reparameterise(mu, logvar, eps)
        parts.append(nll(network.decode(z), x))
    costs = np.concatenate(parts, dtype=np.float64)
    error = costs.std(axis=0) / len(costs) ** 0.5
    return -costs.mean(axis=0) - kl_diag_gaussian(mu, logvar), error
