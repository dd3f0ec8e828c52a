"""A restricted Boltzmann machine of 4 pixels and 3 hidden units: all its states can be summed.

Legend as in rbm/model.py; VS (16, 4) and HS (8, 3) all states, DATA (5, 4) images.
"""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np

from autograd_lite.ops import Array
from rbm.gradient import nll_gradient
from rbm.model import Params, energy, free_energy, prob_h, prob_v

W = np.array([[2.0, -1.0, 0.5], [-1.5, 1.0, 2.0], [1.0, -2.0, 1.5], [-0.5, 1.5, -2.0]])
b, c = np.array([-0.5, 0.8, 0.3, -1.0]), np.array([0.6, -0.9, 0.4])
RBM = Params(W, b, c)
DATA = np.array([[1, 0, 1, 0], [0, 1, 1, 0], [1, 1, 0, 0], [1, 0, 1, 1], [0, 1, 0, 1]], float)
VS, HS = (np.array(list(product((0.0, 1.0), repeat=n))) for n in (4, 3))


def joint() -> Array:
    """exp(-E) of all states, not yet divided by Z. -> (16, 8)"""
    return np.stack([np.exp(-energy(VS, np.tile(h, (16, 1)), *RBM)) for h in HS], axis=1)


def p_visible() -> Array:
    """p(v) of all states, its Z by summing over them. -> (16,)"""
    weights = np.exp(-free_energy(VS, *RBM))
    return weights / weights.sum()


def p_hidden() -> Array:
    """p(h) of all states. -> (8,)"""
    return joint().sum(axis=0) / joint().sum()


def ascent(p: Array, gradient: Callable[..., Any] = nll_gradient) -> Params:
    """Gradient of the mean log p(DATA), with p (16,) as the model's distribution of images.

    It is minus `gradient` with each image in turn as the model's, weighted by p.
    """
    by_image = [gradient(DATA, v[None], *RBM) for v in VS]
    return Params(*(-np.tensordot(p, np.stack(g), axes=1) for g in zip(*by_image, strict=True)))


def mean_log_p(params: Params) -> float:
    """The mean of log p(v) over DATA."""
    log_z = np.log(np.exp(-free_energy(VS, *params)).sum())
    return float((-free_energy(DATA, *params) - log_z).mean())


def kernel() -> Array:
    """Probability of v' after one free sweep v -> h -> v'. -> (16, 16)"""
    return chances(prob_h(VS, W, c), HS) @ chances(prob_v(HS, W, b), VS)


def chances(probs: Array, states: Array) -> Array:
    """Probability of each state (n, K) where unit k is on with probs (m, K). -> (m, n)"""
    p = probs[:, None]
    return np.prod(states * p + (1 - states) * (1 - p), axis=-1)


def number_of(v: Array) -> int:
    """Which row of VS an image is."""
    return int(np.flatnonzero((v == VS).all(axis=1))[0])
