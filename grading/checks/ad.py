"""Checks of autograd_lite: operations, losses on logits, optimisers.

Sizes differ pairwise, biases are not zero, batches are larger than one, logits reach +-800.
"""

from typing import Any

import numpy as np

from grading.check import Arrays, Check, Record, exact
from grading.oracles import networks
from grading.oracles.differences import gradient, relu, sigmoid, softplus

B, I, O, K = 5, 4, 3, 2  # noqa: E741 (rows, inputs, outputs, samples)
Rng = np.random.Generator


def _wide(rng: Rng, *shape: int) -> Any:
    """Values of order 1, with a few of every size up to 800 on both sides, none within 0.01 of 0."""
    x = rng.normal(size=shape) * np.exp(rng.choice([0, 0, 0, 1, 2, 3], size=shape))
    x = x + np.copysign(0.01, x)
    rng.shuffle(flat := x.reshape(-1))
    flat[:2] = 800, -800
    rng.shuffle(flat)
    return flat.reshape(shape)


def _affine(rng: Rng) -> Arrays:
    return rng.normal(size=(K, B, I)), rng.normal(size=(I, O)), rng.normal(size=O)


def _affine_vjp_x(rng: Rng) -> Arrays:
    return rng.normal(size=(K, B, O)), rng.normal(size=(I, O))


def _affine_vjp_Wb(rng: Rng) -> Arrays:
    return rng.normal(size=(K, B, O)), rng.normal(size=(K, B, I))


def _oracle_affine_vjp_x(dy: Any, W: Any) -> Any:
    x, b = np.ones((K, B, I)), np.ones(O)  # a linear map has the same derivative everywhere
    return gradient(lambda x: (networks.affine(x, W, b) * dy).sum(), (x,))


def _oracle_affine_vjp_Wb(dy: Any, x: Any) -> Any:
    W, b = np.ones((I, O)), np.ones(O)
    return gradient(lambda W, b: (networks.affine(x, W, b) * dy).sum(), (W, b))


def _one(rng: Rng) -> Arrays:
    return (_wide(rng, B, O),)


def _upstream_and_input(rng: Rng) -> Arrays:
    return rng.normal(size=(B, O)), _wide(rng, B, O)


def _upstream_and_relu(rng: Rng) -> Arrays:
    return rng.normal(size=(B, O)), np.maximum(_wide(rng, B, O), 0)


def _upstream_and_sigmoid(rng: Rng) -> Arrays:
    return rng.normal(size=(B, O)), np.real(sigmoid(rng.normal(size=(B, O)) * 2))


def _upstream_and_tanh(rng: Rng) -> Arrays:
    return rng.normal(size=(B, O)), networks.tanh(1.5 * rng.normal(size=(B, O)))


def _oracle_tanh_vjp(dy: Any, y: Any) -> Any:
    x = 0.5 * (np.log(1 + y) - np.log(1 - y))  # the input that gives y
    return gradient(lambda x: (networks.tanh(x) * dy).sum(), (x,))


def _oracle_relu_vjp(dy: Any, y: Any) -> Any:
    x = np.where(y > 0, y, -1)  # any input that gives y
    return gradient(lambda x: (relu(x) * dy).sum(), (x,))


def _leaky(rng: Rng) -> Arrays:
    return _wide(rng, B, O), float(rng.choice([0.01, 0.2, 0.3]))


def _leaky_vjp(rng: Rng) -> Arrays:
    x, slope = _leaky(rng)
    return rng.normal(size=(B, O)), networks.leaky_relu(x, slope), slope


def _oracle_leaky_vjp(dy: Any, y: Any, slope: float) -> Any:
    x = np.where(y > 0, y, y / slope)  # the input that gives y
    return gradient(lambda x: (networks.leaky_relu(x, slope) * dy).sum(), (x,))


def _oracle_sigmoid_vjp(dy: Any, y: Any) -> Any:
    return gradient(lambda x: (sigmoid(x) * dy).sum(), (np.log(y) - np.log(1 - y),))


def _oracle_softplus_vjp(dy: Any, x: Any) -> Any:
    return gradient(lambda x: (softplus(x) * dy).sum(), (x,))


def _logits_and_grey(rng: Rng) -> Arrays:
    """Targets 0 and 1 exactly, and grey."""
    x = rng.random((B, I)) * rng.integers(0, 2, (B, I))
    return _wide(rng, K, B, I), np.where(rng.random((B, I)) < 0.4, 1.0, x)


def _upstream_logits_and_grey(rng: Rng) -> Arrays:
    return rng.normal(size=(K, B)), *_logits_and_grey(rng)


def _oracle_bernoulli_nll_vjp(dnll: Any, logits: Any, x: Any) -> Any:
    return gradient(lambda a: (networks.bernoulli_nll(a, x) * dnll).sum(), (logits,))


def _logits_and_labels(rng: Rng) -> Arrays:
    logits = 3 * rng.normal(size=(B, I))
    labels = rng.integers(0, I, size=B)
    logits[0] += 1000  # a shift of all logits changes nothing, unless something overflows
    return logits, labels


def _upstream_logits_and_labels(rng: Rng) -> Arrays:
    return rng.normal(size=B), *_logits_and_labels(rng)


def _oracle_categorical_nll_vjp(dnll: Any, logits: Any, labels: Any) -> Any:
    return gradient(lambda a: (networks.categorical_nll(a, labels) * dnll).sum(), (logits,))


def _momentum(rng: Rng) -> Arrays:
    return *rng.normal(size=(3, B, O)), 0.1 * (1 + rng.random()), rng.random()


def _oracle_momentum(p: Any, u: Any, g: Any, rate: float, momentum: float) -> Any:
    moved = [[momentum * uu - rate * gg for uu, gg in zip(*row, strict=True)]
             for row in zip(u, g, strict=True)]  # fmt: skip
    return p + np.array(moved), np.array(moved)


def _adam(rng: Rng) -> Arrays:
    """Moments after some steps, as a student's AdamState is given them; gradients of all sizes."""
    p, m, g = rng.normal(size=(3, B, O))
    g = g * 10.0 ** rng.integers(-9, 2, size=(B, O))
    s = m**2 * rng.random((B, O))
    step = int(rng.integers(0, 20))
    if step == 0:
        m, s = np.zeros_like(m), np.zeros_like(s)
    return p, Record("AdamState", (m, s, step)), g, 0.01, 0.8, 0.95, 1e-6


def _oracle_adam(
    p: Any, state: Any, g: Any, rate: float, beta1: float, beta2: float, epsilon: float
) -> Any:
    """Algorithm 1 of Kingma and Ba, line by line."""
    m, s, step = state.fields
    t = step + 1
    m = m * beta1 + g - g * beta1
    s = s * beta2 + g**2 - g**2 * beta2
    m_hat, s_hat = m / (1 - np.power(beta1, t)), s / (1 - np.power(beta2, t))
    return p - rate * m_hat / (np.sqrt(s_hat) + epsilon), m, s, np.array(t)


def _rmsprop(rng: Rng) -> Arrays:
    """A mean square after some steps or none; gradients of all sizes."""
    p, m, g = rng.normal(size=(3, B, O))
    g = g * 10.0 ** rng.integers(-9, 2, size=(B, O))
    s = m**2 * rng.random((B, O)) * rng.integers(0, 2)
    return p, Record("RmspropState", (s,)), g, 0.01, 0.8, 1e-6


def _oracle_rmsprop(p: Any, state: Any, g: Any, rate: float, rho: float, epsilon: float) -> Any:
    """One number after the other."""
    (s,) = state.fields
    moved, squares = np.empty_like(p), np.empty_like(p)
    for at in np.ndindex(p.shape):
        squares[at] = s[at] * rho + g[at] ** 2 - g[at] ** 2 * rho
        moved[at] = p[at] - g[at] / (squares[at] ** 0.5 + epsilon) * rate
    return moved, squares


OPS, LOSSES, OPTIM = "autograd_lite.ops.", "autograd_lite.losses.", "autograd_lite.optim."
STEP = "complex step"

# fmt: off
CHECKS = (
    Check("ad.2", OPS + "affine", "sum term by term", _affine, exact(networks.affine), 1e-14, 50),
    Check("ad.3", OPS + "affine_vjp_x", STEP, _affine_vjp_x, exact(_oracle_affine_vjp_x), 1e-14, 50),
    Check("ad.4", OPS + "affine_vjp_Wb", STEP, _affine_vjp_Wb, exact(_oracle_affine_vjp_Wb), 3e-14, 50),
    Check("ad.5", OPS + "relu", "definition", _one, exact(relu), 1e-15, 50),
    Check("ad.6", OPS + "relu_vjp", STEP, _upstream_and_relu, exact(_oracle_relu_vjp), 1e-15, 50),
    Check("ad.23", OPS + "leaky_relu", "definition", _leaky, exact(networks.leaky_relu), 1e-15, 50),
    Check("ad.24", OPS + "leaky_relu_vjp", STEP, _leaky_vjp, exact(_oracle_leaky_vjp), 1e-15, 50),
    Check("ad.7", OPS + "sigmoid", "np.logaddexp", _one,
          exact(lambda x: np.exp(-np.logaddexp(0, -x))), 5e-15, 50),
    Check("ad.8", OPS + "sigmoid_vjp", STEP, _upstream_and_sigmoid, exact(_oracle_sigmoid_vjp), 1e-14, 50),
    Check("ad.21", OPS + "tanh", "definition", _one, exact(networks.tanh), 1e-14, 50),
    Check("ad.22", OPS + "tanh_vjp", STEP, _upstream_and_tanh, exact(_oracle_tanh_vjp), 1e-14, 50),
    Check("ad.9", OPS + "softplus", "np.logaddexp", _one,
          exact(lambda x: np.logaddexp(0, x), floor=1e-300), 1e-14, 50),
    Check("ad.10", OPS + "softplus_vjp", STEP, _upstream_and_input, exact(_oracle_softplus_vjp), 1e-14, 50),
    Check("ad.11", OPS + "log_sigmoid", "np.logaddexp", _one,
          exact(lambda x: -np.logaddexp(0, -x), floor=1e-300), 1e-14, 50),
    Check("ad.12", LOSSES + "bernoulli_nll", "product of probabilities", _logits_and_grey,
          exact(networks.bernoulli_nll), 1e-13, 50),
    Check("ad.13", LOSSES + "bernoulli_nll_vjp", STEP, _upstream_logits_and_grey,
          exact(_oracle_bernoulli_nll_vjp), 1e-14, 50),
    Check("ad.14", LOSSES + "categorical_nll", "share of the whole", _logits_and_labels,
          exact(networks.categorical_nll), 1e-12, 50),
    Check("ad.15", LOSSES + "categorical_nll_vjp", STEP, _upstream_logits_and_labels,
          exact(_oracle_categorical_nll_vjp), 1e-14, 50),
    Check("ad.16", OPTIM + "momentum_step", "entry by entry", _momentum,
          exact(_oracle_momentum), 1e-14, 50),
    Check("ad.17", OPTIM + "adam_step", "the published algorithm", _adam,
          exact(_oracle_adam, floor=0.1), 5e-14, 50),
    Check("ad.31", OPTIM + "rmsprop_step", "number by number", _rmsprop,
          exact(_oracle_rmsprop, floor=0.1), 1e-14, 50),
)
# fmt: on
