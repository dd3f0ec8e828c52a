"""All checks, a module or two for each package of the project."""

from itertools import chain

from grading.check import Check
from grading.checks import (
    ad,
    ad_losses,
    ad_optimisers,
    conv,
    gan,
    gan_networks,
    gan_players,
    rbm,
    rbm_annealing,
    rbm_inference,
    rbm_learning,
    rbm_sampling,
    rbm_weights,
    vae,
    vae_likelihood,
    vae_networks,
)

MODULES = (
    *(ad, ad_losses, ad_optimisers, conv),
    *(rbm, rbm_sampling, rbm_learning, rbm_inference, rbm_annealing, rbm_weights),
    *(vae, vae_networks, vae_likelihood),
    *(gan, gan_networks, gan_players),
)
CHECKS: tuple[Check, ...] = tuple(chain.from_iterable(module.CHECKS for module in MODULES))
