"""Arrays out of a stranger's pickle, which is read and never run.

data/instructions.py notes what the pickle would do. What is noted must describe arrays of plain
numbers, and these are built here, from their bytes.
"""

import math
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from data.idx import DataError
from data.instructions import MAX_PICKLE, Noted, follow

Array = NDArray[Any]

NUMBERS = ("u1", "i4", "i8", "f4", "f8")


def read_pickle(stream: IO[bytes], name: str) -> list[Array]:
    """The six arrays x, y, x, y, x, y in a pickle of ((x, y), (x, y), (x, y)).

    Nothing in it is imported, called or believed. Raises DataError, with the `name` of the file,
    for a pickle that asks for anything else than such arrays, and one that is cut short or damaged.
    """
    try:
        return _six(stream)
    except (IndexError, KeyError):
        reason = "its instructions do not fit together"
    except (ValueError, MemoryError) as error:
        # Some of the words may be a stranger's, and would write anywhere on a terminal.
        reason = str(error)[:200].encode("unicode_escape").decode() or "it needs too much memory"
    raise DataError(
        f"{name} is not a pickle of MNIST: {reason.rstrip('.')}; nothing in it was run."
    )


def _six(stream: IO[bytes]) -> list[Array]:
    tree = follow(stream)
    if stream.read(1):  # at the end of a file, gzip compares its checksum
        raise ValueError("it goes on behind its end")
    match tree:
        case ((a, b), (c, d), (e, f)):
            return [_array(noted) for noted in (a, b, c, d, e, f)]
    raise ValueError("it does not hold three pairs of arrays")


def _array(noted: object) -> Array:
    """The array that the notes describe; ValueError where they describe anything else."""
    match noted:
        case Noted("_reconstruct", _, (_, tuple(shape), Noted("dtype") as kind, fortran, data)):
            raw, dtype = _raw(data), _dtype(kind)
        case _:
            raise ValueError("it holds something else than arrays")
    # Only small numbers are multiplied or printed: a stranger's may have a million digits.
    if len(shape) > 2 or not all(type(n) is int and 0 <= n <= MAX_PICKLE for n in shape):
        raise ValueError("it holds an array that is neither a table nor a list")
    if math.prod(shape) * dtype.itemsize != len(raw):
        raise ValueError(f"it holds {len(raw):,} bytes for an array {shape} of {dtype}")
    return np.frombuffer(raw, dtype).reshape(shape, order="F" if fortran else "C")


def _dtype(kind: Noted) -> np.dtype[Any]:
    match kind.arguments, kind.state:
        case (str(code), *_), (_, "<" | ">" | "|" as order, *_) if code in NUMBERS:
            return np.dtype(order + code)
        case (str(code), *_), _:
            raise ValueError(f"it holds an array of {code}, expected {', '.join(NUMBERS)}")
    raise ValueError("it holds an array of nothing known")


def _raw(data: object) -> bytes:
    match data:
        case bytes():
            return data
        case str(text) | Noted("encode", (str(text), "latin1")):  # Python 2; Python 3 for it
            return text.encode("latin-1")
    raise ValueError("it holds an array without bytes")
