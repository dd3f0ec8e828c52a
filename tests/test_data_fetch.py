"""MNIST found, fetched and verified, against mirrors on this machine; and drawn digits instead.

The files are small fakes whose SHA-256 stand in the table for the time of a test.
"""

import gzip
import hashlib
import io
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from data import __main__ as command
from data import digits, download, files, mnist, sets
from data.idx import DataError
from data.mnist import FetchError, load_mnist

TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS = NAMES = tuple(mnist.SHA256)
DRAW = np.random.default_rng(0)
ARRAYS = (
    DRAW.integers(0, 256, (50, 28, 28), np.uint8),
    DRAW.integers(0, 10, 50, np.uint8),
    DRAW.integers(0, 256, (7, 28, 28), np.uint8),
    DRAW.integers(0, 10, 7, np.uint8),
)
PATIENCE = 0.5  # seconds of silence, instead of 10, where a test is about slow mirrors


def idx_bytes(array: NDArray[np.uint8]) -> bytes:
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return b"\0\0\x08" + bytes([array.ndim]) + sizes + array.tobytes()


CONTENT = dict(zip(NAMES, map(idx_bytes, ARRAYS), strict=True))
Arrays = tuple[NDArray[np.uint8], ...]


def same(found: Arrays, expected: Arrays = ARRAYS) -> bool:
    return all(map(np.array_equal, found, expected)) and len(found) == len(expected)


class Mirror(ThreadingHTTPServer):
    """A server on this machine that answers in one way: `behaviour` names it."""

    def __init__(self, behaviour: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behaviour = behaviour
        self.asked: list[str] = []
        self.over = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_address[1]}/"
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self.over.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """Says nothing of clients that hang up."""


class Handler(BaseHTTPRequestHandler):
    server: Mirror

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        content = CONTENT[self.path.strip("/").removesuffix(".gz")]
        getattr(self, self.server.behaviour)(content)

    def answer(self, body: bytes, length: int | None = None) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def ticks(self) -> Iterator[int]:
        """Many a second until the test is over, or much too long."""
        return (tick for tick in range(160) if not self.server.over.wait(PATIENCE / 8))

    def whole(self, content: bytes) -> None:
        self.answer(gzip.compress(content))

    def unpacked(self, content: bytes) -> None:
        self.answer(content)

    def cut_short(self, content: bytes) -> None:
        packed = gzip.compress(content)
        self.answer(packed[: len(packed) // 2], len(packed))

    def wrong_bytes(self, content: bytes) -> None:
        self.answer(gzip.compress(content[:-1] + bytes([content[-1] ^ 1])))

    def corrupt(self, content: bytes) -> None:
        packed = bytearray(gzip.compress(content))
        packed[len(packed) // 2] ^= 0xFF
        self.answer(bytes(packed))

    def web_page(self, content: bytes) -> None:
        self.answer(b"<!DOCTYPE html><title>Sign in</title>")

    def absent(self, content: bytes) -> None:
        self.send_error(404)

    def hangs_up(self, content: bytes) -> None:
        self.close_connection = True

    def not_http(self, content: bytes) -> None:
        self.wfile.write(b"220 this is a mail server\r\n" * 3)

    def silent(self, content: bytes) -> None:
        self.server.over.wait(20 * PATIENCE)

    def falls_silent(self, content: bytes) -> None:
        packed = gzip.compress(content)
        self.answer(packed[:9], len(packed))
        self.server.over.wait(20 * PATIENCE)

    def trickling(self, content: bytes) -> None:
        self.answer(b"", 10**6)
        for _ in self.ticks():
            self.wfile.write(b"\x1f")

    def trickling_headers(self, content: bytes) -> None:
        self.wfile.write(b"HTTP/1.0 200 OK\r\nX: ")
        for _ in self.ticks():
            self.wfile.write(b"x")

    def endless(self, content: bytes) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(200):
            self.wfile.write(bytes(2**16))

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


FAILURES = {
    "cut_short": "is cut short or corrupt",
    "wrong_bytes": "is not MNIST's: its decompressed bytes have the SHA-256",
    "corrupt": "is cut short or corrupt",
    "web_page": "starts with 3c 21 44 4f",
    "absent": "cannot be fetched (the server says 404 Not Found)",
    "hangs_up": "cannot be fetched (",
    "not_http": "cannot be fetched (",
    "silent": "",  # whichever notices first: the socket or the one who waits
    "falls_silent": "",
    "trickling": "is too slow or does not answer",
    "trickling_headers": "is too slow or does not answer",
    "endless": "sends more than the 1,000,000 bytes expected",
}
every_failure = pytest.mark.parametrize("failure", FAILURES)
MakeMirror = Callable[[str], Mirror]


@pytest.fixture
def mirror() -> Iterator[MakeMirror]:
    """Makes mirrors, and closes them after the test."""
    made: list[Mirror] = []

    def make(behaviour: str) -> Mirror:
        made.append(Mirror(behaviour))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, no mirrors, and a table of the fakes' sums."""
    monkeypatch.delenv("MNIST_DIR", raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in CONTENT.items()}
    monkeypatch.setattr(mnist, "SHA256", sums)
    monkeypatch.setattr(mnist, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(download, "MAX_DOWNLOAD", 1_000_000)
    use(monkeypatch)
    return tmp_path / "cache"


@pytest.fixture
def little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "SILENCE", PATIENCE)
    monkeypatch.setattr(download, "DEADLINE", 3 * PATIENCE)


def use(monkeypatch: pytest.MonkeyPatch, *mirrors: Mirror) -> None:
    monkeypatch.setattr(mnist, "MIRRORS", tuple(one.url for one in mirrors))


def files_in(folder: Path) -> list[str]:
    return sorted(os.listdir(folder)) if folder.exists() else []


WHOLE = sorted(f"{name}.gz" for name in NAMES)


def fill(folder: Path, spelling: Callable[[str], str] = "{}.gz".format) -> None:
    folder.mkdir(exist_ok=True)
    for name, content in CONTENT.items():
        packed = spelling(name).endswith(".gz")
        (folder / spelling(name)).write_bytes(gzip.compress(content) if packed else content)


# Fetched


@pytest.mark.parametrize("behaviour", ["whole", "unpacked"])
def test_whole_files_are_fetched_once_and_kept(
    mirror: MakeMirror, cache: Path, monkeypatch: pytest.MonkeyPatch, behaviour: str
) -> None:
    good = mirror(behaviour)
    use(monkeypatch, good)
    assert same(load_mnist())
    assert good.asked == [f"/{name}.gz" for name in NAMES]
    assert files_in(cache) == WHOLE
    assert same(load_mnist())
    assert len(good.asked) == 4


@pytest.mark.usefixtures("little_patience")
@every_failure
def test_a_mirror_that_fails_is_one_sentence_soon_and_nothing_is_kept(
    mirror: MakeMirror, cache: Path, monkeypatch: pytest.MonkeyPatch, failure: str
) -> None:
    bad = mirror(failure)
    use(monkeypatch, bad)
    threads = set(threading.enumerate())
    start = time.monotonic()
    with pytest.raises(FetchError) as caught:
        load_mnist()
    assert time.monotonic() - start < 8 * PATIENCE
    sentence = str(caught.value)
    assert f"{bad.url}{TRAIN_IMAGES}.gz" in sentence and FAILURES[failure] in sentence
    assert sentence.endswith(".") and "\n" not in sentence
    assert files_in(cache) == []
    assert len(bad.asked) == 1
    # The thread that was waited for in vain gives up by itself, but for one line without an end.
    if failure == "trickling_headers":
        bad.over.set()
    for thread in set(threading.enumerate()) - threads:
        if "_stream" in thread.name:
            thread.join(8 * PATIENCE)
            assert not thread.is_alive()


@pytest.mark.usefixtures("little_patience")
@pytest.mark.parametrize("failure", sorted(FAILURES.keys() - {"falls_silent", "trickling_headers"}))
def test_after_a_mirror_that_fails_the_next_one_is_asked(
    mirror: MakeMirror, cache: Path, monkeypatch: pytest.MonkeyPatch, failure: str
) -> None:
    bad, good = mirror(failure), mirror("whole")
    use(monkeypatch, bad, good)
    assert same(load_mnist())
    assert files_in(cache) == WHOLE
    assert len(bad.asked) == 1 and len(good.asked) == 4


def test_mirrors_that_nobody_serves_are_named(
    mirror: MakeMirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, away = mirror("whole"), mirror("whole")
    gone.close()
    away.close()
    use(monkeypatch, gone, away)
    with pytest.raises(FetchError) as caught:
        load_mnist()
    assert gone.url in str(caught.value) and away.url in str(caught.value)
    assert "Connection refused" in str(caught.value)


@pytest.mark.usefixtures("little_patience")
def test_a_slow_look_up_of_the_host_is_not_waited_for(
    mirror: MakeMirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A socket's time limit does not cover it, and without a network it may take a minute."""
    over = threading.Event()

    def slow(*_: object, **__: object) -> None:
        over.wait(20 * PATIENCE)
        raise OSError("no such host")

    monkeypatch.setattr("socket.getaddrinfo", slow)
    use(monkeypatch, mirror("whole"))
    start = time.monotonic()
    with pytest.raises(FetchError, match="does not answer"):
        load_mnist()
    assert time.monotonic() - start < 4 * PATIENCE
    over.set()


def test_a_damaged_file_in_the_cache_is_fetched_anew(
    mirror: MakeMirror, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(cache)
    (cache / f"{TEST_LABELS}.gz").write_bytes(b"\x1f\x8bnonsense")
    with pytest.raises(FetchError, match=f"{TEST_LABELS}.gz is cut short or corrupt"):
        load_mnist()
    good = mirror("whole")
    use(monkeypatch, good)
    assert same(load_mnist())
    assert good.asked == [f"/{TEST_LABELS}.gz"]
    assert same(load_mnist(fetch=False))


def test_no_mirror_is_asked_when_fetching_is_off(
    mirror: MakeMirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = mirror("whole")
    use(monkeypatch, good)
    with pytest.raises(FetchError, match=f"{TRAIN_IMAGES}.gz is not in "):
        load_mnist(fetch=False)
    assert good.asked == []


def test_two_who_fetch_at_once_do_not_harm_each_other(
    mirror: MakeMirror,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Both have written their file, and neither has renamed it, before both rename."""
    use(monkeypatch, mirror("whole"))
    both, rename = threading.Barrier(2, timeout=5), os.replace

    def meet_and_rename(source: Path, target: Path) -> None:
        both.wait()
        rename(source, target)

    monkeypatch.setattr(os, "replace", meet_and_rename)
    found: list[Arrays] = []
    pair = [threading.Thread(target=lambda: found.append(load_mnist())) for _ in range(2)]
    for one in pair:
        one.start()
    for one in pair:
        one.join(20)
    assert len(found) == 2 and same(found[0]) and same(found[1])
    assert files_in(cache) == WHOLE
    assert "not kept" not in capsys.readouterr().err


def test_a_full_disk_costs_the_cache_and_nothing_else(
    mirror: MakeMirror,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def full(source: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    use(monkeypatch, mirror("whole"))
    monkeypatch.setattr(os, "replace", full)
    assert same(load_mnist())
    assert files_in(cache) == []
    line = f"{cache / TRAIN_IMAGES}.gz is not kept for next time (No space left on device).\n"
    assert line in capsys.readouterr().err


def test_an_interrupted_write_leaves_nothing_behind(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(source: Path, target: Path) -> None:
        raise KeyboardInterrupt

    files.keep(cache / "a", b"old")
    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        files.keep(cache / "a", b"new")
    assert files_in(cache) == ["a"] and (cache / "a").read_bytes() == b"old"


# Found in MNIST_DIR


def dotted(name: str) -> str:
    return name.replace("-idx", ".idx")


@pytest.mark.parametrize("spelling", ["{}.gz".format, "{}".format, dotted])
def test_mnist_dir_is_read_in_every_spelling_and_nothing_is_fetched(
    mirror: MakeMirror,
    tmp_path: Path,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    spelling: Callable[[str], str],
) -> None:
    good = mirror("whole")
    use(monkeypatch, good)
    fill(tmp_path / "mine", spelling)
    monkeypatch.setenv("MNIST_DIR", str(tmp_path / "mine"))
    assert same(load_mnist())
    assert good.asked == [] and files_in(cache) == []


def damage(path: Path, how: str) -> None:
    """Makes the file in MNIST_DIR unusable."""
    content = gzip.decompress(path.read_bytes())
    if how == "missing":
        path.unlink()
    elif how == "cut short":
        path.write_bytes(path.read_bytes()[:-9])
    else:
        path.write_bytes(gzip.compress(content[:-1] + bytes([content[-1] ^ 1])))


@pytest.mark.parametrize("how", ["missing", "cut short", "one bit wrong"])
@pytest.mark.parametrize("name", NAMES)
def test_mnist_dir_that_does_not_hold_mnist_is_an_error_and_never_replaced(
    mirror: MakeMirror,
    tmp_path: Path,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    how: str,
) -> None:
    good = mirror("whole")
    use(monkeypatch, good)
    fill(cache)
    folder = tmp_path / "mine"
    fill(folder)
    damage(folder / f"{name}.gz", how)
    monkeypatch.setenv("MNIST_DIR", str(folder))
    for choice in ("auto", "mnist"):
        with pytest.raises(DataError) as caught:
            sets.load(choice)
        assert str(folder) in str(caught.value) and name in str(caught.value)
    assert good.asked == []
    assert command.main([]) == 2
    out = capsys.readouterr()
    assert out.out == "" and out.err == f"{caught.value}\n"


def test_image_and_label_counts_that_differ_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "mine"
    for labels, images, count in (
        (TRAIN_LABELS, TRAIN_IMAGES, "50 images"),
        (TEST_LABELS, TEST_IMAGES, "7 images"),
    ):
        fill(folder)
        content = idx_bytes(np.zeros(6, np.uint8))
        (folder / f"{labels}.gz").write_bytes(gzip.compress(content))
        sums = mnist.SHA256 | {labels: hashlib.sha256(content).hexdigest()}
        monkeypatch.setenv("MNIST_DIR", str(folder))
        with monkeypatch.context() as patch:
            patch.setattr(mnist, "SHA256", sums)
            with pytest.raises(DataError, match=f"{images} holds {count}, but {labels} 6 labels"):
                load_mnist()


@pytest.mark.skipif(not os.environ.get("MNIST_DIR"), reason="MNIST_DIR is not set: no real MNIST")
def test_real_mnist_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    train_images, train_labels, test_images, test_labels = load_mnist()
    assert train_images.shape == (60_000, 28, 28) and train_labels.shape == (60_000,)
    assert test_images.shape == (10_000, 28, 28) and test_labels.shape == (10_000,)
    ones = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert np.bincount(test_labels).tolist() == ones
    assert train_labels[:6].tolist() == [5, 0, 4, 1, 9, 2]
    assert round(float(train_images.mean()), 4) == 33.3184


# Drawn digits instead


class Pen:
    """Stands for data.digits: counts how often somebody draws."""

    def __init__(self) -> None:
        self.drawn = 0

    def __call__(self) -> Arrays:
        self.drawn += 1
        return tuple(255 - array for array in ARRAYS)


DRAWN = tuple(255 - array for array in ARRAYS)


@pytest.fixture
def pen(monkeypatch: pytest.MonkeyPatch) -> Pen:
    one = Pen()
    monkeypatch.setattr(digits, "drawn_digits", one)
    return one


def test_auto_takes_mnist_where_it_can_be_had(
    pen: Pen, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(cache)
    name, *arrays = sets.load("auto")
    assert name == "MNIST" and same(tuple(arrays)) and pen.drawn == 0
    assert capsys.readouterr().err == ""


def test_auto_says_in_one_line_that_and_why_digits_are_drawn(
    pen: Pen, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, *arrays = sets.load("auto")
    assert name == "drawn digits" and same(tuple(arrays), DRAWN)
    line = capsys.readouterr().err
    assert line.startswith("Drawn digits are used instead of MNIST. MNIST cannot be had: ")
    assert f"{TRAIN_IMAGES}.gz is not in {cache}" in line and line.count("\n") == 1


def test_mnist_is_demanded_and_never_replaced(pen: Pen) -> None:
    with pytest.raises(FetchError):
        sets.load("mnist")
    assert pen.drawn == 0


def test_an_unknown_choice_is_one_sentence() -> None:
    with pytest.raises(ValueError, match=r"^data is 'cifar', expected 'auto', .*\.$"):
        sets.load("cifar")


def test_a_failed_fetch_is_remembered_for_a_while(
    mirror: MakeMirror,
    pen: Pen,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bad = mirror("absent")
    use(monkeypatch, bad)
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


def test_drawn_digits_are_drawn_once(
    pen: Pen, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        name, *arrays = sets.load("digits")
        assert name == "drawn digits" and same(tuple(arrays), DRAWN)
    assert pen.drawn == 1 and len(files_in(cache)) == 1
    (tmp_path / "digits.py").write_text("# drawn in another way")
    monkeypatch.setattr(digits, "__file__", str(tmp_path / "digits.py"))
    sets.load("digits")
    assert pen.drawn == 2


def test_unreadable_drawn_digits_are_drawn_anew(pen: Pen, cache: Path) -> None:
    sets.load("digits")
    [name] = files_in(cache)
    whole = (cache / name).read_bytes()
    other = io.BytesIO()
    np.savez(other, other=np.zeros(3))
    flipped = bytearray(whole)
    flipped[1000] ^= 1
    damages = [b"", b"nonsense", whole[:-100], whole[:500], bytes(flipped), other.getvalue()]
    for count, damaged in enumerate(damages, start=2):
        (cache / name).write_bytes(damaged)
        assert same(tuple(sets.load("digits")[1:]), DRAWN)
        assert pen.drawn == count
        assert (cache / name).read_bytes() == whole and files_in(cache) == [name]


def test_the_command_says_what_there_is(
    pen: Pen, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main([]) == 0
    out = capsys.readouterr()
    assert out.out.startswith("Drawn digits: 50 training and 7 test images")
    assert "MNIST cannot be had" in out.err
    assert command.main(["--data", "mnist"]) == 2
    assert capsys.readouterr().out == ""
    fill(cache)
    assert command.main([]) == 0
    assert capsys.readouterr().out.startswith(f"MNIST in {cache}: 50 training and 7 test images")


def test_the_command_ends_with_2_and_no_traceback(tmp_path: Path) -> None:
    root = Path(mnist.__file__).parents[1]
    run = subprocess.run(
        [sys.executable, "-m", "data"],
        cwd=root,
        env=os.environ | {"MNIST_DIR": str(tmp_path / "nowhere")},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert run.returncode == 2 and run.stdout == ""
    assert run.stderr == (
        f"MNIST_DIR is {tmp_path / 'nowhere'}, but {TRAIN_IMAGES} (plain or .gz) is not there,"
        " nor mnist.npz, mnist.pkl.gz or mnist.pkl.\n"
    )
