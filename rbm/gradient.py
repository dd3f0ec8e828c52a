"""The gradient of the negative log-likelihood, as a difference of two phases.

Legend as in rbm/model.py. Equations (rbm.13), (rbm.15), (rbm.24) and (rbm.25) of
rbm/DERIVATION_LEARNING.md.
"""

import numpy as np

from autograd_lite.ops import Array
from autograd_lite.threads import side_by_side
from rbm.model import Params, prob_h


def statistics(v: Array, W: Array, c: Array) -> Params:
    """Means over the rows of v h (D, H), of v (D,) and of h (H,), h at its probability given v.

    They are minus the gradient of the mean free energy of the rows of v (B, D).
    """
    h = prob_h(v, W, c)
    # h (B, H) is divided, which is smaller than the product (D, H).
    return Params(v.T @ (h / len(v)), v.mean(axis=0), h.mean(axis=0))  # (rbm.13)


def nll_gradient(v_data: Array, v_model: Array, W: Array, b: Array, c: Array) -> Params:
    """Gradient of the mean -log p(v_data); the model's own statistics are taken from v_model.

    Unbiased where v_model is drawn from the model; contrastive divergence (CD-k), which is biased,
    where v_model is v_data after k Gibbs sweeps. Each phase is averaged over its own rows: v_data
    (B, D) and v_model (M, D) may differ in number.
    """
    data, model = side_by_side(lambda v: statistics(v, W, c), (v_data, v_model))
    return Params(*(m - d for m, d in zip(model, data, strict=True)))  # (rbm.15)


def centred_gradient(v_data: Array, v_model: Array, W: Array, b: Array, c: Array) -> Params:
    """The direction in which W, b and c move where the same gradient is taken of the parameters of
    a machine whose units are centred: mu and lam, halfway between both phases' means, are 0 there.
    """
    data, model = side_by_side(lambda v: statistics(v, W, c), (v_data, v_model))
    mu, lam = (data.b + model.b) / 2, (data.c + model.c) / 2
    db, dc = model.b - data.b, model.c - data.c
    dW = model.W - data.W - np.outer(mu, dc) - np.outer(db, lam)  # (rbm.24)
    return Params(dW, db - dW @ lam, dc - mu @ dW)  # (rbm.25)
