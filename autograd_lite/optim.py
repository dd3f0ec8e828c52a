"""Optimisers: each takes parameters and the gradient of a loss, and returns new values of both
parameters and moments. All of them descend.

Equations (ad.25), (ad.26) and (ad.28) of autograd_lite/DERIVATION_OPTIMISERS.md.
"""

import math
from collections.abc import Callable
from typing import Generic, NamedTuple

import numpy as np

from autograd_lite.ops import Array
from autograd_lite.tree import T, Tree, tree_map, tree_split


def zeros_like(params: T) -> T:
    """A tree of zeros: the moments before the first step."""
    return tree_map(np.zeros_like, params)


def momentum_step(
    params: T, velocity: T, grads: T, learning_rate: float, momentum: float
) -> tuple[T, T]:
    """Gradient descent with momentum -> (params, velocity). With momentum 0: plain descent."""
    velocity = tree_map(lambda u, g: momentum * u - learning_rate * g, velocity, grads)  # (ad.25)
    return tree_map(np.add, params, velocity), velocity


class AdamState(NamedTuple, Generic[T]):
    """Running means of the gradient and of its square, and the number of steps in them."""

    mean: T  # like the parameters
    square: T  # like the parameters
    step: int


def adam_start(params: T) -> AdamState[T]:
    """The moments before the first step."""
    return AdamState(zeros_like(params), zeros_like(params), 0)


def adam_step(
    params: T,
    state: AdamState[T],
    grads: T,
    learning_rate: float = 1e-3,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
) -> tuple[T, AdamState[T]]:
    """One step of Adam (Kingma and Ba 2015, algorithm 1) -> (params, state)."""
    step = state.step + 1
    # The running means start at 0: dividing by 1 - beta^step undoes the pull towards it.
    rate = learning_rate / (1 - beta1**step)
    scale = 1 / math.sqrt(1 - beta2**step)

    def descend(p: Array, m: Array, s: Array, g: Array) -> tuple[Array, Array, Array]:
        m = beta1 * m + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * (g * g)
        return p - rate * m / (scale * np.sqrt(s) + epsilon), m, s  # (ad.26)

    params, mean, square = tree_split(descend, params, state.mean, state.square, grads)
    return params, AdamState(mean, square, step)


class RmspropState(NamedTuple, Generic[T]):
    """The running mean of the gradient's square."""

    square: T  # like the parameters


def rmsprop_start(params: T) -> RmspropState[T]:
    """The moments before the first step."""
    return RmspropState(zeros_like(params))


def rmsprop_step(
    params: T,
    state: RmspropState[T],
    grads: T,
    learning_rate: float = 1e-3,
    rho: float = 0.9,
    epsilon: float = 1e-7,
) -> tuple[T, RmspropState[T]]:
    """One step of RMSprop (Hinton's lecture 6e of 2012) -> (params, state)."""

    def descend(p: Array, s: Array, g: Array) -> tuple[Array, Array]:
        s = rho * s + (1 - rho) * (g * g)
        return p - learning_rate * g / (np.sqrt(s) + epsilon), s  # (ad.28)

    params, square = tree_split(descend, params, state.square, grads)
    return params, RmspropState(square)


class Optimiser(NamedTuple):
    """Both halves of an optimiser; the moments are of a type of its own."""

    start: Callable[[Tree], Tree]  # params -> moments
    step: Callable[..., tuple[Tree, Tree]]  # params, moments, grads, learning_rate -> both, new
