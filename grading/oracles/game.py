"""The game of generator and discriminator once more, from definitions: both networks layer by
layer, their costs by the cross-entropy of a label, and the game on finitely many images.

Complex numbers pass through, so that gradients can be had by the complex step. Parameters are
sequences of (W, b); a mask stands there for each hidden layer.
"""

from typing import Any

import numpy as np

from grading.oracles.arrays import Array
from grading.oracles.differences import gradient, softplus
from grading.oracles.networks import affine, tanh

SLOPE = 0.2


def forward(x: Array, masks: Any, params: Any) -> Any:
    """(B, O), and for each hidden layer its input, its output before and after dropout.

    A unit is a sum over its inputs, then the slope of its sign, then its mask.
    """
    passed = []
    for (W, b), mask in zip(params[:-1], masks, strict=True):
        u = affine(x, W, b)
        h = u * np.where(np.real(u) > 0, 1.0, SLOPE)
        passed.append((x, h, h * mask))
        x = h * mask
    return affine(x, *params[-1]), passed


def logits(x: Array, masks: Any, params: Any) -> Array:
    """What a network of one output says of each image. (B,)"""
    return forward(x, masks, params)[0][:, 0]


def cross_entropy(a: Array, label: Any) -> Array:
    """-label log P(real) - (1 - label) log P(generated), where a is the logit of P(real)."""
    return label * softplus(-a) + (1 - label) * softplus(a)


def discriminator_loss(real: Array, fake: Array, label: Any = 1.0) -> Array:
    """Real images are to be called `label`, generated ones 0."""
    return cross_entropy(real, label) + cross_entropy(fake, 0.0)


LOSSES = {
    "saturating": lambda a: -cross_entropy(a, 0.0),  # the opposite of the discriminator's term
    "non-saturating": lambda a: cross_entropy(a, 1.0),  # generated images are to be called real
}


def discriminator_cost(x: Array, fake: Array, masks: Any, D: Any, label: Any) -> Array:
    """The discriminator's loss of each pair of a real and a generated image. (B,)"""
    return discriminator_loss(logits(x, masks[0], D), logits(fake, masks[1], D), label)


def generator_cost(z: Array, masks: Any, G: Any, D: Any, loss: str) -> Array:
    """The generator's loss of each noise. (B,)"""
    images = tanh(forward(z, masks[0], G)[0])
    return LOSSES[loss](logits(images, masks[1], D))


def network_gradient(f: Any, params: Any) -> tuple[Array, ...]:
    """Gradients of the scalar f(params) by every (W, b)."""
    flat = tuple(array for layer in params for array in layer)
    return tuple(pairs(gradient(lambda *p: f(pairs(p)), flat)))


def pairs(flat: Any) -> Any:
    """W, b, W, b, ... -> (W, b), (W, b), ..."""
    return list(zip(flat[::2], flat[1::2], strict=True))


def softmax(theta: Array) -> Array:
    """A generator of finitely many images, as probabilities; its parameters are theta."""
    weights = np.exp(theta - np.real(theta).max())
    return weights / weights.sum()


def kl(p: Any, q: Array) -> Array:
    """KL(p || q) of probabilities that are all positive."""
    return (p * (np.log(p) - np.log(q))).sum()


def best_discriminator(p_data: Array, p_model: Array, label: float = 1.0) -> Array:
    """For each image the D of the least loss, by golden section on its logit."""
    ratio = (np.sqrt(5) - 1) / 2
    low, high = np.full(len(p_data), -30.0), np.full(len(p_data), 30.0)

    def cost(a: Array) -> Array:
        return p_data * cross_entropy(a, label) + p_model * cross_entropy(a, 0.0)

    for _ in range(100):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        lower = cost(left) < cost(right)
        low, high = np.where(lower, low, left), np.where(lower, right, high)
    return 1 / (1 + np.exp(-(low + high) / 2))


PIXEL = 2.0**-10  # how far a pixel is moved; a power of 2, so that dividing by it rounds nothing


def image_slopes(x: Array, masks: Any, D: Any) -> Array:
    """The gradient of each logit by its image, (B, P), by moving one pixel at a time.

    A logit is linear in the pixels until a unit crosses its kink, so the difference is exact.
    """
    steps = PIXEL * np.eye(x.shape[1])
    ends = [logits(x + step, masks, D) - logits(x - step, masks, D) for step in steps]
    return np.stack(ends, axis=1) / (2 * PIXEL)


def slope_cost(x: Array, masks: Any, D: Any) -> Array:
    """Half the squared length of each image's gradient. (B,)"""
    return (image_slopes(x, masks, D) ** 2).sum(axis=1) / 2
