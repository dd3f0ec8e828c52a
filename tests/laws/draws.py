"""What laws draw: numbers, arrays of any size, small machines, Gaussians; and how close is equal.

Hypothesis shrinks every one of them, so that a law which fails shows its smallest counter-example.
"""

import math
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

Strategy = st.SearchStrategy[Any]

sizes = st.integers(1, 4)
seeds = st.integers(0, 2**32 - 1)


def numbers(low: float, high: float | None = None) -> Strategy:
    """Numbers between low and high, or between -low and low."""
    bounds = (-low, low) if high is None else (low, high)
    return st.floats(*bounds, allow_subnormal=False)


def arrays(shape: Any, low: float = 4.0, high: float | None = None) -> Strategy:
    """Arrays of one shape, or of a strategy of shapes, with entries as `numbers` draws them."""
    return hnp.arrays(np.float64, shape, elements=numbers(low, high))


def reals(shape: Any) -> Strategy:
    """Arrays of numbers of any size: about 1, about a hundred, beyond any exponential."""
    return hnp.arrays(np.float64, shape, elements=numbers(4) | numbers(800) | numbers(1e300))


def whole(shape: Any, low: int = -9, high: int = 9) -> Strategy:
    """Arrays of whole numbers, whose sums and products have no rounding."""
    return hnp.arrays(np.float64, shape, elements=st.integers(low, high).map(float))


def bits(shape: Any) -> Strategy:
    """Arrays of zeros and ones."""
    return hnp.arrays(np.float64, shape, elements=st.sampled_from([0.0, 1.0]))


@st.composite
def several(draw: Any, count: int, shape: Any = None, low: float = 4.0) -> Any:
    """`count` arrays of the same shape, which is drawn where none is given."""
    if shape is None:
        shape = draw(hnp.array_shapes(max_dims=3, max_side=4))
    return tuple(draw(arrays(shape, low)) for _ in range(count))


@st.composite
def cut(draw: Any, *shapes: tuple[int, ...], low: float = 2.0, high: float | None = None) -> Any:
    """Arrays of these shapes whose entries are all drawn, none copied from another."""
    lengths = [math.prod(shape) for shape in shapes]
    entries = numbers(low, high)
    whole = draw(hnp.arrays(np.float64, sum(lengths), elements=entries, fill=st.nothing()))
    pieces = np.split(whole, np.cumsum(lengths)[:-1])
    return tuple(piece.reshape(shape) for piece, shape in zip(pieces, shapes, strict=True))


@st.composite
def tables(draw: Any, count: int, low: float = 4.0, high: float | None = None) -> Any:
    """`count` arrays of the same two sizes, such as (B, Z)."""
    shape = draw(sizes), draw(sizes)
    return draw(cut(*count * [shape], low=low, high=high))


@st.composite
def machines(draw: Any, pixels: int = 4, units: int = 3, scale: float = 3.0) -> Any:
    """(W, b, c) of a machine with at most so many pixels and hidden units."""
    D, H = draw(st.integers(1, pixels)), draw(st.integers(1, units))
    return tuple(draw(arrays(shape, scale)) for shape in ((D, H), D, H))


def states(n: int) -> np.ndarray:
    """All states of n binary units, (2^n, n)."""
    return (np.arange(2**n)[:, None] >> np.arange(n)[::-1] & 1).astype(float)


def close(a: Any, b: Any, tolerance: float = 1e-9) -> bool:
    """Equal but for rounding: relative to the larger, or to 1 where both are smaller."""
    a, b = np.asarray(a), np.asarray(b)
    scale = np.maximum(np.maximum(np.abs(a), np.abs(b)), 1)
    return a.shape == b.shape and bool(np.all(np.abs(a - b) <= tolerance * scale))


def share_error(draws: np.ndarray, points: np.ndarray, probabilities: Any) -> float:
    """Largest error of the shares of independent draws below `points`, in units of a bound.

    An error above 1 happens in any of a law's 50 examples with a probability below 1e-8, whatever
    the distribution (Dvoretzky, Kiefer and Wolfowitz 1956, with the constant of Massart 1990).
    """
    shares = np.searchsorted(np.sort(draws, axis=None), points) / draws.size
    bound = math.sqrt(math.log(2 * 50 / 1e-8) / (2 * draws.size))
    return float(np.abs(shares - probabilities).max() / bound)
