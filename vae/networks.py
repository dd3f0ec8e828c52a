"""A network together with its parameters: dense or convolutional, used in the same way.

Legend as in vae/elbo.py. The functions of vae/mlp.py and vae/conv.py do the work.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from autograd_lite.conv import Shape
from autograd_lite.ops import Array, sigmoid
from autograd_lite.tree import Tree
from vae import conv, mlp
from vae.conv import Params as ConvParams
from vae.mlp import Outputs

Params = mlp.Params | ConvParams


class Network(Protocol):
    """What both kinds of network offer."""

    @property
    def params(self) -> Params: ...

    @property
    def width(self) -> int:
        """How many values the decoder's widest layer has for one code."""

    def encode(self, x: Array) -> tuple[Array, Array]:
        """Mean and log-variance of q(z|x): (B, D) -> (B, Z), (B, Z)"""

    def decode(self, z: Array) -> Array:
        """Logits of the pixels and, where the likelihood learns it, the log scale: -> (..., D)"""

    def pixels(self, z: Array) -> Array:
        """Means of the pixels given the codes: (..., Z) -> (..., D)"""

    def decoded(self, z: Array) -> tuple[Array, Callable[[Array], Array]]:
        """As decode, and the map from the gradient of its result to that of the codes."""

    def forward(self, x: Array, eps: Array) -> tuple[Outputs, Any]:
        """Images and noise -> what the bound needs, and a trace for this network's backward."""

    def backward(self, d: Outputs, trace: Any, path: Array | None = None) -> Tree:
        """Gradients of the parameters, in their type, from those of the outputs."""


class Dense(NamedTuple):
    """The dense network of vae/mlp.py."""

    params: mlp.Params
    activation: str
    mean: Callable[[Array], Array] = sigmoid  # of a pixel, given its logit

    @property
    def width(self) -> int:
        return max(len(b) for _, b in self.params.decoder)

    def encode(self, x: Array) -> tuple[Array, Array]:
        mu, logvar, _ = mlp.encode(x, self.params, self.activation)
        return mu, logvar

    def decode(self, z: Array) -> Array:
        outputs, _ = mlp.decode(z, self.params, self.activation)
        return outputs

    def pixels(self, z: Array) -> Array:
        first, *_ = *self.params.encoder, self.params.mu
        return self.mean(self.decode(z)[..., : len(first.W)])  # a scale is no pixel

    def decoded(self, z: Array) -> tuple[Array, Callable[[Array], Array]]:
        outputs, values = mlp.decode(z, self.params, self.activation)
        return outputs, lambda d: mlp.decode_vjp(d, values, self.params, self.activation)[0]

    def forward(self, x: Array, eps: Array) -> tuple[Outputs, mlp.Trace]:
        return mlp.forward(x, eps, self.params, self.activation)

    def backward(self, d: Outputs, trace: mlp.Trace, path: Array | None = None) -> mlp.Params:
        return mlp.backward(d, trace, self.params, self.activation, path)


class Conv(NamedTuple):
    """The convolutional network of vae/conv.py."""

    params: conv.Params
    size: Shape  # (H, W) of the images

    @property
    def width(self) -> int:
        return self.size[0] * self.size[1] * self.params.K7.shape[3]

    def encode(self, x: Array) -> tuple[Array, Array]:
        mu, logvar, _ = conv.encode(self._images(x), self.params)
        return mu, logvar

    def decode(self, z: Array) -> Array:
        outputs, _ = conv.decode(z, self.params, self.size)
        return outputs

    def pixels(self, z: Array) -> Array:
        return sigmoid(self.decode(z))

    def decoded(self, z: Array) -> tuple[Array, Callable[[Array], Array]]:
        outputs, layers = conv.decode(z, self.params, self.size)
        return outputs, lambda d: conv.decode_vjp(d, (z, *layers), self.params)[0]

    def forward(self, x: Array, eps: Array) -> tuple[Outputs, conv.Trace]:
        return conv.forward(self._images(x), eps, self.params)

    def backward(self, d: Outputs, trace: conv.Trace, path: Array | None = None) -> conv.Params:
        return conv.backward(d, trace, self.params, path)

    def _images(self, x: Array) -> Array:
        """Rows as images: (B, D) -> (B, H, W)"""
        return x.reshape(-1, *self.size)
