"""Five likelihoods of the pixels: what each costs, and what is reconstructed under it.

A Gaussian of fixed variance v has the gradient of squared error with the KL weighted by 2 v, but
for the factor 1 / (2 v), to which Adam is blind: v = 1/2 is `--beta 1`, v = 0.05 is `--beta 0.1`.
"""

import math
from functools import partial

import numpy as np

import vae.train
from autograd_lite.ops import Array
from data.pixels import to_unit
from data.sets import load, split
from experiments.experiment import Experiment, Numbers, Training
from experiments.measures import ACTIVE, active_units, over_seeds
from experiments.tables import table
from training.trained import Trained, read
from vae.train import Settings, evaluate

SEEDS = (0, 1, 2)
# What tables and figures call them: (--likelihood, --beta).
LIKELIHOODS = {
    "Bernoulli": ("bernoulli", 1.0),
    "Gaussian, variance 1/2": ("squared", 1.0),
    "Gaussian, variance 0.05": ("squared", 0.1),
    "Gaussian, learned variance": ("gaussian", 1.0),
    "Laplace, learned scale": ("laplace", 1.0),
}
# The columns of the table, and the decimal places of numbers.
COLUMNS = {
    "likelihood": 0,
    "cost as a density [nats/image]": 1,
    "KL [nats/image]": 2,
    "squared error [1/image]": 2,
    "absolute error [1/image]": 2,
    "active units": 1,
}


def training(name: str, seed: int) -> Training:
    likelihood, beta = LIKELIHOODS[name]
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


def measured(run: Trained, x: Array) -> dict[str, float | None]:
    """All numbers of one network on images x (N, D); errors are of the decoded posterior means."""
    network = vae.train.network(run.params, run.settings)
    nll, kl = (float(part) for part in evaluate(run.params, x, run.settings))
    as_density = density(nll, run.settings, x.shape[1])
    mu, _ = network.encode(x)
    error = network.pixels(mu) - x
    squared, absolute = (error * error).sum(axis=1), np.abs(error).sum(axis=1)
    return {
        "cost as a density [nats/image]": None if as_density is None else as_density + kl,
        "KL [nats/image]": kl,
        "squared error [1/image]": float(squared.mean(dtype=np.float64)),
        "absolute error [1/image]": float(absolute.mean(dtype=np.float64)),
        "active units": float(active_units(mu).sum()),
    }


def measure() -> Numbers:
    numbers = []
    for name in LIKELIHOODS:
        runs = [read(training(name, seed).folder, vae.train) for seed in SEEDS]
        settings = runs[0].settings
        x = to_unit(split(load(settings.data).train_images, settings.validation)[1])
        numbers.append({"likelihood": name, **over_seeds([measured(run, x) for run in runs])})
    return numbers


def answer(numbers: Numbers) -> str:
    errors = sorted((r["squared error [1/image]"]["mean"], r["likelihood"]) for r in numbers)
    return "squared error: " + ", ".join(f"{error:.1f} ({name})" for error, name in errors)


EXPERIMENT = Experiment(
    question="How do five likelihoods of the pixels compare, in cost and in reconstructions?",
    minutes=6,
    trainings=tuple(training(name, seed) for name in LIKELIHOODS for seed in SEEDS),
    protocol="784-256-8-256-784, ReLU, grey pixels, 20,000 training images, 20 epochs, batch 128,"
    " Adam 1e-3; variance 1/2 is --likelihood squared with --beta 1, variance 0.05 the same with"
    " --beta 0.1, so the four of --likelihood make five; measured on 5,000 validation images,"
    " costs with sampled codes, errors of decoded posterior means summed over the pixels, mean"
    " and standard deviation over seeds. Costs as densities of pixels in [0, 1] can be compared"
    " with one another; pixels have 256 levels and most are exactly 0, to which no noise was"
    " added, so these costs do not translate into bits per dimension. The Bernoulli cost of grey"
    " pixels is no density and can be compared with none of them. Active: the variance of the"
    f" unit's mean over images is above {ACTIVE}",
    tables={"Likelihoods of the pixels": partial(table, columns=COLUMNS)},
)
