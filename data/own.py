"""Own images: a folder of IDX files, or an .npz file; grey, of any size, in bytes or in [0, 1].

A folder holds files as MNIST has them, plain or .gz: train-images-idx3-ubyte, train-labels-...,
t10k-images-... or test-images-..., t10k-labels-...; also with "." before idx, or in folders of
their own names. They may begin with the name of a set, as emnist-letters-train-images-idx3-ubyte
does: where a folder holds several sets, its path goes on with the name of one.

An .npz file holds x_train, y_train, x_test and y_test, as Keras writes them; or train_images,
train_labels, test_images and test_labels; or images and labels, and maybe test_images and
test_labels. Labels may be missing. `names` may name the classes 0, 1, ...
"""

import gzip
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from data.grey import Array, greys_of, labels_of
from data.idx import GZIP_MAGIC, PARTS, DataError, idx_files, read_idx, turned
from data.npz import read_arrays

Found = dict[str, tuple[str, Array]]  # by its part: what an error calls the array, and the array
Four = tuple[Array, Array | None, Array, Array | None]

MAX_OWN = 2**31  # bytes, unpacked
LEAST = 10  # training images
TEST = 7  # where no test images are given, one in so many becomes one
SPELLINGS = (  # of the parts and of the classes' names in .npz files
    ("x_train", "y_train", "x_test", "y_test", "names"),
    ("train_images", "train_labels", "test_images", "test_labels", "names"),
    ("images", "labels", "test_images", "test_labels", "names"),
)
PACK = "of pictures in folders, python -m data pack FOLDER OUT.npz makes an .npz file"
OTHERS = {  # by how files begin that are no .npz: what to do with them
    b"\x93NUMPY": 'np.savez("own.npz", images=np.load("own.npy")) makes one of an array',
    b"\x89PNG": PACK,
    b"\xff\xd8\xff": PACK,
    b"\x80": "a pickle is a program and not read: data/npz.py says how to convert one",
    b"\0\0": "of an IDX file, name the folder",
    b"<": "a web page?",
    b"": "np.savez makes one of arrays",
}


def read(path: str) -> tuple[Four, tuple[str, ...], str]:
    """The four arrays as a DataSet has them, the names of the classes, and how the set was split.

    Raises FileNotFoundError where nothing is there, and DataError, one sentence that says how to
    convert it, for what cannot be used.
    """
    folder, name = os.path.split(path)
    if os.path.isdir(path):
        found = _from_folder(Path(path), "")
    elif os.path.isfile(path):
        found = _from_npz(Path(path))
    elif os.path.isdir(folder) and name in idx_files(Path(folder)):
        found = _from_folder(Path(folder), name)
    else:
        raise FileNotFoundError(path)
    four, words = _split(found)
    return four, _classes(*found["names"], four[1::2]) if "names" in found else (), words


def _from_folder(folder: Path, name: str) -> Found:
    sets = idx_files(folder)
    if name not in sets and len(sets) > 1:
        held, one = ", ".join(sorted(sets)), folder / min(sets)
        raise DataError(f"{folder} holds several sets, {held}; expected one, as {one}.")
    name = name if name in sets else next(iter(sets), "")
    if "train-images" not in (files := sets.get(name, {})):
        below = [path for path in folder.iterdir() if path.is_dir() and idx_files(path)]
        hint = f"{below[0]} holds IDX files" if below else PACK
        raise DataError(f"{folder} holds no train-images-idx3-ubyte, plain or .gz ({hint}).")
    found: Found = {}
    for part, path in files.items():
        images = "images" in part
        array = read_idx(path, 3 if images else 1)
        found[part] = str(path), turned(array, name) if images else array
    return found


def _from_npz(path: Path) -> Found:
    """The arrays of an .npz file; a DataError says of another file what it is."""
    try:
        with open(path, "rb") as file:
            start = file.read(8)
        if start.startswith(GZIP_MAGIC):
            with gzip.open(path) as packed:
                start = packed.read(8)
    except Exception as error:  # gzip raises several
        raise DataError(f"{path} cannot be read ({error}).") from None
    if not start.startswith(b"PK"):
        advice = next(OTHERS[magic] for magic in OTHERS if start.startswith(magic))
        raise DataError(f"{path} is no .npz file ({advice}).")
    arrays = read_arrays(path, most=MAX_OWN)
    for spelling in SPELLINGS:
        if spelling[0] in arrays:
            named = zip((*PARTS, "names"), spelling, strict=True)
            return {part: (f"{x} of {path}", arrays[x]) for part, x in named if x in arrays}
    held = ", ".join(map(ascii, sorted(arrays)))[:200] or "nothing"
    wanted = " or ".join(spelling[0] for spelling in SPELLINGS)
    raise DataError(f"{path} holds {held}; expected images (N, H, W) as {wanted}.")


def _half(found: Found, half: str) -> tuple[Array, Array | None]:
    images, labels = (found.get(f"{half}-{part}") for part in ("images", "labels"))
    if images is None:
        raise DataError(f"{found[f'{half}-labels'][0]} has no images beside it.")
    x = greys_of(*images)
    return x, labels_of(*labels, len(x)) if labels else None


def _split(found: Found) -> tuple[Four, str]:
    """Training and test images with their labels, and in words how they were told apart."""
    where, (x, y) = found["train-images"][0], _half(found, "train")
    if len(x) < LEAST:
        raise DataError(f"{where} holds {len(x)} images; expected at least {LEAST}.")
    given, words = any("test" in part for part in found), "test images are given"
    test_x, test_y = _half(found, "test") if given else (x, y)
    if x.shape[1:] != test_x.shape[1:]:
        sizes = " and ".join(f"{h} x {w}" for _, h, w in (x.shape, test_x.shape))
        raise DataError(f"{where} and the test images beside it are {sizes}; expected one size.")
    if (y is None) != (test_y is None):
        raise DataError(
            f"{where} and the test images beside it: expected labels of both or neither."
        )
    # Validation images are cut from the end, which would be one class if classes came in turn.
    if not given or (y is not None and (y[:-1] <= y[1:]).all()):
        order = np.random.default_rng(0).permutation(len(x))
        x, y = x[order], None if y is None else y[order]
        words += "; training images are shuffled with seed 0"
    if not given:
        n = len(x) - len(x) // TEST
        words = f"the last 1/{TEST} after a shuffle with seed 0 are test images"
        x, test_x = x[:n], x[n:]
        y, test_y = (None, None) if y is None else (y[:n], y[n:])
    return (x, y, test_x, test_y), words


def _classes(where: str, names: Array, labels: Sequence[Array | None]) -> tuple[str, ...]:
    """The names of the classes 0, 1, ..., which must be those of all labels. DataError."""
    classes = tuple(map(str, names)) if names.dtype.kind == "U" and names.ndim == 1 else ()
    if not all(name.isprintable() for name in classes) or not classes:
        raise DataError(f"{where} is {names.dtype} {names.shape}; expected printable text.")
    for y in labels:
        if y is not None and (y.min() < 0 or y.max() >= len(classes)):
            span = f"{y.min()} to {y.max()}"
            raise DataError(f"{where}: {len(classes)} names, but labels from {span}.")
    return classes
