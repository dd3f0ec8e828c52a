"""All slips, a module for each package of the project."""

from grading.slip import Slip
from grading.slips import ad, conv, gan, rbm, vae

SLIPS: tuple[Slip, ...] = ad.SLIPS + conv.SLIPS + rbm.SLIPS + vae.SLIPS + gan.SLIPS
