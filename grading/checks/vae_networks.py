"""Checks of vae: both networks against their definitions, and what training minimises.

Of the dense one K = 3 samples, B = 5 images, D = 6 pixels, H = 7 hidden units, Z = 2 codes.
"""

import math
from functools import partial
from typing import Any

import numpy as np

from grading.check import Arrays, Check, Edge, Record, exact
from grading.checks.ad import in_batches
from grading.oracles import convolution, networks, quadrature
from grading.oracles.differences import gradient

K, B, D, H, Z = 3, 5, 6, 7, 2
Rng = np.random.Generator


def _params(rng: Rng, scales: int = 0) -> Arrays:
    """Weights of order one; smaller ones where an output is the logarithm of a scale."""

    def layer(inputs: int, outputs: int, size: float = 0.8) -> Arrays:
        return size * rng.normal(size=(inputs, outputs)), 0.5 * rng.normal(size=outputs)

    W3, b3 = layer(H, D + scales)
    W3[:, D:] *= 0.1
    return *layer(D, H), *layer(H, Z), *layer(H, Z, 0.4), *layer(Z, H), W3, b3


def _inputs(rng: Rng, K: int = K, B: int = B, scales: int = 0) -> Arrays:
    """No hidden unit is so near its kink that rounding to float32 would cross it."""
    while True:
        x, eps, p = rng.random((B, D)), rng.normal(size=(K, B, Z)), _params(rng, scales)
        _, (_, _, _, _, z, _) = networks.vae_forward(x, eps, p, "relu")
        units = x @ p[0] + p[1], z @ p[6] + p[7]
        if min(np.abs(u).min() for u in units) > 1e-4:
            return x, eps, Record("Params", p)


def _each(draw: Any, *kinds: Arrays) -> Any:
    """Draws of samples of a batch, of each kind in turn, and of batches of one."""
    one, *edges = in_batches(draw)
    return *(partial(one, kind=kind) for kind in kinds), *edges


NETWORKS = (("relu", 1), ("tanh", 0))  # the activation, and how many outputs are no pixels


def _forward(rng: Rng, K: int = K, B: int = B, kind: Any = None) -> Arrays:
    activation, scales = kind or NETWORKS[rng.integers(2)]
    return *_inputs(rng, K, B, scales), activation


def _oracle_forward(x: Any, eps: Any, params: Any, activation: str) -> Any:
    return networks.vae_forward(x, eps, params.fields, activation)


def _backward(rng: Rng, K: int = K, B: int = B, kind: Any = None, size: float = 1.0) -> Arrays:
    x, eps, params, activation = _forward(rng, K, B, kind)
    outputs, trace = _oracle_forward(x, eps, params, activation)
    d = [size * rng.normal(size=y.shape) for y in outputs]
    return Record("Outputs", tuple(d)), Record("Trace", trace), params, activation


def _tenth(d: Any, *_: Any) -> float:
    """To what errors of gradients are relative."""
    return max(1.0, max(np.abs(dy).max() for dy in d.fields) / 10)


def _backward_of(forward: Any, d: Any, x: Any, eps: Any, params: Any, *more: Any) -> Any:
    """The gradient of the outputs, weighted by d, by every parameter."""

    def weighted(*params: Any) -> Any:
        outputs, _ = forward(x, eps, params, *more)
        return sum((dy * y).sum() for dy, y in zip(d.fields, outputs, strict=True))

    return gradient(weighted, params.fields)


def _oracle_backward(d: Any, trace: Any, params: Any, activation: str) -> Any:
    x, eps = trace.fields[0], trace.fields[3]
    return _backward_of(networks.vae_forward, d, x, eps, params, activation)


# Of the convolutional network. Images of 7 x 10, then of 4 x 5, then of 2 x 3 pixels: of each axis
# one size that is odd is halved, and one that is even.
SIZE, CHANNELS, DENSE, CODES = (7, 10), (2, 3), 5, 4
Size = tuple[int, int]


def _conv_params(rng: Rng, size: Size) -> Arrays:
    C1, C2 = CHANNELS
    flat = math.prod(math.ceil(n / 4) for n in size) * C2

    def layer(outputs: int, *shape: int) -> Arrays:
        scale = 1 / np.sqrt(np.prod(shape[:-1]))  # so that every layer's values are of order 1
        return scale * rng.normal(size=shape), 0.5 * rng.normal(size=outputs)

    encoder = *layer(C1, 3, 3, 1, C1), *layer(C2, 3, 3, C1, C2), *layer(DENSE, flat, DENSE)
    heads = *layer(CODES, DENSE, CODES), *layer(CODES, DENSE, CODES)
    decoder = *layer(flat, CODES, flat), *layer(C2, 3, 3, C2, C2), *layer(C1, 3, 3, C1, C2)
    return *encoder, *heads, *decoder, *layer(1, 3, 3, 1, C1)


def _conv_forward(rng: Rng, K: int = 2, B: int = 3, size: Size = SIZE) -> Arrays:
    """Away from kinks as above."""
    near = [0.0]

    def act(u: Any) -> Any:
        near.append(np.abs(u).min())
        return np.maximum(u, 0)

    while min(near) < 1e-5:
        near.clear()
        x, eps = rng.random((B, *size)), rng.normal(size=(K, B, CODES))
        params = _conv_params(rng, size)
        convolution.vae_forward(x, eps, params, act)
    return x, eps, Record("Params", params)


def _oracle_conv_forward(x: Any, eps: Any, params: Any) -> Any:
    return convolution.vae_forward(x, eps, params.fields)


def _conv_backward(rng: Rng, K: int = 2, B: int = 3) -> Arrays:
    x, eps, params = _conv_forward(rng, K, B)
    outputs, trace = _oracle_conv_forward(x, eps, params)
    d = tuple(rng.normal(size=y.shape) for y in outputs)
    return Record("Outputs", d), Record("Trace", trace), params


def _oracle_conv_backward(d: Any, trace: Any, params: Any) -> Any:
    x, eps = trace.fields[0][..., 0], trace.fields[5]
    return _backward_of(convolution.vae_forward, d, x, eps, params)


SCALES = {"bernoulli": 0, "squared": 0, "gaussian": 1, "laplace": 1}  # outputs that are no pixels
# The likelihood, the activation, and whether beta, or beta and a damaged image, are given.
COSTS = (
    ("bernoulli", "relu", 2),
    ("squared", "tanh", 1),
    ("gaussian", "tanh", 2),
    ("laplace", "relu", 1),
)


def _costs(rng: Rng, K: int = K, B: int = B, kind: Any = None) -> Arrays:
    likelihood, activation, _ = kind or COSTS[rng.integers(4)]
    x, eps, params = _inputs(rng, K, B, SCALES[likelihood])
    return x, eps, Record("Dense", (params, activation)), likelihood


def _gradient(
    rng: Rng, K: int = K, B: int = B, kind: Any = None, beta: float = 1.0, left: float = 0.6
) -> Arrays:
    """The encoder may see an image of which a share of the pixels is left."""
    kind = kind or COSTS[rng.integers(4)]
    x, *others = _costs(rng, K, B, kind)
    given = beta * (0.5 + rng.random()), x * (rng.random(x.shape) < left)
    return x, *others, *given[: kind[2]]


def _oracle_costs(x: Any, eps: Any, network: Any, likelihood: str) -> Any:
    params, activation = network.fields
    (outputs, mu, logvar), _ = networks.vae_forward(x, eps, params.fields, activation)
    return networks.NLLS[likelihood](outputs, x), quadrature.kl_standard_normal(mu, logvar)


def _oracle_gradient(
    x: Any, eps: Any, network: Any, likelihood: str, beta: float = 1.0, seen: Any = None
) -> Any:
    params, activation = network.fields
    given = likelihood, beta, activation, x if seen is None else seen
    return gradient(lambda *p: networks.mean_cost(x, eps, p, *given), params.fields)


STEP, LEFT_OUT = "complex step", Edge(_gradient, "without beta", kind=("gaussian", "tanh", 0))
NO_KL = Edge(_gradient, "with beta 0", kind=COSTS[1], beta=0.0)
BLACK = Edge(_gradient, "where the encoder sees black images", kind=COSTS[0], left=0.0)
LONG = Edge(_backward, "with large gradients", size=1000.0)

# fmt: off
CHECKS = (
    Check("vae.24", "vae.mlp.forward", "term by term", _each(_forward, *NETWORKS), exact(_oracle_forward), 1e-13, 30),
    Check("vae.25", "vae.mlp.backward", STEP, (*_each(_backward, *NETWORKS), LONG), exact(_oracle_backward, _tenth), 1e-13, 10),
    Check("vae.28", "vae.conv.forward", "convolutions as matrices", (*in_batches(_conv_forward), Edge(_conv_forward, "with tall images", K=1, B=2, size=(13, 6))),
          exact(_oracle_conv_forward), 3e-14, 20),
    Check("vae.29", "vae.conv.backward", "convolutions as matrices, complex step", (_conv_backward, Edge(_conv_backward, "with one sample of one row", K=1, B=1)),
          exact(_oracle_conv_backward), 1e-13, 2),
    Check("vae.26", "vae.objective.costs", "quadrature", _each(_costs, *COSTS), exact(_oracle_costs), 3e-14, 30),
    Check("vae.27", "vae.objective.gradient", "quadrature, complex step", (*_each(_gradient, *COSTS), LEFT_OUT, NO_KL, BLACK),
          exact(_oracle_gradient), 5e-14, 10),
)
# fmt: on
