"""Operations, and directly under each the rule that carries a gradient back through it.

Legend: x input, y output, W (I, O) weights, b (O,) bias; I inputs, O outputs.
`d` + a name is the gradient of one scalar loss with respect to that name, in the name's own shape.
`op_vjp(dy, ...)` (vector-Jacobian product) takes the gradient of the output and just the values
that the rule needs. Equations (ad.2) to (ad.17) of autograd_lite/DERIVATION.md.

Every function keeps the dtype it is given and takes any number of leading axes.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]  # float32 in training, float64 in checks


class Layer(NamedTuple):
    """The parameters of an affine map; their gradients have this type too."""

    W: Array  # (I, O)
    b: Array  # (O,)


def affine(x: Array, W: Array, b: Array) -> Array:
    """A linear map and a shift: (..., I), (I, O), (O,) -> (..., O)."""
    return x @ W + b  # (ad.2)


def affine_vjp_x(dy: Array, W: Array) -> Array:
    """Gradient of the input: (..., O), (I, O) -> (..., I)."""
    return dy @ W.T  # (ad.3)


def affine_vjp_Wb(dy: Array, x: Array) -> tuple[Array, Array]:
    """Gradients of weights and bias, summed over all rows: (..., O), (..., I) -> (I, O), (O,)."""
    dy = dy.reshape(-1, dy.shape[-1])
    x = x.reshape(-1, x.shape[-1])
    return x.T @ dy, dy.sum(axis=0)  # (ad.4)


def relu(x: Array) -> Array:
    """The positive part of x."""
    return np.maximum(x, 0)  # (ad.5)


def relu_vjp(dy: Array, y: Array) -> Array:
    """Passes dy where the output is positive; at the kink, where no derivative exists, 0."""
    return dy * (y > 0)  # (ad.6)


def leaky_relu(x: Array, slope: float = 0.2) -> Array:
    """x where it is positive, elsewhere times a slope in (0, 1): the gradient never stops."""
    return np.maximum(x, slope * x)  # (ad.7): the larger one, since 0 < slope < 1


def leaky_relu_vjp(dy: Array, y: Array, slope: float = 0.2) -> Array:
    """Needs the output only, whose sign is the input's; at the kink the slope of the left side."""
    slopes = np.maximum(y > 0, dy.dtype.type(slope))  # 1 or slope; np.where takes longer
    return dy * slopes  # (ad.8)


def elu(x: Array) -> Array:
    """x where it is positive, elsewhere e^x - 1, which levels off at -1: its slope has no jump."""
    return np.maximum(x, 0) + np.expm1(-np.maximum(-x, 0))  # (ad.13)


def elu_vjp(dy: Array, y: Array) -> Array:
    """Needs the output only: on the left the slope is e^x, which is y + 1, on the right 1."""
    return dy * np.minimum(y + 1, 1)  # (ad.14)


def tanh(x: Array) -> Array:
    """The hyperbolic tangent: a sigmoid from -1 to 1."""
    return np.tanh(x)  # (ad.11)


def tanh_vjp(dy: Array, y: Array) -> Array:
    """Needs the output only."""
    return dy * (1 - y * y)  # (ad.12)


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)), by tanh, which cannot overflow.

    The error is absolute, about one rounding of 1; where a logarithm follows, use log_sigmoid.
    """
    return 0.5 * (1 + np.tanh(0.5 * x))  # (ad.9)


def sigmoid_vjp(dy: Array, y: Array) -> Array:
    """Needs the output only."""
    return dy * y * (1 - y)  # (ad.10)


def softplus(x: Array) -> Array:
    """log(1 + exp(x)), with the larger of the two terms taken out of the logarithm."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))  # (ad.15)


def softplus_vjp(dy: Array, x: Array) -> Array:
    """The derivative of softplus is the sigmoid."""
    return dy * sigmoid(x)  # (ad.16)


def log_sigmoid(x: Array) -> Array:
    """log(1 / (1 + exp(-x))), exact to rounding even where the sigmoid itself rounds to 0."""
    return -softplus(-x)  # (ad.17)
