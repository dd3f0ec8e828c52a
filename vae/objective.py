"""What training minimises: the mean of minus the bound over a batch, and its gradient.

Legend as in vae/elbo.py. Equations (vae.22) and (vae.23) of vae/DERIVATION.md.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from autograd_lite.losses import bernoulli_nll, bernoulli_nll_vjp
from autograd_lite.ops import Array
from vae.elbo import kl_diag_gaussian, kl_diag_gaussian_vjp, squared_error, squared_error_vjp
from vae.mlp import Outputs, Params, backward, forward

# By name: the cost of pixels given logits, and its rule.
LIKELIHOODS: dict[str, tuple[Callable[..., Array], Callable[..., Array]]] = {
    "bernoulli": (bernoulli_nll, bernoulli_nll_vjp),
    "squared": (squared_error, squared_error_vjp),
}


class Costs(NamedTuple):
    """The two parts of minus the bound. Nats an image."""

    nll: Array  # (K, B)
    kl: Array  # (B,)


def costs(x: Array, eps: Array, params: Params, likelihood: str) -> Costs:
    """The bound's parts for images x (B, D) and noise eps (K, B, Z)."""
    outputs, _ = forward(x, eps, params)
    nll, _ = LIKELIHOODS[likelihood]
    return Costs(nll(outputs.logits, x), kl_diag_gaussian(outputs.mu, outputs.logvar))  # (vae.22)


def gradient(x: Array, eps: Array, params: Params, likelihood: str, beta: float = 1.0) -> Params:
    """Gradient of the batch's mean of nll + beta kl; with beta = 1 that is minus the bound.

    Of the costs themselves it needs none, only that each sample of an image weighs 1 / (K B), and
    its KL beta / B.
    """
    outputs, trace = forward(x, eps, params)
    K, B = outputs.logits.shape[:2]
    _, nll_vjp = LIKELIHOODS[likelihood]
    dlogits = nll_vjp(np.full((K, B), 1 / (K * B), x.dtype), outputs.logits, x)
    dmu, dlogvar = kl_diag_gaussian_vjp(np.full(B, beta / B, x.dtype), outputs.mu, outputs.logvar)
    return backward(Outputs(dlogits, dmu, dlogvar), trace, params)  # (vae.23)
