"""Checks of vae: both networks against their definitions, and what training minimises.

Of the dense one K = 3 samples, B = 5 images, D = 6 pixels, Z = 2 codes, and no hidden layer, one
or two.
"""

import math
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from grading.check import Arrays, Check, Edge, Record, exact
from grading.checks.ad import in_batches
from grading.oracles import convolution, networks, quadrature
from grading.oracles.differences import gradient

K, B, D, Z = 3, 5, 6, 2
Rng = np.random.Generator


def _params(rng: Rng, widths: tuple[int, ...], scales: int, Z: int) -> Record:
    """Weights of order one; smaller ones where an output is the logarithm of a scale."""

    def layer(inputs: int, outputs: int, size: float = 0.8) -> Record:
        W, b = size * rng.normal(size=(inputs, outputs)), 0.5 * rng.normal(size=outputs)
        W[:, D:] *= 0.1 if outputs == D + 1 else 1
        return Record("Layer", (W, b))

    def chain(*widths: int) -> tuple[Record, ...]:
        return tuple(layer(*pair) for pair in pairwise(widths))

    top = (D, *widths)[-1]
    heads = layer(top, Z), layer(top, Z, 0.4)
    decoder = chain(Z, *widths[::-1], D + scales)
    return Record("Params", (chain(D, *widths), *heads, decoder))


def plain(x: Any) -> Any:
    """Records as the tuples of their fields."""
    if isinstance(x, Record):
        return plain(x.fields)
    return tuple(map(plain, x)) if isinstance(x, tuple) else x


def drawn(rng: Rng, K: int, B: int, widths: tuple[int, ...], scales: int = 0, Z: int = Z) -> Arrays:
    """No hidden unit is so near its kink that rounding to float32 would cross it."""
    while True:
        x, eps = rng.random((B, D)), rng.normal(size=(K, B, Z))
        params = _params(rng, widths, scales, Z)
        encoder, *_, decoder = p = plain(params)
        _, (seen, _, _, codes) = networks.vae_forward(x, eps, p, "relu")
        below = [*zip(seen, encoder, strict=False), *zip(codes, decoder[:-1], strict=False)]
        if min((np.abs(v @ W + b).min() for v, (W, b) in below), default=1) > 1e-4:
            return x, eps, params


def _each(draw: Any, *kinds: Arrays) -> Any:
    """Draws of samples of a batch, of each kind in turn, and of batches of one."""
    one, *edges = in_batches(draw)
    return *(partial(one, kind=kind) for kind in kinds), *edges


# The activation, the widths of the encoder's hidden layers, and how many outputs are no pixels.
NETWORKS = (("relu", (7,), 1), ("tanh", (7, 4), 0), ("relu", (), 0), ("elu", (5, 5), 1))


def _forward(rng: Rng, K: int = K, B: int = B, kind: Any = None) -> Arrays:
    activation, widths, scales = kind or NETWORKS[rng.integers(len(NETWORKS))]
    return *drawn(rng, K, B, widths, scales), activation


def _oracle_forward(x: Any, eps: Any, params: Any, activation: str) -> Any:
    return networks.vae_forward(x, eps, plain(params), activation)


def _backward(
    rng: Rng, K: int = K, B: int = B, kind: Any = None, size: float = 1.0, path: bool = False
) -> Arrays:
    x, eps, params, activation = _forward(rng, K, B, kind)
    outputs, trace = _oracle_forward(x, eps, params, activation)
    d = Record("Outputs", tuple(size * rng.normal(size=y.shape) for y in outputs))
    factors = (rng.random((K, B)),) if path else ()
    return d, Record("Trace", trace), params, activation, *factors


def _tenth(d: Any, *_: Any) -> float:
    """To what errors of gradients are relative."""
    return max(1.0, max(np.abs(dy).max() for dy in d.fields) / 10)


def _backward_of(forward: Any, d: Any, params: Any, path: Any, above: int) -> Any:
    """The gradient of the outputs, weighted by d, by every parameter.

    With a path, that of the encoder, which ends where the decoder's fields begin, is of outputs
    that are weighted by it, too.
    """

    def weighted(*params: Any, factors: Any = 1.0) -> Any:
        (first, *others), _ = forward(params)
        outputs = factors * first, *others
        return sum((dy * y).sum() for dy, y in zip(d.fields, outputs, strict=True))

    params = plain(params)
    grads = gradient(weighted, params)
    if path is None:
        return grads
    return gradient(partial(weighted, factors=path[..., None]), params)[:above] + grads[above:]


def _oracle_backward(d: Any, trace: Any, params: Any, activation: str, path: Any = None) -> Any:
    (x, *_), _, eps, _ = trace.fields
    return _backward_of(lambda p: networks.vae_forward(x, eps, p, activation), d, params, path, 3)


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


def _conv_backward(rng: Rng, K: int = 2, B: int = 3, path: bool = False) -> Arrays:
    x, eps, params = _conv_forward(rng, K, B)
    outputs, trace = _oracle_conv_forward(x, eps, params)
    d = Record("Outputs", tuple(rng.normal(size=y.shape) for y in outputs))
    return d, Record("Trace", trace), params, *((rng.random((K, B)),) if path else ())


def _oracle_conv_backward(d: Any, trace: Any, params: Any, path: Any = None) -> Any:
    x, eps = trace.fields[0][..., 0], trace.fields[5]
    return _backward_of(lambda p: convolution.vae_forward(x, eps, p), d, params, path, 10)


# The likelihood, the activation, the widths of the hidden layers, and whether beta, or beta and a
# damaged image, are given.
COSTS = (
    ("bernoulli", "relu", (7,), 2),
    ("squared", "tanh", (7, 4), 1),
    ("gaussian", "tanh", (7,), 2),
    ("laplace", "relu", (5, 5), 1),
    ("squared-linear", "elu", (7,), 2),
)


def _costs(rng: Rng, K: int = K, B: int = B, kind: Any = None) -> Arrays:
    likelihood, activation, widths, _ = kind or COSTS[rng.integers(len(COSTS))]
    x, eps, params = drawn(rng, K, B, widths, int(likelihood in ("gaussian", "laplace")))
    return x, eps, Record("Dense", (params, activation)), likelihood


def _gradient(
    rng: Rng, K: int = K, B: int = B, kind: Any = None, beta: float = 1.0, left: float = 0.6
) -> Arrays:
    """The encoder may see an image of which a share of the pixels is left."""
    kind = kind or COSTS[rng.integers(len(COSTS))]
    x, *others = _costs(rng, K, B, kind)
    given = beta * (0.5 + rng.random()), x * (rng.random(x.shape) < left)
    return x, *others, *given[: kind[3]]


def _oracle_costs(x: Any, eps: Any, network: Any, likelihood: str) -> Any:
    params, activation = network.fields
    (outputs, mu, logvar), _ = networks.vae_forward(x, eps, plain(params), activation)
    return networks.NLLS[likelihood](outputs, x), quadrature.kl_standard_normal(mu, logvar)


def _oracle_gradient(
    x: Any, eps: Any, network: Any, likelihood: str, beta: float = 1.0, seen: Any = None
) -> Any:
    params, activation = network.fields
    given = likelihood, beta, activation, x if seen is None else seen
    return gradient(lambda *p: networks.mean_cost(x, eps, p, *given), plain(params))


STEP, LEFT_OUT = "complex step", Edge(_gradient, "without beta", kind=("gaussian", "tanh", (), 0))
NO_KL = Edge(_gradient, "with beta 0", kind=COSTS[1], beta=0.0)
BLACK = Edge(_gradient, "where the encoder sees black images", kind=COSTS[0], left=0.0)
LONG = Edge(_backward, "with large gradients", kind=NETWORKS[0], size=1000.0)
PATH = "with a factor for what comes back to each code"

# fmt: off
CHECKS = (
    Check("vae.26", "vae.mlp.forward", "term by term", _each(_forward, *NETWORKS), exact(_oracle_forward), 1e-13, 30),
    Check("vae.27", "vae.mlp.backward", STEP, (*_each(_backward, *NETWORKS), LONG, Edge(_backward, PATH, path=True)), exact(_oracle_backward, _tenth), 1e-13, 10),
    Check("vae.30", "vae.conv.forward", "convolutions as matrices", (*in_batches(_conv_forward), Edge(_conv_forward, "with tall images", K=1, B=2, size=(13, 6))),
          exact(_oracle_conv_forward), 3e-14, 20),
    Check("vae.31", "vae.conv.backward", "convolutions as matrices, complex step", (_conv_backward, Edge(_conv_backward, "with one sample of one row", K=1, B=1), Edge(_conv_backward, PATH, path=True)),
          exact(_oracle_conv_backward), 1e-13, 3),
    Check("vae.28", "vae.objective.costs", "quadrature", _each(_costs, *COSTS), exact(_oracle_costs), 3e-14, 30),
    Check("vae.29", "vae.objective.gradient", "quadrature, complex step", (*_each(_gradient, *COSTS), LEFT_OUT, NO_KL, BLACK),
          exact(_oracle_gradient), 5e-14, 11),
)
# fmt: on
