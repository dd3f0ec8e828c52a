"""MNIST in one file, as two libraries hand it out; nothing in it is executed.

mnist.npz (Keras): the arrays x_train, y_train, x_test, y_test, all of bytes.
mnist.pkl.gz (deeplearning.net): three pairs x, y, where x (N, 784) are bytes / 256 as float32; the
first 50,000 of the training images, the last 10,000 of them for validation, the test images.
"""

import io
import zipfile
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
from numpy.typing import NDArray

from data.idx import MAX_BYTES, DataError, unpacked
from data.pickled import read_pickle

Bytes = NDArray[np.uint8]

ARCHIVES = ("mnist.npz", "mnist.pkl.gz", "mnist.pkl")
PARTS = ("x_train", "y_train", "x_test", "y_test")
SIDE = 28  # pixels


def read_archive(path: Path) -> list[Bytes]:
    """Training images (N, 28, 28), their labels (N,), test images and labels, not yet verified.

    The name decides between .npz and pickle. Raises DataError with the file's name when it is
    missing, unreadable, damaged, or holds anything else.
    """
    try:
        with open(path, "rb") as raw:
            return _npz(raw, path) if path.suffix == ".npz" else _pickle(raw, path)
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror or error}).") from None


def _npz(raw: io.BufferedReader, path: Path) -> list[Bytes]:
    try:
        with zipfile.ZipFile(raw) as archive:
            sizes = [archive.getinfo(f"{part}.npy").file_size for part in PARTS]
        if max(sizes) > MAX_BYTES:  # zipfile unpacks no more than it says here
            raise ValueError(f"an array has more than the {MAX_BYTES:,} bytes expected at most")
        raw.seek(0)
        with np.load(raw, allow_pickle=False) as file:
            arrays = [file[part] for part in PARTS]
    except Exception as error:  # a damaged archive raises one of a dozen kinds
        reason = str(error)[:200].encode("unicode_escape").decode().strip("'\".")
        raise DataError(f"{path} cannot be read as {', '.join(PARTS)} in .npz: {reason}.") from None
    for part, array in zip(PARTS, arrays, strict=True):
        ndim = 3 if part.startswith("x") else 1
        if array.dtype != np.uint8 or array.ndim != ndim:
            raise DataError(
                f"{path} has {part} with {array.ndim} dimensions of {array.dtype}, expected {ndim}"
                " of uint8."
            )
    return arrays


def _pickle(raw: io.BufferedReader, path: Path) -> list[Bytes]:
    with unpacked(raw, str(path)) as stream:
        x, y, x_valid, y_valid, x_test, y_test = read_pickle(cast(IO[bytes], stream), str(path))
    return [
        np.concatenate([_images(x, path), _images(x_valid, path)]),
        np.concatenate([_labels(y, path), _labels(y_valid, path)]),
        _images(x_test, path),
        _labels(y_test, path),
    ]


def _images(x: NDArray[Any], path: Path) -> Bytes:
    """Rows (N, 784) of bytes / 256, or bytes / 255, as images (N, 28, 28) of bytes."""
    if x.ndim != 2 or x.shape[1] != SIDE**2:
        raise DataError(f"{path} has images of shape {x.shape}, expected rows of {SIDE**2} pixels.")
    if ((x >= 0) & (x <= 1)).all():
        for levels in (256, 255):
            grey = np.rint(x * levels)
            # To the last bit: pixels that were changed are no bytes any more.
            if (grey <= 255).all() and np.array_equal(grey / levels, x):
                return grey.astype(np.uint8).reshape(-1, SIDE, SIDE)
    raise DataError(f"{path} has pixels that are not a byte / 256, nor a byte / 255.")


def _labels(y: NDArray[Any], path: Path) -> Bytes:
    if y.ndim != 1 or y.dtype.kind not in "iu" or not ((y >= 0) & (y <= 9)).all():
        raise DataError(f"{path} has labels that are not a list of digits 0 to 9.")
    return y.astype(np.uint8)
