"""Parameters, gradients and moments are NamedTuples of arrays; two functions reach all of them."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

T = TypeVar("T")


def tree_map(f: Callable[..., Any], first: T, *others: Any) -> T:
    """f applied to corresponding leaves of tuples of one type; the result has that type too."""
    if isinstance(first, tuple):
        mapped = [tree_map(f, *row) for row in zip(first, *others, strict=True)]
        whole: Any = getattr(type(first), "_make", tuple)(mapped)
        return whole
    return f(first, *others)


def leaves(tree: Any) -> Iterator[Any]:
    """The leaves of nested tuples, in order."""
    if isinstance(tree, tuple):
        for branch in tree:
            yield from leaves(branch)
    else:
        yield tree
