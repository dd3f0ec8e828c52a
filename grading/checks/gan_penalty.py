"""Checks of gan.penalty: slopes by the complex step, their penalty by moving pixels.

B = 7 images of 5 pixels, a discriminator of two hidden layers of other widths, some units dropped
in each. No unit is so near its kink that moving a pixel, or rounding to float32, would cross it.
"""

from typing import Any

import numpy as np

from autograd_lite.ops import Array
from grading.check import Arrays, Check, exact
from grading.checks.gan import STEP, B, Rng
from grading.checks.gan_networks import (
    DISCRIMINATOR,
    clear,
    drawn_masks,
    drawn_params,
    of_sizes,
    plain,
)
from grading.oracles import game
from grading.oracles.differences import gradient

MARGIN = 0.02


def _away_from_kinks(rng: Rng, B: int = B, sizes: Any = DISCRIMINATOR, edge: str = "") -> Arrays:
    while True:
        x, masks = rng.uniform(-1, 1, (B, sizes[0])), drawn_masks(rng, sizes, B, edge)
        if clear(x, masks, D := drawn_params(rng, sizes, edge), MARGIN):
            return x, masks, D


def _oracle_image_gradient(x: Array, masks: Any, D: Any) -> Any:
    """A bias for each image apart: the logit's gradient by it is that by what the unit gets."""
    weights = [W for W, _ in plain(D)]
    biases = tuple(np.tile(b, (len(x), 1)) for _, b in plain(D))

    def total(x: Array, *biases: Array) -> Any:
        return game.logits(x, masks, list(zip(weights, biases, strict=True))).sum()

    g, *ts, _ = gradient(total, (x, *biases))
    _, passed = game.forward(x, masks, plain(D))
    factors = [
        np.where(h > 0, 1.0, game.SLOPE) * mask
        for (_, h, _), mask in zip(passed, masks, strict=True)
    ]
    return g, tuple(factors), tuple(ts)


def _oracle_slope_penalty(x: Array, masks: Any, D: Any) -> Any:
    grads = game.network_gradient(lambda D: game.slope_cost(x, masks, D).mean(), plain(D))
    return game.slope_cost(x, masks, plain(D)), grads


SIZES = of_sizes(_away_from_kinks, 1)

# fmt: off
CHECKS = (
    Check("gan.30", "gan.penalty.image_gradient", STEP, SIZES, exact(_oracle_image_gradient), 1e-14, 12),
    Check("gan.31", "gan.penalty.slope_penalty", "pixels moved, then complex step", SIZES,
          exact(_oracle_slope_penalty), 1e-10, 8),
)
# fmt: on
