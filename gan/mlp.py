"""The dense network that both players are: forward, and under it backward, its mirror.

Legend: x (B, I) inputs, out (B, O) outputs, mask (B, H) dropout: 0 or 1 / (1 - rate), or the
number 1 where nothing is dropped. Params is a tuple of layers; leaky ReLU and dropout between them.
Equations (gan.15), (gan.16), (gan.17) and (gan.19) of gan/DERIVATION_TRAINING.md.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from autograd_lite.ops import (
    Array,
    Layer,
    affine,
    affine_vjp_Wb,
    affine_vjp_x,
    leaky_relu,
    leaky_relu_vjp,
)

NO_DROPOUT = np.float32(1)  # the mask that drops nothing


Params = tuple[Layer, ...]
Mask = Array | np.float32  # (B, H), or the number 1
Masks = Sequence[Mask]  # one for every hidden layer


class Passed(NamedTuple):
    """What backward needs of one hidden layer: its input, its output before dropout, its mask."""

    x: Array  # (B, I)
    h: Array  # (B, H)
    mask: Mask


class Trace(NamedTuple):
    """What backward needs of a forward pass."""

    hidden: tuple[Passed, ...]
    last: Array  # (B, H) input of the last layer


def forward(x: Array, masks: Masks, params: Params) -> tuple[Array, Trace]:
    """(B, I) -> (B, O), and what backward needs."""
    hidden = []
    for (W, b), mask in zip(params[:-1], masks, strict=True):
        h = leaky_relu(affine(x, W, b))
        hidden.append(Passed(x, h, mask))
        x = h * mask
    return affine(x, *params[-1]), Trace(tuple(hidden), x)  # (gan.15)


def backward(dout: Array, trace: Trace, params: Params) -> tuple[Array, Params]:
    """Gradients of the input and of the parameters; forward read from bottom to top.

    (B, O) -> (B, I) and the parameters' shapes, sums over the batch.
    """
    grads = [Layer(*affine_vjp_Wb(dout, trace.last))]
    dx = affine_vjp_x(dout, params[-1].W)
    for (x, h, mask), (W, _) in zip(trace.hidden[::-1], params[-2::-1], strict=True):
        du = leaky_relu_vjp(dx * mask, h)
        grads.append(Layer(*affine_vjp_Wb(du, x)))
        dx = affine_vjp_x(du, W)
    return dx, tuple(grads[::-1])  # (gan.19)


def dropout(rng: np.random.Generator, batch: int, params: Params, rate: float) -> Masks:
    """Masks for the hidden layers, (B, H) each: a unit is dropped with probability `rate`.

    What is kept is divided by 1 - rate, so that the mean is as without dropout. With rate 0 every
    mask is the number 1.
    """
    if not rate:
        return (NO_DROPOUT,) * (len(params) - 1)
    masks = []
    for _, b in params[:-1]:
        kept = rng.random((batch, len(b)), dtype=np.float32) >= rate
        masks.append(kept.astype(b.dtype) / (1 - rate))
    return tuple(masks)  # (gan.16)


def init(rng: np.random.Generator, sizes: Sequence[int], dtype: type = np.float32) -> Params:
    """Uniform weights and biases within 1 / sqrt(inputs), as the notebook's library draws them.

    sizes are the widths from the input to the output: two or more.
    """

    def layer(inputs: int, outputs: int) -> Layer:
        limit = 1 / math.sqrt(inputs)
        W = rng.uniform(-limit, limit, size=(inputs, outputs))
        b = rng.uniform(-limit, limit, size=outputs)
        return Layer(W.astype(dtype), b.astype(dtype))

    return tuple(layer(*pair) for pair in pairwise(sizes))  # (gan.17)
