"""Checks of autograd_lite: operations, losses on logits, optimisers.

Sizes differ pairwise, biases are not zero, batches are larger than one and of one, logits reach +-800.
"""

from typing import Any

import numpy as np

from autograd_lite.ops import Array
from grading.check import Arrays, Check, Edge, calm, exact
from grading.oracles import networks
from grading.oracles.differences import derivative, gradient, relu, sigmoid, softplus

B, I, O, K = 5, 4, 3, 2  # noqa: E741 (rows, inputs, outputs, samples)
Rng = np.random.Generator


def alone(draw: Any) -> Any:
    """Draws of a batch, and in every other case of one row."""
    return draw, Edge(draw, "with one row", B=1)


def in_batches(draw: Any) -> Any:
    """Draws of samples of a batch, of one sample, of one row, and of one sample of one row."""
    few = ("sample", {"K": 1}), ("row", {"B": 1}), ("sample and one row", {"K": 1, "B": 1})
    ones = (Edge(draw, f"with one {words}", **sizes) for words, sizes in few)
    return draw, *ones


def with_large(draws: Any) -> Any:
    """Draws of which the first has large values: they become an edge, and smaller ones the rule."""
    first, *others = draws
    return calm(first), Edge(first, "with large values"), *others


def wide(rng: Rng, *shape: int) -> Array:
    """Values of order 1, with a few of every size up to 800 on both sides, and 0; no other within
    0.01 of 0.
    """
    x = rng.normal(size=shape) * np.exp(rng.choice([0, 0, 0, 1, 2, 3], size=shape))
    x = x + np.copysign(0.01, x)
    rng.shuffle(flat := x.reshape(-1))
    flat[:3] = (800, -800, 0)[: flat.size]
    rng.shuffle(flat)
    return flat.reshape(shape)


def _affine(rng: Rng, K: int = K, B: int = B) -> Arrays:
    return rng.normal(size=(K, B, I)), rng.normal(size=(I, O)), rng.normal(size=O)


def _affine_vjp_x(rng: Rng, K: int = K, B: int = B) -> Arrays:
    return rng.normal(size=(K, B, O)), rng.normal(size=(I, O))


def _affine_vjp_Wb(rng: Rng, K: int = K, B: int = B) -> Arrays:
    return rng.normal(size=(K, B, O)), rng.normal(size=(K, B, I))


def _oracle_affine_vjp_x(dy: Array, W: Array) -> Array:
    x, b = (
        np.ones((*dy.shape[:-1], I)),
        np.ones(O),
    )  # a linear map has the same derivative everywhere
    return derivative(lambda x: (networks.affine(x, W, b) * dy).sum(), x)


def _oracle_affine_vjp_Wb(dy: Array, x: Array) -> tuple[Array, ...]:
    W, b = np.ones((I, O)), np.ones(O)
    return gradient(lambda W, b: (networks.affine(x, W, b) * dy).sum(), (W, b))


def _one(rng: Rng, B: int = B) -> Arrays:
    return (wide(rng, B, O),)


def _upstream_and_input(rng: Rng, B: int = B) -> Arrays:
    return rng.normal(size=(B, O)), wide(rng, B, O)


def _upstream_and_relu(rng: Rng, B: int = B) -> Arrays:
    return rng.normal(size=(B, O)), np.maximum(wide(rng, B, O), 0)


def _upstream_and_sigmoid(rng: Rng, B: int = B) -> Arrays:
    return rng.normal(size=(B, O)), np.real(sigmoid(rng.normal(size=(B, O)) * 2))


def _upstream_and_tanh(rng: Rng, B: int = B) -> Arrays:
    return rng.normal(size=(B, O)), networks.tanh(1.5 * rng.normal(size=(B, O)))


def _oracle_tanh_vjp(dy: Array, y: Array) -> Array:
    x = 0.5 * (np.log(1 + y) - np.log(1 - y))  # the input that gives y
    return derivative(lambda x: (networks.tanh(x) * dy).sum(), x)


def _oracle_relu_vjp(dy: Array, y: Array) -> Array:
    x = np.where(y > 0, y, -1)  # any input that gives y
    return derivative(lambda x: (relu(x) * dy).sum(), x)


def _leaky(rng: Rng, B: int = B) -> Arrays:
    """Of one row the slope is left out."""
    return wide(rng, B, O), *([] if B == 1 else [float(rng.choice([0.01, 0.2, 0.3]))])


def _leaky_vjp(rng: Rng, B: int = B) -> Arrays:
    x, *slope = _leaky(rng, B)
    return rng.normal(size=(B, O)), networks.leaky_relu(x, *slope), *slope


def _oracle_leaky_vjp(dy: Array, y: Array, slope: float = 0.2) -> Array:
    x = np.where(y > 0, y, y / slope)  # the input that gives y
    return derivative(lambda x: (networks.leaky_relu(x, slope) * dy).sum(), x)


def _oracle_sigmoid_vjp(dy: Array, y: Array) -> Array:
    return derivative(lambda x: (sigmoid(x) * dy).sum(), np.log(y) - np.log(1 - y))


def _oracle_softplus_vjp(dy: Array, x: Array) -> Array:
    return derivative(lambda x: (softplus(x) * dy).sum(), x)


OPS, STEP = "autograd_lite.ops.", "complex step"

# fmt: off
CHECKS = (
    Check("ad.2", OPS + "affine", "sum term by term", in_batches(_affine), exact(networks.affine), 1e-14, 50),
    Check("ad.3", OPS + "affine_vjp_x", STEP, in_batches(_affine_vjp_x), exact(_oracle_affine_vjp_x), 1e-14, 50),
    Check("ad.4", OPS + "affine_vjp_Wb", STEP, in_batches(_affine_vjp_Wb), exact(_oracle_affine_vjp_Wb), 3e-14, 50),
    Check("ad.5", OPS + "relu", "definition", with_large(alone(_one)), exact(relu), 1e-15, 50),
    Check("ad.6", OPS + "relu_vjp", STEP, with_large(alone(_upstream_and_relu)), exact(_oracle_relu_vjp), 1e-15, 50),
    Check("ad.7", OPS + "leaky_relu", "definition", with_large(alone(_leaky)), exact(networks.leaky_relu), 1e-15, 50),
    Check("ad.8", OPS + "leaky_relu_vjp", STEP, with_large(alone(_leaky_vjp)), exact(_oracle_leaky_vjp), 1e-15, 50),
    Check("ad.9", OPS + "sigmoid", "np.logaddexp", with_large(alone(_one)),
          exact(lambda x: np.exp(-np.logaddexp(0, -x))), 5e-15, 50),
    Check("ad.10", OPS + "sigmoid_vjp", STEP, with_large(alone(_upstream_and_sigmoid)), exact(_oracle_sigmoid_vjp), 1e-14, 50),
    Check("ad.11", OPS + "tanh", "definition", with_large(alone(_one)), exact(networks.tanh), 1e-14, 50),
    Check("ad.12", OPS + "tanh_vjp", STEP, with_large(alone(_upstream_and_tanh)), exact(_oracle_tanh_vjp), 1e-14, 50),
    Check("ad.13", OPS + "softplus", "np.logaddexp", with_large(alone(_one)),
          exact(lambda x: np.logaddexp(0, x), floor=1e-300), 1e-14, 50),
    Check("ad.14", OPS + "softplus_vjp", STEP, with_large(alone(_upstream_and_input)), exact(_oracle_softplus_vjp), 1e-14, 50),
    Check("ad.15", OPS + "log_sigmoid", "np.logaddexp", with_large(alone(_one)),
          exact(lambda x: -np.logaddexp(0, -x), floor=1e-300), 1e-14, 50),
)
# fmt: on
