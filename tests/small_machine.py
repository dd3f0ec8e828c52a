"""A restricted Boltzmann machine of 4 x 3 units, small enough to be written out in full."""

import numpy as np

from grading.oracles import enumeration
from rbm.model import Params

D, H = 4, 3
VS, HS = enumeration.states(D), enumeration.states(H)


def machine(seed=0, D=D, H=H):
    rng = np.random.default_rng(seed)
    return Params(rng.normal(size=(D, H)), 0.7 * rng.normal(size=D), 0.7 * rng.normal(size=H))


def p_visible(params):
    return enumeration.joint(*params).sum(axis=1)


def log_likelihood(W, b, c, v):
    """Mean log p(v) with Z by enumeration; complex parameters pass through."""
    weights = np.exp((VS @ b)[:, None] + (HS @ c)[None] + np.einsum("vi,ij,hj->vh", VS, W, HS))
    return np.log(weights.sum(axis=1) / weights.sum())[enumeration.numbers_of(v)].mean()
