"""IDX, the file format of MNIST: a header (magic number, then the sizes), then the bytes.

A file from elsewhere may be damaged or hostile, so nothing is believed before it is seen:
the memory used never exceeds what the file holds, nor what its header promises, nor MAX_BYTES.
"""

import gzip
import io
import math
import re
import struct
import zlib
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

GZIP_MAGIC = b"\x1f\x8b"
UNSIGNED_BYTES = b"\0\0\x08"  # the magic number of a file of bytes, but for the count of dimensions
MAX_BYTES = 2**28  # five times the largest file of MNIST
CHUNK = 2**20
PARTS = ("train-images", "train-labels", "test-images", "test-labels")
FILE = re.compile(r"(?:(.+)-)?(train|t10k|test)-(images|labels)[-.]idx\d-\w+(?:\.gz)?")


class DataError(Exception):
    """Data that cannot be used. The message is one sentence, for the person at the screen."""


def idx_files(folder: Path) -> dict[str, dict[str, Path]]:
    """By the set that their names begin with, else "", and by one of PARTS: the IDX files there."""
    try:
        inside = list(folder.iterdir())
        # Some archives unpack to folders that have the names of the files.
        own = [path for path in inside if FILE.fullmatch(path.name) and path.is_dir()]
        inside += [path for one in own for path in one.iterdir()]
    except OSError as error:
        raise DataError(f"{folder} cannot be read ({error.strerror or error}).") from None
    found: dict[str, dict[str, Path]] = {}
    for path in sorted(inside, key=lambda path: (path.suffix != ".gz", path)):
        if (match := FILE.fullmatch(path.name)) and path.is_file():
            part = f"{match[2].replace('t10k', 'test')}-{match[3]}"
            found.setdefault(match[1] or "", {}).setdefault(part, path)
    return found


def turned(images: NDArray[np.uint8], name: str) -> NDArray[np.uint8]:
    """Images (N, H, W) as one looks at them: EMNIST's files have rows for columns."""
    return images.swapaxes(1, 2) if name.startswith("emnist") else images


def printable(said: object, most: int = 300) -> str:
    """One line of what is said, without control characters, which could write anywhere."""
    letters = (letter if letter.isprintable() else " " for letter in str(said))
    return " ".join("".join(letters).split())[:most]


def read_idx(path: Path, ndim: int) -> NDArray[np.uint8]:
    """The array of `ndim` dimensions in the IDX file at `path`, gzip-compressed or plain.

    The content decides whether it is compressed, not the name. Raises DataError with the file's
    name when it is missing or unreadable, and for all that `parse_idx` refuses.
    """
    try:
        with open(path, "rb") as raw:
            return parse_idx(raw, str(path), ndim)
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror or error}).") from None


def parse_idx(raw: io.BufferedIOBase, name: str, ndim: int) -> NDArray[np.uint8]:
    """The array in the seekable stream of bytes `raw`, which errors call `name`.

    Raises DataError for a wrong magic number, a wrong number of dimensions, sizes in the header
    that are absurd or differ from what is there, and a gzip stream that is cut short or corrupt.
    """
    packed = raw.read(len(GZIP_MAGIC)) == GZIP_MAGIC
    raw.seek(0)
    try:
        return _parse_plain(gzip.GzipFile(fileobj=raw) if packed else raw, name, ndim)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        reason = printable(error).rstrip(".")
        raise DataError(f"{name} is cut short or corrupt, as gzip says: {reason}.") from None


def idx_header(shape: tuple[int, ...]) -> bytes:
    """The header of a file that holds bytes of this shape; header + bytes is the whole file."""
    return UNSIGNED_BYTES + bytes([len(shape)]) + struct.pack(f">{len(shape)}I", *shape)


def _parse_plain(stream: io.BufferedIOBase, name: str, ndim: int) -> NDArray[np.uint8]:
    shape = _read_shape(stream, name, ndim)
    promised = math.prod(shape)
    sizes = " x ".join(f"{size:,}" for size in shape)
    if promised > MAX_BYTES:
        raise DataError(
            f"{name} has a header that promises {sizes} bytes, more than the {MAX_BYTES:,} expected"
            " at most."
        )
    body = read_at_most(stream, promised + 1)
    if len(body) != promised:
        held = "more" if len(body) > promised else f"only {len(body):,}"
        raise DataError(f"{name} has a header that promises {sizes} bytes but holds {held}.")
    return np.frombuffer(body, np.uint8).reshape(shape)


def read_at_most(stream: IO[bytes] | io.BufferedIOBase, count: int) -> bytearray:
    """The next `count` bytes, or as many as there are; no more memory is taken than these fill.

    To ask for one byte too many shows what is left over, and has gzip and zip compare checksums.
    """
    body = bytearray()
    while chunk := stream.read(min(CHUNK, count - len(body))):
        body += chunk
    return body


def _read_shape(stream: io.BufferedIOBase, name: str, ndim: int) -> tuple[int, ...]:
    magic = stream.read(4)
    if magic[:3] != UNSIGNED_BYTES or len(magic) < 4:
        expected = (UNSIGNED_BYTES + bytes([ndim])).hex(" ")
        found = magic.hex(" ") or "nothing"
        if magic.startswith(b"<"):
            found += " (a web page?)"
        raise DataError(f"{name} starts with {found}, expected the IDX magic number {expected}.")
    if magic[3] != ndim:
        raise DataError(f"{name} has {magic[3]} dimensions, expected {ndim}.")
    sizes = stream.read(4 * ndim)
    if len(sizes) < 4 * ndim:
        raise DataError(f"{name} ends within its header, expected {ndim} sizes.")
    return struct.unpack(f">{ndim}I", sizes)
