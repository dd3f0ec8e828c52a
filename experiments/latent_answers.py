"""What one network makes of images, digit by digit: the measurements of results/questions.py.

Costs are in nats an image. Each function returns numbers and lists by name; a list of ten goes by
digit.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autograd_lite.ops import Array
from data.sets import load, split
from experiments.measures import (
    Digits,
    by_digit,
    classify,
    confusions,
    partial_rank_correlation,
    rank_correlation,
    rank_correlation_error,
)
from training.images import training_images
from training.streams import stream
from training.trained import Trained
from vae.objective import costs
from vae.train import Settings
from vae.train import network as network_of

SAMPLES = 5  # codes drawn an image, so that the cost of one image is not the luck of one draw


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


def images_of(settings: Settings) -> Images:
    """The images that the settings name, made binary once, with seed 0, for all networks."""
    parts = training_images(settings.data, settings.images, settings.validation, once=0)
    labels, held_out = split(load(settings.data).train_labels, settings.validation)
    return Images(parts.train, labels[: len(parts.train)], parts.validation, held_out)


def look(network: Trained, x: Array) -> Seen:
    """Costs with sampled codes, and the posteriors, of images x (N, D)."""
    settings = network.settings
    net = network_of(network.params, settings)
    parts = []
    for i in range(0, len(x), 1000):
        rows = x[i : i + 1000]
        shape = (SAMPLES, len(rows), settings.codes)
        eps = stream(0, "questions", i).standard_normal(shape, dtype=x.dtype)
        nll, kl = costs(rows, eps, net, settings.likelihood)
        mu, logvar = net.encode(rows)
        parts.append((nll.mean(axis=0), kl, mu, logvar))
    return Seen(*(np.concatenate(part, dtype=np.float64) for part in zip(*parts, strict=True)))


def decoded(network: Trained, z: NDArray[Any]) -> Array:
    """The means of the pixels for codes (N, Z)."""
    codes = z.astype(network.params.W_mu.dtype)
    return network_of(network.params, network.settings).pixels(codes)


def recognise(x: Array, images: Images) -> Digits:
    """The digits of images x (N, D), by the nearest training images.

    All are scaled to length 1: a pale image would else lie near those with little ink.
    """
    x, reference = (
        rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (x, images.train)
    )
    return classify(x, reference, images.train_labels)


def come_back(network: Trained, seen: Seen, images: Images) -> dict[str, Any]:
    """(b): costs by digit, beside what the mean training image would cost in place of a
    reconstruction, and how often the decoded mean of the code is recognised as its digit.
    """
    ink = np.clip(images.train.mean(axis=0, dtype=np.float64), 1e-3, 1 - 1e-3)
    constant = -(images.x @ np.log(ink) + (1 - images.x) @ np.log(1 - ink))
    cost = seen.nll + seen.kl
    counts = np.bincount(images.labels, minlength=10)
    spread = [cost[images.labels == digit].std(ddof=1) for digit in range(10)]
    said = recognise(decoded(network, seen.mu), images)
    return {
        "cost": by_digit(cost, images.labels),
        "standard error of the cost": spread / np.sqrt(counts),
        "reconstruction": by_digit(seen.nll, images.labels),
        "KL": by_digit(seen.kl, images.labels),
        "cost of the mean image": by_digit(constant, images.labels),
        "explained": 1 - by_digit(seen.nll, images.labels) / by_digit(constant, images.labels),
        "recognised": by_digit(said == images.labels, images.labels),
        "cost, all": cost.mean(),
        "reconstruction, all": seen.nll.mean(),
        "KL, all": seen.kl.mean(),
        "recognised, all": (said == images.labels).mean(),
        "recognised, the images themselves": (recognise(images.x, images) == images.labels).mean(),
    }


def separate(reference: Seen, seen: Seen, images: Images) -> dict[str, Any]:
    """(c): accuracy of the nearest neighbours in the plane of mu, and who is taken for whom."""
    said = classify(seen.mu, reference.mu, images.train_labels)
    right = said == images.labels
    return {
        "accuracy": by_digit(right, images.labels),
        "accuracy, all": right.mean(),
        "confused": confusions(images.labels, said),
    }


def tell(seen: Seen, images: Images) -> dict[str, Any]:
    """(d): rank correlations of cost and reconstruction with |mu| and with mean log variance."""
    labels = images.labels
    rows = [labels == digit for digit in range(10)]
    table: dict[str, Any] = {}
    for what, values in (("cost", seen.nll + seen.kl), ("reconstruction", seen.nll)):
        for by, other in signs(seen).items():
            name = f"{what} with {by}"
            rho = rank_correlation(values, other)
            within = np.array([rank_correlation(values[r], other[r]) for r in rows])
            table[name] = rho
            table[f"{name}: error"] = rank_correlation_error(rho, len(labels))
            table[f"{name}, ink given"] = partial_rank_correlation(values, other, ink(images.x))
            table[f"{name}, by digit"] = within
            errors = [rank_correlation_error(within[d], rows[d].sum()) for d in range(10)]
            table[f"{name}, by digit: error"] = errors
            table[f"{name}, mean within digits"] = within.mean()
        table[f"{what} with ink"] = rank_correlation(values, ink(images.x))
    return table


def signs(seen: Seen) -> dict[str, NDArray[np.float64]]:
    """What the posterior of an image says without the image: (N,) each."""
    size = np.linalg.norm(seen.mu, axis=1)
    return {"|mu|": size, "mean log variance": seen.logvar.mean(axis=1)}


def ink(x: Array) -> Array:
    """How many pixels of each image are ink, (N,)."""
    return x.sum(axis=1)
