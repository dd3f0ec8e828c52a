"""All checks, a module or two for each package of the project."""

from grading.check import Check
from grading.checks import (
    ad,
    ad_losses,
    ad_optimisers,
    conv,
    gan,
    gan_networks,
    gan_penalty,
    gan_players,
    rbm,
    rbm_inference,
    rbm_learning,
    rbm_sampling,
    vae,
    vae_networks,
)

CHECKS: tuple[Check, ...] = (
    *ad.CHECKS,
    *ad_losses.CHECKS,
    *ad_optimisers.CHECKS,
    *conv.CHECKS,
    *rbm.CHECKS,
    *rbm_sampling.CHECKS,
    *rbm_learning.CHECKS,
    *rbm_inference.CHECKS,
    *vae.CHECKS,
    *vae_networks.CHECKS,
    *gan.CHECKS,
    *gan_networks.CHECKS,
    *gan_players.CHECKS,
    *gan_penalty.CHECKS,
)
