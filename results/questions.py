"""The questions that an assignment of 2017 asks about its network (S7), answered with numbers.

`python -m results.questions` trains 21 networks, 784-500-2-500-784 on 5,000 images, about 7 minutes
on one core, and goes on where it was stopped; measuring takes 2 minutes more. With the argument
`long` it measures the network of 50,000 images and 500 epochs too, whose training takes hours.

All networks see the same images: 10,000 for validation, and the 5,000 training images among which
neighbours are looked for. No test image is used.
"""

import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autograd_lite.ops import Array
from data.sets import load, split
from figures.read import Trained, read
from results import latent
from results.latent import Digits
from results.record import write
from results.runs import SEEDS, long, short
from training.command import complain
from training.images import training_images
from training.plan import Planned, make_runs
from training.streams import stream
from vae import train
from vae.mlp import Params, decode, encode
from vae.objective import costs, pixel_means

BETAS = (0.0, 0.01, 0.1, 0.5, 1.0, 2.0, 4.0)
SAMPLES = 5  # codes drawn an image, so that the cost of one image is not the luck of one draw
PRIOR = 1000  # codes drawn from the prior
SIDE, REACH = 20, 3.0  # of the grid of codes
WITHIN = 3.0348542587702925  # 99 % of N(0, I) in the plane lies this near to 0: sqrt(-2 log 0.01)


class Images(NamedTuple):
    """Binary images, a row each, and their digits."""

    train: Array  # (M, D)
    train_labels: Digits  # (M,)
    x: Array  # (N, D), for validation
    labels: Digits  # (N,)


class Seen(NamedTuple):
    """What a network makes of images. Costs in nats an image."""

    nll: NDArray[np.float64]  # (N,)
    kl: NDArray[np.float64]  # (N,)
    mu: NDArray[np.float64]  # (N, Z)
    logvar: NDArray[np.float64]  # (N, Z)


def images_of(settings: train.Settings) -> Images:
    """The images that the settings name, made binary once, with seed 0, for all networks."""
    parts = training_images(settings.data, settings.images, settings.validation, once=0)
    labels, held_out = split(load(settings.data).train_labels, settings.validation)
    return Images(parts.train, labels[: len(parts.train)], parts.validation, held_out)


def look(network: Trained, x: Array) -> Seen:
    """Costs with sampled codes, and the posteriors, of images x (N, D)."""
    params, settings = network.params, network.settings
    parts = []
    for i in range(0, len(x), 1000):
        rows = x[i : i + 1000]
        shape = (SAMPLES, len(rows), settings.codes)
        eps = stream(0, "questions", i).standard_normal(shape, dtype=x.dtype)
        nll, kl = costs(rows, eps, params, settings.likelihood, settings.activation)
        mu, logvar, _ = encode(rows, params, settings.activation)
        parts.append((nll.mean(axis=0), kl, mu, logvar))
    return Seen(*(np.concatenate(part, dtype=np.float64) for part in zip(*parts, strict=True)))


def decoded(network: Trained, z: NDArray[Any]) -> Array:
    """The means of the pixels for codes (N, Z)."""
    codes = z.astype(network.params.W2.dtype)
    outputs, _ = decode(codes, network.params, network.settings.activation)
    return pixel_means(outputs, network.settings.likelihood)


def come_back(network: Trained, seen: Seen, images: Images) -> dict[str, Any]:
    """(b): costs by digit, beside what the best constant image would cost, and which digit is
    recognised in the decoded mean of the code, by the nearest training images in pixel space.
    """
    ink = np.clip(images.train.mean(axis=0, dtype=np.float64), 1e-3, 1 - 1e-3)
    constant = -(images.x @ np.log(ink) + (1 - images.x) @ np.log(1 - ink))
    cost = seen.nll + seen.kl
    counts = np.bincount(images.labels, minlength=10)
    spread = [cost[images.labels == digit].std(ddof=1) for digit in range(10)]
    said = latent.classify(decoded(network, seen.mu), images.train, images.train_labels)
    of = latent.by_digit
    return {
        "cost": of(cost, images.labels),
        "standard error of the cost": spread / np.sqrt(counts),
        "reconstruction": of(seen.nll, images.labels),
        "KL": of(seen.kl, images.labels),
        "cost of the mean image": of(constant, images.labels),
        "explained": 1 - of(seen.nll, images.labels) / of(constant, images.labels),
        "recognised": of(said == images.labels, images.labels),
        "cost, all": cost.mean(),
        "reconstruction, all": seen.nll.mean(),
        "KL, all": seen.kl.mean(),
        "recognised, all": (said == images.labels).mean(),
    }


def separate(reference: Seen, seen: Seen, images: Images) -> dict[str, Any]:
    """(c): accuracy of the nearest neighbours in the plane of mu, and who is taken for whom."""
    said = latent.classify(seen.mu, reference.mu, images.train_labels)
    right = said == images.labels
    return {
        "accuracy": latent.by_digit(right, images.labels),
        "accuracy, all": right.mean(),
        "confused": latent.confusions(images.labels, said),
    }


def tell(seen: Seen, labels: Digits) -> dict[str, Any]:
    """(d): rank correlations of cost and reconstruction with |mu| and with mean log variance."""
    size = np.linalg.norm(seen.mu, axis=1)
    by = {"|mu|": size, "mean log variance": seen.logvar.mean(axis=1)}
    table: dict[str, Any] = {}
    for what, values in (("cost", seen.nll + seen.kl), ("reconstruction", seen.nll)):
        for name, other in by.items():
            rho = latent.rank_correlation(values, other)
            rows = [labels == digit for digit in range(10)]
            within = np.array([latent.rank_correlation(values[r], other[r]) for r in rows])
            errors = [latent.rank_correlation_error(*w) for w in zip(within, map(np.sum, rows))]
            table[f"{what} with {name}"] = rho
            table[f"{what} with {name}: error"] = latent.rank_correlation_error(rho, len(labels))
            table[f"{what} with {name}, by digit"] = within
            table[f"{what} with {name}, by digit: error"] = errors
            table[f"{what} with {name}, mean within digits"] = within.mean()
    return table


def grid() -> NDArray[np.float64]:
    """The codes of the grid, (SIDE * SIDE, 2)"""
    line = np.linspace(-REACH, REACH, SIDE)
    return np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
