"""Checks of gan's players: what the generator makes, and the gradient of each.

Sizes as in checks/gan_networks.py.
"""

from typing import Any

from autograd_lite.ops import Array
from grading.check import Arrays, Check, Edge, exact
from grading.checks.gan import STEP, B, Rng, drawn_label
from grading.checks.gan_networks import (
    DISCRIMINATOR,
    clear,
    drawn_forward,
    drawn_masks,
    drawn_params,
    passed_forward,
    plain,
)
from grading.oracles import game, networks


def _oracle_generate(z: Array, masks: Any, G: Any) -> Any:
    out, trace = passed_forward(z, masks, G)
    return networks.tanh(out), trace


def _discriminator(rng: Rng, B: int = B) -> Arrays:
    """Real and generated images have masks of their own."""
    while True:
        masks = drawn_masks(rng, DISCRIMINATOR, B), drawn_masks(rng, DISCRIMINATOR, B)
        both, D = rng.uniform(-1, 1, (2, B, 5)), drawn_params(rng, DISCRIMINATOR)
        if all(clear(x, mask, D) for x, mask in zip(both, masks, strict=True)):
            return *both, masks, D, drawn_label(rng)


def _oracle_discriminator(x: Array, fake: Array, masks: Any, D: Any, label: float) -> Any:
    grads = game.network_gradient(
        lambda D: game.discriminator_cost(x, fake, masks, D, label).mean(), plain(D)
    )
    return game.discriminator_cost(x, fake, masks, plain(D), label), grads


def _generator(rng: Rng, B: int = B) -> Arrays:
    while True:
        z, masks, G = drawn_forward(rng, B)
        images, seen = (
            networks.tanh(game.forward(z, masks, plain(G))[0]),
            drawn_masks(rng, DISCRIMINATOR, B),
        )
        if clear(images, seen, D := drawn_params(rng, DISCRIMINATOR)):
            return z, (masks, seen), G, D, str(rng.choice(list(game.LOSSES)))


def _oracle_generator(z: Array, masks: Any, G: Any, D: Any, loss: str) -> Any:
    grads = game.network_gradient(
        lambda G: game.generator_cost(z, masks, G, plain(D), loss).mean(), plain(G)
    )
    return game.generator_cost(z, masks, plain(G), plain(D), loss), grads


PLAYERS = "gan.players."

# fmt: off
CHECKS = (
    Check("gan.20", PLAYERS + "generate", "sum term by term", (*[drawn_forward] * 3, Edge(drawn_forward, "with one row", B=1)), exact(_oracle_generate), 3e-14, 30),
    Check("gan.21", PLAYERS + "discriminator_gradient", STEP, (*[_discriminator] * 3, Edge(_discriminator, "with one row", B=1)), exact(_oracle_discriminator), 3e-14, 12),
    Check("gan.22", PLAYERS + "generator_gradient", STEP, (*[_generator] * 3, Edge(_generator, "with one row", B=1)), exact(_oracle_generator), 3e-14, 12),
)
# fmt: on
