"""Checks of autograd_lite's losses.

Sizes and logits as in checks/ad.py.
"""

from typing import Any

import numpy as np

from autograd_lite.ops import Array
from grading.check import Arrays, Check, Edge, Rng, exact
from grading.checks.ad import STEP, B, I, K, in_batches, rule, wide, with_large, with_upstream
from grading.oracles import networks


def _logits_and_grey(rng: Rng, K: int = K, B: int = B) -> Arrays:
    """Targets 0 and 1 exactly, and grey."""
    x = rng.random((B, I)) * rng.integers(0, 2, (B, I))
    return wide(rng, K, B, I), np.where(rng.random((B, I)) < 0.4, 1.0, x)


def _logits_and_labels(rng: Rng, *rows: int) -> Arrays:
    logits = 3 * rng.normal(size=(*rows, I))
    logits[..., 0] -= 50 * (rng.random(rows) < 0.3)  # a class that is all but impossible
    labels = rng.integers(0, I, size=rows)
    if rng.random() < 0.5:
        logits[0] += 1000  # a shift of all logits changes nothing, unless something overflows
    return logits, labels


def _tenth(logits: Array, labels: Array) -> float:
    """To what the errors of a difference of logits are relative."""
    return max(1.0, float(np.abs(logits).max()) / 10)


def _upstream_logits_and_labels(rng: Rng, *rows: int) -> Arrays:
    return rng.normal(size=rows), *_logits_and_labels(rng, *rows)


def _of_several_ranks(draw: Any) -> Any:
    """Draws of rows, of samples of rows, of one row, of samples of one row, and of so many rows
    that the number of logits does not fit into the labels' type.
    """

    def of(*rows: int) -> Any:
        return lambda rng: draw(rng, *rows)

    def in_bytes(rng: Rng) -> Arrays:
        *reals, labels = draw(rng, 256 // I + B)
        return *reals, labels.astype(np.uint8)

    samples = Edge(of(K, B), "with samples"), Edge(of(K, 1), "with samples of one row")
    return of(B), *samples, Edge(of(1), "with one row"), Edge(in_bytes, "with labels of 8 bits")


LOSSES = "autograd_lite.losses."

# fmt: off
CHECKS = (
    Check("ad.18", LOSSES + "bernoulli_nll", "product of probabilities", with_large(in_batches(_logits_and_grey)),
          exact(networks.bernoulli_nll), 8e-14, 50),
    Check("ad.19", LOSSES + "bernoulli_nll_vjp", STEP, with_large(in_batches(with_upstream(_logits_and_grey, K=K, B=B))),
          exact(rule(networks.bernoulli_nll)), 1e-14, 50),
    Check("ad.20", LOSSES + "categorical_nll", "share of the whole", with_large(_of_several_ranks(_logits_and_labels)),
          exact(networks.categorical_nll, _tenth), 3e-14, 50),
    Check("ad.21", LOSSES + "categorical_nll_vjp", STEP, with_large(_of_several_ranks(_upstream_logits_and_labels)),
          exact(rule(networks.categorical_nll)), 1e-14, 50),
)
# fmt: on
