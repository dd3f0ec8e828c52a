"""Errata of operations, and of checks of gradients."""

import numpy as np

from autograd_lite.gradcheck import directional_error
from autograd_lite.ops import Array, log_sigmoid, sigmoid, softplus
from grading.errata.form import PUBLIC, Pair, erratum


@erratum(
    where=PUBLIC,
    says="The sigmoid is computed as (tanh(x) + 1) / 2.",
    right="tanh takes half of x; this is the sigmoid of 2x.",
    home="ad.7",
    quantity="sigmoid(1)",
)
def twice_as_steep() -> Pair:
    return 0.5 * (np.tanh(1.0) + 1), sigmoid(np.ones(1))[0]


@erratum(
    where=PUBLIC,
    says="Images are drawn with the softplus of the logits as probabilities.",
    right="The probability is the sigmoid of the logit, never above 1.",
    home="ad.7",
    quantity="P(ink) at logit 2",
)
def softplus_as_probability() -> Pair:
    logit = np.array([2.0])
    return softplus(logit)[0], sigmoid(logit)[0]


@erratum(
    where="000 and 001, B7, E6",
    says="softplus is computed as log(1 + exp(x)), which float32 cannot from x = 89 on.",
    right="The larger of the two terms is taken out of the logarithm first.",
    home="ad.9",
    quantity="softplus(100) in float32",
)
def exp_overflows() -> Pair:
    x = np.float32(100)
    with np.errstate(over="ignore"):
        return float(np.log(1 + np.exp(x))), float(softplus(np.array([x]))[0])


@erratum(
    where="000 and 001, B7",
    says="The sigmoid is computed first, and then its logarithm.",
    right="The logarithm of the sigmoid is minus softplus(-x): nothing is rounded to 0.",
    home="ad.11",
    quantity="log-sigmoid(-110) in float32",
)
def log_of_rounded() -> Pair:
    x = np.float32(-110)
    with np.errstate(over="ignore", divide="ignore"):
        return float(np.log(1 / (1 + np.exp(-x)))), float(log_sigmoid(np.array([x]))[0])


def softmax(x: Array) -> Array:
    """Shares of exp(x) in their sum. (K,) -> (K,)"""
    return np.exp(x) / np.exp(x).sum()


@erratum(
    where=PUBLIC,
    says="The gradient of softmax is checked with an upstream gradient of ones.",
    right="The outputs add up to 1 whatever x is, so that gradient is 0 and shows nothing."
    " The upstream gradient has to be random.",
    home="ad.20",
    quantity="error that the check sees where the rule gives twice too much",
)
def upstream_of_ones() -> Pair:
    x = np.array([1.0, 0.3, -0.8])
    y = softmax(x)

    def doubled(dy: Array) -> tuple[Array]:
        return (2 * y * (dy - dy @ y),)

    error = np.abs(doubled(np.ones(3))[0] / 2).max()  # what is given less what is true
    return error, directional_error(np.random.default_rng(0), softmax, doubled, x)
