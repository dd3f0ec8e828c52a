"""The importance-weighted bound on log p(x), which K samples tighten, and its gradient.

Legend as in vae/elbo.py; log_w (K, B) logarithms of the weights w = p(x, z) / q(z|x).
Equations (vae.43), (vae.44) and (vae.48) to (vae.50) of vae/DERIVATION_LIKELIHOOD.md.
"""

import numpy as np

from autograd_lite.ops import Array
from autograd_lite.tree import Tree
from vae.elbo import reparameterise, reparameterise_vjp
from vae.mlp import Outputs
from vae.networks import Network
from vae.objective import LIKELIHOODS, Dense, Layer, Params  # noqa: F401 (for a check's networks)


def log_weights(nll: Array, z: Array, eps: Array, logvar: Array) -> Array:
    """log p(x, z) - log q(z|x), z = mu + sigma eps: (K, B), twice (K, B, Z), (B, Z) -> (K, B)"""
    return 0.5 * (eps * eps + logvar - z * z).sum(axis=-1) - nll  # (vae.43)


def neg_iwae(log_w: Array) -> Array:
    """Minus the bound of K samples, -log of their mean weight: (K, B) -> (B,)"""
    top = log_w.max(axis=0)
    return -top - np.log(np.exp(log_w - top).mean(axis=0))  # (vae.44)


def shares(log_w: Array) -> Array:
    """Each sample's share of the sum of the weights: (K, B) -> (K, B)"""
    w = np.exp(log_w - log_w.max(axis=0))
    return w / w.sum(axis=0)  # (vae.48)


def importance_gradient(
    x: Array,
    eps: Array,
    network: Network,
    likelihood: str,
    doubly: bool = False,
    seen: Array | None = None,
) -> Tree:
    """Gradient, in the form of network.params, of the batch's mean of minus the bound.

    `doubly` gives the encoder the doubly reparameterised gradient, of the same expectation (Tucker
    and others 2019). `seen` as in vae/objective.py.
    """
    (logits, mu, logvar), trace = network.forward(x if seen is None else seen, eps)
    nll, nll_vjp = LIKELIHOODS[likelihood]
    z, B = reparameterise(mu, logvar, eps), len(x)
    share = shares(log_weights(nll(logits, x), z, eps, logvar))
    dlogits = nll_vjp(share / B, logits, x)
    if doubly:
        dz = (share * share / B)[..., None] * (z - eps * np.exp(-0.5 * logvar))
        d = Outputs(dlogits, *reparameterise_vjp(dz, logvar, eps))
        return network.backward(d, trace, share)  # (vae.50)
    dz = (share / B)[..., None] * z
    dmu, dlogvar = reparameterise_vjp(dz, logvar, eps)
    return network.backward(Outputs(dlogits, dmu, dlogvar - 0.5 / B), trace)  # (vae.49)
