"""The tape's record: its own derivative rules, its nodes, and the walk back from the last one.

The rules share nothing with those of ops.py: the two are witnesses for each other.
Equation (ad.29) of autograd_lite/DERIVATION_TAPE.md.
"""

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Rule = Callable[[Array], Array]  # from the gradient of an output to that of an input

_clock = count()


class Node:
    """A value, the nodes it was computed from, each with a rule, and when. It never changes.

    TypeError where the value is not made of real numbers: the rules would not be right for it.
    """

    def __init__(self, value: Any, parents: Sequence[tuple["Node", Rule]] = ()) -> None:
        if (dtype := np.asarray(value).dtype).kind not in "biuf":
            raise TypeError(f"the tape follows real numbers, not {dtype}")
        self.value, self.parents, self.time = value, parents, next(_clock)


def _matmul_rules(a: Array, b: Array) -> list[Rule]:
    if b.ndim == 1:
        return [lambda g: g[..., None] * b, lambda g: a * g[..., None]]
    if a.ndim == 1:
        return [lambda g: (b @ g[..., None])[..., 0], lambda g: a[:, None] * g[..., None, :]]
    return [lambda g: g @ b.swapaxes(-1, -2), lambda g: a.swapaxes(-1, -2) @ g]


def _to_larger(g: Array, a: Array, b: Array) -> Array:
    """What of g goes to a in max(a, b): all, nothing, or at a tie half."""
    return (g * (a > b) + g * (a >= b)) / 2


def where_rules(test: Array, dtype: np.dtype[Any]) -> list[Rule]:
    """The rules of np.where for its two branches."""
    zero = np.zeros((), dtype)
    return [lambda g: np.where(test, g, zero), lambda g: np.where(test, zero, g)]


def total(x: Array, axis: Any, kept: bool) -> tuple[Array, Rule]:
    """The sum along axes, and its rule."""

    def spread(g: Array) -> Array:
        return np.broadcast_to(g if kept or axis is None else np.expand_dims(g, axis), x.shape)

    return x.sum(axis=axis, keepdims=kept), spread


def largest(x: Array, axis: Any, kept: bool) -> tuple[Array, Rule]:
    """The largest entry along axes, and its rule: of several, each gets the same share."""
    hit = x == x.max(axis=axis, keepdims=True)
    share = hit / hit.sum(axis=axis, keepdims=True, dtype=x.dtype)
    _, spread = total(x, axis, kept)
    return x.max(axis=axis, keepdims=kept), lambda g: spread(g) * share


def index_rule(shape: tuple[int, ...], index: Any) -> Rule:
    """The rule of an array of this shape whose entries `index` are read."""

    def scatter(g: Array) -> Array:
        whole = np.zeros(shape, g.dtype)
        np.add.at(whole, index, g)
        return whole

    return scatter


def fill_rules(index: Any) -> list[Rule]:
    """The rules of an array whose entries `index` are filled, and of what they are filled with."""

    def others(g: Array) -> Array:
        g = np.array(g)
        g[index] = 0
        return g

    return [others, lambda g: g[index]]


# For each primitive: from its output y and inputs, a derivative rule for each of the inputs.
UFUNCS: dict[np.ufunc, Callable[..., list[Rule]]] = {
    np.add: lambda y, a, b: [lambda g: g, lambda g: g],
    np.subtract: lambda y, a, b: [lambda g: g, lambda g: -g],
    np.multiply: lambda y, a, b: [lambda g: g * b, lambda g: g * a],
    np.divide: lambda y, a, b: [lambda g: g / b, lambda g: -g * y / b],
    np.matmul: lambda y, a, b: _matmul_rules(a, b),
    np.maximum: lambda y, a, b: [lambda g: _to_larger(g, a, b), lambda g: _to_larger(g, b, a)],
    np.negative: lambda y, a: [lambda g: -g],
    np.absolute: lambda y, a: [lambda g: g * np.sign(a)],
    np.square: lambda y, a: [lambda g: 2 * g * a],
    np.exp: lambda y, a: [lambda g: g * y],
    np.log: lambda y, a: [lambda g: g / a],
    np.log1p: lambda y, a: [lambda g: g / (1 + a)],
    np.expm1: lambda y, a: [lambda g: g * (1 + y)],
    np.tanh: lambda y, a: [lambda g: g * (1 - y**2)],
}
FLAT = {np.greater, np.less, np.greater_equal, np.less_equal, np.equal, np.not_equal}  # slope 0


def fit(g: Array, shape: tuple[int, ...]) -> Array:
    """Sums g over the axes that broadcasting had stretched, back to `shape`."""
    g = g.reshape((1,) * (len(shape) - g.ndim) + g.shape)  # filling may drop axes of length 1
    g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    stretched = tuple(i for i, n in enumerate(shape) if n == 1 and g.shape[i] != 1)
    return g.sum(axis=stretched, keepdims=True)


def walk_back(end: Node) -> dict[int, Array]:
    """The gradient of `end`, one number, with respect to every node it rests on, by their times."""
    grads: dict[int, Array] = {end.time: np.ones((), end.value.dtype)}
    waiting = {end.time: end}
    while waiting:
        node = waiting.pop(max(waiting))
        for parent, rule in node.parents:
            g, time = fit(np.asarray(rule(grads[node.time])), parent.value.shape), parent.time
            grads[time] = grads[time] + g if time in grads else g  # (ad.29)
            waiting[time] = parent
    return grads
