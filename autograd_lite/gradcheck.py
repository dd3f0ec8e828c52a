"""Finite differences along random directions: the third witness for a gradient."""

from collections.abc import Callable

import numpy as np

from autograd_lite.tree import Tree, leaves, tree_map


def _dot(a: Tree, b: Tree) -> float:
    return float(sum(np.sum(x * y) for x, y in zip(leaves(a), leaves(b), strict=True)))


def directional_error(
    rng: np.random.Generator, f: Callable[..., Tree], vjp: Callable[..., Tree], *args: Tree
) -> float:
    """Relative error of a hand-written rule against central differences.

    f(*args) is an array; vjp(dy) the gradients of all of args, as a tuple of trees like args, for
    a gradient dy of the output. Both the direction in args and dy are random, so an error in any
    entry shows, whatever the number of entries. Needs float64 and args away from kinks.
    """
    dy = rng.normal(size=np.shape(f(*args)))
    direction = tree_map(lambda x: rng.normal(size=np.shape(x)), args)
    step = 2.0**-11

    def along(t: float) -> float:
        moved = tree_map(lambda x, u: x + t * u, args, direction)
        return float(np.sum(f(*moved) * dy))

    # Two central differences, combined so that the error of order step^2 cancels (Richardson).
    narrow = (along(step) - along(-step)) / (2 * step)
    wide = (along(2 * step) - along(-2 * step)) / (4 * step)
    numeric = (4 * narrow - wide) / 3
    exact = _dot(vjp(dy), direction)
    scale = np.sqrt(_dot(direction, direction)) * np.sqrt(_dot(vjp(dy), vjp(dy)))
    return abs(numeric - exact) / max(scale, 1e-30)
