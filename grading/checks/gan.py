"""Checks of gan's losses: against the cross-entropy of a label; of its rate. B = 7 images."""

from typing import Any

import numpy as np

from autograd_lite.ops import Array
from grading.check import Arrays, Check, Edge, Rng, exact
from grading.checks.ad import alone, rule, with_large, with_upstream
from grading.oracles import game

B = 7


def _logits(rng: Rng, B: int = B) -> Any:
    a = 3 * rng.normal(size=B)
    a[:2] = (800, -800)[:B]
    return rng.permutation(a)


def drawn_label(rng: Rng) -> float:
    return float(rng.choice([0.6, 0.9, 0.97, 1.0]))


def _both(rng: Rng, B: int = B, label: Any = None) -> Arrays:
    """Of one image, and in some cases of more, the label is left out."""
    drawn = [] if B == 1 or rng.random() < 0.2 else [drawn_label(rng)]
    return _logits(rng, B), _logits(rng, B), *(drawn if label is None else [label])


def _with_labels(draw: Any) -> Any:
    return with_large((*alone(draw), Edge(draw, "with the label 0", label=0.0)))


def _fake(rng: Rng, B: int = B) -> Arrays:
    return (_logits(rng, B),)


def _rate(rng: Rng) -> Arrays:
    """First, last and later steps too; in some cases no decay. The rates of two trainings."""
    decay = int(rng.integers(2, 1000)) if rng.random() < 0.9 else 1
    step = (0, 1, int(rng.integers(decay)), decay - 1, decay, 3 * decay)[rng.integers(6)]
    rates = rng.permutation([0.5, 2.0]) * rng.uniform(0.5, 1, 2)
    return step, rates, decay * int(rng.random() < 0.8)


def _oracle_rate(step: int, first: Array, decay: int) -> Any:
    """The line from (0, first) to (decay, 0), and 0 behind it."""
    ends = [0, decay] if decay else [0, step + 1]
    return np.array([np.interp(step, ends, [rate, 0 if decay else rate]) for rate in first])


LOSS, STEP = "gan.losses.", "complex step"

# fmt: off
CHECKS = (
    Check("gan.5", LOSS + "discriminator_loss", "cross-entropy of the labels", _with_labels(_both),
          exact(game.discriminator_loss), 1e-14, 50),
    Check("gan.6", LOSS + "discriminator_loss_vjp", STEP, _with_labels(with_upstream(_both, B=B)), exact(rule(game.discriminator_loss, 2)), 1e-14, 50),
    Check("gan.9", LOSS + "saturating", "np.logaddexp", with_large(alone(_fake)),
          exact(lambda a: -np.logaddexp(0, a)), 1e-14, 50),
    Check("gan.10", LOSS + "saturating_vjp", STEP, with_large(alone(with_upstream(_fake, B=B))), exact(rule(game.LOSSES["saturating"])), 1e-14, 50),
    Check("gan.11", LOSS + "non_saturating", "np.logaddexp", with_large(alone(_fake)),
          exact(lambda a: np.logaddexp(0, -a)), 1e-14, 50),
    Check("gan.12", LOSS + "non_saturating_vjp", STEP, with_large(alone(with_upstream(_fake, B=B))), exact(rule(game.LOSSES["non-saturating"])), 1e-14, 50),
    Check("gan.23", "gan.schedule.learning_rate", "interpolation", _rate, exact(_oracle_rate), 1e-14, 50),
)
# fmt: on
