"""The gap between log p(x) and the bound, in VAEs of two codes, where a grid sums log p: what the
best Gaussian leaves of it, and what the encoder loses against that Gaussian.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

import vae.train
from autograd_lite.ops import Array
from data.sets import load
from experiments.cache import Part, compute
from experiments.experiment import Experiment, Numbers
from experiments.tables import table, with_spread
from experiments.vae_trainings import SEEDS, plane, sampled_once
from training.run import files_of
from training.streams import stream
from training.trained import read
from vae.elbo import reparameterise
from vae.gap import best_gaussian, bound
from vae.importance import neg_iwae
from vae.likelihood import grid_log_p, lattice, log_joint, sampled_log_p
from vae.networks import Network
from vae.objective import LIKELIHOODS

IMAGES = 1000  # of either kind
COARSE, FINE = 200, 400  # points an axis of the two grids
STARTS = 100  # points an axis of the grid on which the search for the best Gaussian may start
DRAWN = 1000  # samples of either bound
SAMPLES = (5, 50, 500, 5000)
MIXTURE = f"{SAMPLES[-1]:,} of a mixture"  # samples
AT_A_TIME = 5  # images, each with all its samples
TEST, TRAINING = "test", "training"


def best_found(x: Array, net: Network, likelihood: str) -> tuple[Array, Array]:
    """The best Gaussian of each image (N, D), from the better of two starts: the encoder's, and one
    as wide at the likeliest code of a grid. (N, Z), (N, Z)
    """
    mu, logvar = net.encode(x)
    codes = lattice(2, 6.0, STARTS)[0].astype(x.dtype)
    at = codes[log_joint(codes, x, net, likelihood).argmax(axis=0)]
    own, other = (bound(x, m, logvar, net, likelihood, 50)[0] for m in (mu, at))
    start = np.where((other > own)[:, None], at, mu)
    return best_gaussian(x, net, likelihood, start=(start, logvar))


def mixture_log_p(
    x: Array, q: tuple[Array, Array], net: Network, likelihood: str, samples: int
) -> Array:
    """log p of images (N, D) from samples of q and, every other one, of the prior, each weighed by
    the mixture of both: where q misses a part of the posterior, the prior finds it.
    """
    nll, parts = LIKELIHOODS[likelihood][0], []
    for i in range(0, len(x), AT_A_TIME):
        mu, logvar = (part[i : i + AT_A_TIME] for part in q)
        z = stream(0, "mixture", i).standard_normal((samples, *mu.shape), dtype=x.dtype)
        z[::2] = reparameterise(mu, logvar, z[::2])
        squares = z * z - (z - mu) ** 2 * np.exp(-logvar)
        ratio = 0.5 * (squares - logvar).sum(axis=-1)  # log q - log p
        cost = nll(net.decode(z), x[i : i + AT_A_TIME])
        parts.append(-neg_iwae(math.log(2) - np.logaddexp(ratio, 0) - cost))
    return np.concatenate(parts)


def of_network(seed: int, kind: str) -> dict[str, list[float]]:
    """Of each image log p, and the bound by the encoder's Gaussian and by the best one; of test
    images log p by importance sampling, too.
    """
    run, data = read(plane(seed).folder, vae.train), load("mnist")
    x = sampled_once((data.test_images if kind == TEST else data.train_images)[:IMAGES])
    of = vae.train.network(run.params, run.settings), run.settings.likelihood
    found = {"log p": grid_log_p(x, *of, FINE), "coarse log p": grid_log_p(x, *of, COARSE)}
    best = best_found(x, *of)
    found["bound"], _ = bound(x, *of[0].encode(x), *of, DRAWN)
    found["best bound"], _ = bound(x, *best, *of, DRAWN)
    if kind == TEST:
        for K in SAMPLES:
            sampled = sampled_log_p(x, *of, K)
            found |= {f"{K} samples": sampled.log_p, "effective samples": sampled.effective}
        found[MIXTURE] = mixture_log_p(x, best, *of, SAMPLES[-1])
    return {name: np.round(column, 4).tolist() for name, column in found.items()}


def summary(found: Mapping[str, Any]) -> dict[str, list[float]]:
    """By name the mean over the images and its standard error, also of differences."""
    column = {name: np.array(there) for name, there in found.items()}
    log_p, best, below = (column[name] for name in ("log p", "best bound", "bound"))
    ways = ["coarse log p", *(f"{K} samples" for K in SAMPLES), MIXTURE]
    column |= {f"{name} less log p": column[name] - log_p for name in ways if name in found}
    column |= {"approximation gap": log_p - best, "amortisation gap": best - below}
    column["gap"] = log_p - below
    return {n: [float(v.mean()), float(v.std() / len(v) ** 0.5)] for n, v in column.items()}


def measure() -> Numbers:
    """Means over the images, and of the first network each test image."""
    asked = [(seed, kind) for kind in (TEST, TRAINING) for seed in SEEDS]
    parts = [Part(of_network, of, tuple(files_of(plane(of[0]).folder))) for of in asked]
    found = dict(zip(asked, compute(parts), strict=True))
    rows = [{"seed": seed, "images": kind, **summary(found[seed, kind])} for seed, kind in asked]
    first = found[SEEDS[0], TEST]
    shown = {name: first[name] for name in ("log p", "bound", "best bound")}
    return {"networks": rows, "each image": shown}


def mean(name: str, digits: int = 2) -> Any:
    """A column of the tables."""
    return lambda row: with_spread(row[name][0], row[name][1], digits)


def gaps(numbers: Numbers) -> str:
    names = ("log p", "bound", "gap", "approximation gap", "amortisation gap")
    columns: dict[str, Any] = {"images": 0, "seed": lambda row: str(row["seed"])}
    return table(numbers["networks"], columns | {name: mean(name) for name in names})


def ways(numbers: Numbers) -> str:
    columns: dict[str, Any] = {"seed": lambda row: str(row["seed"])}
    columns[f"log p, grid of {FINE}"] = mean("log p")
    columns[f"grid of {COARSE} less that"] = mean("coarse log p less log p", 3)
    for K in SAMPLES:
        columns[f"{K:,} of q less that"] = mean(f"{K} samples less log p", 3)
    columns[f"{MIXTURE} less that"] = mean(f"{MIXTURE} less log p", 3)
    columns["effective samples of q"] = mean("effective samples", 0)
    return table([row for row in numbers["networks"] if row["images"] == TEST], columns)


def answer(numbers: Numbers) -> str:
    rows = [row for row in numbers["networks"] if row["images"] == TEST]
    gap, best, lost = (
        sum(row[name][0] for row in rows) / len(rows)
        for name in ("gap", "approximation gap", "amortisation gap")
    )
    return f"{gap:.2f} nats = {best:.2f} (no Gaussian is closer) + {lost:.2f} (the encoder's loss)"


EXPERIMENT = Experiment(
    question="What parts has the gap between log p and the bound?",
    minutes=20,
    trainings=tuple(map(plane, SEEDS)),
    protocol="784-256-2-256-784, Bernoulli pixels sampled at every step, all 60,000 images,"
    f" 30 epochs, batch 128, Adam 1e-3; nats an image, on the first {IMAGES:,} test images and,"
    " beside them, training images, sampled once (seed 0), scored once, at the end, but 400 of"
    " the test images were looked at in a trial before, from which no setting came; log p: a sum"
    f" over {FINE} x {FINE} codes, beside one over {COARSE} x {COARSE} and importance sampling from"
    " the encoder's q, and from a mixture, half of the best Gaussian, half of the prior; the best"
    " Gaussian of each image: 500 steps of Adam from the encoder's or, where that has the higher"
    f" bound, from the likeliest code of a grid; both bounds: the same {DRAWN:,} samples; mean and"
    " standard error over the images, of differences image by image",
    tables={
        "The gap between log p and the bound": gaps,
        "log p of test images by a grid and by importance sampling": ways,
    },
)
