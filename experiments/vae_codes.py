"""What the codes of trained VAEs carry: the KL of each unit, and the mean KL in its two parts."""

import math
from typing import Any

import numpy as np

import vae.train
from autograd_lite.ops import Array
from data.pixels import to_unit
from data.sets import load
from experiments.cache import Part, compute
from experiments.dense_vae import code_units
from experiments.experiment import Experiment, Numbers
from experiments.measures import ACTIVE
from experiments.tables import table
from experiments.vae_trainings import CODES, DEEP, best, deep, sampled_once
from training.run import files_of
from training.streams import stream
from training.trained import read
from vae.aggregate import log_aggregate, split_kl

NETWORKS = {f"preset best, {Z} codes": best("bernoulli", Z) for Z in CODES}
NETWORKS |= {f"preset {name}, 50 codes": deep(name) for name in DEEP}


def moments_kl(mu: Array, logvar: Array) -> float:
    """KL( N || p ) of the Gaussian that has mean and covariance of q(z): no more than that of q(z),
    by KL( N || p ) = KL( q(z) || p ) - KL( q(z) || N ). (N, Z), (N, Z) -> nats
    """
    mean, Z = mu.mean(axis=0, dtype=np.float64), mu.shape[1]
    S = np.cov(mu.T, bias=True, dtype=np.float64).reshape(Z, Z)
    S += np.diag(np.exp(logvar).mean(axis=0, dtype=np.float64))
    return 0.5 * float(np.trace(S) + mean @ mean - Z - np.linalg.slogdet(S)[1])


def of_network(name: str) -> dict[str, Any]:
    run, images = read(NETWORKS[name].folder, vae.train), load("mnist").test_images
    x = to_unit(images) if run.settings.pixels == "none" else sampled_once(images)
    mu, logvar = vae.train.network(run.params, run.settings).encode(x)
    z = stream(0, "prior codes").standard_normal(mu.shape)
    excess = -0.5 * (z * z + math.log(2 * math.pi)).sum(axis=1) - log_aggregate(z, mu, logvar)
    return {
        "network": name,
        **split_kl(mu, logvar)._asdict(),
        "marginal, at least": moments_kl(mu, logvar),
        "prior to codes": float(excess.mean()),
        **code_units(run, x),
    }


def measure() -> Numbers:
    return compute([Part(of_network, (n,), tuple(files_of(t.folder))) for n, t in NETWORKS.items()])


COLUMNS: dict[str, Any] = {
    "network": 0,
    "active code units": lambda row: f"{row['active']} of {len(row['variance of the mean'])}",
    "mean KL": lambda row: f"{row['kl']:.2f}",
    "information": lambda row: (
        f"{row['information']:.2f} to {row['kl'] - row['marginal, at least']:.2f}"
    ),
    "KL of q(z) to the prior": lambda row: (
        f"{row['marginal, at least']:.2f} to {row['marginal']:.2f}"
    ),
    "KL of the prior to q(z), at most": lambda row: f"{row['prior to codes']:.2f}",
}

EXPERIMENT = Experiment(
    question="What do the codes of a VAE carry, and how far are all of them from the prior?",
    minutes=300,
    trainings=tuple(NETWORKS.values()),
    protocol="Bernoulli pixels, grey for the preset best, else sampled once (seed 0); nats an image"
    " on the 10,000 test images, one network each, and before in a trial with networks that were"
    " trained half, from which no setting came; the mean KL of q(z|x) is the information that a"
    " code has of its image plus the KL of q(z), the mean of all q(z|x), to the prior: where the"
    " mean is over as many images as there are test images, the information is too small, and at"
    " most log 10,000 = 9.21, and the KL of q(z) too large; that KL is at least the one of the"
    " Gaussian of the same mean and covariance; the KL of the prior to q(z), which says whether"
    " codes are drawn where no image has any, is too large, too; active: the variance of the unit's"
    f" mean is above {ACTIVE}",
    tables={"What codes carry": lambda numbers: table(numbers, COLUMNS)},
)
