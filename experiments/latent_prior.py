"""What a VAE's decoder makes of codes that no image was encoded to: those of a grid, and the
prior's. For experiments/latent_space.py.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_lite.ops import Array
from experiments.latent_posterior import Encoded, Images, decoded, recognised
from experiments.measures import classify, nearest_distance
from training.streams import stream
from training.trained import Trained

SIDE, REACH = 20, 3.0  # of the grid of codes
DRAWN = 1000  # prior samples
MASS = 0.99  # of the prior inside the circle around 0 in which means are counted


def grid() -> NDArray[np.float64]:
    """The codes of the grid, (SIDE * SIDE, 2)"""
    line = np.linspace(-REACH, REACH, SIDE)
    return np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)


def fractions_of_grid(network: Trained, reference: Encoded, images: Images) -> dict[str, Any]:
    """(e): the fraction of the grid that each digit gets, by the neighbours of the grid's codes in
    the plane, and by those of the decoded images among the training images.
    """
    z, labels = grid(), images.train_labels
    by_codes = classify(z, reference.mu, labels)
    by_images = recognised(decoded(network, z), images)
    return {
        "fraction of the grid, by codes": np.bincount(by_codes, minlength=10) / len(z),
        "fraction of the grid, by images": np.bincount(by_images, minlength=10) / len(z),
    }


def spread_of_codes(q: Encoded) -> dict[str, Any]:
    """(a): how far the means lie apart, how wide the posteriors are, and how many means lie where
    the prior does.
    """
    radius = math.sqrt(-2 * math.log(1 - MASS))  # in the plane |z|^2 / 2 is exponential
    return {
        "deviation of the means": np.sqrt(q.mu.var(axis=0).mean()),
        "mean deviation of the posterior": np.exp(q.logvar / 2).mean(),
        f"means where {MASS:.0%} of the prior lie": (np.linalg.norm(q.mu, axis=1) < radius).mean(),
    }


def distances_to_images(network: Trained, reference: Encoded, images: Images) -> dict[str, Any]:
    """(a): how far prior samples lie from real images, and real images from prior samples.

    Distances are pixels that differ after a cut at 1/2: blurred edges bring nobody nearer. Low both
    ways: prior samples look like digits, and there is one of every kind.
    """
    z = stream(0, "questions prior").standard_normal((DRAWN, network.settings.codes))
    codes = {"prior sample": z, "reconstruction": reference.mu[:DRAWN]}
    found: dict[str, float] = {}
    for name, some in codes.items():
        made = (decoded(network, some) >= 0.5).astype(images.x.dtype)
        found |= both_ways(name, made, images.x)
    return found


def both_ways(name: str, some: Array, real: Array) -> dict[str, float]:
    """Mean distances of some images to the nearest real one, and of real ones to those."""
    return {
        f"{name} to nearest image": float(nearest_distance(some, real).mean()),
        f"image to nearest {name}": float(nearest_distance(real, some).mean()),
    }
