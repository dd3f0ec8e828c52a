"""The dense VAE, of any number of layers. Forward, and under it backward, its mirror.

Legend as in vae/elbo.py; H hidden units of a layer. The encoder is a chain of hidden layers and two
linear heads, the decoder a chain whose last layer is linear and gives the logits. `activation` is
the name of the hidden units' nonlinearity. Where the likelihood learns a scale, the logits have one
column more, its logarithm. Equations (vae.26) and (vae.27) of vae/DERIVATION_NETWORKS.md.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from autograd_lite.init import glorot_uniform
from autograd_lite.ops import (
    Array,
    Layer,
    affine,
    affine_vjp_Wb,
    affine_vjp_x,
    elu,
    elu_vjp,
    relu,
    relu_vjp,
    tanh,
    tanh_vjp,
)
from vae.elbo import reparameterise, reparameterise_vjp

# By name: the nonlinearity, and its rule, which needs its output.
ACTIVATIONS = {"relu": (relu, relu_vjp), "elu": (elu, elu_vjp), "tanh": (tanh, tanh_vjp)}

Layers = tuple[Layer, ...]
# What goes into each layer of a chain; of the encoder's also what comes out.
Values = tuple[Array, ...]


class Params(NamedTuple):
    """The parameters of both networks; their gradients have this type too."""

    encoder: Layers  # hidden layers, the first of D inputs; none: the heads see the image
    mu: Layer  # (H, Z)
    logvar: Layer  # (H, Z)
    decoder: Layers  # hidden layers, the first of Z inputs, and the last layer, of D outputs


class Outputs(NamedTuple):
    """What the bound is computed from; its gradient has this type too."""

    logits: Array  # (K, B, D), or (K, B, D + 1) where the decoder learns a scale
    mu: Array  # (B, Z)
    logvar: Array  # (B, Z)


class Trace(NamedTuple):
    """What backward needs of a forward pass."""

    encoder: Values  # images (B, D), then hidden layers (B, H)
    logvar: Array  # (B, Z)
    eps: Array  # (K, B, Z)
    decoder: Values  # codes (K, B, Z), then hidden layers (K, B, H)


def hidden(x: Array, layers: Layers, activation: str) -> Values:
    """x and the hidden layers above it, from bottom to top."""
    act, _ = ACTIVATIONS[activation]
    values = [x]
    for W, b in layers:
        values.append(act(affine(values[-1], W, b)))
    return tuple(values)


def hidden_vjp(du: Array, values: Values, layers: Layers, activation: str) -> tuple[Array, Layers]:
    """From the gradient of the last layer's x W + b those of the first one's, and of all weights.

    values are what went into the layers.
    """
    _, act_vjp = ACTIVATIONS[activation]
    grads = [Layer(*affine_vjp_Wb(du, values[-1]))]
    for (W, _), h, x in zip(layers[:0:-1], values[:0:-1], values[-2::-1], strict=True):
        du = act_vjp(affine_vjp_x(du, W), h)
        grads.append(Layer(*affine_vjp_Wb(du, x)))
    return du, tuple(grads[::-1])


def encode(x: Array, p: Params, activation: str) -> tuple[Array, Array, Values]:
    """Mean and log-variance of q(z|x), and all layers below: (B, D) -> (B, Z), (B, Z), ..."""
    values = hidden(x, p.encoder, activation)
    return affine(values[-1], *p.mu), affine(values[-1], *p.logvar), values


def decode(z: Array, p: Params, activation: str) -> tuple[Array, Values]:
    """Logits of the pixels, and all layers below: (..., Z) -> (..., D), ..."""
    values = hidden(z, p.decoder[:-1], activation)
    return affine(values[-1], *p.decoder[-1]), values


def decode_vjp(dlogits: Array, values: Values, p: Params, activation: str) -> tuple[Array, Layers]:
    """Gradients of the codes and of the decoder: (..., D) -> (..., Z), ..."""
    du, decoder = hidden_vjp(dlogits, values, p.decoder, activation)
    return affine_vjp_x(du, p.decoder[0].W), decoder


def forward(x: Array, eps: Array, params: Params, activation: str) -> tuple[Outputs, Trace]:
    """Images (B, D) and noise (K, B, Z) -> what the bound needs, and what backward needs."""
    mu, logvar, seen = encode(x, params, activation)
    z = reparameterise(mu, logvar, eps)
    logits, codes = decode(z, params, activation)
    return Outputs(logits, mu, logvar), Trace(seen, logvar, eps, codes)  # (vae.26)


def backward(
    d: Outputs, trace: Trace, params: Params, activation: str, path: Array | None = None
) -> Params:
    """Gradients of the parameters from those of the outputs; forward read from bottom to top.

    They are sums over images and samples: where a cost is a mean over them, d holds the factors.
    `path` (K, B), if given, multiplies what the decoder sends back to each code (vae.50).
    """
    dz, decoder = decode_vjp(d.logits, trace.decoder, params, activation)
    dz = dz if path is None else path[..., None] * dz
    dmu_z, dlogvar_z = reparameterise_vjp(dz, trace.logvar, trace.eps)
    dmu, dlogvar = d.mu + dmu_z, d.logvar + dlogvar_z  # the bound reaches q directly and through z
    *below, h = trace.encoder
    heads = Layer(*affine_vjp_Wb(dmu, h)), Layer(*affine_vjp_Wb(dlogvar, h))
    encoder: Layers = ()
    if below:
        dh = affine_vjp_x(dmu, params.mu.W) + affine_vjp_x(dlogvar, params.logvar.W)
        du = ACTIVATIONS[activation][1](dh, h)
        _, encoder = hidden_vjp(du, tuple(below), params.encoder, activation)
    return Params(encoder, *heads, decoder)  # (vae.27)


def init(
    rng: np.random.Generator,
    D: int,
    widths: Sequence[int],
    Z: int,
    dtype: type = np.float32,
    scales: int = 0,
) -> Params:
    """Weights as in autograd_lite/init.py, zero biases; the decoder's widths are the encoder's in
    reverse. `scales` is how many outputs the decoder has beside one a pixel.
    """

    def layer(inputs: int, outputs: int) -> Layer:
        W: Array = glorot_uniform(rng, (inputs, outputs)).astype(dtype)
        return Layer(W, np.zeros(outputs, dtype))

    up, down = (D, *widths), (Z, *widths[::-1], D + scales)
    encoder = tuple(layer(*pair) for pair in pairwise(up))
    heads = layer(up[-1], Z), layer(up[-1], Z)
    return Params(encoder, *heads, tuple(layer(*pair) for pair in pairwise(down)))
