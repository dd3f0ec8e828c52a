"""The losses of both players, on the discriminator's logits, each with its rule.

Legend: real, generated (B,) logits of real and of generated images: D = sigmoid(logit) is the
probability that an image is real. Losses are in nats an image: (B,) -> (B,). All are minimised.
Equations (gan.5), (gan.6) and (gan.9) to (gan.12) of gan/DERIVATION.md.
"""

from collections.abc import Callable

from autograd_lite.ops import Array, sigmoid, softplus


def discriminator_loss(real: Array, generated: Array, label: float = 1.0) -> Array:
    """-label log D(x) - (1 - label) log(1 - D(x)) - log(1 - D(G(z))).

    `label` is the target for real images; below 1 it is one-sided label smoothing.
    """
    return softplus(real) - label * real + softplus(generated)  # (gan.5)


def discriminator_loss_vjp(
    dloss: Array, real: Array, generated: Array, label: float = 1.0
) -> tuple[Array, Array]:
    """Gradients of both logits: three times (B,) -> (B,), (B,)"""
    return dloss * (sigmoid(real) - label), dloss * sigmoid(generated)  # (gan.6)


def saturating(generated: Array) -> Array:
    """log(1 - D(G(z))), the loss of the minimax game: its slope is 0 where D is sure."""
    return -softplus(generated)  # (gan.9)


def saturating_vjp(dloss: Array, generated: Array) -> Array:
    """Gradient of the logits: (B,), (B,) -> (B,)"""
    return -dloss * sigmoid(generated)  # (gan.10)


def non_saturating(generated: Array) -> Array:
    """-log D(G(z)): falls where the other falls, and is steepest where D is sure."""
    return softplus(-generated)  # (gan.11)


def non_saturating_vjp(dloss: Array, generated: Array) -> Array:
    """Gradient of the logits: (B,), (B,) -> (B,)"""
    return -dloss * sigmoid(-generated)  # (gan.12)


# By name: the generator's loss, and its rule.
LOSSES: dict[str, tuple[Callable[..., Array], Callable[..., Array]]] = {
    "non-saturating": (non_saturating, non_saturating_vjp),
    "saturating": (saturating, saturating_vjp),
}
