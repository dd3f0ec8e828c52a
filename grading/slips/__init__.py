"""All slips, a module for each package of the project."""

from grading.slip import Slip
from grading.slips import ad, rbm, vae

SLIPS: tuple[Slip, ...] = ad.SLIPS + rbm.SLIPS + vae.SLIPS
