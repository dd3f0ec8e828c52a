"""mnist.npz: read in the forms that people save, refused in one sentence, and nothing executed."""

import gzip
import io
import os
import pickle
import re
import struct
import textwrap
import tracemalloc
import zipfile

import numpy as np
import pytest

from data import npz
from data.idx import DataError
from data.npz import PARTS, read_npz

MEGABYTE = 2**20
ARRAYS = {
    name: np.random.default_rng(0).integers(0, 10 if name[0] == "y" else 256, shape, np.uint8)
    for name, shape in zip(PARTS, ((24, 28, 28), 24, (6, 28, 28), 6), strict=True)
}


def saved(**changes):
    """The file; with changes, in which None takes an array away."""
    content = io.BytesIO()
    arrays = {name: array for name, array in (ARRAYS | changes).items() if array is not None}
    np.savez(content, **arrays)
    return content.getvalue()


def assert_read(path):
    for found, expected in zip(read_npz(path), ARRAYS.values(), strict=True):
        assert found.dtype == np.uint8 and np.array_equal(found, expected)


def refused(path, content):
    """The sentence with which the file is refused, once it is written."""
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_npz(path)
    sentence = str(caught.value)
    assert str(path) in sentence
    assert sentence.endswith(".") and sentence.isprintable() and len(sentence) < 600
    return sentence


FORMS = {
    "of Keras": lambda array: array,
    "column-major": lambda array: np.asfortranarray(array.astype(">i4")),
    "rows of integers": lambda array: array.reshape(len(array), -1).squeeze().astype(np.int64),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_all_that_people_save_is_read(tmp_path, save, form):
    path = tmp_path / "mnist.npz"
    save(path, **{name: FORMS[form](array) for name, array in ARRAYS.items()})
    assert_read(path)


WRONG = {
    "no labels": ({"y_test": None}, "no item named 'y_test.npy'"),
    "floats": ({"x_train": ARRAYS["x_train"] / 255}, "x_train of .* of float64, expected whole"),
    "short rows": ({"x_test": np.zeros((6, 783), np.uint8)}, "array .6, 783. of uint8"),
    "one image": ({"x_test": ARRAYS["x_test"][0]}, "of shape .N, 28, 28. or .N, 784."),
    "one-hot labels": ({"y_train": np.eye(10, dtype=np.uint8)}, "array .10, 10. of uint8"),
    "negative labels": ({"y_train": ARRAYS["y_train"].astype(int) - 10}, "numbers from 0 to 255"),
    "large grey": ({"x_test": ARRAYS["x_test"].astype(int) + 256}, "numbers from 0 to 255"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_wrong_arrays_are_refused(tmp_path, kind):
    changes, expected = WRONG[kind]
    assert re.search(expected, refused(tmp_path / "mnist.npz", saved(**changes)))


class Shell:
    """An object whose pickle runs a command where it is read."""

    def __reduce__(self):
        return os.system, ("touch mark",)


def test_a_pickle_in_npz_is_not_executed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    content, mark = saved(y_test=np.array([Shell()], object)), tmp_path / "mark"
    with np.load(io.BytesIO(content), allow_pickle=True) as file:
        file["y_test"]
    assert mark.exists(), "the attack does nothing: no proof"
    mark.unlink()
    assert "Object arrays cannot be loaded" in refused(tmp_path / "mnist.npz", content)
    plain = pickle.dumps(Shell())  # np.load would unpickle it if it might
    assert "cannot be read" in refused(tmp_path / "mnist.npz", plain)
    assert not mark.exists()


def test_damaged_and_missing_files_are_one_sentence(tmp_path):
    content, path = saved(), tmp_path / "mnist.npz"
    for length in [*range(0, len(content), 997), len(content) - 1]:
        assert "cannot be read as x_train, y_train" in refused(path, content[:length])
    flipped = bytearray(content)
    flipped[5000] ^= 1
    assert "Bad CRC-32" in refused(path, bytes(flipped))
    for missing, reason in ((tmp_path / "nowhere.npz", "No such file"), (tmp_path, "Is a dir")):
        with pytest.raises(DataError, match=f"cannot be read .{reason}"):
            read_npz(missing)


def test_what_unpacks_to_much_is_refused_before_that(tmp_path, monkeypatch):
    monkeypatch.setattr(npz, "MAX_BYTES", MEGABYTE)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in PARTS:
            archive.writestr(f"{part}.npy", bytes(16 * MEGABYTE))
    bomb = content.getvalue()
    tracemalloc.start()
    try:
        assert "more than the 1,048,576 bytes" in refused(tmp_path / "mnist.npz", bomb)
        assert tracemalloc.get_traced_memory()[1] < MEGABYTE
    finally:
        tracemalloc.stop()


class Python2(pickle._Pickler):
    """Writes bytes as Python 2 wrote its strings, for which `encoding` is needed."""

    dispatch = pickle._Pickler.dispatch | {
        bytes: lambda self, data: self.write(b"T" + struct.pack("<i", len(data)) + data)
    }


def test_the_lines_in_the_docstring_convert_the_file_of_deeplearning_net(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    x, x3 = (ARRAYS[k].reshape(-1, 784) / np.float32(256) for k in ("x_train", "x_test"))
    y, y3 = (ARRAYS[k].astype(np.int64) for k in ("y_train", "y_test"))
    with gzip.open("mnist.pkl.gz", "wb") as file:
        Python2(file, 2).dump(((x[:20], y[:20]), (x[20:], y[20:]), (x3, y3)))
    exec(textwrap.dedent(str(npz.__doc__).rpartition("\n\n")[2]), {})
    assert_read(tmp_path / "mnist.npz")
