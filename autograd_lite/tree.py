"""Parameters, gradients and moments are NamedTuples of arrays: what reaches all of them."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from autograd_lite.threads import halves, side_by_side

Tree = Any  # an array, or a tuple of trees
T = TypeVar("T")  # a tree of one kind, such as the Params of a model


def tree_map(f: Callable[..., Any], first: T, *others: Tree) -> T:
    """f applied to corresponding leaves of tuples of one type; the result has that type too."""
    if isinstance(first, tuple):
        mapped = [tree_map(f, *row) for row in zip(first, *others, strict=True)]
        whole: Tree = getattr(type(first), "_make", tuple)(mapped)
        return whole
    return f(first, *others)


def leaves(tree: Tree) -> Iterator[Any]:
    """The leaves of nested tuples, in order."""
    if isinstance(tree, tuple):
        for branch in tree:
            yield from leaves(branch)
    else:
        yield tree


def named(tree: Tree, name: str = "") -> dict[str, Any]:
    """The leaves by their fields, such as state.params.W of the tree `state`, in order."""
    if not isinstance(tree, tuple):
        return {name: tree}
    found: dict[str, Any] = {}
    fields = getattr(tree, "_fields", range(len(tree)))  # a plain tuple's are its places
    for field, branch in zip(fields, tree, strict=True):
        found |= named(branch, f"{name}.{field}" if name else f"{field}")
    return found


def tree_split(f: Callable[..., Any], first: T, *others: Tree) -> tuple[T, ...]:
    """For an f that returns several values a leaf: as many trees of the type of `first`.

    All values of a leaf are computed before the next leaf's, while its arrays are still in cache.
    """
    rows = [f(*row) for row in zip(leaves(first), *map(leaves, others), strict=True)]
    columns = (iter(column) for column in zip(*rows, strict=True))
    return tuple(tree_map(lambda _, column=column: next(column), first) for column in columns)


def mean_of_halves(gradient: Callable[[slice], T], rows: int) -> T:
    """The gradient of a mean over `rows` rows, 1 or more, its two halves computed side by side.

    gradient(part) is that of the mean over the rows of a slice. Each half counts by its share.
    """
    parts = halves(rows)
    grads = side_by_side(gradient, parts)
    if len(parts) == 1:
        return grads[0]
    share = parts[0].stop / rows
    return tree_map(lambda first, second: share * first + (1 - share) * second, *grads)
