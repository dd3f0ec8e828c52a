"""NumPy's .npz, and in it mnist.npz of Keras: MNIST as x_train, y_train, x_test and y_test.

Images may be (N, 28, 28) or rows (N, 784), labels are (N,), and any type of integer will do.

mnist.pkl.gz of deeplearning.net is not read. A pickle is a program: to read it is to run it. Nor
is an unpickler safe that admits only what NumPy's arrays need: `numpy.dtype` can be told to write
beyond an array, and a pickle of seven bytes takes gigabytes. A copy of it that you trust becomes
mnist.npz by these lines, in its folder:

    import gzip, pickle, numpy as np
    (x, y), (x2, y2), (x3, y3) = pickle.load(gzip.open("mnist.pkl.gz"), encoding="latin1")
    x, y = np.rint(256 * np.concatenate([x, x2])), np.concatenate([y, y2])
    x, x3 = x.astype(np.uint8), np.rint(256 * x3).astype(np.uint8)
    np.savez_compressed("mnist.npz", x_train=x, y_train=y, x_test=x3, y_test=y3)
"""

import math
import re
import zipfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from data.idx import CHUNK, MAX_BYTES, DataError, printable, read_at_most

PARTS = ("x_train", "y_train", "x_test", "y_test")
LONGEST_HEADER = 10_000  # bytes
# NumPy reads a header as Python, which can be made slow; all headers of plain arrays look so.
HEADER = re.compile(
    rb"{'descr': '([<>|=]?[biufcU]\d{1,4})', 'fortran_order': (True|False),"
    rb" 'shape': \(([\dL, ]*)\),? ?}\s*"
)


def read_npz(path: Path) -> dict[str, NDArray[np.uint8]]:
    """By their names the four arrays of mnist.npz as bytes, images (N, 28, 28) and labels (N,).

    They are not yet known to be MNIST's. Raises DataError as `read_arrays` does, and for arrays of
    other than whole numbers.
    """
    found = {}
    for name, array in read_arrays(path, PARTS, MAX_BYTES).items():
        if array.dtype.kind not in "iu":
            raise DataError(f"{name} of {path} holds {array.dtype}; expected whole numbers.")
        shape = (*array.shape[:1], 28, 28) if array.shape[1:] == (784,) else array.shape
        found[name] = array.astype(np.uint8).reshape(shape)
    return found


def read_arrays(
    path: Path, names: Sequence[str] | None = None, most: int = MAX_BYTES
) -> dict[str, NDArray[Any]]:
    """The arrays of numbers or text of these names in an .npz file; without names, all of them.

    The file may be a stranger's: nothing in it is executed, and no more memory is taken than it
    holds, unpacked, nor than `most` bytes. Raises DataError with the file's name for all else.
    """
    try:
        with open(path, "rb") as raw:
            return arrays_in(raw, names, most)
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror or error}).") from None
    except MemoryError:
        raise
    except Exception as error:  # a damaged archive raises one of a dozen kinds
        reason = printable(error).strip("'\".")
        raise DataError(f"{path} cannot be read as arrays in .npz: {reason}.") from None


def arrays_in(
    raw: IO[bytes],
    names: Sequence[str] | None,
    most: int,
    number: int = 1_000,
    kinds: str = "biufU",
) -> dict[str, NDArray[Any]]:
    """The same of an open file: at most so many bytes, and so many arrays of these kinds of dtype.

    Raises one of a dozen kinds of error.
    """
    lines = size = 0
    while chunk := raw.read(CHUNK):
        lines += chunk.count(b"PK\1\2")  # with which zip begins its line of each array
        size += len(chunk)
        if lines > number or size > most:
            raise ValueError(f"it has more than {number:,} arrays or {most:,} bytes")
    with zipfile.ZipFile(raw) as archive:
        listed = sorted(archive.infolist(), key=lambda member: member.header_offset)
        members = {member.filename.removesuffix(".npy"): member for member in listed}
        if len(members) < len(listed):
            raise ValueError("it has two arrays of one name")
        if any(a.header_offset + a.compress_size > b.header_offset for a, b in pairwise(listed)):
            raise ValueError("one of its arrays lies in another")
        if missing := [name for name in names or () if name not in members]:
            raise ValueError(f"there is no {missing[0]} in it")
        wanted = {name: members[name] for name in (members if names is None else names)}
        if sum(member.file_size for member in wanted.values()) > most:
            raise ValueError(f"it unpacks to more than the {most:,} bytes expected at most")
        arrays = {}
        for name, member in wanted.items():
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise ValueError(f"{name} is packed in a way that NumPy does not use")
            with archive.open(member) as stream:  # which gives no more than it says here
                arrays[name] = parse_array(stream, name, member.file_size, kinds)
        return arrays


def parse_array(stream: IO[bytes], name: str, size: int, kinds: str) -> NDArray[Any]:
    """The array in a stream of `size` bytes in NumPy's format. ValueError unless it is whole, and
    of numbers whose dtype is one of `kinds`.
    """
    start = stream.read(8)
    wide = 2 if start[6:7] == b"\1" else 4
    length = stream.read(wide)
    header = stream.read(min(int.from_bytes(length, "little"), LONGEST_HEADER))
    numpys = start[:6] == b"\x93NUMPY"
    found = HEADER.fullmatch(header) if numpys else None
    if not found or (dtype := np.dtype(found[1].decode())).kind not in kinds:
        shown = (header if numpys else start).decode("latin-1").strip()[:100]
        raise ValueError(f"{name} is no array of numbers, but begins with {shown}")
    shape = tuple(int(x.rstrip(b"L")) for x in found[3].replace(b" ", b"").split(b",") if x)
    promised = math.prod(shape) * dtype.itemsize
    there = size - len(start) - wide - len(header)
    if promised == there:
        body = read_at_most(stream, promised + 1)
        there = len(body)
    if promised != there:
        raise ValueError(f"{name} promises {promised:,} bytes and holds {there:,}")
    if dtype.kind == "U" and (np.frombuffer(body, f"{dtype.byteorder}u4") > 0x10FFFF).any():
        raise ValueError(f"{name} holds numbers that are no letters")
    array = np.frombuffer(body, dtype)
    return array.reshape(shape[::-1]).T if found[2] == b"True" else array.reshape(shape)
