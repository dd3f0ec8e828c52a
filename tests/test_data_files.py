"""Published sets in files, read or refused; fetched and verified, from mirrors on this machine.

The fetched files are small fakes whose SHA-256 stand in the table for the time of a test.
"""

import gzip
import hashlib
import io
import os
import pickle
import struct
import subprocess
import sys
import textwrap
import threading
import time
import tracemalloc
import zipfile
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from data import __main__ as command
from data import digits, download, fetch, files, mnist, npz, sets
from data.fetch import FetchError
from data.idx import MAX_BYTES, DataError, idx_header, read_idx
from data.mnist import load_mnist, load_published
from data.npz import PARTS, read_npz
from data.published import PUBLISHED

MEGABYTE = 2**20
SHAPES = ((50, 28, 28), (50,), (7, 28, 28), (7,))
ARRAYS = [np.random.default_rng(k).integers(0, 10, s, np.uint8) for k, s in enumerate(SHAPES)]
SAVED = dict(zip(PARTS, ARRAYS, strict=True))
BODY = bytes(range(24))


def header(*sizes, magic=b"\0\0\x08"):
    return magic + bytes([len(sizes)]) + b"".join(size.to_bytes(4, "big") for size in sizes)


def saved(save=np.savez, **changes):
    """The content of mnist.npz; with changes, in which None takes an array away."""
    content = io.BytesIO()
    arrays = {name: array for name, array in (SAVED | changes).items() if array is not None}
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
    for found, expected in zip(read_npz(path).values(), SAVED.values(), strict=True):
        assert found.dtype == np.uint8 and np.array_equal(found, expected)


FORMS = {
    "of Keras": lambda array: array,
    "column-major": lambda array: np.asfortranarray(array.astype(">i4")),
    "rows of integers": lambda array: array.reshape(len(array), -1).squeeze().astype(np.int64),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_all_arrays_that_people_save_are_read(tmp_path, save, form):
    save(tmp_path / "mnist.npz", **{name: FORMS[form](array) for name, array in SAVED.items()})
    assert_read(tmp_path / "mnist.npz")


class Python2(pickle._Pickler):
    """Writes bytes as Python 2 wrote its strings, for which `encoding` is needed."""

    dispatch = pickle._Pickler.dispatch | {
        bytes: lambda self, data: self.write(b"T" + struct.pack("<i", len(data)) + data)
    }


def test_the_lines_in_the_docstring_convert_the_file_of_deeplearning_net(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    x, x3 = (SAVED[k].reshape(-1, 784) / np.float32(256) for k in ("x_train", "x_test"))
    y, y3 = (SAVED[k].astype(np.int64) for k in ("y_train", "y_test"))
    with gzip.open("mnist.pkl.gz", "wb") as file:
        Python2(file, 2).dump(((x[:20], y[:20]), (x[20:], y[20:]), (x3, y3)))
    exec(textwrap.dedent(str(npz.__doc__).rpartition("\n\n")[2]), {})
    assert_read(tmp_path / "mnist.npz")


CUT = header(2, 3, 4) + BODY
CUT_GZ, CUT_NPZ = gzip.compress(CUT), saved()
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
# The same of what is packed.
WRONG_PACKED = {
    "cut.gz": (CUT_GZ[:-12], "is cut short or corrupt"),
    "trailing.gz": (CUT_GZ + b"trailing", "is cut short or corrupt"),
    "sum.gz": (CUT_GZ[:-8] + bytes(4) + CUT_GZ[-4:], "as gzip says: CRC check failed"),
    "flipped.npz": (CUT_NPZ[:5000] + bytes(9) + CUT_NPZ[5009:], "in .npz: Bad CRC-32"),
    "no labels.npz": (saved(y_test=None), "there is no y_test in it"),
    "floats.npz": (saved(x_train=SAVED["x_train"] / 255), "float64; expected whole numbers"),
    "words.npz": (saved(y_test=SAVED["y_test"].astype(str)), "<U3; expected whole numbers"),
}
WRONG_PACKED |= {f"{kind}.gz": (gzip.compress(x), said) for kind, (x, said) in WRONG.items()}


@pytest.mark.parametrize("name", [*WRONG, *WRONG_PACKED])
def test_wrong_content_is_one_sentence(tmp_path, name):
    content, expected = (WRONG | WRONG_PACKED)[name]
    assert expected in refused(tmp_path / name, content)


@pytest.mark.parametrize("ending", [".gz", ".npz"])
def test_missing_file_and_folder_are_one_sentence(tmp_path, ending):
    folder = tmp_path / f"folder{ending}"
    folder.mkdir()
    for path, reason in ((tmp_path / f"no{ending}", "No such file"), (folder, "Is a directory")):
        with pytest.raises(DataError, match=f"{path} cannot be read .{reason}"):
            read(path)


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
    assert "y_test is no array of numbers" in refused(tmp_path / "mnist.npz", content)
    plain = pickle.dumps(Shell())  # np.load would unpickle it if it might
    assert "cannot be read" in refused(tmp_path / "mnist.npz", plain)
    assert not mark.exists()


TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS = NAMES = tuple(PUBLISHED["mnist"].sums)
PATIENCE = 0.3  # seconds of silence, instead of 10, where a test is about slow mirrors
CONTENT = {n: idx_header(a.shape) + a.tobytes() for n, a in zip(NAMES, ARRAYS, strict=True)}
PACKED = {f"/{name}.gz": gzip.compress(content, mtime=0) for name, content in CONTENT.items()}
EMNIST = [file for kind in ("digits", "letters") for file in PUBLISHED[f"emnist-{kind}"].sums]
with zipfile.ZipFile(archive := io.BytesIO(), "w") as members:
    for number, name in enumerate(EMNIST):
        members.writestr(f"gzip/{name}.gz", PACKED[f"/{NAMES[number % 4]}.gz"])
PACKED["/gzip.zip"] = archive.getvalue()
DRAWN = [255 - array for array in ARRAYS]


def same(found, expected=ARRAYS):
    return all(map(np.array_equal, found, expected)) and len(found) == len(expected)


class Mirror(ThreadingHTTPServer):
    """A server on this machine that answers in one way: `behaviour` names it."""

    def __init__(self, behaviour):
        super().__init__(("127.0.0.1", 0), Handler)
        self.behaviour = behaviour
        self.asked = []
        self.over = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_address[1]}/"
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def close(self):
        self.over.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, *_):
        """Says nothing of clients that hang up."""


class Handler(BaseHTTPRequestHandler):
    server: Mirror

    def do_GET(self):
        self.server.asked.append(self.path)
        getattr(self, self.server.behaviour)(PACKED[self.path])

    def answer(self, body, length=None):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def whole(self, packed):
        self.answer(packed)

    def unpacked(self, packed):
        self.answer(gzip.decompress(packed))

    def cut_short(self, packed):
        self.answer(packed[: len(packed) // 2], len(packed))

    def wrong_bytes(self, packed):
        zipped = packed.startswith(b"PK")
        content = packed if zipped else gzip.decompress(packed)
        wrong = content[:-1] + bytes([content[-1] ^ 1])
        self.answer(wrong if zipped else gzip.compress(wrong))

    def web_page(self, packed):
        self.answer(b"<!DOCTYPE html><title>Sign in</title>")

    def absent(self, packed):
        self.send_error(404)

    def not_http(self, packed):
        self.wfile.write(b"220 this is a mail server\r\n" * 3)

    def falls_silent(self, packed):
        self.answer(packed[:9], len(packed))
        self.server.over.wait(20 * PATIENCE)

    def trickling(self, packed):
        self.answer(b"", 10**6)
        for _ in range(160):  # until the test is over, or much too long
            if not self.server.over.wait(PATIENCE / 8):
                self.wfile.write(b"\x1f")

    def endless(self, packed):
        self.send_response(200)
        self.end_headers()
        for _ in range(200):
            self.wfile.write(bytes(2**16))

    def log_message(self, format, *args):
        """Says nothing."""


FAILURES = {
    "gone": "Connection refused",
    "cut_short": "is cut short or corrupt",
    "wrong_bytes": "bytes have the SHA-256",
    "web_page": "starts with 3c 21 44 4f (a web page?)",
    "absent": "cannot be fetched (the server says 404 Not Found)",
    "not_http": "cannot be fetched (",
    "falls_silent": "",  # whichever notices first: the socket or the one who waits
    "trickling": "is too slow or does not answer",
    "endless": "sends more than the 1,000,000 bytes expected",
}
WHOLE = sorted(f"{name}.gz" for name in NAMES)


def publish(monkeypatch, mirrors=()):
    """Puts the fakes' sums in the place of the published ones, and these mirrors."""
    for choice, one in PUBLISHED.items():
        sums, of = one.sums, CONTENT if one.decompressed else PACKED
        if not choice.startswith("emnist"):
            sums = {
                n: hashlib.sha256(x).hexdigest() for n, x in zip(NAMES, of.values(), strict=False)
            }
        urls = tuple(f"{url}gzip.zip" * ("emnist" in choice) or url for url in mirrors)
        monkeypatch.setitem(PUBLISHED, choice, one._replace(sums=sums, mirrors=urls))


@pytest.fixture
def serve(monkeypatch):
    """Makes the mirrors that are asked, one for each behaviour, and closes them after the test."""
    made = []

    def serve(*behaviours):
        new = [Mirror(behaviour) for behaviour in behaviours]
        made.extend(new)
        publish(monkeypatch, tuple(one.url for one in new))
        return new

    yield serve
    for one in made:
        one.close()


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache, no mirrors, and a table of the fakes' sums."""
    monkeypatch.delenv("MNIST_DIR", raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    publish(monkeypatch)
    monkeypatch.setattr(mnist, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(download, "MAX_DOWNLOAD", 1_000_000)
    monkeypatch.setattr(fetch, "ARCHIVE_BYTES", 1_000_000)
    monkeypatch.setattr(fetch, "ARCHIVE_SUM", hashlib.sha256(PACKED["/gzip.zip"]).hexdigest())
    return tmp_path / "cache"


def assert_no_thread_is_left():
    for thread in threading.enumerate():
        if "_stream" in thread.name:  # who was waited for in vain gives up by himself
            thread.join(12 * PATIENCE)
            assert not thread.is_alive()


def files_in(folder):
    return sorted(os.listdir(folder)) if folder.exists() else []


def fill(folder, spelling="{}.gz".format):
    folder.mkdir(exist_ok=True)
    for name, content in CONTENT.items():
        packed = spelling(name).endswith(".gz")
        (folder / spelling(name)).write_bytes(gzip.compress(content) if packed else content)


@pytest.mark.parametrize(
    "choice, behaviour", [("mnist", "whole"), ("mnist", "unpacked"), ("fashion-mnist", "whole")]
)
def test_whole_files_are_fetched_once_kept_and_verified_each_time(serve, cache, choice, behaviour):
    [good] = serve(behaviour)
    with pytest.raises(FetchError, match=f"{TRAIN_IMAGES} .plain or .gz. is not in "):
        load_published(choice, fetching=False)
    assert good.asked == []
    folder = cache if choice == "mnist" else cache / choice
    for _ in range(2):
        assert same(sets.load(choice)[2:6])
        assert good.asked == [f"/{name}.gz" for name in NAMES] and files_in(folder) == WHOLE
    (folder / f"{TEST_IMAGES}.gz").write_bytes(PACKED[f"/{TRAIN_IMAGES}.gz"])
    serve()
    with pytest.raises(FetchError, match=r"is not (Fashion-)?MNIST's: its .*bytes have the SHA-"):
        sets.load(choice)


@pytest.mark.parametrize("choice", ["mnist", "kmnist", "emnist-letters"])
@pytest.mark.parametrize("failure", FAILURES)
def test_a_mirror_that_fails_is_one_sentence_soon(serve, cache, monkeypatch, failure, choice):
    if failure in ("falls_silent", "trickling"):
        monkeypatch.setattr(download, "SILENCE", PATIENCE)
        monkeypatch.setattr(download, "DEADLINE", 3 * PATIENCE)
        monkeypatch.setattr(fetch, "ARCHIVE_SECONDS", 3 * PATIENCE)
    [bad] = serve(failure)
    if failure == "gone":
        bad.close()
    start = time.monotonic()
    with pytest.raises(FetchError) as caught:
        load_published(choice)
    assert time.monotonic() - start < 12 * PATIENCE
    sentence, expected = str(caught.value), FAILURES[failure]
    if choice == "emnist-letters" and failure in ("cut_short", "web_page"):
        expected = "is not EMNIST's: its bytes have the SHA-256"
    assert bad.url in sentence and expected in sentence
    assert sentence.endswith("their folder.") and "\n" not in sentence
    assert ("--data" in sentence) != ("MNIST_DIR" in sentence) == (choice == "mnist")
    assert files_in(cache) == []
    assert_no_thread_is_left()


def test_emnist_comes_in_one_archive_is_turned_and_its_letters_begin_with_0(serve, cache, capsys):
    [good] = serve("whole")
    for choice, first in (("emnist-letters", 1), ("emnist-digits", 0)) * 2:
        found = sets.load(choice)
        x, y, test_x, test_y = ARRAYS
        turned = x.transpose(0, 2, 1), y - first, test_x.transpose(0, 2, 1), test_y - first
        assert same(found[2:6], turned) and len(found.classes) == 26 - 16 * (first == 0)
    assert good.asked == ["/gzip.zip"] and "minutes at 10 Mbit/s" in capsys.readouterr().err
    assert files_in(cache) == ["emnist-digits", "emnist-letters"]
    assert files_in(cache / "emnist-letters") == sorted(f"{name}.gz" for name in EMNIST[4:])


def test_more_is_fetched_than_waits_to_be_written(serve):
    [one] = serve("endless")
    url, slow = f"{one.url}{WHOLE[0]}", Mock(write=lambda _: time.sleep(PATIENCE) or 2**30)
    download.download(url, into := io.BytesIO(), most=2**24)
    assert into.tell() == 200 * 2**16
    with pytest.raises(DataError, match="sends more than"):  # meanwhile 64 parcels wait
        download.download(url, slow, most=2**24)
    assert_no_thread_is_left()


def test_an_archive_that_cannot_be_kept_is_one_sentence(serve, cache, monkeypatch):
    serve("whole")
    monkeypatch.setattr(os, "replace", Mock(side_effect=OSError(28, "No space left on device")))
    with pytest.raises(FetchError, match=r"cannot be kept in .* \(No space left on device\)"):
        load_published("emnist-digits")
    assert files_in(cache / "emnist-digits") == []


def test_after_mirrors_that_fail_the_next_one_is_asked(serve, cache):
    gone, bad, good = serve("whole", "wrong_bytes", "whole")
    gone.close()
    assert same(load_mnist())
    assert files_in(cache) == WHOLE
    assert len(bad.asked) == 1 and len(good.asked) == 4


def test_a_slow_look_up_of_the_host_is_not_waited_for(serve, monkeypatch):
    """A socket's time limit does not cover it, and without a network it may take a minute."""
    over = threading.Event()

    def slow(*_, **__):
        over.wait(20 * PATIENCE)
        raise OSError("no such host")

    monkeypatch.setattr("socket.getaddrinfo", slow)
    monkeypatch.setattr(download, "SILENCE", PATIENCE)
    serve("whole")
    start = time.monotonic()
    with pytest.raises(FetchError, match="does not answer"):
        load_mnist()
    assert time.monotonic() - start < 8 * PATIENCE
    over.set()


def test_a_damaged_file_in_the_cache_is_fetched_anew(serve, cache):
    fill(cache)
    (cache / f"{TEST_LABELS}.gz").write_bytes(b"\x1f\x8bnonsense")
    with pytest.raises(FetchError, match=f"{TEST_LABELS}.gz is cut short or corrupt"):
        load_mnist()
    [good] = serve("whole")
    assert same(load_mnist())
    assert good.asked == [f"/{TEST_LABELS}.gz"]
    assert same(load_mnist(fetch=False))


def test_two_who_fetch_at_once_do_not_harm_each_other(serve, cache, monkeypatch, capsys):
    """Both have written their file, and neither has renamed it, before both rename."""
    serve("whole")
    both, rename = threading.Barrier(2, timeout=5), os.replace

    def meet_and_rename(source, target):
        both.wait()
        rename(source, target)

    monkeypatch.setattr(os, "replace", meet_and_rename)
    found = []
    pair = [threading.Thread(target=lambda: found.append(load_mnist())) for _ in range(2)]
    for one in pair:
        one.start()
    for one in pair:
        one.join(20)
    assert len(found) == 2 and same(found[0]) and same(found[1])
    assert files_in(cache) == WHOLE
    assert "not kept" not in capsys.readouterr().err


def test_a_cache_that_cannot_be_written_costs_nothing_else(serve, cache, monkeypatch, capsys):
    serve("whole")
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", Mock(side_effect=OSError(28, "No space left on device")))
        assert same(load_mnist())
    assert files_in(cache) == []
    line = f"{cache / TRAIN_IMAGES}.gz is not kept for next time (No space left on device).\n"
    assert line in capsys.readouterr().err
    files.keep(cache / "a", b"old")
    monkeypatch.setattr(os, "replace", Mock(side_effect=KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        files.keep(cache / "a", b"new")
    assert files_in(cache) == ["a"] and (cache / "a").read_bytes() == b"old"
    files.keep(cache / "a" / "b", b"a file where a folder should be")
    assert "b is not kept for next time (" in capsys.readouterr().err


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """MNIST_DIR, not yet made."""
    monkeypatch.setenv("MNIST_DIR", str(tmp_path / "mine"))
    return tmp_path / "mine"


def dotted(name):
    return name.replace("-idx", ".idx")


@pytest.mark.parametrize("spelling", ["{}.gz".format, "{}".format, dotted])
def test_mnist_dir_is_read_in_every_spelling_and_nothing_is_fetched(serve, folder, cache, spelling):
    [good] = serve("whole")
    fill(folder, spelling)
    if spelling is dotted:  # as an archive unpacks that holds every file twice, once in a folder
        for name in NAMES:
            (folder / name).mkdir()
    assert same(load_mnist())
    assert good.asked == [] and files_in(cache) == []


DAMAGE = {
    TRAIN_IMAGES: None,  # missing
    TRAIN_LABELS: lambda content: gzip.compress(content)[:-9],
    TEST_IMAGES: lambda content: b"\0" + content,
    TEST_LABELS: lambda content: content[:-1] + bytes([content[-1] ^ 1]),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_mnist_dir_without_mnist_is_an_error_and_never_replaced(
    serve, folder, cache, refusal, name
):
    [good] = serve("whole")
    fill(cache)
    fill(folder)
    (folder / f"{name}.gz").unlink()
    if damage := DAMAGE[name]:
        (folder / f"{name}.gz").write_bytes(damage(CONTENT[name]))
    for choice in ("auto", "mnist"):
        with pytest.raises(DataError) as caught:
            sets.load(choice)
        assert str(folder) in str(caught.value) and name in str(caught.value)
    assert good.asked == []
    assert refusal(command.main) == str(caught.value)


def test_npz_is_read_where_idx_files_are_missing_and_pickles_are_never(folder, capsys):
    fill(folder)
    np.savez(folder / "mnist.npz", **SAVED)
    command.main([])
    assert capsys.readouterr().out.startswith(f"MNIST from {folder}, verified by SHA-256: 50 tra")
    (folder / f"{TRAIN_IMAGES}.gz").unlink()  # three of four IDX files are not MNIST
    command.main([])
    assert capsys.readouterr().out.startswith(f"MNIST from {folder / 'mnist.npz'}, verified by")
    assert same(load_mnist())
    (folder / "mnist.npz").unlink()
    (folder / "mnist.pkl.gz").touch()
    with pytest.raises(DataError, match=r"mnist.pkl.gz is a pickle and not read: data/npz.py says"):
        load_mnist()


@pytest.mark.parametrize("k", range(4))
def test_npz_of_other_digits_is_an_error_in_mnist_dir_alone(folder, cache, monkeypatch, capsys, k):
    arrays = {name: array.copy() for name, array in SAVED.items()}
    arrays[PARTS[k]].flat[3] ^= 1
    for place in (folder, cache):
        place.mkdir()
        np.savez(place / "mnist.npz", **arrays)
    for choice in ("auto", "mnist"):
        with pytest.raises(DataError, match=f"{PARTS[k]} of {folder}/mnist.npz is not MNIST's"):
            sets.load(choice)
    monkeypatch.delenv("MNIST_DIR")
    with pytest.raises(FetchError):
        load_mnist()
    assert capsys.readouterr().err.endswith("It is passed over.\n")


@pytest.mark.skipif(not os.environ.get("MNIST_DIR"), reason="MNIST_DIR is not set: no real MNIST")
def test_real_mnist_is_whole(monkeypatch):
    monkeypatch.undo()
    train_images, _, test_images, test_labels = load_mnist()
    assert train_images.shape == (60_000, 28, 28) and test_images.shape == (10_000, 28, 28)
    # The source documents shuffle once, with NumPy's legacy generator: an 8 and a 7 come first.
    order = np.random.RandomState(0).permutation(10_000)
    assert order[:2].tolist() == [9394, 898] and test_labels[order[:2]].tolist() == [8, 7]


@pytest.fixture
def pen(monkeypatch):
    """Stands for data.digits: counts how often somebody draws."""
    monkeypatch.setattr(digits, "drawn_digits", Mock(return_value=DRAWN))
    return digits.drawn_digits


def test_auto_is_mnist_where_it_can_be_had_and_else_one_line_says_why_not(pen, cache, capsys):
    found = sets.load("auto")
    assert found[:2] == ("drawn digits", "digits") and same(found[2:6], DRAWN)
    line = capsys.readouterr().err
    assert line.startswith("Drawn digits are used instead of MNIST. MNIST cannot be had: ")
    assert f"{TRAIN_IMAGES} (plain or .gz) is not in {cache}, nor" in line
    assert line.count("\n") == 1
    with pytest.raises(FetchError):
        sets.load("mnist")
    fill(cache)
    found = sets.load("auto")
    assert found[:2] == ("MNIST", "mnist") and same(found[2:6]) and pen.call_count == 1
    assert found.size == (28, 28) and found.classes == tuple("0123456789")
    assert capsys.readouterr().err == ""


def test_drawn_digits_are_drawn_once(pen, cache, tmp_path, monkeypatch):
    for _ in range(2):
        found = sets.load("digits")
        assert found.name == "drawn digits" and same(found[2:6], DRAWN)
    assert pen.call_count == 1
    [name] = files_in(cache)
    whole = (cache / name).read_bytes()
    flipped = bytearray(whole)
    flipped[1000] ^= 1
    for damaged in (b"", b"nonsense", whole[:-100], whole[:500], bytes(flipped)):
        (cache / name).write_bytes(damaged)
        assert same(sets.load("digits")[2:6], DRAWN)
        assert (cache / name).read_bytes() == whole and files_in(cache) == [name]
    assert pen.call_count == 6
    (tmp_path / "digits.py").write_text("# drawn in another way")
    monkeypatch.setattr(digits, "__file__", str(tmp_path / "digits.py"))
    sets.load("digits")
    assert pen.call_count == 7


def test_the_command_says_what_there_is_and_ends_with_0_or_2(pen, capsys):
    command.main([])
    out = capsys.readouterr()
    assert out.out.startswith("drawn digits made by this project and kept in ")
    assert "MNIST cannot be had" in out.err
    env = os.environ | {"MNIST_DIR": "/nowhere"}
    run, root = [sys.executable, "-m", "data"], Path(mnist.__file__).parents[1]
    done = subprocess.run(run, cwd=root, env=env, capture_output=True, text=True)
    assert done.returncode == 2 and done.stderr.count("\n") == 1
    assert "/nowhere, the folder that MNIST_DIR names, nor is mnist.npz" in done.stderr
