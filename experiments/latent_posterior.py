"""What one VAE makes of images, digit by digit: for experiments/latent_space.py.

Costs are in nats an image. The functions of the second half return numbers and lists by name; a
list of ten goes by digit.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autograd_lite.ops import Array
from data.sets import load, split
from experiments import measures
from experiments.measures import Digits
from training.images import training_images
from training.streams import stream
from training.trained import Trained
from vae.objective import costs
from vae.train import Settings
from vae.train import network as network_of

SAMPLES = 5  # codes drawn an image, so that the cost of one image is not the luck of one draw


class Images(NamedTuple):
    train: Array  # (M, D)
    train_labels: Digits  # (M,)
    x: Array  # (N, D), for validation
    labels: Digits  # (N,)


class Encoded(NamedTuple):
    nll: NDArray[np.float64]  # (N,)
    kl: NDArray[np.float64]  # (N,)
    mu: NDArray[np.float64]  # (N, Z)
    logvar: NDArray[np.float64]  # (N, Z)


def load_images(settings: Settings) -> Images:
    """The images that the settings name, binarised once, with seed 0, for all networks."""
    parts = training_images(settings, once=0)
    labels, held_out = split(load(settings.data).train_labels, settings.validation)
    return Images(parts.train, labels[: len(parts.train)], parts.validation, held_out)


def encode(network: Trained, x: Array) -> Encoded:
    """Posteriors of images x (N, D), and their costs with sampled codes."""
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
    return Encoded(*(np.concatenate(part, dtype=np.float64) for part in zip(*parts, strict=True)))


def decoded(network: Trained, z: NDArray[Any]) -> Array:
    """The means of the pixels for codes of any precision: (N, Z) -> (N, D)"""
    codes = z.astype(network.params.mu.W.dtype)
    return network_of(network.params, network.settings).pixels(codes)


def recognised(x: Array, images: Images) -> Digits:
    """The digits of images x (N, D), by their nearest training images.

    All are scaled to length 1: a pale image would else lie near those with little ink.
    """
    both = x, images.train
    x, reference = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in both)
    return measures.classify(x, reference, images.train_labels)


def reconstruction_by_digit(network: Trained, q: Encoded, images: Images) -> dict[str, Any]:
    """(b): costs, what of the mean training image's cost is saved, and how often the decoded mean
    of the posterior is recognised as its digit.
    """
    labels = images.labels
    ink = np.clip(images.train.mean(axis=0, dtype=np.float64), 1e-3, 1 - 1e-3)
    constant = -(images.x @ np.log(ink) + (1 - images.x) @ np.log(1 - ink))
    of_mean_image = measures.by_digit(constant, labels)
    values = {
        "cost": q.nll + q.kl,
        "reconstruction": q.nll,
        "KL": q.kl,
        "reconstructions recognised": recognised(decoded(network, q.mu), images) == labels,
    }
    return {
        **{name: measures.by_digit(value, labels) for name, value in values.items()},
        "cost of the mean image": of_mean_image,
        "deviance explained": 1 - measures.by_digit(q.nll, labels) / of_mean_image,
    }


def separation(reference: Encoded, q: Encoded, images: Images) -> dict[str, Any]:
    """(c): accuracy of the nearest neighbours in the plane of means, and which digits are confused.

    `reference` holds the posteriors of the training images, among which neighbours are looked for.
    """
    predicted = measures.classify(q.mu, reference.mu, images.train_labels)
    right = predicted == images.labels
    return {
        "accuracy": measures.by_digit(right, images.labels),
        "accuracy, all": right.mean(),
        "confused": measures.confusions(images.labels, predicted),
    }


def posterior_and_cost(q: Encoded, images: Images) -> dict[str, Any]:
    """(d): rank correlations of the reconstruction's cost with |mu| and with mean log variance."""
    rows, table = [images.labels == digit for digit in range(10)], dict[str, Any]()
    for by, other in summaries(q).items():
        name = f"reconstruction with {by}"
        within = np.array([measures.rank_correlation(q.nll[r], other[r]) for r in rows])
        table[name] = measures.rank_correlation(q.nll, other)
        table |= {f"{name}, by digit": within, f"{name}, mean within digits": within.mean()}
    return table


def summaries(q: Encoded) -> dict[str, NDArray[np.float64]]:
    """What the posterior of an image says without the image: (N,) each."""
    return {"|mu|": np.linalg.norm(q.mu, axis=1), "mean log variance": q.logvar.mean(axis=1)}
