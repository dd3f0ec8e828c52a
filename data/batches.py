"""Batches: every row once an epoch, in a fresh order; and labels as a network is given them."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray


def epoch_order(rng: np.random.Generator, n: int) -> NDArray[np.intp]:
    """The row numbers 0 to n - 1 in a random order, (n,)."""
    return rng.permutation(n).astype(np.intp, copy=False)


def source_order(n: int) -> NDArray[np.intp]:
    """The one order, (n,), in which the source documents hold n images.

    They shuffle once, with NumPy's legacy generator seeded with 0, for training and test images
    alike. Of MNIST's 10,000 test images, numbers 9394 and 898 then come first: an 8 and a 7.
    """
    # Only the legacy generator knows their order; one of our own leaves the global state alone.
    return np.random.RandomState(0).permutation(n).astype(np.intp, copy=False)


def batches(order: NDArray[np.intp], batch_size: int) -> Iterator[NDArray[np.intp]]:
    """Cuts `order` (n,) into pieces of batch_size rows; the last one may be shorter.

    Raises ValueError for a batch_size below 1.
    """
    if batch_size < 1:
        raise ValueError(f"batch_size is {batch_size}, expected 1 or more.")
    return (order[i : i + batch_size] for i in range(0, len(order), batch_size))


def sample_batch(rng: np.random.Generator, n: int, batch_size: int) -> NDArray[np.intp]:
    """One random batch: the numbers, (batch_size,), of different rows among n.

    Raises ValueError unless 1 <= batch_size <= n.
    """
    if not 1 <= batch_size <= n:
        raise ValueError(f"batch_size is {batch_size}, expected from 1 to {n}.")
    return epoch_order(rng, n)[:batch_size]


def one_hot(
    labels: NDArray[np.integer[Any]], classes: int = 10, dtype: type[np.floating[Any]] = np.float32
) -> NDArray[np.floating[Any]]:
    """Labels (N,) as rows (N, classes): 1 in the column that a label names, else 0.

    Raises ValueError for a label outside 0 to classes - 1.
    """
    wrong = labels[(labels < 0) | (labels >= classes)]
    if wrong.size:
        raise ValueError(f"a label is {wrong[0]}, expected 0 to {classes - 1}.")
    return (labels[:, None] == np.arange(classes)).astype(dtype)
