"""A small autograd: it runs plain NumPy code on traced arrays and differentiates what it saw.

It is the second witness for the hand-written gradients and shares no rule with them. A Traced array
stands in for an ndarray; NumPy hands every operation on it to `__array_ufunc__` or
`__array_function__`, which compute the value and record, for each traced input, a function from the
gradient of the output to the gradient of that input. `gradient` then walks the record backwards.
Arrays may be filled piece by piece and changed in place, by their views too.
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any
from weakref import ref

import numpy as np

from autograd_lite import record
from autograd_lite.record import FLAT, UFUNCS, Node, Rule
from autograd_lite.tree import Tree, leaves, tree_map


class Traced(np.lib.mixins.NDArrayOperatorsMixin):
    """The program's name for a node, and after something was filled in, for another node.

    `views` share its memory in NumPy: each with the way from a node of this array to one of its
    own. `put` carries what is filled into a view to the array that it is a view of.
    """

    def __init__(self, node: Node, put: Callable[["Traced"], None] | None = None) -> None:
        self.node, self.put = node, put
        self.views: list[tuple[ref[Traced], Callable[[Node], Node]]] = []

    value = property(lambda self: self.node.value)
    shape = property(lambda self: self.value.shape)
    ndim = property(lambda self: self.value.ndim)
    size = property(lambda self: self.value.size)
    dtype = property(lambda self: self.value.dtype)
    T = property(lambda self: self.transpose())

    def __bool__(self) -> bool:
        return bool(self.value)

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise TypeError("the tape loses traced numbers in a list or a plain array; fill "
                        "np.zeros_like(x) instead")  # fmt: skip

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Any, out: tuple[Any, ...] = (), **kwargs: Any
    ) -> Any:
        if method != "__call__" or kwargs or not all(isinstance(x, Traced) for x in out):
            raise TypeError(f"the tape follows np.{ufunc.__name__} only as a plain call, or into a"
                            " traced array, which np.zeros_like(x) is if x is")  # fmt: skip
        if ufunc not in FLAT | UFUNCS.keys():
            raise TypeError(f"the tape has no rule for np.{ufunc.__name__}")
        values = [_plain(x) for x in inputs]
        y = ufunc(*values)
        if ufunc not in FLAT:
            y = Traced(_record(y, inputs, UFUNCS[ufunc](y, *values)))
        if out and isinstance(out[0].value, np.ndarray):  # NumPy's numbers never change
            out[0][...] = y
            return out[0]
        return y

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if func in (np.zeros_like, np.empty_like):
            return Traced(Node(func(_plain(args[0]), *args[1:], **kwargs)))
        if func is not np.where or len(args) != 3:
            raise TypeError(f"the tape has no rule for np.{func.__name__}")
        test, a, b = map(_plain, args)
        y = np.where(test, a, b)
        return Traced(_record(y, args[1:], record.where_rules(test, y.dtype)))

    def sum(self, axis: Any = None, keepdims: bool = False) -> "Traced":
        y, rule = record.total(self.value, axis, keepdims)
        return Traced(_record(y, (self,), [rule]))

    def max(self, axis: Any = None, keepdims: bool = False) -> "Traced":
        y, rule = record.largest(self.value, axis, keepdims)
        return Traced(_record(y, (self,), [rule]))

    def mean(self, axis: Any = None, keepdims: bool = False) -> Any:
        total = self.sum(axis=axis, keepdims=keepdims)
        return total * (total.size / self.size)

    def _view(self, take: Callable[[Node], Node], put: Callable[["Traced"], None]) -> "Traced":
        node = take(self.node)
        if not np.may_share_memory(node.value, self.value):
            return Traced(node)
        view = Traced(node, put)
        self.views.append((ref(view), take))
        return view

    def _moved(self, there: Callable[[Any], Any], back: Callable[[Any], Any]) -> "Traced":
        def take(node: Node) -> Node:
            return Node(there(node.value), [(node, back)])

        return self._view(take, lambda new: self.__setitem__(..., back(new)))

    def reshape(self, *shape: Any) -> "Traced":
        return self._moved(lambda x: x.reshape(*shape), lambda x: x.reshape(self.shape))

    def transpose(self) -> "Traced":
        return self._moved(lambda x: x.T, lambda x: x.T)

    def copy(self, order: Any = "C") -> "Traced":
        return self._moved(lambda x: x.copy(order), lambda x: x)

    __copy__ = __deepcopy__ = lambda self, *_: self.copy("K")

    def __getitem__(self, index: Any) -> "Traced":
        index = deepcopy(index)

        def take(node: Node) -> Node:
            return Node(node.value[index], [(node, record.index_rule(node.value.shape, index))])

        return self._view(take, lambda new: self.__setitem__(index, new))

    def __setitem__(self, index: Any, new: Any) -> None:
        """ValueError where `index` names an entry twice, TypeError where integers would round."""
        index = deepcopy(index)
        places = np.arange(self.size).reshape(self.shape)[index]
        if len(np.unique(places)) < np.size(places):
            raise ValueError(f"the tape cannot fill an entry twice; the index {index} repeats one")
        if isinstance(new, Traced) and not np.can_cast(new.dtype, self.dtype, "same_kind"):
            raise TypeError(f"the tape cannot fill an array of {self.dtype} with {new.dtype}")
        value = self.value.copy(order="K")
        value[index] = _plain(new)
        filled = _record(value, (self, new), record.fill_rules(index))
        self.put(Traced(filled)) if self.put else self._become(filled)

    def _become(self, node: Node) -> None:
        self.node = node
        self.views = [(view, take) for view, take in self.views if view() is not None]
        for view, take in self.views:
            if (living := view()) is not None:
                living._become(take(node))


def _plain(x: Any) -> Any:
    """The value of x, which no later change of a plain array reaches."""
    return x.value if isinstance(x, Traced) else x if np.isscalar(x) else np.array(x)


def _record(y: Any, inputs: Sequence[Any], rules: Sequence[Rule]) -> Node:
    pairs = zip(inputs, rules, strict=True)
    return Node(y, [(x.node, rule) for x, rule in pairs if isinstance(x, Traced)])


def _start(x: Any) -> Node:
    if np.asarray(x).dtype.kind != "f":
        raise TypeError(f"gradient needs floating-point arrays, not {np.asarray(x).dtype}")
    return Node(np.array(x) if isinstance(x, np.ndarray) else np.array(x)[()])  # numbers are fixed


def gradient(f: Callable[..., Any], *args: Tree) -> Any:
    """Gradients of the scalar f(*args) with respect to every array in args.

    Each of args is an array or a tree of arrays, and f gets copies; the result is a tuple of the
    same trees. ValueError or TypeError where f returns no number or the tape does not follow it.
    """
    starts = tuple(tree_map(_start, arg) for arg in args)
    result = f(*(tree_map(Traced, tree) for tree in starts))
    end = result.node if isinstance(result, Traced) else Node(np.asarray(result))
    if end.value.shape != ():
        kind = f"{end.value.dtype} of shape {end.value.shape}"
        raise ValueError(f"gradient needs a real scalar; the function returned {kind}")
    grads = record.walk_back(end)
    if min(grads) < min(start.time for start in leaves(starts)):
        raise ValueError("the tape does not follow a gradient within another one")
    return tuple(tree_map(lambda x: grads.get(x.time, np.zeros_like(x.value)), t) for t in starts)
