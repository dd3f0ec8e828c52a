"""Three ways to fill in missing pixels that a restricted Boltzmann machine has to beat; scores.

Legend: train (N, D) binary images; v (B, D) binary images, known (B, D) True where a pixel is
given. Each returns P(v_i = 1) for every pixel, (B, D); only the missing ones are scored.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_lite.ops import Array, sigmoid

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]


def score(probs: Array, v: Array, known: Mask) -> dict[str, float]:
    """Fraction of the missing pixels that are right, nats a missing pixel, their standard error."""
    missing = ~known
    cost = -np.log(np.where(v == 1, probs, 1 - probs), dtype=np.float64) * missing
    return {
        "fraction right": float(((probs > 0.5) == (v == 1))[missing].mean()),
        "cost": float(cost.sum() / missing.sum()),
        "error": float(cost.sum(axis=1).std() * len(v) ** 0.5 / missing.sum()),
    }


def kept_inside(probs: Floats) -> Floats:
    """Probabilities no closer to 0 and 1 than 0.001, so that one pixel cannot cost everything."""
    return np.clip(probs, 0.001, 0.999)


def mixed(nearest: Floats, mean: Floats, weight: float) -> Floats:
    """The nearest image, smoothed by the mean: a copy alone would be wrong with certainty."""
    return kept_inside(weight * nearest + (1 - weight) * mean)


def nearest_image(train: Floats, v: Floats, known: Mask, ink: bool = False) -> Floats:
    """The training image that differs from v in the fewest given pixels, all of it. 0 or 1.

    Where only ink was removed, every other pixel of the image is dark: ink there counts a tenth,
    else the image with the most ink would always be the nearest.
    """
    found = []
    for i in range(0, len(v), 500):
        given = np.where(known[i : i + 500], 1 - 2 * v[i : i + 500], 0.1 if ink else 0)
        # The number of differing given pixels is sum_i given_i t_i, up to a term without t.
        found.append(np.argmin(given @ train.T, axis=1))
    return train[np.concatenate(found)]


def best_weight(nearest: Floats, mean: Floats, v: Floats, known: Mask) -> float:
    """How much of the nearest image to mix with the mean, by the cost on these images."""
    weights = np.linspace(0.02, 0.98, 49)
    costs = [score(mixed(nearest, mean, weight), v, known)["cost"] for weight in weights]
    return float(weights[int(np.argmin(costs))])


def neighbour_features(v: Floats, known: Mask, mean: Floats) -> Any:
    """For each pixel: a constant, the log-odds of its training mean, and for each of its eight
    neighbours whether it is given and black, and whether it is given and white. (B, D, 18)
    """
    side = round(v.shape[1] ** 0.5)
    shape = (len(v), side, side)
    black, white = known & (v == 0), known & (v == 1)
    odds = np.broadcast_to(np.log(mean / (1 - mean)), v.shape)
    columns = [np.ones(v.shape, np.float32), odds.astype(np.float32)]
    for plane in (black, white):
        padded = np.pad(plane.reshape(shape), ((0, 0), (1, 1), (1, 1)))
        columns += [
            padded[:, 1 + dy : 1 + dy + side, 1 + dx : 1 + dx + side].reshape(v.shape)
            for dy in (-1, 0, 1)
            for dx in (-1, 0, 1)
            if (dy, dx) != (0, 0)
        ]
    return np.stack(columns, axis=-1).astype(np.float32)


def fit_logistic(features: Any, targets: Any, steps: int = 12) -> Any:
    """Weights of a logistic regression by Newton's method: (n, 18), (n,) -> (18,)"""
    w = np.zeros(features.shape[1])
    for _ in range(steps):
        p = sigmoid(features @ w)
        curvature = (features * (p * (1 - p))[:, None]).T @ features + 1e-3 * np.eye(len(w))
        w = w - np.linalg.solve(curvature, features.T @ (p - targets) + 1e-3 * w)
    return w


def by_neighbours(w: Any, v: Floats, known: Mask, mean: Floats) -> Floats:
    parts = ((v[i : i + 500], known[i : i + 500]) for i in range(0, len(v), 500))
    probs = [sigmoid(neighbour_features(*part, mean) @ w) for part in parts]
    return kept_inside(np.concatenate(probs).astype(np.float32))
