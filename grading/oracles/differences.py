"""Derivatives by the complex step: f'(x) = Im f(x + ih) / h, without subtraction, so exact to
rounding. The functions given must be analytic on the inputs, and written so that complex numbers
pass through them.

Source: Squire and Trapp, Using complex variables to estimate derivatives of real functions, 1998.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from grading.oracles.arrays import Array

STEP = 1e-30


def gradient(f: Callable[..., Any], arrays: tuple[Any, ...]) -> tuple[Any, ...]:
    """Gradients of the scalar f(*arrays) with respect to every entry of every array, which may
    stand in tuples, nested.
    """
    flat = _flat(arrays)
    grads = [np.zeros(x.shape) for x in flat]
    for number, x in enumerate(flat):
        for index in np.ndindex(x.shape):
            moved = x.astype(complex)
            moved[index] += 1j * STEP
            value = f(*_nested(arrays, iter([*flat[:number], moved, *flat[number + 1 :]])))
            grads[number][index] = value.imag / STEP
    found: tuple[Any, ...] = _nested(arrays, iter(grads))
    return found


def _flat(tree: Any) -> list[Any]:
    return [x for part in tree for x in _flat(part)] if isinstance(tree, tuple) else [tree]


def _nested(like: Any, arrays: Iterator[Any]) -> Any:
    if isinstance(like, tuple):
        return tuple(_nested(part, arrays) for part in like)
    return next(arrays)


def relu(x: Array) -> Array:
    """The positive part, decided by the real part."""
    return np.where(np.real(x) > 0, x, 0)


def softplus(x: Array) -> Array:
    """log(1 + exp(x)) for complex x, without overflow."""
    positive = np.real(x) > 0
    return relu(x) + np.log1p(np.exp(np.where(positive, -x, x)))


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)) for complex x, without overflow."""
    return np.exp(-softplus(-x))
