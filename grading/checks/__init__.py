"""All checks, a module for each package of the project."""

from grading.check import Check
from grading.checks import ad, rbm, vae

CHECKS: tuple[Check, ...] = ad.CHECKS + rbm.CHECKS + vae.CHECKS
