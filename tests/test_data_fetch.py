"""MNIST found, fetched and verified, against mirrors on this machine; and drawn digits instead.

The files are small fakes whose SHA-256 stand in the table for the time of a test.
"""

import gzip
import hashlib
import os
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest

from data import __main__ as command
from data import digits, download, files, mnist, sets
from data.idx import DataError, idx_header
from data.mnist import FetchError, load_mnist
from data.npz import PARTS

TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS = NAMES = tuple(mnist.SHA256)
SHAPES = ((50, 28, 28), (50,), (7, 28, 28), (7,))
ARRAYS = [np.random.default_rng(k).integers(0, 10, s, np.uint8) for k, s in enumerate(SHAPES)]
PATIENCE = 0.3  # seconds of silence, instead of 10, where a test is about slow mirrors
CONTENT = {n: idx_header(a.shape) + a.tobytes() for n, a in zip(NAMES, ARRAYS, strict=True)}
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
        content = CONTENT[self.path.strip("/").removesuffix(".gz")]
        getattr(self, self.server.behaviour)(content)

    def answer(self, body, length=None):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def whole(self, content):
        self.answer(gzip.compress(content))

    def unpacked(self, content):
        self.answer(content)

    def cut_short(self, content):
        packed = gzip.compress(content)
        self.answer(packed[: len(packed) // 2], len(packed))

    def wrong_bytes(self, content):
        self.answer(gzip.compress(content[:-1] + bytes([content[-1] ^ 1])))

    def web_page(self, content):
        self.answer(b"<!DOCTYPE html><title>Sign in</title>")

    def absent(self, content):
        self.send_error(404)

    def not_http(self, content):
        self.wfile.write(b"220 this is a mail server\r\n" * 3)

    def falls_silent(self, content):
        packed = gzip.compress(content)
        self.answer(packed[:9], len(packed))
        self.server.over.wait(20 * PATIENCE)

    def trickling(self, content):
        self.answer(b"", 10**6)
        for _ in range(160):  # until the test is over, or much too long
            if not self.server.over.wait(PATIENCE / 8):
                self.wfile.write(b"\x1f")

    def endless(self, content):
        self.send_response(200)
        self.end_headers()
        for _ in range(200):
            self.wfile.write(bytes(2**16))

    def log_message(self, format, *args):
        """Says nothing."""


FAILURES = {
    "gone": "Connection refused",
    "cut_short": "is cut short or corrupt",
    "wrong_bytes": "is not MNIST's: its decompressed bytes have the SHA-256",
    "web_page": "starts with 3c 21 44 4f (a web page?)",
    "absent": "cannot be fetched (the server says 404 Not Found)",
    "not_http": "cannot be fetched (",
    "falls_silent": "",  # whichever notices first: the socket or the one who waits
    "trickling": "is too slow or does not answer",
    "endless": "sends more than the 1,000,000 bytes expected",
}
WHOLE = sorted(f"{name}.gz" for name in NAMES)


@pytest.fixture
def serve(monkeypatch):
    """Makes the mirrors that are asked, one for each behaviour, and closes them after the test."""
    made = []

    def serve(*behaviours):
        new = [Mirror(behaviour) for behaviour in behaviours]
        made.extend(new)
        monkeypatch.setattr(mnist, "MIRRORS", tuple(one.url for one in new))
        return new

    yield serve
    for one in made:
        one.close()


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache, no mirrors, and a table of the fakes' sums."""
    monkeypatch.delenv("MNIST_DIR", raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in CONTENT.items()}
    monkeypatch.setattr(mnist, "SHA256", sums)
    monkeypatch.setattr(mnist, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(mnist, "MIRRORS", ())
    monkeypatch.setattr(download, "MAX_DOWNLOAD", 1_000_000)
    return tmp_path / "cache"


def files_in(folder):
    return sorted(os.listdir(folder)) if folder.exists() else []


def fill(folder, spelling="{}.gz".format):
    folder.mkdir(exist_ok=True)
    for name, content in CONTENT.items():
        packed = spelling(name).endswith(".gz")
        (folder / spelling(name)).write_bytes(gzip.compress(content) if packed else content)


# Fetched


@pytest.mark.parametrize("behaviour", ["whole", "unpacked"])
def test_whole_files_are_fetched_once_unless_that_is_off_and_kept(serve, cache, behaviour):
    [good] = serve(behaviour)
    with pytest.raises(FetchError, match=f"{TRAIN_IMAGES} .plain or .gz. is not in "):
        load_mnist(fetch=False)
    assert good.asked == []
    for _ in range(2):
        assert same(load_mnist())
        assert good.asked == [f"/{name}.gz" for name in NAMES]
        assert files_in(cache) == WHOLE


@pytest.mark.parametrize("failure", FAILURES)
def test_a_mirror_that_fails_is_one_sentence_soon(serve, cache, monkeypatch, failure):
    if failure in ("falls_silent", "trickling"):
        monkeypatch.setattr(download, "SILENCE", PATIENCE)
        monkeypatch.setattr(download, "DEADLINE", 3 * PATIENCE)
    [bad] = serve(failure)
    if failure == "gone":
        bad.close()
    threads = set(threading.enumerate())
    start = time.monotonic()
    with pytest.raises(FetchError) as caught:
        load_mnist()
    assert time.monotonic() - start < 12 * PATIENCE
    sentence = str(caught.value)
    assert f"{bad.url}{TRAIN_IMAGES}.gz" in sentence and FAILURES[failure] in sentence
    assert sentence.endswith(".") and "\n" not in sentence
    assert files_in(cache) == []
    for thread in set(threading.enumerate()) - threads:
        if "_stream" in thread.name:  # who was waited for in vain gives up by himself
            thread.join(12 * PATIENCE)
            assert not thread.is_alive()


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


# Found in MNIST_DIR


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
def test_mnist_dir_without_mnist_is_an_error_and_never_replaced(serve, folder, cache, capsys, name):
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
    assert command.main([]) == 2
    out = capsys.readouterr()
    assert out.out == "" and out.err == f"{caught.value}\n"


def test_npz_is_read_where_idx_files_are_missing_and_pickles_are_never(folder, tmp_path, capsys):
    fill(folder)
    np.savez(folder / "mnist.npz", **dict(zip(PARTS, ARRAYS, strict=True)))
    assert command.main([]) == 0
    assert capsys.readouterr().out.startswith(f"MNIST from {folder}: 50 training")
    (folder / f"{TRAIN_IMAGES}.gz").unlink()  # three of four IDX files are not MNIST
    assert command.main([]) == 0
    assert capsys.readouterr().out.startswith(f"MNIST from {folder / 'mnist.npz'}: 50 training")
    assert same(load_mnist())
    (folder / "mnist.npz").unlink()
    touch = f"cos\nsystem\n(S'touch {tmp_path}/mark'\ntR.".encode()
    (folder / "mnist.pkl.gz").write_bytes(gzip.compress(touch))
    with pytest.raises(DataError, match=r"mnist.pkl.gz is a pickle and not read: data/npz.py says"):
        load_mnist()
    assert not (tmp_path / "mark").exists()


@pytest.mark.parametrize("k", range(4))
def test_npz_of_other_digits_is_an_error_in_mnist_dir_and_passed_over_in_the_cache(
    folder, cache, monkeypatch, capsys, k
):
    arrays = dict(zip(PARTS, (array.copy() for array in ARRAYS), strict=True))
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


# Drawn digits instead


@pytest.fixture
def pen(monkeypatch):
    """Stands for data.digits: counts how often somebody draws."""
    monkeypatch.setattr(digits, "drawn_digits", Mock(return_value=DRAWN))
    return digits.drawn_digits


def test_auto_is_mnist_where_it_can_be_had_and_else_one_line_says_why_not(pen, cache, capsys):
    name, *arrays = sets.load("auto")
    assert name == "drawn digits" and same(arrays, DRAWN)
    line = capsys.readouterr().err
    assert line.startswith("Drawn digits are used instead of MNIST. MNIST cannot be had: ")
    assert f"{TRAIN_IMAGES} (plain or .gz) is not in {cache}, nor" in line
    assert line.count("\n") == 1
    with pytest.raises(FetchError):
        sets.load("mnist")
    fill(cache)
    name, *arrays = sets.load("auto")
    assert name == "MNIST" and same(arrays) and pen.call_count == 1
    assert capsys.readouterr().err == ""
    with pytest.raises(ValueError, match=r"^data is 'cifar', expected one of auto, mnist, digits"):
        sets.load("cifar")


@pytest.mark.usefixtures("pen")
def test_a_failed_fetch_is_remembered_for_a_while(serve, cache, capsys):
    [bad] = serve("absent")
    sets.load("auto")
    first = capsys.readouterr().err.splitlines()[-1]
    written = (cache / sets.FAILURE).stat().st_mtime_ns
    sets.load("auto")
    assert len(bad.asked) == 1
    assert capsys.readouterr().err == f"{first}\n"
    assert (cache / sets.FAILURE).stat().st_mtime_ns == written  # or it would never end
    with pytest.raises(FetchError):
        sets.load("mnist")
    assert len(bad.asked) == 2
    long_ago = time.time() - sets.FAILURE_LASTS - 1
    os.utime(cache / sets.FAILURE, (long_ago, long_ago))
    sets.load("auto")
    sets.load("auto")
    assert len(bad.asked) == 3
    command.main([])
    assert len(bad.asked) == 4
    fill(cache)
    assert sets.load("auto").name == "MNIST"


def test_drawn_digits_are_drawn_once(pen, cache, tmp_path, monkeypatch):
    for _ in range(2):
        name, *arrays = sets.load("digits")
        assert name == "drawn digits" and same(arrays, DRAWN)
    assert pen.call_count == 1
    [name] = files_in(cache)
    whole = (cache / name).read_bytes()
    flipped = bytearray(whole)
    flipped[1000] ^= 1
    for damaged in (b"", b"nonsense", whole[:-100], whole[:500], bytes(flipped)):
        (cache / name).write_bytes(damaged)
        assert same(sets.load("digits")[1:], DRAWN)
        assert (cache / name).read_bytes() == whole and files_in(cache) == [name]
    assert pen.call_count == 6
    (tmp_path / "digits.py").write_text("# drawn in another way")
    monkeypatch.setattr(digits, "__file__", str(tmp_path / "digits.py"))
    sets.load("digits")
    assert pen.call_count == 7


def test_the_command_says_what_there_is_and_ends_with_0_or_2(pen, cache, capsys):
    assert command.main([]) == 0
    out = capsys.readouterr()
    assert out.out.startswith("Drawn digits: 50 training and 7 test images")
    assert "MNIST cannot be had" in out.err
    root, env = Path(mnist.__file__).parents[1], os.environ | {"MNIST_DIR": str(cache / "nowhere")}
    run = [sys.executable, "-m", "data"]
    done = subprocess.run(run, cwd=root, env=env, capture_output=True, text=True)
    assert done.returncode == 2 and done.stderr.count("\n") == 1
    assert "nowhere, the folder that MNIST_DIR names, nor is mnist.npz" in done.stderr
