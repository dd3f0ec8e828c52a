"""What several experiments measure: means over seeds, active code units, nearest neighbours, ranks.

Legend: points (N, Z) and reference (M, Z) are codes or images, a row each; labels (N,) are digits
0 to 9; mu (N, Z) means of q(z|x) for N images. Pure functions in plain NumPy; distances have the
dtype of the points.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_lite.ops import Array

Digits = NDArray[np.integer[Any]]

NEIGHBOURS = 10
AT_A_TIME = 1000  # points whose distances to the whole reference are in memory
ACTIVE = 0.01  # variance of an active unit's mean; the prior's is 1


def over_seeds(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """For each name mean and standard deviation over the networks, numbers or lists as they were.

    The standard deviation of one network is None; so is everything of a name whose value is None.
    """
    table: dict[str, Any] = {}
    for name, first in rows[0].items():
        if first is None:
            table[name] = {"mean": None, "spread": None}
            continue
        values = np.array([row[name] for row in rows], np.float64)
        spread = values.std(axis=0, ddof=1).tolist() if len(rows) > 1 else None
        table[name] = {"mean": values.mean(axis=0).tolist(), "spread": spread}
    return table


def costs_over_seeds(parts: Sequence[Sequence[float]]) -> dict[str, Any]:
    """Mean cost and its standard deviation, from the parts nll and kl of each: (networks, 2)"""
    costs = [nll + kl for nll, kl in parts]
    nll, kl = np.mean(parts, axis=0)
    return {
        "cost": float(np.mean(costs)),
        "spread": float(np.std(costs, ddof=1)) if len(costs) > 1 else None,
        "nll": float(nll),
        "kl": float(kl),
        "each seed": costs,
    }


def unit_variances(mu: Array) -> NDArray[np.float64]:
    """The variance of each code unit's mean over the images: (N, Z) -> (Z,)"""
    return mu.var(axis=0, dtype=np.float64)


def active_units(mu: Array) -> NDArray[np.bool_]:
    """Which units are active, after Burda, Grosse and Salakhutdinov (2016, section 5.2): (Z,)

    A unit whose mean is the same for all images tells the decoder nothing of x.
    """
    return unit_variances(mu) > ACTIVE


def squared_distances(points: Array, reference: Array) -> Array:
    """Squared Euclidean distances, (N, M); between binary images: the pixels that differ."""
    own = (points * points).sum(axis=1)[:, None] + (reference * reference).sum(axis=1)
    # Rounding must not make a distance to itself negative.
    return np.maximum(own - 2 * points @ reference.T, 0)


def nearest_distance(points: Array, reference: Array) -> Array:
    """The squared distance of each point to the nearest row of the reference, (N,)."""
    parts = (points[i : i + AT_A_TIME] for i in range(0, len(points), AT_A_TIME))
    return np.concatenate([squared_distances(x, reference).min(axis=1) for x in parts])


def classify(points: Array, reference: Array, labels: Digits, k: int = NEIGHBOURS) -> Digits:
    """The most frequent digit among each point's k nearest rows of the reference, (N,).

    Of two that are equally frequent, the one whose neighbours come earlier in the order.
    """
    # A vote counts 1; the earlier ones a little more, together less than one vote.
    weights = 1 + (k - np.arange(k)) / (k * k + k)
    found = []
    for i in range(0, len(points), AT_A_TIME):
        near = squared_distances(points[i : i + AT_A_TIME], reference)
        rows = np.argpartition(near, k - 1, axis=1)[:, :k]
        order = np.take_along_axis(near, rows, axis=1).argsort(axis=1, kind="stable")
        said = labels[np.take_along_axis(rows, order, axis=1)]
        votes = (said[..., None] == np.arange(10)) * weights[:, None]
        found.append(votes.sum(axis=1).argmax(axis=1))
    return np.concatenate(found)


def by_digit(values: NDArray[Any], labels: Digits) -> NDArray[np.float64]:
    """The mean of the values (N,) over the images of each digit, (10,)."""
    return np.array([values[labels == digit].mean(dtype=np.float64) for digit in range(10)])


def confusions(labels: Digits, said: Digits) -> NDArray[np.int64]:
    """How many images of one digit were taken for another, either way round.

    (10, 10): entry (a, b) with a < b counts both directions; all others are 0.
    """
    table = np.bincount(10 * labels.astype(int) + said, minlength=100).reshape(10, 10)
    return np.triu(table + table.T, 1)


def ranks(values: NDArray[Any]) -> NDArray[np.float64]:
    """Places in rising order, from 1; equal values share the mean of their places. (N,)"""
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = counts.cumsum()
    return (last - (counts - 1) / 2)[which]


def rank_correlation(a: NDArray[Any], b: NDArray[Any]) -> float:
    """Spearman's: the correlation of the ranks, from -1 to 1."""
    u, w = (ranks(values) - (len(values) + 1) / 2 for values in (a, b))
    return float((u * w).sum()) / math.sqrt(float((u * u).sum()) * float((w * w).sum()))
