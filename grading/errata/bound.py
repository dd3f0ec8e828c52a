"""Errata of the bound, and of the KL of Gaussians.

The Gaussian q has the means 1 and -0.5 and the variances 0.25 and 1.5. Legend as in vae/elbo.py.
"""

import math

import numpy as np

from autograd_lite.losses import bernoulli_nll
from grading.errata.form import PUBLIC, Pair, erratum
from vae.elbo import kl_diag_gaussian, neg_elbo, reparameterise
from vae.mlp import init
from vae.networks import Dense
from vae.objective import costs

MU, LOGVAR = np.array([[1.0, -0.5]]), np.log([[0.25, 1.5]])
KL = float(kl_diag_gaussian(MU, LOGVAR)[0])
Q_LOG_Q = -0.5 * float((math.log(2 * math.pi) + LOGVAR + 1).sum())


@erratum(
    where="004, E28",
    says="The expectation is estimated by an average of $`p(x \\mid z)`$.",
    right="By one of $`\\log p(x \\mid z)`$; the logarithm of a mean is larger.",
    home="vae.5",
    quantity="expected log p from 5 samples [nats]",
)
def average_of_p() -> Pair:
    z = reparameterise(MU, LOGVAR, np.random.default_rng(0).normal(size=(5, 1, 2)))
    nll = bernoulli_nll(3 * z, np.ones((1, 2)))  # the decoder's logits are 3 z
    return float(np.log(np.exp(-nll).mean())), -neg_elbo(nll, np.zeros(1))[0]


@erratum(
    where=PUBLIC,
    says="A function that is documented as minus the bound returns the bound.",
    right="The sign stands in the name: `neg_elbo`.",
    home="vae.5",
    quantity="minus the bound, pixels cost 82 [nats]",
)
def bound_without_minus() -> Pair:
    minus = neg_elbo(np.array([[80.0], [84.0]]), np.array([KL]))[0]
    return -minus, minus


@erratum(
    where="004, B25, E44",
    says="The cost is summed over images, and then the mean is taken of that one number.",
    right="A sum over pixels and a mean over images, so that batches of any size compare.",
    home="vae.22",
    quantity="cost with each image twice in the batch, over that with each once",
)
def summed_over_images() -> Pair:
    rng = np.random.default_rng(0)
    network = Dense(init(rng, 6, 5, 2, np.float64), "relu")
    x, eps = rng.random((4, 6)), rng.normal(size=(1, 4, 2))
    once = neg_elbo(*costs(x, eps, network, "bernoulli"))
    twice = neg_elbo(*costs(np.tile(x, (2, 1)), np.tile(eps, (1, 2, 1)), network, "bernoulli"))
    return twice.sum() / once.sum(), twice.mean() / once.mean()


@erratum(
    where="004, E23, E29",
    says="The integral of $`q \\log p`$ is called the cross-entropy, as that of $`q \\log q`$"
    " often is called the entropy.",
    right="Each is minus that.",
    home="vae.7",
    quantity="cross-entropy of q with the prior [nats]",
)
def cross_entropy_without_minus() -> Pair:
    return Q_LOG_Q - KL, KL - Q_LOG_Q


@erratum(
    where="004, E30",
    says="In the second integral, in handwriting, the mean has no square.",
    right="The mean of $`z^{2}`$ is $`\\mu^{2} + \\sigma^{2}`$.",
    home="vae.7",
    quantity="integral of q log p [nats]",
)
def mean_not_squared() -> Pair:
    wrong = -0.5 * (math.log(2 * math.pi) + MU + np.exp(LOGVAR)).sum()
    return float(wrong), Q_LOG_Q - KL


@erratum(
    where="001, E34",
    says="The network is said to give $`\\log\\sigma`$; the formula takes $`\\log\\sigma^{2}`$.",
    right="Both mean $`\\log\\sigma^{2}`$; hence the name `logvar`.",
    home="vae.8",
    quantity="KL of q to the prior [nats]",
)
def deviation_for_variance() -> Pair:
    return kl_diag_gaussian(MU, 0.5 * LOGVAR)[0], KL


@erratum(
    where="001, E34",
    says="One letter stands for the variance and for its logarithm; the variance is put in.",
    right="The formula takes the logarithm.",
    home="vae.8",
    quantity="KL of q to the prior [nats]",
)
def variance_for_logarithm() -> Pair:
    return kl_diag_gaussian(MU, np.exp(LOGVAR))[0], KL


@erratum(
    where=f"{PUBLIC}; E45",
    says="Noise is multiplied by exp(logvar), forwards and backwards:"
    " no check of gradients can see it.",
    right="By exp(logvar / 2), the standard deviation.",
    home="vae.12",
    quantity="variance of the samples of the first code",
)
def noise_times_variance() -> Pair:
    eps = np.array([[[1.0, 1.0]], [[-1.0, -1.0]]])  # two points of mean 0 and variance 1
    wrong = MU + np.exp(LOGVAR) * eps
    return wrong.var(axis=0)[0, 0], reparameterise(MU, LOGVAR, eps).var(axis=0)[0, 0]
