"""What a decoder makes of codes that no image was encoded to: those of a grid, and the prior's."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.latent_answers import Images, Seen, decoded, recognise
from experiments.measures import classify, nearest_distance, shares
from training.streams import stream
from training.trained import Trained

SIDE, REACH = 20, 3.0  # of the grid of codes
PRIOR = 1000  # codes drawn from the prior
MOST = 0.99  # of the prior's mass lies in the circle around 0 in which codes are looked for


def grid() -> NDArray[np.float64]:
    """The codes of the grid, (SIDE * SIDE, 2)"""
    line = np.linspace(-REACH, REACH, SIDE)
    return np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)


def shares_of_grid(network: Trained, reference: Seen, images: Images) -> dict[str, Any]:
    """(e): the share of the grid that goes to each digit, by the neighbours of its codes in the
    plane, and by those of its decoded images among the training images.
    """
    z, labels = grid(), images.train_labels
    by_codes = classify(z, reference.mu, labels)
    by_images = recognise(decoded(network, z), images)
    return {
        "share of the grid, by codes": shares(by_codes),
        "share of the grid, by images": shares(by_images),
        "both agree": (by_codes == by_images).mean(),
    }


def prior_and_images(network: Trained, reference: Seen, seen: Seen, images: Images) -> Any:
    """(a): how far the prior's images lie from real ones, and real ones from the prior's.

    Distances are pixels that differ after a cut at 1/2: blurred edges bring nobody nearer. Low both
    ways: what the prior draws looks like a digit, and it draws every kind of digit.
    """
    z = stream(0, "questions prior").standard_normal((PRIOR, network.settings.codes))
    made = decoded(network, z), decoded(network, reference.mu[:PRIOR])
    drawn, own = ((image >= 0.5).astype(images.x.dtype) for image in made)
    real = images.x
    radius = math.sqrt(-2 * math.log(1 - MOST))  # in the plane |z|^2 / 2 is exponential
    return {
        "spread of the codes": np.sqrt(seen.mu.var(axis=0).mean()),
        "mean deviation of the posterior": np.exp(seen.logvar / 2).mean(),
        f"codes in the circle of {MOST:.0%}": (np.linalg.norm(seen.mu, axis=1) < radius).mean(),
        "prior's image to nearest real": nearest_distance(drawn, real).mean(),
        "reconstruction to nearest real": nearest_distance(own, real).mean(),
        "real to nearest of the prior": nearest_distance(real, drawn).mean(),
        "real to nearest reconstruction": nearest_distance(real, own).mean(),
    }


def real_distances(images: Images) -> dict[str, float]:
    """The same two distances for as many training images in place of the prior's."""
    some = images.train[:PRIOR]
    return {
        "training image to nearest real": float(nearest_distance(some, images.x).mean()),
        "real to nearest training image": float(nearest_distance(images.x, some).mean()),
    }
