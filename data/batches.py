"""Batches: every row once an epoch, in a fresh order."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray


def epoch_order(rng: np.random.Generator, n: int) -> NDArray[np.intp]:
    """The row numbers 0 to n - 1 in a random order, (n,)."""
    return rng.permutation(n).astype(np.intp, copy=False)


def batches(order: NDArray[np.intp], batch_size: int) -> Iterator[NDArray[np.intp]]:
    """Cuts `order` (n,) into pieces of batch_size rows; the last one may be shorter."""
    return (order[i : i + batch_size] for i in range(0, len(order), batch_size))
