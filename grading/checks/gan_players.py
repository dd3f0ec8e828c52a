"""Checks of gan's players: what the generator makes, and the gradient of each; of gan.penalty:
slopes by the complex step, their penalty by moving pixels.

Sizes as in checks/gan_networks.py.
"""

from functools import partial
from typing import Any

import numpy as np

from autograd_lite.ops import Array
from grading.check import Arrays, Check, exact
from grading.checks.gan import STEP, B, Rng, drawn_label
from grading.checks.gan_networks import (
    BOTH,
    DISCRIMINATOR,
    clear,
    drawn_forward,
    drawn_masks,
    drawn_params,
    of_sizes,
    passed_forward,
    plain,
)
from grading.oracles import game, networks
from grading.oracles.differences import gradient


def _oracle_generate(z: Array, masks: Any, G: Any) -> Any:
    out, trace = passed_forward(z, masks, G)
    return networks.tanh(out), trace


def _discriminator(rng: Rng, B: int = B, sizes: Any = DISCRIMINATOR, edge: str = "") -> Arrays:
    """Real and generated images have masks of their own."""
    while True:
        masks = drawn_masks(rng, sizes, B, edge), drawn_masks(rng, sizes, B, edge)
        both, D = rng.uniform(-1, 1, (2, B, sizes[0])), drawn_params(rng, sizes, edge)
        if all(clear(x, mask, D) for x, mask in zip(both, masks, strict=True)):
            return *both, masks, D, drawn_label(rng)


def _with_gradient(cost: Any, params: Any) -> Any:
    """The cost of each image, and the gradient of its mean."""
    return cost(plain(params)), game.network_gradient(lambda p: cost(p).mean(), plain(params))


def _oracle_discriminator(x: Array, fake: Array, masks: Any, D: Any, label: float) -> Any:
    return _with_gradient(lambda p: game.discriminator_cost(x, fake, masks, p, label), D)


def _generator(rng: Rng, B: int = B, sizes: Any = BOTH, edge: str = "") -> Arrays:
    while True:
        z, masks, G = drawn_forward(rng, B, sizes[0], edge)
        images = networks.tanh(game.forward(z, masks, plain(G))[0])
        seen = drawn_masks(rng, sizes[1], B, edge)
        if clear(images, seen, D := drawn_params(rng, sizes[1], edge)):
            return z, (masks, seen), G, D, str(rng.choice(list(game.LOSSES)))


def _oracle_generator(z: Array, masks: Any, G: Any, D: Any, loss: str) -> Any:
    return _with_gradient(lambda p: game.generator_cost(z, masks, p, plain(D), loss), G)


def _oracle_image_gradient(x: Array, masks: Any, D: Any) -> Any:
    """A bias for each image apart: the logit's gradient by it is that by what the unit gets."""
    weights = [W for W, _ in plain(D)]
    biases = tuple(np.tile(b, (len(x), 1)) for _, b in plain(D))

    def total(x: Array, *biases: Array) -> Any:
        return game.logits(x, masks, list(zip(weights, biases, strict=True))).sum()

    g, *ts, _ = gradient(total, (x, *biases))
    _, passed = game.forward(x, masks, plain(D))
    slopes = [np.where(h > 0, 1.0, game.SLOPE) for _, h, _ in passed]
    return g, tuple(s * mask for s, mask in zip(slopes, masks, strict=True)), tuple(ts)


def _oracle_slope_penalty(x: Array, masks: Any, D: Any) -> Any:
    return _with_gradient(lambda p: game.slope_cost(x, masks, p), D)


PLAYERS = "gan.players."
SLOPES = of_sizes(partial(drawn_forward, sizes=DISCRIMINATOR, moved=True), 1)

# fmt: off
CHECKS = (
    Check("gan.20", PLAYERS + "generate", "sum term by term", of_sizes(drawn_forward, 0), exact(_oracle_generate), 3e-14, 30),
    Check("gan.21", PLAYERS + "discriminator_gradient", STEP, of_sizes(_discriminator, 1), exact(_oracle_discriminator), 3e-14, 12),
    Check("gan.22", PLAYERS + "generator_gradient", STEP, of_sizes(_generator, slice(None)), exact(_oracle_generator), 1e-13, 12),
    Check("gan.30", "gan.penalty.image_gradient", STEP, SLOPES, exact(_oracle_image_gradient), 1e-14, 12),
    Check("gan.31", "gan.penalty.slope_penalty", "pixels moved, then complex step", SLOPES,
          exact(_oracle_slope_penalty), 1e-10, 8),
)
# fmt: on
