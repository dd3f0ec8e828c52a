"""Errata of the GAN, and of the convolutional network."""

import numpy as np

from autograd_lite.ops import Array
from gan.losses import discriminator_loss, non_saturating, non_saturating_vjp, saturating_vjp
from grading.errata.form import Pair, erratum
from vae.conv import init

ONE = np.ones(1)
LABEL = 0.9  # of real images, smoothed


def logit(p: float) -> Array:
    """The logit of a probability, (1,)."""
    return np.array([np.log(p / (1 - p))])


@erratum(
    where="001, E50",
    says="The text writes the generator's loss as $`\\log(1 - D)`$; the code descends on"
    " $`-\\log D`$.",
    right="Both fall together, but where D is sure only the second has a slope.",
    home="gan.12",
    quantity="slope by the logit at logit -6",
)
def text_for_code() -> Pair:
    a = np.array([-6.0])
    return float(saturating_vjp(ONE, a)[0]), float(non_saturating_vjp(ONE, a)[0])


@erratum(
    where="001, E52",
    says="Labels are smoothed to 0.9, but nothing is said of what that does to D; without"
    " smoothing the best one is 1/2 where both densities are equal.",
    right="Every value of the best D is multiplied by the label.",
    home="gan.6",
    quantity="best D where both densities are equal",
)
def half_with_smoothing() -> Pair:
    grid = np.linspace(0.01, 0.99, 99)
    losses = [float(discriminator_loss(logit(d), logit(d), LABEL)[0]) for d in grid]
    return 0.5, float(grid[int(np.argmin(losses))])


@erratum(
    where="001, E52",
    says="The same of the generator's loss: without smoothing it comes to $`\\log 2`$.",
    right="Against a D that was taught smoothed labels it is higher.",
    home="gan.10",
    quantity="generator's loss against the best D, label 0.9 [nats/image]",
)
def generator_without_smoothing() -> Pair:
    return float(np.log(2)), float(non_saturating(logit(LABEL / 2))[0])


@erratum(
    where="001, B24",
    says="A number of filters is doubled by one cell of the notebook and halved by another: a cell"
    " that is run again builds another network.",
    right="Sizes are arguments.",
    home="vae.31",
    quantity="parameters of the decoder, its cell run twice",
)
def cell_run_twice() -> Pair:
    p = init(np.random.default_rng(0), 2)
    decoder = (p.W4, p.b4, p.K5, p.b5, p.K6, p.b6, p.K7, p.b7)
    flat, few, fewer = 7 * 7 * 64, 16, 8  # filters go on from 16 in place of 64
    again = (2 * flat + flat) + (9 * 64 * few + few) + (9 * few * fewer + fewer) + (9 * fewer + 1)
    return again, sum(a.size for a in decoder)
