"""The R1 gradient penalty: half the squared slope of the discriminator at real images.

Legend: x (B, P) real images, D and masks as in gan/mlp.py; a(x) is the discriminator's logit, and
g = da/dx (B, P) its slope. For each hidden layer, factor (B, H) is its mask times the slope of its
leaky ReLU, and t (B, H) the gradient of the logit by what goes into that leaky ReLU.
Equations (gan.29) to (gan.31) of gan/DERIVATION_PENALTY.md.

Source: Mescheder, Geiger and Nowozin, Which training methods for GANs do actually converge?, 2018.
"""

import numpy as np

from autograd_lite.ops import Array, Layer, affine_vjp_x, leaky_relu_vjp
from gan.mlp import Masks, Params, forward


def image_gradient(
    x: Array, masks: Masks, D: Params
) -> tuple[Array, tuple[Array, ...], tuple[Array, ...]]:
    """The gradient g (B, P) of each logit by its image, the factors, and the ts."""
    out, trace = forward(x, masks, D)
    factors = [leaky_relu_vjp(np.ones(h.shape, h.dtype), h) * mask for _, h, mask in trace.hidden]
    ts = []
    v = affine_vjp_x(np.ones(out.shape, out.dtype), D[-1].W)
    for factor, (W, _) in zip(factors[::-1], D[-2::-1], strict=True):
        ts.append(v * factor)
        v = affine_vjp_x(ts[-1], W)
    return v, tuple(factors), tuple(ts[::-1])  # (gan.30)


def slope_penalty(x: Array, masks: Masks, D: Params) -> tuple[Array, Params]:
    """Half the squared slope at each image (B,), and its mean's gradient by D.

    The network that made g is linear, factors held fixed; its gradient goes through it the other
    way, from the first layer to the last. Biases only move the kinks: their gradient is 0.
    """
    g, factors, ts = image_gradient(x, masks, D)
    values = (g * g).sum(axis=1) / 2  # (gan.29)
    dv = g / len(g)
    grads = []
    for factor, t, (W, b) in zip(factors, ts, D[:-1], strict=True):
        grads.append(Layer(dv.T @ t, np.zeros_like(b)))
        dv = (dv @ W) * factor
    grads.append(Layer(dv.sum(axis=0)[:, None], np.zeros_like(D[-1].b)))
    return values, tuple(grads)  # (gan.31)
