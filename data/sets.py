"""Which images are used, by name or by path, and how some are set aside for validation."""

import hashlib
import io
import os
import string
import sys
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from data import digits, glyphs, mnist, own
from data.fetch import FetchError
from data.files import keep
from data.idx import DataError
from data.npz import read_arrays
from data.published import PUBLISHED

Scalar = TypeVar("Scalar", bound=np.generic)


class DataSet(NamedTuple):
    """Images for training and for tests. All are of one size, grey, with bright ink near 255 or 1.

    Labels are None where there are none; `digest` is "" where the choice says which data these are.
    """

    name: str  # the screen and every figure say which data are used
    choice: str  # what --data takes to get them again: of own data, the absolute path
    train_images: NDArray[Any]  # (N, H, W), bytes or float32 in [0, 1]
    train_labels: Any  # (N,) integers, or None
    test_images: NDArray[Any]
    test_labels: Any
    classes: tuple[str, ...] = ()  # the name of each class, by its label; () where none are known
    digest: str = ""  # the first 16 hex digits of a SHA-256 over all four arrays
    origin: str = ""  # in words: where they are from, and how own data were split

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of every image, in pixels."""
        height, width = self.train_images.shape[1:]
        return height, width


DRAWN: dict[str, tuple[str, tuple[Any, ...]]] = {  # classes, and arguments of drawn_digits
    "digits": (string.digits, ()),
    "letters": (string.ascii_uppercase, (0, 26_000, 5_200, digits.CAPITALS)),
}
CHOICES = ("auto", *PUBLISHED, *DRAWN)
HELP = (  # of --data
    f"images by the name of their set ({', '.join(CHOICES[1:])}), or auto: MNIST where it can be"
    " had, else drawn digits; or the path of your own: a folder of IDX files, or an .npz file"
)


def load(choice: str = "auto") -> DataSet:
    """The data set that `choice` names: one of CHOICES, or the path of own images.

    "auto" is MNIST where it can be had, else drawn digits, which a line on stderr says with the
    reason. Raises DataError where a set is demanded and cannot be had, where own images cannot be
    used, and, for "auto" as well, where MNIST_DIR is set but does not hold it: nobody's own data
    are silently replaced.
    """
    if choice in PUBLISHED:
        return _published(choice)
    if choice in DRAWN:
        return _drawn(choice)
    if choice != "auto":
        return _own(choice)
    try:
        return _published("mnist")
    except FetchError as error:
        print(f"Drawn digits are used instead of MNIST. {error}", file=sys.stderr)
    return _drawn("digits")


def _published(choice: str) -> DataSet:
    four, place = mnist.load_published(choice)
    origin = f"from {place}, verified by SHA-256"
    return DataSet(PUBLISHED[choice].name, choice, *four, PUBLISHED[choice].classes, origin=origin)


def _own(choice: str) -> DataSet:
    path = os.path.abspath(os.path.expanduser(choice)) if choice else ""
    try:
        arrays, classes, words = own.read(path)
    except FileNotFoundError:
        raise DataError(
            f"--data is {choice!r}; expected {', '.join(CHOICES)}, or the path of a folder of IDX"
            " files or of an .npz file that exists."
        ) from None
    total = hashlib.sha256()
    for array in arrays:
        total.update(b"none" if array is None else f"{array.dtype.str} {array.shape} ".encode())
        total.update(b"" if array is None else array.reshape(-1).data)
    name = os.path.basename(path).encode(errors="backslashreplace").decode()
    digest = total.hexdigest()[:16]
    return DataSet(name, path, *arrays, classes, digest, f"from {path} ({words})")


def _drawn(choice: str) -> DataSet:
    """Drawn digits or letters from the cache, else drawn anew and kept there.

    The file's name carries a digest of what draws them, so that a changed one draws anew.
    """
    sources = b"".join(Path(str(m.__file__)).read_bytes() for m in (digits, glyphs))
    version = hashlib.sha256(sources).hexdigest()[:12]
    path, (classes, amounts) = mnist.CACHE / f"{choice}-{version}.npz", DRAWN[choice]
    try:
        a, b, c, d = read_arrays(path, "abcd").values()
    except DataError:  # there is none yet, or it is damaged
        a, b, c, d = digits.drawn_digits(*amounts)
        content = io.BytesIO()
        np.savez(content, a=a, b=b, c=c, d=d)
        keep(path, content.getvalue())
    origin = f"made by this project and kept in {mnist.CACHE}"
    return DataSet(f"drawn {choice}", choice, a, b, c, d, tuple(classes), origin=origin)


def split(
    rows: NDArray[Scalar], validation: int = 5_000
) -> tuple[NDArray[Scalar], NDArray[Scalar]]:
    """Training rows and the last `validation` ones, set aside; for images and labels alike."""
    training = len(rows) - validation
    return rows[:training], rows[training:]
