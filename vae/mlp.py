"""The dense VAE: D - H - Z - H - D. Forward, and under it backward, its mirror.

Legend as in vae/elbo.py; H hidden units, h_enc (B, H), h_dec (K, B, H).
The encoder is W1, then W_mu and W_logvar; the decoder W2, then W3. `activation` is the name of the
hidden units' nonlinearity. A likelihood with a learned scale has one more output, its logarithm.
Equations (vae.24) and (vae.25) of vae/DERIVATION_NETWORKS.md.
"""

from typing import NamedTuple

import numpy as np

from autograd_lite.init import glorot_uniform
from autograd_lite.ops import (
    Array,
    affine,
    affine_vjp_Wb,
    affine_vjp_x,
    relu,
    relu_vjp,
    tanh,
    tanh_vjp,
)
from vae.elbo import reparameterise, reparameterise_vjp

# By name: the nonlinearity, and its rule, which needs its output.
ACTIVATIONS = {"relu": (relu, relu_vjp), "tanh": (tanh, tanh_vjp)}


class Params(NamedTuple):
    """The parameters of both networks; their gradients have this type too."""

    W1: Array  # (D, H)
    b1: Array  # (H,)
    W_mu: Array  # (H, Z)
    b_mu: Array  # (Z,)
    W_logvar: Array  # (H, Z)
    b_logvar: Array  # (Z,)
    W2: Array  # (Z, H)
    b2: Array  # (H,)
    W3: Array  # (H, D)
    b3: Array  # (D,)


class Outputs(NamedTuple):
    """What the bound is computed from; its gradient has this type too."""

    logits: Array  # (K, B, D), or (K, B, D + 1) where the decoder learns a scale
    mu: Array  # (B, Z)
    logvar: Array  # (B, Z)


class Trace(NamedTuple):
    """What backward needs of a forward pass."""

    x: Array  # (B, D)
    h_enc: Array  # (B, H)
    logvar: Array  # (B, Z)
    eps: Array  # (K, B, Z)
    z: Array  # (K, B, Z)
    h_dec: Array  # (K, B, H)


def encode(x: Array, params: Params, activation: str) -> tuple[Array, Array, Array]:
    """Mean and log-variance of q(z|x), and the hidden layer: (B, D) -> (B, Z), (B, Z), (B, H)"""
    act, _ = ACTIVATIONS[activation]
    h_enc = act(affine(x, params.W1, params.b1))
    mu = affine(h_enc, params.W_mu, params.b_mu)
    logvar = affine(h_enc, params.W_logvar, params.b_logvar)
    return mu, logvar, h_enc


def decode(z: Array, params: Params, activation: str) -> tuple[Array, Array]:
    """Logits of the pixels, and the hidden layer: (..., Z) -> (..., D), (..., H)"""
    act, _ = ACTIVATIONS[activation]
    h_dec = act(affine(z, params.W2, params.b2))
    return affine(h_dec, params.W3, params.b3), h_dec


def forward(x: Array, eps: Array, params: Params, activation: str) -> tuple[Outputs, Trace]:
    """Images (B, D) and noise (K, B, Z) -> what the bound needs, and what backward needs."""
    mu, logvar, h_enc = encode(x, params, activation)
    z = reparameterise(mu, logvar, eps)
    logits, h_dec = decode(z, params, activation)
    return Outputs(logits, mu, logvar), Trace(x, h_enc, logvar, eps, z, h_dec)  # (vae.24)


def backward(d: Outputs, trace: Trace, params: Params, activation: str) -> Params:
    """Gradients of the parameters from those of the outputs; forward read from bottom to top.

    They are sums over images and samples: where a cost is a mean over them, d holds the factors.
    """
    x, h_enc, logvar, eps, z, h_dec = trace
    _, act_vjp = ACTIVATIONS[activation]
    dW3, db3 = affine_vjp_Wb(d.logits, h_dec)
    dh_dec = act_vjp(affine_vjp_x(d.logits, params.W3), h_dec)
    dW2, db2 = affine_vjp_Wb(dh_dec, z)
    dmu_z, dlogvar_z = reparameterise_vjp(affine_vjp_x(dh_dec, params.W2), logvar, eps)
    dmu, dlogvar = d.mu + dmu_z, d.logvar + dlogvar_z  # the bound reaches q directly and through z
    dW_logvar, db_logvar = affine_vjp_Wb(dlogvar, h_enc)
    dW_mu, db_mu = affine_vjp_Wb(dmu, h_enc)
    dh = affine_vjp_x(dmu, params.W_mu) + affine_vjp_x(dlogvar, params.W_logvar)
    dW1, db1 = affine_vjp_Wb(act_vjp(dh, h_enc), x)
    return Params(dW1, db1, dW_mu, db_mu, dW_logvar, db_logvar, dW2, db2, dW3, db3)  # (vae.25)


def init(
    rng: np.random.Generator, D: int, H: int, Z: int, dtype: type = np.float32, scales: int = 0
) -> Params:
    """Weights as in autograd_lite/init.py, zero biases.

    `scales` is how many outputs the decoder has beside one a pixel.
    """

    def layer(inputs: int, outputs: int) -> tuple[Array, Array]:
        return glorot_uniform(rng, (inputs, outputs)).astype(dtype), np.zeros(outputs, dtype)

    return Params(*layer(D, H), *layer(H, Z), *layer(H, Z), *layer(Z, H), *layer(H, D + scales))
