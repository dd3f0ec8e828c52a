"""All slips, a module for each package of the project."""

from grading.slip import Slip
from grading.slips import ad, conv, gan, gan_penalty, rbm, vae, vae_networks

SLIPS: tuple[Slip, ...] = (
    *ad.SLIPS,
    *conv.SLIPS,
    *rbm.SLIPS,
    *vae.SLIPS,
    *vae_networks.SLIPS,
    *gan.SLIPS,
    *gan_penalty.SLIPS,
)
