"""Checks of gan's losses: against the cross-entropy of a label. B = 7 images."""

from typing import Any

import numpy as np

from autograd_lite.ops import Array
from grading.check import Arrays, Check, exact
from grading.oracles import game
from grading.oracles.differences import gradient

B = 7
Rng = np.random.Generator


def _logits(rng: Rng) -> Any:
    a = 3 * rng.normal(size=B)
    a[:2] = 800, -800
    return rng.permutation(a)


def drawn_label(rng: Rng) -> float:
    return float(rng.choice([0.6, 0.9, 1.0]))


def _both(rng: Rng) -> Arrays:
    return _logits(rng), _logits(rng), drawn_label(rng)


def _both_vjp(rng: Rng) -> Arrays:
    return rng.normal(size=B), *_both(rng)


def _oracle_discriminator_loss_vjp(
    dloss: Array, real: Array, fake: Array, label: float
) -> tuple[Array, ...]:
    return gradient(
        lambda real, fake: (dloss * game.discriminator_loss(real, fake, label)).sum(), (real, fake)
    )


def _fake(rng: Rng) -> Arrays:
    return (_logits(rng),)


def _fake_vjp(rng: Rng) -> Arrays:
    return rng.normal(size=B), _logits(rng)


def _oracle_vjp(loss: str) -> Any:
    return lambda dloss, fake: gradient(lambda a: (dloss * game.LOSSES[loss](a)).sum(), (fake,))


LOSS, STEP = "gan.losses.", "complex step"

# fmt: off
CHECKS = (
    Check("gan.4", LOSS + "discriminator_loss", "cross-entropy of the labels", _both,
          exact(game.discriminator_loss), 1e-14, 50),
    Check("gan.5", LOSS + "discriminator_loss_vjp", STEP, _both_vjp, exact(_oracle_discriminator_loss_vjp), 1e-14, 50),
    Check("gan.8", LOSS + "saturating", "np.logaddexp", _fake,
          exact(lambda a: -np.logaddexp(0, a), floor=1e-300), 1e-14, 50),
    Check("gan.9", LOSS + "saturating_vjp", STEP, _fake_vjp, exact(_oracle_vjp("saturating")), 1e-14, 50),
    Check("gan.10", LOSS + "non_saturating", "np.logaddexp", _fake,
          exact(lambda a: np.logaddexp(0, -a), floor=1e-300), 1e-14, 50),
    Check("gan.11", LOSS + "non_saturating_vjp", STEP, _fake_vjp, exact(_oracle_vjp("non-saturating")), 1e-14, 50),
)
# fmt: on
