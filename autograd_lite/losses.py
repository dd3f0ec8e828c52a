"""Losses on logits, each with its rule. Only losses and samplers know the sigmoid.

Legend: logits (..., D), x (..., D) targets in [0, 1], labels (...,) integers below D. Every loss is
a negative log-likelihood in nats, one value a row; dnll (...,) is the gradient of those values.
Equations (ad.18) to (ad.21) of autograd_lite/DERIVATION.md.
"""

import numpy as np
from numpy.typing import NDArray

from autograd_lite.ops import Array, sigmoid, softplus


def bernoulli_nll(logits: Array, x: Array) -> Array:
    """-log p(x) of independent Bernoulli pixels, P(x=1) = sigmoid(logits): (..., D) -> (...,)

    x (B, D) may stand against K samples of logits, (K, B, D) -> (K, B). On grey x in (0, 1) it is
    the mean of the binary case over x ~ Bernoulli(grey).
    """
    return (softplus(logits) - x * logits).sum(axis=-1)  # (ad.18)


def bernoulli_nll_vjp(dnll: Array, logits: Array, x: Array) -> Array:
    """Gradient of the logits, what is predicted less what was seen: (...,), (..., D) -> (..., D)"""
    return dnll[..., None] * (sigmoid(logits) - x)  # (ad.19)


def categorical_nll(logits: Array, labels: NDArray[np.integer]) -> Array:
    """-log p(label) of one of D classes, p = softmax(logits): (..., D), (...,) -> (...,)"""
    top = logits.max(axis=-1)
    log_sum = top + np.log(np.exp(logits - top[..., None]).sum(axis=-1))
    return log_sum - np.take_along_axis(logits, labels[..., None], axis=-1)[..., 0]  # (ad.20)


def categorical_nll_vjp(dnll: Array, logits: Array, labels: NDArray[np.integer]) -> Array:
    """Gradient of the logits, the softmax less one at the label: (...,), (..., D) -> (..., D)"""
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    probs = weights / weights.sum(axis=-1, keepdims=True)
    one_hot = np.arange(logits.shape[-1]) == labels[..., None]
    return dnll[..., None] * (probs - one_hot)  # (ad.21)
