"""All checks, a module for each package of the project."""

from grading.check import Check
from grading.checks import ad, conv, gan, rbm, vae

CHECKS: tuple[Check, ...] = ad.CHECKS + conv.CHECKS + rbm.CHECKS + vae.CHECKS + gan.CHECKS
