"""Checks of gan's players: what the generator makes, and the gradient of each.

Sizes as in checks/gan_networks.py.
"""

from typing import Any

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


def _oracle_discriminator(x: Array, fake: Array, masks: Any, D: Any, label: float) -> Any:
    grads = game.network_gradient(
        lambda D: game.discriminator_cost(x, fake, masks, D, label).mean(), plain(D)
    )
    return game.discriminator_cost(x, fake, masks, plain(D), label), grads


def _generator(rng: Rng, B: int = B, sizes: Any = BOTH, edge: str = "") -> Arrays:
    while True:
        z, masks, G = drawn_forward(rng, B, sizes[0], edge)
        images = networks.tanh(game.forward(z, masks, plain(G))[0])
        seen = drawn_masks(rng, sizes[1], B, edge)
        if clear(images, seen, D := drawn_params(rng, sizes[1], edge)):
            return z, (masks, seen), G, D, str(rng.choice(list(game.LOSSES)))


def _oracle_generator(z: Array, masks: Any, G: Any, D: Any, loss: str) -> Any:
    grads = game.network_gradient(
        lambda G: game.generator_cost(z, masks, G, plain(D), loss).mean(), plain(G)
    )
    return game.generator_cost(z, masks, plain(G), plain(D), loss), grads


PLAYERS = "gan.players."

# fmt: off
CHECKS = (
    Check("gan.20", PLAYERS + "generate", "sum term by term", of_sizes(drawn_forward, 0), exact(_oracle_generate), 3e-14, 30),
    Check("gan.21", PLAYERS + "discriminator_gradient", STEP, of_sizes(_discriminator, 1), exact(_oracle_discriminator), 3e-14, 12),
    Check("gan.22", PLAYERS + "generator_gradient", STEP, of_sizes(_generator, slice(None)), exact(_oracle_generator), 1e-13, 12),
)
# fmt: on
