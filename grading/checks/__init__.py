"""All checks, a module for each package of the project."""

from grading.check import Check
from grading.checks import ad, conv, gan, gan_penalty, rbm, vae, vae_networks

CHECKS: tuple[Check, ...] = (
    *ad.CHECKS,
    *conv.CHECKS,
    *rbm.CHECKS,
    *vae.CHECKS,
    *vae_networks.CHECKS,
    *gan.CHECKS,
    *gan_penalty.CHECKS,
)
