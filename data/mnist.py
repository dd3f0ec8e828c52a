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
from data.idx import DataError, idx_files, idx_part, turned
from data.npz import PARTS, read_npz
from data.published import PUBLISHED

Four = tuple[
    Bytes, Bytes, Bytes, Bytes
]  # training images and their labels, test images and their labels

SIDE = 28  # pixels of a row, and of a column
CACHE = Path(__file__).parent / "cache"


def load_published(choice: str, fetching: bool = True) -> Four:
    """Training images, their labels 0, 1, ..., test images and labels of a set; all uint8.

    Raises FetchError where it is neither on this machine nor to be fetched (or that is off), and
    DataError for a file in MNIST_DIR that is missing, damaged or not MNIST's.
    """
    one, folder = PUBLISHED[choice], mnist_dir() if choice == "mnist" else None
    if choice == "mnist" and (path := npz_in(folder or CACHE)):
        try:
            return _from_npz(path)
        except DataError as damaged:
            if folder:
                raise
            print(f"{damaged} It is passed over.", file=sys.stderr)
    mirrors = list(one.mirrors) if fetching else []
    x, y, test_x, test_y = (
        _from_folder(folder, choice, file) if folder else _from_cache(choice, file, mirrors)
        for file in one.sums
    )
    return turned(x, choice), y - one.first, turned(test_x, choice), test_y - one.first


def load_mnist(fetch: bool = True) -> Four:
    """MNIST, as `load_published` gives it."""
    return load_published("mnist", fetch)


def mnist_dir() -> Path | None:
    """The folder that MNIST_DIR names, or None where it is not set or empty."""
    named = os.environ.get("MNIST_DIR")
    return Path(named).expanduser() if named else None


def npz_in(folder: Path) -> Path | None:
    """mnist.npz, if MNIST is read from it: it is in the folder, and not all IDX files are."""
    path, files = folder / "mnist.npz", PUBLISHED["mnist"].sums
    return path if path.is_file() and not all(_find(folder, file) for file in files) else None


def _from_npz(path: Path) -> Four:
    named = zip(read_npz(path), PUBLISHED["mnist"].sums, PARTS, strict=True)
    a, b, c, d = (verified(x, f"{part} of {path}", "mnist", file) for x, file, part in named)
    return a, b, c, d


def _from_folder(folder: Path, choice: str, file: str) -> Bytes:
    """The set's IDX file of that name; DataError where it is missing, damaged or not the set's."""
    if path := _find(folder, file):
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


def _find(folder: Path, file: str) -> Path | None:
    name, part = idx_part(file)
    return idx_files(folder).get(name, {}).get(part) if folder.is_dir() else None


def _from_cache(choice: str, file: str, mirrors: list[str]) -> Bytes:
    try:
        return _from_folder(folder_of(choice, CACHE), choice, file)
    except DataError as error:
        return fetch(choice, file, CACHE, mirrors, str(error).rstrip("."))
