"""All slips, a module for each package of the project."""

from grading.check import Check
from grading.slip import Slip
from grading.slips import (
    ad,
    conv,
    gan,
    gan_networks,
    gan_penalty,
    rbm,
    rbm_inference,
    rbm_likelihood,
    vae,
    vae_likelihood,
    vae_networks,
)

SLIPS: tuple[Slip, ...] = (
    *ad.SLIPS,
    *conv.SLIPS,
    *rbm.SLIPS,
    *rbm_inference.SLIPS,
    *rbm_likelihood.SLIPS,
    *vae.SLIPS,
    *vae_networks.SLIPS,
    *vae_likelihood.SLIPS,
    *gan.SLIPS,
    *gan_networks.SLIPS,
    *gan_penalty.SLIPS,
)
BY_NAME = {slip.name: slip for slip in SLIPS}


def slips_of(check: Check) -> list[Slip]:
    """The slips that a check has to catch: those of its equation and function."""
    return [s for s in SLIPS if (s.equation, s.function) == (check.equation, check.function)]
