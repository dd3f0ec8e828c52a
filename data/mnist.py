"""MNIST: 60,000 training and 10,000 test images of 28 x 28 bytes, with their labels.

Looked for in the folder that the environment variable MNIST_DIR names; where that is not set, in
data/cache/ and then at the mirrors. Verified wherever it comes from: what identifies a file is
the SHA-256 of its decompressed bytes, since anybody may compress it anew.
"""

import contextlib
import hashlib
import http.client
import io
import os
import queue
import secrets
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.idx import DataError, idx_header, parse_idx, read_idx

Bytes = NDArray[np.uint8]

# Training images, their labels, test images, their labels: the SHA-256 of the decompressed bytes.
SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
CACHE = Path(__file__).parent / "cache"
SILENCE = 10.0  # seconds without a single byte, from looking up the host onwards
DEADLINE = 120.0  # seconds for a whole file: 10 MB on a line of 0.7 Mbit/s
MAX_DOWNLOAD = 2**26  # bytes; the largest file has 9.9 million, or 47 where a server unpacks it


class FetchError(DataError):
    """MNIST is not on this machine and no mirror gave it."""


def load_mnist(fetch: bool = True) -> tuple[Bytes, Bytes, Bytes, Bytes]:
    """Training images (60000, 28, 28), their labels (60000,), test images and labels; all uint8.

    Raises FetchError where it is neither on this machine nor to be fetched (or `fetch` is off),
    and DataError for a file in MNIST_DIR that is missing, damaged or not MNIST's.
    """
    folder = mnist_dir()
    mirrors = list(MIRRORS) if fetch else []
    train_images, train_labels, test_images, test_labels = (
        _from_folder(folder, name) if folder else _from_cache(name, mirrors) for name in SHA256
    )
    for part, images, labels in (
        ("train", train_images, train_labels),
        ("t10k", test_images, test_labels),
    ):
        if len(images) != len(labels):
            raise DataError(
                f"{part}-images-idx3-ubyte holds {len(images):,} images, but"
                f" {part}-labels-idx1-ubyte {len(labels):,} labels, expected as many."
            )
    return train_images, train_labels, test_images, test_labels


def mnist_dir() -> Path | None:
    """The folder that MNIST_DIR names, or None where it is not set or empty."""
    said = os.environ.get("MNIST_DIR")
    return Path(said).expanduser() if said else None


def keep(path: Path, content: bytes | memoryview) -> None:
    """Writes a file under a name of its own, then renames it, so nobody ever reads half a file.

    A cache only saves time: where it cannot be written (a full disk, a folder without permission)
    one line on stderr says so, and nothing is left behind.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "xb") as stream:
            stream.write(content)
        os.replace(temporary, path)
    except OSError as error:
        print(f"{path} is not kept for next time ({error.strerror or error}).", file=sys.stderr)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def download(url: str) -> bytes:
    """What `url` holds. Raises DataError after SILENCE or DEADLINE seconds or MAX_DOWNLOAD bytes.

    A thread does the reading: a socket's own time limit covers neither the look-up of the host
    nor a server that sends a byte now and then, and starts anew for every address of a host.
    """
    parcels: queue.SimpleQueue[bytes | str] = queue.SimpleQueue()
    enough = threading.Event()
    threading.Thread(target=_stream, args=(url, parcels, enough), daemon=True).start()
    end = time.monotonic() + DEADLINE
    body = bytearray()
    try:
        while parcel := parcels.get(timeout=max(0.0, min(SILENCE, end - time.monotonic()))):
            if isinstance(parcel, str):
                reason = parcel[:200].encode("unicode_escape").decode()  # a stranger's words
                raise DataError(f"{url} cannot be fetched ({reason}).")
            body += parcel
            if len(body) > MAX_DOWNLOAD:
                raise DataError(f"{url} sends more than the {MAX_DOWNLOAD:,} bytes expected.")
        return bytes(body)
    except queue.Empty:
        raise DataError(f"{url} is too slow or does not answer.") from None
    finally:
        enough.set()


def _stream(url: str, parcels: "queue.SimpleQueue[bytes | str]", enough: threading.Event) -> None:
    """Hands over what arrives, then b"" for the end, or one str that says what went wrong."""
    try:
        with urllib.request.urlopen(url, timeout=SILENCE) as response:
            while not enough.is_set() and (chunk := response.read1(2**16)):
                parcels.put(chunk)
        parcels.put(b"")
    except urllib.error.HTTPError as error:
        with error:
            parcels.put(f"the server says {error.code} {error.reason}")
    except (OSError, http.client.HTTPException, ValueError) as error:
        parcels.put(str(getattr(error, "reason", error)) or type(error).__name__)


def _from_folder(folder: Path, name: str) -> Bytes:
    path = _find(folder, name)
    if path is None:
        raise DataError(f"MNIST_DIR is {folder}, but {name} (plain or .gz) is not there.")
    return _read(path, name)


def _from_cache(name: str, mirrors: list[str]) -> Bytes:
    path = _find(CACHE, name)
    if path is None:
        return _fetch(name, mirrors, f"{name}.gz is not in {CACHE}")
    try:
        return _read(path, name)
    except DataError as damaged:
        return _fetch(name, mirrors, str(damaged).rstrip("."))


def _fetch(name: str, mirrors: list[str], reason: str) -> Bytes:
    """The file from the first mirror that has it whole, kept in the cache.

    A mirror that fails is taken out of `mirrors`: the next file does not wait for it again.
    """
    reasons = [reason]
    while mirrors:
        url = f"{mirrors[0]}{name}.gz"
        print(f"Fetching {url} into {CACHE}", file=sys.stderr)
        try:
            packed = download(url)
            array = _verified(parse_idx(io.BytesIO(packed), url, _ndim(name)), name, url)
        except DataError as error:
            reasons.append(str(error).rstrip("."))
            del mirrors[0]
        else:
            keep(CACHE / f"{name}.gz", packed)
            return array
    advice = "with a copy of its four files, set MNIST_DIR to their folder"
    raise FetchError(f"MNIST cannot be had: {'; '.join(reasons)}; {advice}.")


def _find(folder: Path, name: str) -> Path | None:
    spellings = (name, name.replace("-idx", ".idx"))
    candidates = (folder / (spelling + end) for spelling in spellings for end in (".gz", ""))
    return next((path for path in candidates if os.path.exists(path)), None)


def _read(path: Path, name: str) -> Bytes:
    return _verified(read_idx(path, _ndim(name)), name, str(path))


def _ndim(name: str) -> int:
    return 3 if "images" in name else 1


def _verified(array: Bytes, name: str, source: str) -> Bytes:
    digest = hashlib.sha256(idx_header(array.shape))
    digest.update(array.reshape(-1).data)
    if digest.hexdigest() != SHA256[name]:
        found, expected = digest.hexdigest()[:12], SHA256[name][:12]
        raise DataError(
            f"{source} is not MNIST's: its decompressed bytes have the SHA-256 {found} (first 12"
            f" digits), expected {expected}."
        )
    return array
