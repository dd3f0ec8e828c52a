"""What training minimises: the mean of minus the bound over a batch, and its gradient.

Legend as in vae/elbo.py.
Equations (vae.28) and (vae.29) of vae/DERIVATION_NETWORKS.md.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from autograd_lite.losses import bernoulli_nll, bernoulli_nll_vjp
from autograd_lite.ops import Array
from autograd_lite.ops import Layer as Layer
from autograd_lite.tree import Tree
from vae.densities import gaussian_nll, gaussian_nll_vjp, laplace_nll, laplace_nll_vjp
from vae.elbo import (
    kl_diag_gaussian,
    kl_diag_gaussian_vjp,
    linear_squared_error,
    linear_squared_error_vjp,
    squared_error,
    squared_error_vjp,
)
from vae.mlp import Outputs
from vae.mlp import Params as Params  # with Dense and Layer: what a check makes a network of
from vae.networks import Dense as Dense
from vae.networks import Network

# By name: the cost of pixels given the decoder's outputs, and its rule.
LIKELIHOODS: dict[str, tuple[Callable[..., Array], Callable[..., Array]]] = {
    "bernoulli": (bernoulli_nll, bernoulli_nll_vjp),
    "squared": (squared_error, squared_error_vjp),
    "squared-linear": (linear_squared_error, linear_squared_error_vjp),
    "gaussian": (gaussian_nll, gaussian_nll_vjp),
    "laplace": (laplace_nll, laplace_nll_vjp),
}
# Outputs of the decoder beside one a pixel.
SCALES = {"bernoulli": 0, "squared": 0, "squared-linear": 0, "gaussian": 1, "laplace": 1}


class Costs(NamedTuple):
    """The two parts of minus the bound. Nats an image."""

    nll: Array  # (K, B)
    kl: Array  # (B,)


def costs(x: Array, eps: Array, network: Network, likelihood: str) -> Costs:
    """The bound's parts for images x (B, D), noise eps (K, B, Z), and a name in LIKELIHOODS."""
    outputs, _ = network.forward(x, eps)
    nll, _ = LIKELIHOODS[likelihood]
    return Costs(nll(outputs.logits, x), kl_diag_gaussian(outputs.mu, outputs.logvar))  # (vae.28)


def gradient(
    x: Array,
    eps: Array,
    network: Network,
    likelihood: str,
    beta: float = 1.0,
    seen: Array | None = None,
) -> Tree:
    """Gradient, in the form of network.params, of the batch's mean of nll + beta kl.

    With beta = 1 that is the mean of minus the bound. Where the encoder sees a damaged image,
    `seen` (B, D) is that; x (B, D) is the target. The values of the costs are not needed, only
    their weights: 1 / (K B) for a sample of an image, beta / B for its KL.
    """
    outputs, trace = network.forward(x if seen is None else seen, eps)
    K, B = outputs.logits.shape[:2]
    _, nll_vjp = LIKELIHOODS[likelihood]
    dlogits = nll_vjp(np.full((K, B), 1 / (K * B), x.dtype), outputs.logits, x)
    dmu, dlogvar = kl_diag_gaussian_vjp(np.full(B, beta / B, x.dtype), outputs.mu, outputs.logvar)
    return network.backward(Outputs(dlogits, dmu, dlogvar), trace)  # (vae.29)
