"""Training the GAN: state, a step of each player, and what is measured.

Equations (gan.25) of gan/DERIVATION_TRAINING.md and (gan.32) of gan/DERIVATION_PENALTY.md.
"""

from typing import NamedTuple

import numpy as np

from autograd_lite.ops import Array
from autograd_lite.optim import AdamState, adam_start, adam_step
from autograd_lite.tree import tree_map
from gan.losses import LOSSES, discriminator_loss
from gan.mlp import Params, dropout, forward, init
from gan.penalty import slope_penalty
from gan.players import discriminator_gradient, generate, generator_gradient
from gan.schedule import learning_rate
from gan.settings import Settings as Settings  # part of what a model's training module offers
from training.model import require_decay
from training.settings import widths
from training.streams import stream

LOST = 100.0  # nats an image: D is certain, and G learns nothing any more
UNSOUND = f"a player's loss was above {LOST:.0f} nats an image"


class Players(NamedTuple):
    """The parameters; `average` is the EMA of the generator's, or G itself without one."""

    G: Params
    D: Params
    average: Params


class State(NamedTuple):
    """All that a run needs to go on."""

    params: Players
    adam_g: AdamState[Params]
    adam_d: AdamState[Params]
    step: int


def start(settings: Settings, images: Array) -> State:
    """The state before the first step; images (N, P) are the grey training images.

    SettingsError where the learning rate would be 0 before the last epoch.
    """
    require_decay(settings, images)
    hidden_g = widths("generator", settings.generator)
    hidden_d = widths("discriminator", settings.discriminator)
    pixels = images.shape[1]
    G = init(stream(settings.seed, "generator"), (settings.noise, *hidden_g, pixels))
    D = init(stream(settings.seed, "discriminator"), (pixels, *hidden_d, 1))
    return State(Players(G, D, G), adam_start(G), adam_start(D), 0)


def noise(rng: np.random.Generator, count: int, settings: Settings) -> Array:
    """Uniform noise from -1 to 1. (count, Z)"""
    return 2 * rng.random((count, settings.noise), dtype=np.float32) - 1


def halved(settings: Settings) -> bool:
    """Never: the products are so small that two threads would mostly wait for one another."""
    return False


def step(state: State, x: Array, settings: Settings) -> State:
    """The state after a step of the discriminator and then one of the generator."""
    state = discriminator_step(state, x, settings)
    return generator_step(state, len(x), settings)


def discriminator_step(state: State, x: Array, settings: Settings) -> State:
    """One step of Adam for D on a batch x (B, P) of grey images; G stays as it is.

    The R1 penalty is taken at the real images, with the masks that their loss has.
    """
    G, D, average = state.params
    rng = stream(settings.seed, "discriminator step", state.step)
    z = noise(rng, len(x), settings)
    fake, _ = generate(z, dropout(rng, len(x), G, settings.generator_dropout), G)
    masks = [dropout(rng, len(x), D, settings.discriminator_dropout) for _ in range(2)]
    _, grads = discriminator_gradient(2 * x - 1, fake, masks, D, settings.label)
    if settings.penalty:
        _, slopes = slope_penalty(2 * x - 1, masks[0], D)
        grads = tree_map(lambda g, s: g + settings.penalty * s, grads, slopes)  # (gan.32)
    rate = learning_rate(state.step, settings.learning_rate, settings.decay)
    D, adam_d = adam_step(D, state.adam_d, grads, rate, settings.beta1)
    return state._replace(params=Players(G, D, average), adam_d=adam_d)


def generator_step(state: State, batch: int, settings: Settings) -> State:
    """One step of Adam for G on fresh noise; D stays as it is."""
    G, D, average = state.params
    rng = stream(settings.seed, "generator step", state.step)
    z = noise(rng, batch, settings)
    masks = [
        dropout(rng, batch, G, settings.generator_dropout),
        dropout(rng, batch, D, settings.discriminator_dropout),
    ]
    _, grads = generator_gradient(z, masks, G, D, settings.loss)
    rate = learning_rate(state.step, settings.learning_rate, settings.decay)
    G, adam_g = adam_step(G, state.adam_g, grads, rate, settings.beta1)
    average = averaged(average, G, settings.average) if settings.average else G
    return state._replace(params=Players(G, D, average), adam_g=adam_g, step=state.step + 1)


def averaged(average: Params, G: Params, decay: float) -> Params:
    """The exponential moving average (EMA) of the generator's parameters after a step to G."""
    return tree_map(lambda a, g: decay * a + (1 - decay) * g, average, G)  # (gan.25)


def measure(
    params: Players, train: Array, validation: Array, settings: Settings
) -> dict[str, float]:
    """Both losses on up to 5,000 images of each part, with dropout as in training.

    The discriminator's is without the penalty, so that runs with and without it can be compared.
    Only on validation images, which D has not seen, is it on average a bound of (gan.8).
    """
    row = {}
    for name, x in (("train", train[:5000]), ("validation", validation[:5000])):
        if len(x):
            G, D, _ = params
            rng = stream(settings.seed, "measure")
            z = noise(rng, len(x), settings)
            fake, _ = generate(z, dropout(rng, len(x), G, settings.generator_dropout), G)
            real, generated = (
                forward(images, dropout(rng, len(x), D, settings.discriminator_dropout), D)[0][:, 0]
                for images in (2 * x - 1, fake)
            )
            loss = discriminator_loss(real, generated, settings.label)
            value, _ = LOSSES[settings.loss]
            row[f"{name}_discriminator [nats/image]"] = float(loss.mean())
            row[f"{name}_generator [nats/image]"] = float(value(generated).mean())
    return row


def shortfall(row: dict[str, float], train: Array, settings: Settings) -> float:
    """How far the larger loss is above LOST, as a fraction of it."""
    losses = row["train_discriminator [nats/image]"], row["train_generator [nats/image]"]
    return max(losses) / LOST - 1
