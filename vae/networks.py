"""Either network, dense or convolutional: the type of its parameters says which.

`activation` is the dense network's; the convolutional one always has ReLU.
"""

from typing import Any

from autograd_lite.ops import Array
from vae import conv, mlp
from vae.mlp import Outputs

Params = mlp.Params | conv.Params


def encode(x: Array, params: Params, activation: str = "relu") -> Any:
    """Mean and log-variance of q(z|x), and what comes before: (B, D) -> (B, Z), (B, Z), ..."""
    if isinstance(params, conv.Params):
        return conv.encode(x, params)
    return mlp.encode(x, params, activation)


def decode(z: Array, params: Params, activation: str = "relu") -> Any:
    """The decoder's outputs, and what comes before: (..., Z) -> (..., D), ..."""
    if isinstance(params, conv.Params):
        return conv.decode(z, params)
    return mlp.decode(z, params, activation)


def forward(x: Array, eps: Array, params: Params, activation: str = "relu") -> tuple[Outputs, Any]:
    """Images and noise -> what the bound needs, and what backward needs."""
    if isinstance(params, conv.Params):
        return conv.forward(x, eps, params)
    return mlp.forward(x, eps, params, activation)


def backward(d: Outputs, trace: Any, params: Params, activation: str = "relu") -> Any:
    """Gradients of the parameters, of their type."""
    if isinstance(params, conv.Params):
        return conv.backward(d, trace, params)
    return mlp.backward(d, trace, params, activation)
