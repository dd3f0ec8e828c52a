"""A restricted Boltzmann machine of 4 pixels and 3 hidden units: all its states can be summed.

Legend as in rbm/model.py; VS (16, 4) and HS (8, 3) all states, JOINT (16, 8) their p(v, h), KERNEL
(16, 16) the probability of v' after one free sweep v -> h -> v', DATA (5, 4) images.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.ops import Array
from grading.oracles.enumeration import joint, kernel, states
from rbm.gradient import nll_gradient
from rbm.model import Params

W = np.array([[2.0, -1.0, 0.5], [-1.5, 1.0, 2.0], [1.0, -2.0, 1.5], [-0.5, 1.5, -2.0]])
b, c = np.array([-0.5, 0.8, 0.3, -1.0]), np.array([0.6, -0.9, 0.4])
RBM = Params(W, b, c)
DATA = np.array([[1, 0, 1, 0], [0, 1, 1, 0], [1, 1, 0, 0], [1, 0, 1, 1], [0, 1, 0, 1]], float)
VS, HS, JOINT, KERNEL = states(4), states(3), joint(*RBM), kernel(*RBM)
P_VISIBLE, P_HIDDEN = JOINT.sum(axis=1), JOINT.sum(axis=0)


def ascent(p: Array, gradient: Callable[..., Any] = nll_gradient) -> Params:
    """Gradient of the mean log p(DATA), with p (16,) as the model's distribution of images.

    It is minus `gradient` with each image in turn as the model's, weighted by p.
    """
    by_image = [gradient(DATA, v[None], *RBM) for v in VS]
    return Params(*(-np.tensordot(p, np.stack(g), axes=1) for g in zip(*by_image, strict=True)))
