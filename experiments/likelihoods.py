"""Five likelihoods of the pixels: what each costs, and what comes back under it.

`python -m experiments.likelihoods` trains 15 networks of 8 code units on 20,000 images, about 6 minutes
on one core, and goes on where it was stopped. All are then measured by the same code on the 5,000
validation images.

A Gaussian of fixed variance v has the gradient of squared error with the KL weighted by 2 v, but
for the factor 1 / (2 v), to which Adam is blind: v = 1/2 is `--beta 1`, v = 0.05 is `--beta 0.1`.
"""

import math
import sys
from collections.abc import Sequence

import numpy as np

from autograd_lite.ops import Array
from data.pixels import to_unit
from data.sets import load, split
from experiments.measures import over_seeds
from experiments.record import write
from training.command import complain
from training.parallel import Training, train_all
from training.trained import read
from vae import train
from vae.mlp import Params, decode, encode
from vae.objective import pixel_means
from vae.train import Settings, evaluate

SEEDS = (0, 1, 2)
# What tables and figures call them: (--likelihood, --beta).
KINDS = {
    "Bernoulli": ("bernoulli", 1.0),
    "Gaussian, variance 1/2": ("squared", 1.0),
    "Gaussian, variance 0.05": ("squared", 0.1),
    "Gaussian, learned variance": ("gaussian", 1.0),
    "Laplace, learned scale": ("laplace", 1.0),
}
ACTIVE = 0.01  # variance of a code unit's mean over images above which it is active


def planned(kind: str, seed: int) -> Training:
    """The run of one likelihood and one seed."""
    likelihood, beta = KINDS[kind]
    options = "--data mnist --images 20000 --codes 8 --epochs 20"
    options += f" --likelihood {likelihood} --beta {beta:g} --seed {seed}"
    return Training(f"likelihood-{likelihood}-{beta:g}-{seed}", "vae", tuple(options.split()))


def density(nll: float, settings: Settings, pixels: int) -> float | None:
    """The reconstruction part as minus a log-density of pixels in [0, 1], with all constants.

    Nats an image. None for Bernoulli: of grey pixels it is no density.
    """
    if settings.likelihood == "bernoulli":
        return None
    if settings.likelihood != "squared":
        return nll  # has its constants already
    variance = settings.beta / 2
    return nll / (2 * variance) + pixels / 2 * math.log(2 * math.pi * variance)


def errors(params: Params, x: Array, settings: Settings) -> tuple[float, float]:
    """Squared and absolute error of the decoded mean codes, summed over an image's pixels."""
    mu, _, _ = encode(x, params, settings.activation)
    outputs, _ = decode(mu, params, settings.activation)
    error = pixel_means(outputs, settings.likelihood) - x
    squared, absolute = (error * error).sum(axis=1), np.abs(error).sum(axis=1)
    return float(squared.mean(dtype=np.float64)), float(absolute.mean(dtype=np.float64))


def measured(params: Params, x: Array, settings: Settings) -> dict[str, float | None]:
    """All numbers of one network on images x (N, D)."""
    nll, kl = (float(part) for part in evaluate(params, x, settings))
    as_density = density(nll, settings, x.shape[1])
    squared, absolute = errors(params, x, settings)
    mu, _, _ = encode(x, params, settings.activation)
    return {
        "cost as a density [nats/image]": None if as_density is None else as_density + kl,
        "reconstruction as a density [nats/image]": as_density,
        "reconstruction as trained [nats/image]": nll,
        "KL [nats/image]": kl,
        "squared error [1/image]": squared,
        "absolute error [1/image]": absolute,
        "active units": float((mu.var(axis=0) > ACTIVE).sum()),
    }


def main(argv: Sequence[str]) -> None:
    """Trains what is missing, measures every network, writes the table."""
    train_all([planned(kind, seed) for kind in KINDS for seed in SEEDS])
    numbers = []
    for kind in KINDS:
        rows = []
        for seed in SEEDS:
            network = read(planned(kind, seed).folder, train)
            data = load(network.settings.data)
            x = to_unit(split(data.train_images, network.settings.validation)[1])
            rows.append(measured(network.params, x, network.settings))
        numbers.append({"likelihood": kind, **over_seeds(rows)})
        means = {name: np.mean([row[name] for row in rows]) for name in rows[0] if rows[0][name]}
        print(f"{kind}: " + ", ".join(f"{name} {mean:.2f}" for name, mean in means.items()))
    write(
        "likelihoods",
        protocol="784-256-8-256-784, ReLU, grey pixels, 20,000 training images, 20 epochs, batch"
        " 128, Adam 1e-3; measured on 5,000 validation images, costs with sampled codes, errors of"
        " decoded mean codes summed over the pixels, spread over seeds. Costs as densities of"
        " pixels in [0, 1] can be compared with one another; pixels have 256 levels and most are"
        " exactly 0, to which no noise was added, so they tell nothing about bits. The Bernoulli"
        " cost of grey pixels is no density and can be compared with none of them. Active: the"
        f" variance of the unit's mean over images is above {ACTIVE}",
        seeds=SEEDS,
        data="MNIST",
        numbers=numbers,
    )


if __name__ == "__main__":
    complain(main, sys.argv[1:])
