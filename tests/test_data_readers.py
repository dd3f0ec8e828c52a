"""MNIST as the sources read it: mnist.npz, mnist.pkl.gz without unpickling it, and their order.

The files are made here from drawn digits, whose SHA-256 stand in the table for the time of a test.
Whatever a pickle would do is proved possible with Python's own unpickler first, so that the reader
is seen to refuse what works.
"""

import copyreg
import functools
import gzip
import hashlib
import io
import os
import pickle
import re
import struct
import subprocess
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from data import __main__ as command
from data import archives, digits, instructions, mnist, sets
from data.archives import PARTS, read_archive
from data.batches import one_hot, sample_batch, source_order
from data.idx import DataError, idx_header
from data.mnist import FetchError, load_mnist
from data.pickled import read_pickle

MEGABYTE = 2**20
TRAIN, TEST = 24, 6  # images; the last four of TRAIN are the pickle's validation images
ARRAYS = digits.drawn_digits(seed=1, train=TRAIN, test=TEST)
IDX = {
    name: idx_header(array.shape) + array.tobytes()
    for name, array in zip(mnist.SHA256, ARRAYS, strict=True)
}
Array = NDArray[Any]
Pairs = tuple[tuple[Array, Array], ...]
REAL = pytest.mark.skipif(not os.environ.get("MNIST_DIR"), reason="MNIST_DIR is not set")
OLD, NEW = b"numpy.core.multiarray", b"numpy._core.multiarray"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """MNIST_DIR: a folder for one test, whose MNIST are the drawn digits; nothing is fetched."""
    monkeypatch.setattr(
        mnist,
        "SHA256",
        {name: hashlib.sha256(content).hexdigest() for name, content in IDX.items()},
    )
    monkeypatch.setattr(mnist, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(mnist, "MIRRORS", ())
    monkeypatch.setenv("MNIST_DIR", str(tmp_path / "mine"))
    (tmp_path / "mine").mkdir()
    return tmp_path / "mine"


def pairs(levels: int = 256, dtype: Any = np.float32, arrays: Any = ARRAYS, cut: int = 20) -> Pairs:
    """What deeplearning.net's file holds: training, validation and test, each (x, y)."""
    images, labels, test_images, test_labels = arrays
    pixels = np.arange(256, dtype=dtype) / dtype(levels)
    x, x_test = (pixels[a.reshape(len(a), 784)] for a in (images, test_images))
    y, y_test = labels.astype(np.int64), test_labels.astype(np.int64)
    return (x[:cut], y[:cut]), (x[cut:], y[cut:]), (x_test, y_test)


def python2(tree: Pairs) -> bytes:
    """The pickle, protocol 2, that Python 2 and NumPy 1 write, instruction by instruction."""
    parts = [b"\x80\x02("]

    def text(data: bytes) -> None:
        short = len(data) < 256
        parts.append(b"U" + bytes([len(data)]) if short else b"T" + struct.pack("<i", len(data)))
        parts.append(data)

    def array(a: Array) -> None:
        shape = b"".join(b"M" + struct.pack("<H", n) for n in a.shape)
        parts.append(b"c" + OLD + b"\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R")
        parts.append(b"(K\x01(" + shape + b"tcnumpy\ndtype\n")
        text(a.dtype.str[1:].encode())
        parts.append(b"K\x00K\x01\x87R(K\x03")
        text(a.dtype.str[:1].encode())
        parts.append(b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89")
        text(a.tobytes())
        parts.append(b"tb")

    for x, y in tree:
        array(x)
        array(y)
        parts.append(b"\x86")
    return b"".join([*parts, b"t."])


def python3(tree: object, protocol: int, module: bytes = NEW) -> bytes:
    return pickle.dumps(tree, protocol).replace(NEW, module)


def npz(**changes: Any) -> bytes:
    """Keras' file; with changes, in which None takes an array away."""
    arrays = dict(zip(PARTS, ARRAYS, strict=True)) | changes
    content = io.BytesIO()
    np.savez(content, **{name: array for name, array in arrays.items() if array is not None})
    return content.getvalue()


def same(found: Any, expected: Any = ARRAYS) -> bool:
    kinds = all(a.dtype == np.uint8 for a in found)
    return kinds and len(found) == len(expected) and all(map(np.array_equal, found, expected))


def refused(path: Path, content: bytes) -> str:
    """The sentence with which the file is refused, once it is written."""
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_archive(path)
    sentence = str(caught.value)
    assert str(path) in sentence
    assert sentence.endswith(".") and sentence.isprintable() and len(sentence) < 600
    return sentence


def unread(content: bytes) -> str:
    """The sentence with which the pickle is refused."""
    with pytest.raises(DataError) as caught:
        read_pickle(io.BytesIO(content), "a.pkl")
    return str(caught.value)


# What is read


def test_the_pickle_made_here_is_one_that_python_reads_as_the_sources_do() -> None:
    """Else the other tests would be about a format of our own."""
    for pair, expected in zip(
        pickle.loads(python2(pairs()), encoding="latin1"), pairs(), strict=True
    ):
        for array, other in zip(pair, expected, strict=True):
            assert array.dtype == other.dtype and np.array_equal(array, other)


@pytest.mark.parametrize("name", ["mnist.pkl.gz", "mnist.pkl"])
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
def test_python_2_s_pickle_is_read_whatever_its_name(folder: Path, name: str, packed: bool) -> None:
    content = python2(pairs())
    (folder / name).write_bytes(gzip.compress(content) if packed else content)
    assert same(load_mnist())


@pytest.mark.parametrize("module", [OLD, NEW])
@pytest.mark.parametrize("protocol", [0, 1, 2, 3])
def test_pickles_of_python_3_are_read_in_both_modules_names(
    folder: Path, protocol: int, module: bytes
) -> None:
    (folder / "mnist.pkl").write_bytes(python3(pairs(), protocol, module))
    assert same(load_mnist())


def test_a_pickle_of_protocol_4_is_read(folder: Path) -> None:
    (folder / "mnist.pkl").write_bytes(pickle.dumps(pairs(), 4))
    assert same(load_mnist())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("levels", [255, 256])
def test_pixels_are_bytes_again_to_the_last_bit(tmp_path: Path, levels: int, dtype: Any) -> None:
    every = np.arange(256, dtype=np.uint8).repeat(49).reshape(-1, 28, 28)
    assert len(every) == 16
    arrays = (every, np.zeros(16, np.uint8), every[:2], np.zeros(2, np.uint8))
    tree = pairs(levels, dtype, arrays, cut=3)
    (tmp_path / "a.pkl").write_bytes(python3(tree, 2))
    assert same(read_archive(tmp_path / "a.pkl"), arrays)


def test_other_byte_orders_and_column_major_arrays_are_read(tmp_path: Path) -> None:
    (x, y), *rest = pairs()
    swapped = ((np.asfortranarray(x.astype(">f4")), y.astype(">i4")), *rest)
    (tmp_path / "a.pkl").write_bytes(python3(swapped, 2))
    assert same(read_archive(tmp_path / "a.pkl"))


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_keras_file_is_read(folder: Path, save: Callable[..., None]) -> None:
    save(folder / "mnist.npz", **dict(zip(PARTS, ARRAYS, strict=True)))
    assert same(load_mnist())


# Which file is read, and what is said of it


def fill(folder: Path, *names: str) -> None:
    contents = {"mnist.npz": npz(), "mnist.pkl": python2(pairs())}
    contents["mnist.pkl.gz"] = gzip.compress(contents["mnist.pkl"])
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).write_bytes(contents[name] if name in contents else IDX[name])


def test_idx_goes_before_npz_before_pickles(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(folder, *IDX, *archives.ARCHIVES)
    first = next(iter(IDX))
    assert command.main([]) == 0
    assert capsys.readouterr().out == (
        f"MNIST in {folder}: 24 training and 6 test images, the SHA-256 of all four files is"
        " right.\n"
    )
    (folder / first).unlink()  # three of four IDX files are not MNIST
    for name in ("mnist.npz", "mnist.pkl.gz", "mnist.pkl"):
        assert command.main([]) == 0
        assert capsys.readouterr().out == (
            f"MNIST from {folder / name}: 24 training and 6 test images, the SHA-256 of all four"
            " parts is right.\n"
        )
        assert same(load_mnist())
        (folder / name).unlink()
    assert command.main([]) == 2
    assert capsys.readouterr().err == (
        f"MNIST_DIR is {folder}, but {first} (plain or .gz) is not there, nor mnist.npz,"
        " mnist.pkl.gz or mnist.pkl.\n"
    )


def test_what_goes_first_is_read_even_where_the_next_would_do(folder: Path) -> None:
    for first, then in (("mnist.npz", "mnist.pkl.gz"), ("mnist.pkl.gz", "mnist.pkl")):
        fill(folder, first, then)
        (folder / first).write_bytes(b"damaged")
        with pytest.raises(DataError, match=str(folder / first)):
            load_mnist()
        (folder / first).unlink()


@pytest.mark.parametrize("name", archives.ARCHIVES)
def test_the_cache_is_looked_through_as_well(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    monkeypatch.delenv("MNIST_DIR")
    fill(mnist.CACHE, name)
    assert same(load_mnist(fetch=False))
    assert sets.load("auto").name == "MNIST"
    assert capsys.readouterr().err == ""
    (mnist.CACHE / name).write_bytes(b"damaged")
    with pytest.raises(FetchError):
        load_mnist()
    error = capsys.readouterr().err
    assert error.startswith(str(mnist.CACHE / name)) and error.endswith("It is passed over.\n")


@pytest.mark.parametrize("name", ["mnist.npz", "mnist.pkl"])
@pytest.mark.parametrize("k", range(4))
def test_a_file_of_other_digits_is_an_error_and_never_replaced(
    folder: Path, name: str, k: int
) -> None:
    arrays = [array.copy() for array in ARRAYS]
    arrays[k].flat[7 % arrays[k].size] ^= 1
    npz_content = npz(**dict(zip(PARTS, arrays, strict=True)))
    (folder / name).write_bytes(
        npz_content if name == "mnist.npz" else python2(pairs(arrays=arrays))
    )
    fill(mnist.CACHE, *IDX)
    for choice in ("auto", "mnist"):
        with pytest.raises(DataError, match=r"is not MNIST's: its .* have the SHA-256") as caught:
            sets.load(choice)
        assert str(caught.value).startswith(f"{PARTS[k]} of {folder / name} is")


def test_validation_images_go_behind_the_training_images(folder: Path) -> None:
    train, valid, test = pairs()
    (folder / "mnist.pkl").write_bytes(python2((valid, train, test)))
    with pytest.raises(DataError, match=r"x_train of .* is not MNIST's"):
        load_mnist()


# What a stranger's pickle asks for


class Asks:
    """An object whose pickle calls `function`."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.asked = function, arguments

    def __reduce__(self) -> Any:
        return self.asked

    def __call__(self) -> None:
        """There for pickle, which lets only what may be called stand in for a function."""


def touch(path: Path) -> str:
    return f"touch '{path}'"


def write(path: Path) -> str:
    return f"open({str(path)!r}, 'w').close()"


def run_by_numpy(mark: Path) -> Asks:
    from numpy.testing import runstring  # executes a string

    return Asks(runstring, write(mark), {})


def partly(mark: Path) -> Asks:
    return Asks(Asks(functools.partial, os.system, touch(mark)))


def by_its_name(mark: Path) -> Asks:
    return Asks(Asks(getattr, Asks(__import__, "os"), "system"), touch(mark))


def beside_arrays(mark: Path) -> object:
    train, valid, (x, _) = pairs()
    return train, valid, (x, Asks(eval, write(mark)))


# How to leave a mark behind when unpickled, and what the refusal names.
ATTACKS: dict[str, tuple[Callable[[Path], object], str]] = {
    "a shell": (lambda mark: Asks(os.system, touch(mark)), r"asks for posix\.system"),
    "eval": (lambda mark: Asks(eval, write(mark)), r"asks for (builtins|__builtin__)\.eval"),
    "exec": (lambda mark: Asks(exec, write(mark)), r"asks for (builtins|__builtin__)\.exec"),
    "open": (lambda mark: Asks(open, str(mark), "w"), r"asks for (io|__builtin__)\.open"),
    "a process": (
        lambda m: Asks(subprocess.call, ["touch", str(m)]),
        r"asks for (subprocess|commands)\.call",
    ),
    "partial": (partly, r"asks for functools\.partial"),
    "getattr": (by_its_name, r"asks for (builtins|__builtin__)\.getattr"),
    "an argument": (lambda m: Asks(np.dtype, Asks(eval, f"{write(m)} or 'f4'")), r"\.eval"),
    "numpy.testing": (run_by_numpy, r"asks for numpy\.testing\._private\.utils\.runstring"),
    "numpy.save": (lambda mark: Asks(np.save, str(mark), 0), r"asks for numpy\.save"),
    "numpy.memmap": (
        lambda m: Asks(np.memmap, str(m), "u1", "w+", 0, 9),
        r"asks for numpy\.memmap",
    ),
    "beside arrays": (beside_arrays, r"asks for (builtins|__builtin__)\.eval"),
    "in an array": (
        lambda m: np.array([Asks(eval, write(m))], object),
        r"instruction (EMPTY_)?LIST",
    ),
}


def refused_unexecuted(content: bytes, tmp_path: Path) -> str:
    """The refusal of a pickle that leaves tmp_path/mark behind where it is unpickled."""
    marks = [tmp_path / "mark", tmp_path / "mark.npy"]
    pickle.loads(content, encoding="latin1")
    assert any(mark.exists() for mark in marks), "the attack does nothing: no proof"
    for mark in marks:
        mark.unlink(missing_ok=True)
    sentence = refused(tmp_path / "mnist.pkl.gz", gzip.compress(content))
    assert not any(mark.exists() for mark in marks)
    assert "nothing in it was run" in sentence
    return sentence


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # of the files that attacks leave open
@pytest.mark.parametrize("protocol", [0, 2, 4])
@pytest.mark.parametrize("kind", ATTACKS)
def test_what_a_pickle_asks_for_is_named_and_not_called(
    tmp_path: Path, kind: str, protocol: int
) -> None:
    attack, named = ATTACKS[kind]
    content = pickle.dumps(attack(tmp_path / "mark"), protocol)
    assert re.search(named, refused_unexecuted(content, tmp_path))


def assembled(mark: Path) -> dict[str, bytes]:
    """The same call of a shell, by other instructions."""
    line = touch(mark).replace("'", "").encode()
    return {
        "instruction INST": b"(S'" + line + b"'\nios\nsystem\n.",
        "instruction EXT1": b"\x80\x02\x82\xf0(S'" + line + b"'\ntR.",
        "asks for os.system; ": b"(cos\nsystem\nS'" + line + b"'\no.",
        "asks for posix.system": b"\x80\x04\x8c\x05posix\x8c\x06system\x93S'" + line + b"'\n\x85R.",
    }


@pytest.mark.parametrize("named", assembled(Path()))
def test_no_instruction_leads_to_a_call(tmp_path: Path, named: str) -> None:
    copyreg.add_extension("os", "system", 0xF0)
    try:
        content = assembled(tmp_path / "mark")[named]
        assert named in refused_unexecuted(content, tmp_path)
    finally:
        copyreg.remove_extension("os", "system", 0xF0)


def test_another_codec_is_no_way_in() -> None:
    """`_codecs.encode` may be mentioned; what is encoded otherwise than in latin1 is no bytes."""
    content = python3(pairs(), 2)
    assert content.count(b"latin1") == 1  # the others are recalled from the memo
    assert "an array without bytes" in unread(content.replace(b"latin1", b"rot_13"))


def test_what_may_be_mentioned_is_still_not_called() -> None:
    """A shape of 10^12 would be allocated, and dtype("O") made, by NumPy's own functions."""
    head = b"c" + NEW + b"\n_reconstruct\ncnumpy\nndarray\n"
    huge = head + b"(\x8a\x06" + (10**12).to_bytes(6, "little") + b"tU\x01b\x87R"
    assert "does not hold three pairs" in unread(b"\x80\x02" + huge + b".")
    three = huge + huge + b"\x86"
    assert "something else than arrays" in unread(b"\x80\x02" + three * 3 + b"\x87.")


@pytest.mark.parametrize("kind", ["O8", "O", "V8", "S4", "M8", "c8", "f2", "b1"])
def test_arrays_of_anything_but_plain_numbers_are_refused(kind: str) -> None:
    """A stranger's bytes, taken for an array of objects, would be followed as addresses."""
    code = kind.encode()
    content = python2(pairs()).replace(b"U\x02i8", b"U" + bytes([len(code)]) + code)
    assert f"it holds an array of {kind}, expected u1, i4, i8, f4, f8" in unread(content)


def test_protocol_5_asks_for_more_and_is_refused_by_name() -> None:
    assert "asks for numpy._core.numeric._frombuffer" in unread(pickle.dumps(pairs(), 5))


# What is damaged, too large, or of another shape

TINY = python2(tuple((np.ones((2, 3), np.float32), np.zeros(2, np.int64)) for _ in range(3)))


def test_every_beginning_of_a_pickle_is_refused() -> None:
    assert len(read_pickle(io.BytesIO(TINY), "tiny")) == 6
    for length in range(len(TINY)):
        assert unread(TINY[:length]).startswith("a.pkl is not a pickle of MNIST: ")
    assert "goes on behind its end" in unread(TINY + b"N")


def test_every_beginning_of_a_packed_pickle_is_refused(tmp_path: Path) -> None:
    packed = gzip.compress(TINY)
    for length in range(len(packed)):
        refused(tmp_path / "mnist.pkl.gz", packed[:length])
    wrong = packed[:-5] + bytes([packed[-5] ^ 1]) + packed[-4:]
    assert "as gzip says: CRC check failed" in refused(tmp_path / "mnist.pkl.gz", wrong)


@given(st.lists(st.tuples(st.integers(0, len(TINY) - 1), st.integers(0, 255)), max_size=4))
def test_no_changed_byte_is_more_than_one_sentence(changes: list[tuple[int, int]]) -> None:
    content = bytearray(TINY)
    for place, byte in changes:
        content[place] = byte
    try:
        assert len(read_pickle(io.BytesIO(content), "changed")) == 6
    except DataError as error:
        assert str(error).isprintable() and len(str(error)) < 500


PIECES = [b"(", b"t", b")", b"\x85", b"\x86", b"\x87", b"q\0", b"h\0", b"\x94", b"R", b"b", b"\x93"]
PIECES += [b"cnumpy\ndtype\n", b"c" + NEW + b"\n_reconstruct\n", b"U\x02f4", b"K\x01", b"N", b"."]


@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_no_program_is_more_than_one_sentence(pieces: list[bytes]) -> None:
    assert unread(b"\x80\x04" + b"".join(pieces)).startswith("a.pkl is not a pickle of MNIST: ")


def test_a_tower_of_tuples_takes_no_time() -> None:
    """Each holds the last one twice: whoever compares, hashes or prints the top never ends."""
    tower = b")" + b"".join(b"q\0h\0\x86" for _ in range(2000))
    numpy = b"c" + NEW + b"\n_reconstruct\n"
    for end in (b".", b"\x93.", b"R.", b"U\x02f4\x93.", numpy + b"q\1h\0R.", numpy + b"h\0b."):
        unread(b"\x80\x02" + tower + end)
    unread(b"\x80\x02" + b"".join(numpy + tower + b"R" + tower + b"b" for _ in range(2)) + b"\x86.")


GREEDY = {
    "1,073,741,824 bytes": b"\x80\x04\x8d" + (2**40).to_bytes(8, "little"),
    "but only 0 remain": b"B" + (2**29).to_bytes(4, "little"),
    "three pairs": b"\x80\x04\x95" + (2**60).to_bytes(8, "little") + b"N.",
    "do not fit": b"Nr\xff\xff\xff\xffh\0.",
    "more than 10,000 instructions": b"N" * 20_000 + b".",
    "Exceeds the limit": b"I" + b"9" * 10_000 + b"\n.",
}


@pytest.mark.parametrize("said", GREEDY)
def test_a_promise_takes_no_memory(said: str) -> None:
    tracemalloc.start()
    try:
        assert said in unread(GREEDY[said])
        assert tracemalloc.get_traced_memory()[1] < MEGABYTE
    finally:
        tracemalloc.stop()


def test_a_gzip_bomb_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instructions, "MAX_PICKLE", MEGABYTE)
    zeros = bytes(64 * MEGABYTE)
    texts = {
        "one text": b"T" + struct.pack("<i", len(zeros)) + zeros + b".",
        "a line without an end": b"I" + zeros + b"\n.",
        "many texts": (b"T" + struct.pack("<i", 2**16) + bytes(2**16) + b"0") * 1000 + b".",
    }
    bombs = {kind: gzip.compress(text, 1) for kind, text in texts.items()}
    del zeros, texts
    tracemalloc.start()
    try:
        for kind, bomb in bombs.items():
            tracemalloc.reset_peak()
            sentence = refused(tmp_path / "mnist.pkl.gz", bomb)
            assert "more than the 1,048,576 bytes" in sentence or kind == "many texts"
            assert tracemalloc.get_traced_memory()[1] < 8 * MEGABYTE
    finally:
        tracemalloc.stop()


def test_other_pickles_are_one_sentence() -> None:
    train, valid, test = pairs()
    for tree, expected in (
        ((train, test), "does not hold three pairs of arrays"),
        ((train, valid, test, test), "does not hold three pairs of arrays"),
        (([1.5], 2), "has the instruction"),
        (((1, 2), (3, 4), (5, 6)), "something else than arrays"),
        ((train, valid, (test[0][None], test[1])), "neither a table nor a list"),
        ("a text", "does not hold three pairs of arrays"),
    ):
        assert expected in unread(pickle.dumps(tree, 2)), expected
    assert "b'<' unknown" in unread(b"<!DOCTYPE html>")
    assert "\x1b" not in unread(b"c\x1b[2J\nsystem\n.")
    assert len(unread(b"c" + b"x" * 10_000 + b"\nsystem\n.")) < 300
    for name, program in (
        ("DUP", b"N2."),
        ("EMPTY_DICT", b"}."),
        ("NEWOBJ", b"cnumpy\ndtype\n)\x81."),
    ):
        assert f"it has the instruction {name}; " in unread(program)


def test_an_array_must_have_the_bytes_of_its_shape() -> None:
    for size in (b"J\xff\xff\xff\xff", b"N", b"\x88", b"\x8b\x00\x00\x10\x00" + b"\x7f" * MEGABYTE):
        content = python2(pairs()).replace(b"(M\x14\x00t", b"(" + size + b"t")
        assert "neither a table nor a list" in unread(content)
    one_less = python2(pairs()).replace(b"(M\x14\x00t", b"(M\x13\x00t")
    assert "it holds 160 bytes for an array (19,) of int64" in unread(one_less)


def changed(x: Array, value: float) -> Array:
    copy = x.copy()
    copy[1, 300] = value
    return copy


@pytest.mark.parametrize("value", [0.3, -1 / 256, 1.0, 257 / 256, np.nan, np.inf, 1e-9])
def test_pixels_that_are_no_bytes_are_refused(tmp_path: Path, value: float) -> None:
    (x, y), *rest = pairs()
    content = python2(((changed(x, value), y), *rest))
    assert "pixels that are not a byte / 256" in refused(tmp_path / "mnist.pkl", content)


def test_wrong_shapes_and_labels_in_a_pickle_are_refused(tmp_path: Path) -> None:
    (x, y), *rest = pairs()
    path = tmp_path / "mnist.pkl"
    for a, b, expected in (
        (x[:, :783].copy(), y, r"images of shape (20, 783), expected rows of 784 pixels"),
        (x[0], y, "images of shape (784,), expected rows"),
        (x, y - 10, "not a list of digits 0 to 9"),
        (x, y + 10, "not a list of digits 0 to 9"),
        (x, y[:, None], "not a list of digits 0 to 9"),
        (x, y.astype(np.float32), "not a list of digits 0 to 9"),
    ):
        assert expected in refused(path, python2(((a, b), *rest)))


WRONG_NPZ: dict[str, tuple[dict[str, Any], str]] = {
    "no labels": ({"y_test": None}, "no item named 'y_test.npy'"),
    "grey levels as floats": (
        {"x_train": ARRAYS[0] / 255},
        "has x_train with 3 dimensions of float64, expected 3 of uint8",
    ),
    "rows": ({"x_test": ARRAYS[2].reshape(-1, 784)}, "has x_test with 2 dimensions of uint8"),
    "one-hot labels": ({"y_train": np.eye(10, dtype=np.uint8)}, "y_train with 2 dimensions"),
    "signed labels": ({"y_train": ARRAYS[1].astype(np.int8)}, "1 dimensions of int8, expected 1"),
}


@pytest.mark.parametrize("kind", WRONG_NPZ)
def test_wrong_arrays_in_npz_are_refused(tmp_path: Path, kind: str) -> None:
    changes, expected = WRONG_NPZ[kind]
    assert expected in refused(tmp_path / "mnist.npz", npz(**changes))


def test_a_pickle_in_npz_is_not_executed(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    content = npz(y_test=np.array([Asks(os.system, touch(mark))], object))
    with np.load(io.BytesIO(content), allow_pickle=True) as file:
        file["y_test"]
    assert mark.exists(), "the attack does nothing: no proof"
    mark.unlink()
    assert "Object arrays cannot be loaded" in refused(tmp_path / "mnist.npz", content)
    plain = pickle.dumps(Asks(os.system, touch(mark)))  # np.load would unpickle it if it might
    assert "cannot be read" in refused(tmp_path / "mnist.npz", plain)
    assert not mark.exists()


def test_damaged_npz_is_one_sentence(tmp_path: Path) -> None:
    content = npz()
    for length in [*range(0, len(content), 997), len(content) - 1]:
        assert "cannot be read as x_train, y_train" in refused(
            tmp_path / "mnist.npz", content[:length]
        )
    flipped = bytearray(content)
    flipped[5000] ^= 1
    assert "Bad CRC-32" in refused(tmp_path / "mnist.npz", bytes(flipped))


def test_npz_that_unpacks_to_much_is_refused_before_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MAX_BYTES", MEGABYTE)
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


@pytest.mark.parametrize("name", archives.ARCHIVES)
def test_a_folder_of_that_name_is_one_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(DataError, match=r"cannot be read .Is a directory"):
        read_archive(tmp_path / name)


# The sources' order, batches and labels


def test_the_sources_order_begins_as_theirs() -> None:
    before = str(np.random.get_state())  # noqa: NPY002
    order = source_order(10_000)
    assert order[:5].tolist() == [9394, 898, 2398, 5906, 2343]
    assert order.dtype == np.intp and np.array_equal(np.sort(order), np.arange(10_000))
    rows = np.arange(10_000)
    np.random.RandomState(0).shuffle(rows)  # the other way that they may have shuffled
    assert np.array_equal(order, rows)
    assert str(np.random.get_state()) == before  # noqa: NPY002
    assert source_order(0).size == 0


@REAL
def test_the_sources_order_puts_an_8_and_a_7_first() -> None:
    labels = load_mnist()[3]
    assert labels[source_order(len(labels))[:2]].tolist() == [8, 7]


@given(st.integers(1, 50), st.data())
def test_one_random_batch_has_different_rows(n: int, data: st.DataObject) -> None:
    size = data.draw(st.integers(1, n))
    rows = sample_batch(np.random.default_rng(n), n, size)
    assert rows.shape == (size,) and len(set(rows.tolist())) == size
    assert 0 <= rows.min() and rows.max() < n


def test_every_row_is_as_likely_in_a_batch() -> None:
    draw = np.random.default_rng(0)
    counts = sum(np.bincount(sample_batch(draw, 10, 3), minlength=10) for _ in range(3000))
    assert np.abs(np.asarray(counts) / 3000 - 0.3).max() < 0.045  # 5.4 standard errors


@pytest.mark.parametrize("size", [0, -1, 11])
def test_a_batch_that_cannot_be_is_one_sentence(size: int) -> None:
    with pytest.raises(ValueError, match=f"batch_size is {size}, expected from 1 to 10"):
        sample_batch(np.random.default_rng(0), 10, size)


@given(st.lists(st.integers(0, 9), max_size=20), st.sampled_from([np.uint8, np.int64]))
def test_one_hot_rows_name_their_label(labels: list[int], dtype: Any) -> None:
    rows = one_hot(np.array(labels, dtype))
    assert rows.shape == (len(labels), 10) and rows.dtype == np.float32
    assert all(row.tolist() == [float(k == label) for k in range(10)]
               for row, label in zip(rows, labels, strict=True))  # fmt: skip


def test_one_hot_takes_other_classes_and_refuses_what_is_none() -> None:
    rows = one_hot(np.array([2, 0]), classes=3, dtype=np.float64)
    assert rows.dtype == np.float64 and rows.tolist() == [[0, 0, 1], [1, 0, 0]]
    for label in (3, -1):
        with pytest.raises(ValueError, match=f"a label is {label}, expected 0 to 2"):
            one_hot(np.array([0, label]), classes=3)


# Real MNIST


@REAL
@pytest.mark.parametrize("name", ["mnist.npz", "mnist.pkl"])
def test_real_mnist_comes_out_of_each_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    real = load_mnist()
    if name == "mnist.npz":
        (tmp_path / name).write_bytes(npz(**dict(zip(PARTS, real, strict=True))))
    else:
        (tmp_path / name).write_bytes(python2(pairs(arrays=real, cut=50_000)))
    monkeypatch.setenv("MNIST_DIR", str(tmp_path))
    assert same(load_mnist(), real)
    (tmp_path / name).unlink()
