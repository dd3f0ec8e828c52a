"""IDX and mnist.npz: what people save is read; all else is refused, cheaply and in a sentence."""

import gzip
import io
import os
import pickle
import struct
import textwrap
import tracemalloc
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from data import npz
from data.idx import MAX_BYTES, DataError, idx_header, parse_idx, read_idx
from data.npz import PARTS, read_npz

MEGABYTE = 2**20
ARRAYS = {
    name: np.random.default_rng(0).integers(0, 10 if name[0] == "y" else 256, shape, np.uint8)
    for name, shape in zip(PARTS, ((24, 28, 28), 24, (6, 28, 28), 6), strict=True)
}
BODY = bytes(range(24))


def header(*sizes, magic=b"\0\0\x08"):
    return magic + bytes([len(sizes)]) + b"".join(size.to_bytes(4, "big") for size in sizes)


def saved(save=np.savez, **changes):
    """The content of mnist.npz; with changes, in which None takes an array away."""
    content = io.BytesIO()
    arrays = {name: array for name, array in (ARRAYS | changes).items() if array is not None}
    save(content, **arrays)
    return content.getvalue()


def read(path):
    return read_npz(path) if path.suffix == ".npz" else read_idx(path, 3)


def refused(path, content):
    """The sentence with which the file is refused, once it is written."""
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read(path)
    sentence = str(caught.value)
    assert str(path) in sentence
    assert sentence.endswith(".") and sentence.isprintable() and len(sentence) < 600
    return sentence


# What is read


@given(
    hnp.arrays(np.uint8, hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=6)),
    st.sampled_from([bytes, gzip.compress]),
    st.sampled_from(["a", "a.gz"]),
)
def test_what_was_written_is_read_whatever_the_name(tmp_path_factory, array, pack, name):
    path = tmp_path_factory.mktemp("idx") / name
    assert idx_header(array.shape) == header(*array.shape)
    path.write_bytes(pack(header(*array.shape) + array.tobytes()))
    found = read_idx(path, array.ndim)
    assert found.dtype == np.uint8 and found.shape == array.shape
    assert np.array_equal(found, array)


def test_more_than_one_chunk_is_read(tmp_path):
    array = np.random.default_rng(0).integers(0, 256, (3, 1000, 1001), np.uint8)
    (tmp_path / "a").write_bytes(header(*array.shape) + array.tobytes())
    assert np.array_equal(read_idx(tmp_path / "a", 3), array)


def assert_read(path):
    for found, expected in zip(read_npz(path), ARRAYS.values(), strict=True):
        assert found.dtype == np.uint8 and np.array_equal(found, expected)


FORMS = {
    "of Keras": lambda array: array,
    "column-major": lambda array: np.asfortranarray(array.astype(">i4")),
    "rows of integers": lambda array: array.reshape(len(array), -1).squeeze().astype(np.int64),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_all_arrays_that_people_save_are_read(tmp_path, save, form):
    save(tmp_path / "mnist.npz", **{name: FORMS[form](array) for name, array in ARRAYS.items()})
    assert_read(tmp_path / "mnist.npz")


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


# What is refused

# By what is wrong: the content of an IDX file, which may be packed, and what is said of it.
WRONG = {
    "empty": (b"", "starts with nothing, expected the IDX magic number 00 00 08 03"),
    "shorter than its magic": (b"\0\0\x08", "starts with 00 00 08, expected"),
    "a web page": (b"<!DOCTYPE html>", "starts with 3c 21 44 4f (a web page?), expected"),
    "floats": (header(2, 3, 4, magic=b"\0\0\x0d") + BODY, "starts with 00 00 0d 03"),
    "wrong first byte": (header(2, 3, 4, magic=b"\1\0\x08") + BODY, "starts with 01 00 08 03"),
    "labels": (header(24) + BODY, "has 1 dimensions, expected 3"),
    "ends in its header": (header(2, 3, 4)[:-1], "ends within its header"),
    "promises more": (header(2, 3, 5) + BODY, "2 x 3 x 5 bytes but holds only 24"),
    "promises less": (header(2, 3, 3) + BODY, "2 x 3 x 3 bytes but holds more"),
    "one byte trails": (header(2, 3, 4) + BODY + b"\0", "2 x 3 x 4 bytes but holds more"),
    "promises nothing": (header(0, 28, 28) + b"\0", "0 x 28 x 28 bytes but holds more"),
    "absurd": (header(2**31, 28, 28), "promises 2,147,483,648 x 28 x 28 bytes, more than"),
}
# The same of mnist.npz, by the arrays that are others.
WRONG_ARRAYS = {
    "no labels": ({"y_test": None}, "no item named 'y_test.npy'"),
    "floats": ({"x_train": ARRAYS["x_train"] / 255}, "of float64, expected whole"),
    "short rows": ({"x_test": np.zeros((6, 783), np.uint8)}, "array (6, 783) of uint8"),
    "one image": ({"x_test": ARRAYS["x_test"][0]}, "of shape (N, 28, 28) or (N, 784)"),
    "one-hot labels": ({"y_train": np.eye(10, dtype=np.uint8)}, "array (10, 10) of uint8"),
    "negative labels": ({"y_train": ARRAYS["y_train"].astype(int) - 10}, "numbers from 0 to 255"),
    "large grey": ({"x_test": ARRAYS["x_test"].astype(int) + 256}, "numbers from 0 to 255"),
}


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gz"])
@pytest.mark.parametrize("kind", WRONG)
def test_wrong_content_is_one_sentence(tmp_path, kind, pack):
    content, expected = WRONG[kind]
    assert expected in refused(tmp_path / "t10k-images-idx3-ubyte.gz", pack(content))


@pytest.mark.parametrize("kind", WRONG_ARRAYS)
def test_wrong_arrays_are_one_sentence(tmp_path, kind):
    changes, expected = WRONG_ARRAYS[kind]
    assert expected in refused(tmp_path / "mnist.npz", saved(**changes))


@pytest.mark.parametrize("ending", [".gz", ".npz"])
def test_missing_file_and_folder_are_one_sentence(tmp_path, ending):
    folder = tmp_path / f"folder{ending}"
    folder.mkdir()
    for path, reason in ((tmp_path / f"no{ending}", "No such file"), (folder, "Is a directory")):
        with pytest.raises(DataError, match=f"{path} cannot be read .{reason}"):
            read(path)


CUT = header(2, 3, 4) + BODY
BEGINNINGS = {"plain": (CUT, 1), "packed.gz": (gzip.compress(CUT), 1), "mnist.npz": (saved(), 997)}


@pytest.mark.parametrize("name", BEGINNINGS)
def test_every_beginning_of_a_file_is_refused(tmp_path, name):
    content, stride = BEGINNINGS[name]
    for length in [*range(0, len(content), stride), len(content) - 1]:
        refused(tmp_path / name, content[:length])


def test_cut_and_corrupt_archives_say_so(tmp_path):
    content, path = gzip.compress(CUT), tmp_path / "bad.gz"
    assert "is cut short or corrupt" in refused(path, content[:-12])
    assert "is cut short or corrupt" in refused(path, content + b"trailing")
    wrong_sum = content[:-5] + bytes([content[-5] ^ 1]) + content[-4:]
    assert "as gzip says: CRC check failed" in refused(path, wrong_sum)
    flipped = bytearray(saved())
    flipped[5000] ^= 1
    assert "as x_train, y_train, x_test, y_test in .npz: Bad CRC-32" in refused(
        tmp_path / "mnist.npz", bytes(flipped)
    )


def test_no_flipped_bit_changes_what_is_read():
    content = gzip.compress(CUT)
    refusals = 0
    for bit in range(80, 8 * len(content)):  # the first 10 bytes are gzip's date, system and such
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << bit % 8
        try:
            assert parse_idx(io.BytesIO(flipped), "flipped", 3).tobytes() == BODY
        except DataError:
            refusals += 1
    assert refusals > 0.9 * 8 * (len(content) - 10)


ALLOWED = header(MAX_BYTES // 784, 28, 28) + bytes(1000)
BOMBS = {  # 64 megabytes in 64 kilobytes, under a header that promises 7,840 bytes; and others
    "absurd": header(2**31, 28, 28) + bytes(1000),
    "just allowed": ALLOWED,
    "packed.gz": gzip.compress(ALLOWED),
    "bomb.gz": zlib.compress(header(10, 28, 28) + bytes(64 * MEGABYTE), 1, wbits=31),
    "bomb.npz": saved(np.savez_compressed, **dict.fromkeys(PARTS, np.zeros(16 * MEGABYTE, "u1"))),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_file_that_promises_much_or_unpacks_to_much_takes_no_memory(tmp_path, monkeypatch, name):
    monkeypatch.setattr(npz, "MAX_BYTES", MEGABYTE)
    tracemalloc.start()
    try:
        sentence = refused(tmp_path / name, BOMBS[name])
        assert tracemalloc.get_traced_memory()[1] < 4 * MEGABYTE
    finally:
        tracemalloc.stop()
    assert name != "bomb.npz" or "more than the 1,048,576 bytes" in sentence


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
