"""The type of the oracles' arrays, and of errors that say in words what they are of.

The oracles share no import with what they judge.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


class Error(float):
    """An error, and what it was measured on: "the mean of W is 0.1, expected 0"."""

    words: str

    def __new__(cls, value: Any, words: str) -> "Error":
        error = super().__new__(cls, value)
        error.words = words
        return error


def compared(got: Any, true: Any, allowed: Any, what: str, names: Any = None) -> Error:
    """The largest difference, in units of what is allowed: of `what`, and there of `names`."""
    got, true, off = np.broadcast_arrays(got, true, np.abs(got - true) / allowed)
    if not off.size:
        return Error(0, "")
    i = int(off.argmax())
    yours, expected = float(got.flat[i]), float(true.flat[i])
    digits = next((n for n in (3, 6, 9) if f"{yours:.{n}g}" != f"{expected:.{n}g}"), 17)
    words = f"is {yours:.{digits}g}, expected {expected:.{digits}g}"
    return Error(off.flat[i], f"{what} {words if names is None else f'{names[i]} {words}'}")
