"""MNIST and the other published sets: found on this machine, else fetched, and verified.

MNIST, 60,000 training and 10,000 test images of 28 x 28 bytes with their labels, is looked for in
the folder that the environment variable MNIST_DIR names; where that is not set, in data/cache/ and
then at the mirrors. In a folder it may be the four IDX files, or, where these are not all there,
mnist.npz. The other sets are looked for in data/cache/NAME/ and at their mirrors.
"""

import os
import sys
from pathlib import Path

from data.fetch import Bytes as Bytes
from data.fetch import fetch, folder_of, parsed, verified
from data.idx import PARTS, DataError, idx_files, turned
from data.npz import read_npz
from data.published import PUBLISHED

Four = tuple[Bytes, Bytes, Bytes, Bytes]  # training images and labels, test images and labels

SIDE = 28  # pixels of a row, and of a column
CACHE = Path(__file__).parent / "cache"


def load_mnist(fetch: bool = True) -> Four:
    """MNIST, as `load_published` gives it."""
    return load_published("mnist", fetch)[0]


def load_published(choice: str, fetching: bool = True) -> tuple[Four, Path]:
    """Training images, their labels 0, 1, ..., test images and labels of a set, all uint8; and the
    folder or file that they stand in.

    Raises FetchError where it is neither on this machine nor to be fetched (or that is off), and
    DataError for a file in MNIST_DIR that is missing, damaged or not MNIST's.
    """
    one, named = PUBLISHED[choice], os.environ.get("MNIST_DIR") if choice == "mnist" else None
    folder = Path(named).expanduser() if named else folder_of(choice, CACHE)
    path = folder / "mnist.npz"
    if choice == "mnist" and path.is_file() and len(_there(folder, choice)) < len(PARTS):
        try:
            return _from_npz(path), path
        except DataError as damaged:
            if named:
                raise
            print(f"{damaged} It is passed over.", file=sys.stderr)
    arrays, mirrors = [], list(one.mirrors) if fetching else []
    for part, file in zip(PARTS, one.sums, strict=True):
        try:
            arrays.append(_read(folder, choice, part, file))
        except DataError as error:
            if named:
                raise
            arrays.append(fetch(choice, file, CACHE, mirrors, str(error).rstrip(".")))
    x, y, test_x, test_y = arrays
    four = turned(x, choice), y - one.first, turned(test_x, choice), test_y - one.first
    return four, folder


def _there(folder: Path, choice: str) -> dict[str, Path]:
    """The set's IDX files in a folder, by their parts."""
    prefix = choice if choice.startswith("emnist") else ""
    return idx_files(folder).get(prefix, {}) if folder.is_dir() else {}


def _from_npz(path: Path) -> Four:
    named = zip(read_npz(path).items(), PUBLISHED["mnist"].sums, strict=True)
    a, b, c, d = (verified(x, f"{name} of {path}", "mnist", file) for (name, x), file in named)
    return a, b, c, d


def _read(folder: Path, choice: str, part: str, file: str) -> Bytes:
    """A part of the set; DataError where its file is missing, damaged or not the set's."""
    if path := _there(folder, choice).get(part):
        try:
            with open(path, "rb") as raw:
                return parsed(raw, str(path), choice, file)
        except OSError as error:
            raise DataError(f"{path} cannot be read ({error.strerror or error}).") from None
    hint = "" if folder == folder_of(choice, CACHE) else ", the folder that MNIST_DIR names"
    hint += ", nor is mnist.npz" if choice == "mnist" else ""
    if pickle := next(folder.glob("*.pkl*"), None):
        hint += f" ({pickle.name} is a pickle and not read: data/npz.py says how to convert it)"
    raise DataError(f"{file} (plain or .gz) is not in {folder}{hint}.")
