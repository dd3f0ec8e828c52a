"""mnist.npz, the file of Keras: MNIST as the arrays x_train, y_train, x_test and y_test.

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

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.idx import MAX_BYTES, DataError

PARTS = ("x_train", "y_train", "x_test", "y_test")


def read_npz(path: Path) -> list[NDArray[np.uint8]]:
    """Training images (N, 28, 28), their labels (N,), test images and labels, not yet verified.

    Raises DataError with the file's name when it is missing, unreadable, damaged, or holds anything
    else. Nothing in it is executed.
    """
    try:
        with open(path, "rb") as raw:
            with zipfile.ZipFile(raw) as archive:
                sizes = [archive.getinfo(f"{part}.npy").file_size for part in PARTS]
            if max(sizes) > MAX_BYTES:  # zipfile unpacks no more than it says here
                raise ValueError(f"an array has more than the {MAX_BYTES:,} bytes expected at most")
            raw.seek(0)
            with np.load(raw, allow_pickle=False) as file:
                arrays = [file[part] for part in PARTS]
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror or error}).") from None
    except Exception as error:  # a damaged archive raises one of a dozen kinds
        reason = str(error)[:200].encode("unicode_escape").decode().strip("'\".")
        raise DataError(f"{path} cannot be read as {', '.join(PARTS)} in .npz: {reason}.") from None
    named = zip(arrays, PARTS, strict=True)
    return [_as_bytes(array, f"{part} of {path}") for array, part in named]


def _as_bytes(array: NDArray[Any], name: str) -> NDArray[np.uint8]:
    """The same images (N, 28, 28) or labels (N,) as bytes."""
    images = name.startswith("x")
    fits = array.shape[1:] in ((28, 28), (784,)) if images else array.ndim == 1
    grey = array.dtype.kind in "iu" and ((array >= 0) & (array <= 255)).all()
    if not (fits and grey):
        shape = "(N, 28, 28) or (N, 784)" if images else "(N,)"
        raise DataError(
            f"{name} is an array {array.shape} of {array.dtype}, expected whole numbers from 0 to"
            f" 255 of shape {shape}."
        )
    return array.astype(np.uint8).reshape((-1, 28, 28) if images else -1)
