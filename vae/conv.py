"""The convolutional VAE: forward, and under it backward, its mirror.

Two convolutions of stride 2 halve the image twice, a dense layer leads to the codes; the decoder
goes back the same way, by transposed convolutions, and a last one of stride 1. ReLU between layers.
Legend as in vae/mlp.py; images are H x W, D = H W, and halves are rounded up: h = ceil(H / 2),
h' = ceil(h / 2), w and w' alike. The numbers beside the parameters are those of the notebook.
Equations (vae.30) and (vae.31) of vae/DERIVATION_NETWORKS.md.
"""

import math
from typing import NamedTuple

import numpy as np

from autograd_lite.conv import Shape, conv2d, conv2d_vjp_K, conv_transpose2d
from autograd_lite.init import glorot_uniform
from autograd_lite.ops import Array, affine, affine_vjp_Wb, affine_vjp_x, relu, relu_vjp
from vae.elbo import reparameterise, reparameterise_vjp
from vae.mlp import Outputs


class Params(NamedTuple):
    """The parameters of both networks; their gradients have this type too."""

    K1: Array  # (3, 3, 1, 32)
    b1: Array  # (32,): every bias has an entry a channel, or a unit
    K2: Array  # (3, 3, 32, 64)
    b2: Array
    W3: Array  # (h' w' 64, 16): 7 * 7 * 64 rows
    b3: Array
    W_mu: Array  # (16, Z)
    b_mu: Array
    W_logvar: Array  # (16, Z)
    b_logvar: Array
    W4: Array  # (Z, h' w' 64)
    b4: Array
    K5: Array  # (3, 3, 64, 64): from 64 channels to 64, transposed
    b5: Array
    K6: Array  # (3, 3, 32, 64): from 64 to 32
    b6: Array
    K7: Array  # (3, 3, 1, 32): from 32 to 1
    b7: Array


class Trace(NamedTuple):
    """What backward needs of a forward pass: the inputs of all layers, after their ReLUs."""

    x: Array  # (B, H, W, 1)
    h1: Array  # (B, h, w, 32)
    h2: Array  # (B, h', w', 64)
    h3: Array  # (B, 16)
    logvar: Array  # (B, Z)
    eps: Array  # (K, B, Z)
    z: Array  # (K, B, Z)
    h4: Array  # (K B, h', w', 64)
    h5: Array  # (K B, h, w, 64)
    h6: Array  # (K B, H, W, 32)


def halved(size: Shape) -> Shape:
    """What a convolution of stride 2 leaves: (H, W) -> (h, w)"""
    return tuple(-(-n // 2) for n in size)


def encode(x: Array, p: Params) -> tuple[Array, Array, tuple[Array, Array, Array, Array]]:
    """Mean and log-variance of q(z|x), and the layers before: (B, H, W) -> (B, Z), (B, Z), ..."""
    x = x[..., None]
    h1 = relu(conv2d(x, p.K1, 2) + p.b1)
    h2 = relu(conv2d(h1, p.K2, 2) + p.b2)
    h3 = relu(affine(h2.reshape(len(x), -1), p.W3, p.b3))
    return affine(h3, p.W_mu, p.b_mu), affine(h3, p.W_logvar, p.b_logvar), (x, h1, h2, h3)


def decode(z: Array, p: Params, size: Shape) -> tuple[Array, tuple[Array, Array, Array]]:
    """Logits of the pixels, and the layers before: (..., Z) -> (..., D), ..."""
    half = halved(size)
    flat = z.reshape(-1, z.shape[-1])
    h4 = relu(affine(flat, p.W4, p.b4)).reshape(-1, *halved(half), p.K5.shape[3])
    h5 = relu(conv_transpose2d(h4, p.K5, 2, half) + p.b5)
    h6 = relu(conv_transpose2d(h5, p.K6, 2, size) + p.b6)
    logits = conv_transpose2d(h6, p.K7, 1) + p.b7
    return logits.reshape(*z.shape[:-1], -1), (h4, h5, h6)


def decode_vjp(
    dlogits: Array, values: tuple[Array, Array, Array, Array], p: Params
) -> tuple[Array, tuple[Array, ...]]:
    """Gradients of the codes and of the decoder, from the codes and the layers above them."""
    z, h4, h5, h6 = values
    du7 = dlogits.reshape(*h6.shape[:3], 1)
    dK7, db7 = conv2d_vjp_K(h6, du7, 3, 1), _sum(du7)
    du6 = relu_vjp(conv2d(du7, p.K7, 1), h6)
    dK6, db6 = conv2d_vjp_K(h5, du6, 3, 2), _sum(du6)
    du5 = relu_vjp(conv2d(du6, p.K6, 2), h5)
    dK5, db5 = conv2d_vjp_K(h4, du5, 3, 2), _sum(du5)
    du4 = relu_vjp(conv2d(du5, p.K5, 2), h4).reshape(*z.shape[:-1], -1)
    dW4, db4 = affine_vjp_Wb(du4, z)
    return affine_vjp_x(du4, p.W4), (dW4, db4, dK5, db5, dK6, db6, dK7, db7)


def forward(x: Array, eps: Array, params: Params) -> tuple[Outputs, Trace]:
    """Images (B, H, W) and noise (K, B, Z) -> what the bound needs, and what backward needs."""
    mu, logvar, before = encode(x, params)
    z = reparameterise(mu, logvar, eps)
    logits, after = decode(z, params, x.shape[1:])
    return Outputs(logits, mu, logvar), Trace(*before, logvar, eps, z, *after)  # (vae.30)


def backward(d: Outputs, trace: Trace, p: Params, path: Array | None = None) -> Params:
    """Gradients of the parameters from those of the outputs; forward read from bottom to top.

    `path` (K, B) as in vae/mlp.py.
    """
    x, h1, h2, h3, logvar, eps, z, h4, h5, h6 = trace
    dz, decoder = decode_vjp(d.logits, (z, h4, h5, h6), p)
    dz = dz if path is None else path[..., None] * dz
    dmu_z, dlogvar_z = reparameterise_vjp(dz, logvar, eps)
    dmu, dlogvar = d.mu + dmu_z, d.logvar + dlogvar_z
    dW_logvar, db_logvar = affine_vjp_Wb(dlogvar, h3)
    dW_mu, db_mu = affine_vjp_Wb(dmu, h3)
    du3 = relu_vjp(affine_vjp_x(dmu, p.W_mu) + affine_vjp_x(dlogvar, p.W_logvar), h3)
    dW3, db3 = affine_vjp_Wb(du3, h2.reshape(len(x), -1))
    du2 = relu_vjp(affine_vjp_x(du3, p.W3).reshape(h2.shape), h2)
    dK2, db2 = conv2d_vjp_K(du2, h1, 3, 2), _sum(du2)
    du1 = relu_vjp(conv_transpose2d(du2, p.K2, 2, h1.shape[1:3]), h1)
    dK1, db1 = conv2d_vjp_K(du1, x, 3, 2), _sum(du1)
    encoder = dK1, db1, dK2, db2, dW3, db3, dW_mu, db_mu, dW_logvar, db_logvar
    return Params(*encoder, *decoder)  # (vae.31)


def _sum(du: Array) -> Array:
    """Gradient of a bias, which every image has at every place: (B, H, W, C) -> (C,)"""
    return du.sum(axis=(0, 1, 2))


def init(
    rng: np.random.Generator,
    size: Shape,
    Z: int,
    dtype: type = np.float32,
    channels: tuple[int, int] = (32, 64),
    dense: int = 16,
) -> Params:
    """Weights as in autograd_lite/init.py, zero biases."""
    C1, C2 = channels
    flat = math.prod(halved(halved(size))) * C2

    def weights(*shape: int) -> Array:
        return glorot_uniform(rng, shape).astype(dtype)

    def zeros(n: int) -> Array:
        return np.zeros(n, dtype)

    return Params(
        *(weights(3, 3, 1, C1), zeros(C1), weights(3, 3, C1, C2), zeros(C2)),
        *(weights(flat, dense), zeros(dense)),
        *(weights(dense, Z), zeros(Z), weights(dense, Z), zeros(Z)),
        *(weights(Z, flat), zeros(flat)),
        *(weights(3, 3, C2, C2), zeros(C2), weights(3, 3, C1, C2), zeros(C1)),
        *(weights(3, 3, 1, C1), zeros(1)),
    )
