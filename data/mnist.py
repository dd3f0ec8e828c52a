"""MNIST: 60,000 training and 10,000 test images of 28 x 28 bytes, with their labels.

Looked for in the folder that the environment variable MNIST_DIR names; where that is not set, in
data/cache/ and then at the mirrors. In a folder it may be the four IDX files, or, where these are
not all there, mnist.npz. Verified wherever it comes from: what identifies a file is the SHA-256 of
its decompressed bytes, since anybody may compress it anew.
"""

import hashlib
import io
import os
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.download import download
from data.files import keep
from data.idx import DataError, idx_header, parse_idx, read_idx
from data.npz import PARTS, read_npz

Bytes = NDArray[np.uint8]
Four = tuple[Bytes, ...]  # training images and their labels, test images and their labels

# Training images, their labels, test images, their labels: the SHA-256 of the decompressed bytes.
SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
SIDE = 28  # pixels of a row, and of a column
CACHE = Path(__file__).parent / "cache"


class FetchError(DataError):
    """MNIST is not on this machine and no mirror gave it."""


def load_mnist(fetch: bool = True) -> Four:
    """Training images (60000, 28, 28), their labels (60000,), test images and labels; all uint8.

    Raises FetchError where it is neither on this machine nor to be fetched (or `fetch` is off),
    and DataError for a file in MNIST_DIR that is missing, damaged or not MNIST's.
    """
    folder = mnist_dir()
    if path := npz_in(folder or CACHE):
        try:
            return _from_npz(path)
        except DataError as damaged:
            if folder:
                raise
            print(f"{damaged} It is passed over.", file=sys.stderr)
    mirrors = list(MIRRORS) if fetch else []
    if folder:
        return tuple(_from_folder(folder, name) for name in SHA256)
    return tuple(_from_cache(name, mirrors) for name in SHA256)


def mnist_dir() -> Path | None:
    """The folder that MNIST_DIR names, or None where it is not set or empty."""
    named = os.environ.get("MNIST_DIR")
    return Path(named).expanduser() if named else None


def npz_in(folder: Path) -> Path | None:
    """mnist.npz, if MNIST is read from it: it is in the folder, and not all IDX files are."""
    path = folder / "mnist.npz"
    return path if path.is_file() and not all(_find(folder, name) for name in SHA256) else None


def _from_npz(path: Path) -> Four:
    named = zip(read_npz(path), SHA256, PARTS, strict=True)
    return tuple(_verified(array, name, f"{part} of {path}") for array, name, part in named)


def _from_folder(folder: Path, name: str) -> Bytes:
    """The IDX file `name`; DataError where it is missing, damaged or not MNIST's."""
    path = _find(folder, name)
    if path:
        return _verified(read_idx(path, _ndim(name)), name, str(path))
    named = "" if folder == CACHE else ", the folder that MNIST_DIR names"
    hint = ""
    if pickle := next(folder.glob("*.pkl*"), None):
        hint = f" ({pickle.name} is a pickle and not read: data/npz.py says how to convert it)"
    raise DataError(f"{name} (plain or .gz) is not in {folder}{named}, nor is mnist.npz{hint}.")


def _find(folder: Path, name: str) -> Path | None:
    spellings = (name, name.replace("-idx", ".idx"))
    candidates = (folder / (spelling + end) for spelling in spellings for end in (".gz", ""))
    # Some archives unpack to folders that have the names of the files.
    return next((path for path in candidates if path.is_file()), None)


def _from_cache(name: str, mirrors: list[str]) -> Bytes:
    try:
        return _from_folder(CACHE, name)
    except DataError as error:
        return _fetch(name, mirrors, str(error).rstrip("."))


def _fetch(name: str, mirrors: list[str], reason: str) -> Bytes:
    """The file from the first mirror that has it whole, kept in the cache.

    A mirror that fails is taken out of `mirrors`: the next file does not wait for it again.
    """
    reasons = [reason]
    while mirrors:
        url = f"{mirrors[0]}{name}.gz"
        print(f"Fetching {url} into {CACHE}", file=sys.stderr)
        try:
            packed = download(url)
            array = _verified(parse_idx(io.BytesIO(packed), url, _ndim(name)), name, url)
        except DataError as error:
            reasons.append(str(error).rstrip("."))
            del mirrors[0]
        else:
            keep(CACHE / f"{name}.gz", packed)
            return array
    advice = "with a copy of its four files, set MNIST_DIR to their folder"
    raise FetchError(f"MNIST cannot be had: {'; '.join(reasons)}; {advice}.")


def _ndim(name: str) -> int:
    return 3 if "images" in name else 1


def _verified(array: Bytes, name: str, source: str) -> Bytes:
    digest = hashlib.sha256(idx_header(array.shape))
    digest.update(array.reshape(-1).data)
    if digest.hexdigest() != SHA256[name]:
        found, expected = digest.hexdigest()[:12], SHA256[name][:12]
        raise DataError(
            f"{source} is not MNIST's: its decompressed bytes have the SHA-256 {found} (first 12"
            f" digits), expected {expected}."
        )
    return array
