"""Checks of gan's players: what the generator makes, and the gradient of each; of gan.penalty:
slopes by the complex step, their penalty by moving pixels.

Sizes as in checks/gan_networks.py.
"""

from functools import partial
from typing import Any

import numpy as np

from autograd_lite.ops import Array
from grading.check import Arrays, Check, Rng, exact
from grading.checks import gan_networks as players
from grading.checks.gan import STEP, B, drawn_label
from grading.checks.gan_networks import BOTH, DISCRIMINATOR, clear, of_sizes, passed_forward, plain
from grading.oracles import game, networks
from grading.oracles.differences import gradient


def _oracle_generate(z: Array, masks: Any, G: Any) -> Any:
    out, trace = passed_forward(z, masks, G)
    return networks.tanh(out), trace


def _discriminator(rng: Rng, B: int = B, sizes: Any = DISCRIMINATOR, edge: str = "") -> Arrays:
    """Real and generated images have masks of their own."""
    while True:
        masks = players.drawn_masks(rng, sizes, B, edge), players.drawn_masks(rng, sizes, B, edge)
        both, D = rng.uniform(-1, 1, (2, B, sizes[0])), players.drawn_params(rng, sizes, edge)
        if all(clear(x, mask, D) for x, mask in zip(both, masks, strict=True)):
            return *both, masks, D, drawn_label(rng)


def _with_gradient(cost: Any, at: int) -> Any:
    """The oracle of a cost of each image: it, and the gradient of its mean by the network `at`."""

    def oracle(*inputs: Any) -> Any:
        def costs(params: Any) -> Any:
            return cost(*inputs[:at], params, *inputs[at + 1 :])

        params = plain(inputs[at])
        return costs(params), game.network_gradient(lambda p: costs(p).mean(), params)

    return oracle


def _generator(rng: Rng, B: int = B, sizes: Any = BOTH, edge: str = "") -> Arrays:
    while True:
        z, masks, G = players.drawn_forward(rng, B, sizes[0], edge)
        images = networks.tanh(game.forward(z, masks, plain(G))[0])
        seen = players.drawn_masks(rng, sizes[1], B, edge)
        if clear(images, seen, D := players.drawn_params(rng, sizes[1], edge)):
            return z, (masks, seen), G, D, str(rng.choice(list(game.LOSSES)))


def _generator_cost(z: Array, masks: Any, G: Any, D: Any, loss: str) -> Any:
    return game.generator_cost(z, masks, G, plain(D), loss)


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


PLAYERS = "gan.players."
SLOPES = of_sizes(partial(players.drawn_forward, sizes=DISCRIMINATOR, moved=True), 1)

# fmt: off
CHECKS = (
    Check("gan.20", PLAYERS + "generate", "sum term by term", of_sizes(players.drawn_forward, 0), exact(_oracle_generate), 3e-14, 30),
    Check("gan.21", PLAYERS + "discriminator_gradient", STEP, of_sizes(_discriminator, 1), exact(_with_gradient(game.discriminator_cost, 3)), 3e-14, 12),
    Check("gan.22", PLAYERS + "generator_gradient", STEP, of_sizes(_generator, slice(None)), exact(_with_gradient(_generator_cost, 2)), 1e-13, 12),
    Check("gan.30", "gan.penalty.image_gradient", STEP, SLOPES, exact(_oracle_image_gradient), 1e-14, 12),
    Check("gan.31", "gan.penalty.slope_penalty", "pixels moved, then complex step", SLOPES,
          exact(_with_gradient(game.slope_cost, 2)), 1e-10, 8),
)
# fmt: on
