"""A small autograd: it runs plain NumPy code on traced arrays and differentiates what it saw.

It is the second witness for the hand-written gradients and shares no rule with them. A Traced array
stands in for an ndarray; NumPy hands every operation on it to `__array_ufunc__` or
`__array_function__`, which compute the value and keep, for each traced input, a function from the
gradient of the output to the gradient of that input. `gradient` then walks the record backwards.
An array may be filled piece by piece; views of it that were taken before do not follow.
"""

from collections.abc import Callable, Sequence
from copy import copy
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd_lite.tree import Tree, tree_map

Array = NDArray[Any]
Axis = int | tuple[int, ...] | None
Rule = Callable[[Array], Array]  # from the gradient of an output to that of an input

_clock = count()


def _fit(g: Array, shape: tuple[int, ...]) -> Array:
    """Sums g over the axes that broadcasting had stretched, back to `shape`."""
    g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    stretched = tuple(i for i, n in enumerate(shape) if n == 1 and g.shape[i] != 1)
    return g.sum(axis=stretched, keepdims=True)


def _matmul_rules(a: Array, b: Array) -> list[Rule]:
    if b.ndim == 1:
        return [lambda g: g[..., None] * b, lambda g: a * g[..., None]]
    return [lambda g: g @ b.swapaxes(-1, -2), lambda g: a.swapaxes(-1, -2) @ g]


# For each primitive: from its output y and inputs, a derivative rule for each of the inputs.
UFUNCS: dict[np.ufunc, Callable[..., list[Rule]]] = {
    np.add: lambda y, a, b: [lambda g: g, lambda g: g],
    np.subtract: lambda y, a, b: [lambda g: g, lambda g: -g],
    np.multiply: lambda y, a, b: [lambda g: g * b, lambda g: g * a],
    np.divide: lambda y, a, b: [lambda g: g / b, lambda g: -g * y / b],
    np.matmul: lambda y, a, b: _matmul_rules(a, b),
    np.maximum: lambda y, a, b: [lambda g: g * (a >= b), lambda g: g * (a < b)],
    np.negative: lambda y, a: [lambda g: -g],
    np.absolute: lambda y, a: [lambda g: g * np.sign(a)],
    np.square: lambda y, a: [lambda g: 2 * g * a],
    np.exp: lambda y, a: [lambda g: g * y],
    np.log: lambda y, a: [lambda g: g / a],
    np.log1p: lambda y, a: [lambda g: g / (1 + a)],
    np.tanh: lambda y, a: [lambda g: g * (1 - y**2)],
}
FLAT = {np.greater, np.less, np.greater_equal, np.less_equal, np.equal}  # derivative 0


class Traced(np.lib.mixins.NDArrayOperatorsMixin):
    """A value, and how gradients reach what it was computed from. Its time tells it from others."""

    def __init__(self, value: Any, parents: Sequence[tuple["Traced", Rule]] = ()) -> None:
        self.value, self.parents, self.time = np.asarray(value), parents, next(_clock)

    shape = property(lambda self: self.value.shape)
    ndim = property(lambda self: self.value.ndim)
    size = property(lambda self: self.value.size)
    dtype = property(lambda self: self.value.dtype)
    T = property(lambda self: self.transpose())

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if method != "__call__" or kwargs:
            return NotImplemented
        values = [_plain(x) for x in inputs]
        y = ufunc(*values)
        if ufunc in FLAT:
            return y
        if ufunc not in UFUNCS:
            raise TypeError(f"the tape has no rule for np.{ufunc.__name__}")
        rules = UFUNCS[ufunc](y, *(np.asarray(v) for v in values))
        return _record(y, inputs, rules)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if func in (np.zeros_like, np.empty_like):
            return Traced(func(*map(_plain, args), **kwargs))
        if func is not np.where:
            return NotImplemented
        test, a, b = args
        y = np.where(_plain(test), _plain(a), _plain(b))
        zero = np.zeros((), y.dtype)
        return _record(y, (a, b), [lambda g: np.where(test, g, zero),
                                   lambda g: np.where(test, zero, g)])  # fmt: skip

    def sum(self, axis: Axis = None, keepdims: bool = False) -> "Traced":
        y = self.value.sum(axis=axis, keepdims=keepdims)

        def spread(g: Array) -> Array:
            kept = g if keepdims or axis is None else np.expand_dims(g, axis)
            return np.broadcast_to(kept, self.shape)

        return _record(y, (self,), [spread])

    def mean(self, axis: Axis = None, keepdims: bool = False) -> Any:
        total = self.sum(axis=axis, keepdims=keepdims)
        return total * (total.size / self.size)

    def reshape(self, *shape: Any) -> "Traced":
        return _record(self.value.reshape(*shape), (self,), [lambda g: g.reshape(self.shape)])

    def transpose(self) -> "Traced":
        return _record(self.value.T, (self,), [lambda g: g.T])

    def __getitem__(self, index: Any) -> "Traced":
        def scatter(g: Array) -> Array:
            whole = np.zeros_like(self.value)
            np.add.at(whole, index, g)
            return whole

        return _record(self.value[index], (self,), [scatter])

    def __setitem__(self, index: Any, new: Any) -> None:
        """From here on this is another value; what was computed from the old one has a copy.
        ValueError where `index` names an entry twice: only one of the new values would stay.
        """
        places = np.arange(self.value.size).reshape(self.shape)[index]
        if len(np.unique(places)) < np.size(places):
            raise ValueError(f"the tape cannot fill an entry twice; the index {index} repeats one")
        value = self.value.copy()
        value[index] = _plain(new)

        def others(g: Array) -> Array:
            g = g.copy()
            g[index] = 0
            return g

        self.__dict__ = vars(_record(value, (self, new), [others, lambda g: g[index]]))

    __iadd__ = np.lib.mixins.NDArrayOperatorsMixin.__add__  # x[i] += y is x[i] = x[i] + y


def _plain(x: Any) -> Any:
    return x.value if isinstance(x, Traced) else x


def _record(y: Any, inputs: Sequence[Any], rules: Sequence[Rule]) -> Traced:
    pairs = zip(inputs, rules, strict=True)
    return Traced(y, [(copy(x), rule) for x, rule in pairs if isinstance(x, Traced)])


def gradient(f: Callable[..., Any], *args: Tree) -> Any:
    """Gradients of the scalar f(*args) with respect to every array in args.

    Each of args is an array or a tree of arrays; the result is a tuple of the same trees.
    """
    traced = tuple(tree_map(Traced, arg) for arg in args)
    result = f(*(tree_map(copy, tree) for tree in traced))
    if result.shape != ():
        raise ValueError(f"gradient needs a scalar; the function returned shape {result.shape}")
    grads: dict[int, Array] = {result.time: np.ones((), result.dtype)}
    waiting = {result.time: result}
    while waiting:
        node = waiting.pop(max(waiting))
        for parent, rule in node.parents:
            g, time = _fit(rule(grads[node.time]), parent.shape), parent.time
            grads[time] = grads[time] + g if time in grads else g
            waiting[time] = parent
    return tuple(
        tree_map(lambda x: grads.get(x.time, np.zeros_like(x.value)), tree) for tree in traced
    )
