"""Files of the sets that others publish: fetched, and taken only where their sums are right."""

import hashlib
import io
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.download import download
from data.files import keep, replacing
from data.idx import DataError, idx_header, parse_idx
from data.published import ARCHIVE_BYTES, ARCHIVE_SUM, PUBLISHED

Bytes = NDArray[np.uint8]

ARCHIVE_SECONDS = 3_600.0  # at most: a line of 1.25 Mbit/s


class FetchError(DataError):
    """A set is not on this machine and no mirror gave it."""


def folder_of(choice: str, cache: Path) -> Path:
    """Where the cache keeps a set."""
    return cache if choice == "mnist" else cache / choice


def parsed(raw: io.BufferedReader | io.BytesIO, source: str, choice: str, file: str) -> Bytes:
    """The array of the set's file; DataError, which calls the IDX stream `source`, for another."""
    one, array = PUBLISHED[choice], parse_idx(raw, source, 3 if "images" in file else 1)
    if one.decompressed:
        return verified(array, source, choice, file)
    raw.seek(0)
    if one.sums[file]:
        found = hashlib.file_digest(raw, "sha256").hexdigest()
        _compare(found, one.sums[file], f"{source} is not {one.name}'s: its bytes")
    return array


def verified(array: Bytes, source: str, choice: str, file: str) -> Bytes:
    """The same array, if it is the one in the set's decompressed file; else DataError."""
    digest, one = hashlib.sha256(idx_header(array.shape)), PUBLISHED[choice]
    digest.update(array.reshape(-1).data)
    whose = f"{source} is not {one.name}'s: its decompressed bytes"
    _compare(digest.hexdigest(), one.sums[file], whose)
    return array


def _compare(found: str, expected: str, whose: str) -> None:
    if found != expected:
        sums = f"{found[:12]} (first 12 digits), expected {expected[:12]}"
        raise DataError(f"{whose} have the SHA-256 {sums}.")


def fetch(choice: str, file: str, cache: Path, mirrors: list[str], reason: str) -> Bytes:
    """The set's file from the first mirror that has it whole, kept in the cache.

    A mirror that fails is taken out of `mirrors`: the next file does not wait for it again.
    Raises FetchError with `reason`, why it is not there already, and those of the mirrors.
    """
    reasons, kept = [reason], folder_of(choice, cache) / f"{file}.gz"
    while mirrors:
        url = mirrors[0]
        try:
            if url.endswith(".zip"):
                _unpack(url, cache)
                with open(kept, "rb") as raw:
                    return parsed(raw, url, choice, file)
            url, packed = f"{url}{file}.gz", io.BytesIO()
            print(f"Fetching {url} into {kept.parent}", file=sys.stderr)
            download(url, packed)
            packed.seek(0)
            array = parsed(packed, url, choice, file)
        except DataError as error:
            reasons.append(str(error).rstrip("."))
            del mirrors[0]
        else:
            keep(kept, packed.getvalue())
            return array
    advice = "set MNIST_DIR to" if choice == "mnist" else "give --data the path of"
    raise FetchError(
        f"{PUBLISHED[choice].name} cannot be had: {'; '.join(reasons)}; with a copy of its four"
        f" files, {advice} their folder."
    )


def _unpack(url: str, cache: Path) -> None:
    """Fetches EMNIST's archive and keeps our sets' files, all of them, in the cache. DataError."""
    size = f"{ARCHIVE_BYTES / 1e6:.0f} MB, {ARCHIVE_BYTES / 75e6:.0f} minutes at 10 Mbit/s"
    print(f"Fetching {url} into {cache} ({size})", file=sys.stderr)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=cache) as archive:
            download(url, archive, ARCHIVE_BYTES, ARCHIVE_SECONDS)
            archive.seek(0)
            found = hashlib.file_digest(archive, "sha256").hexdigest()
            _compare(found, ARCHIVE_SUM, f"{url} is not EMNIST's: its bytes")
            with zipfile.ZipFile(archive) as members:
                for one in ("emnist-digits", "emnist-letters"):
                    folder_of(one, cache).mkdir(exist_ok=True)
                    for name in PUBLISHED[one].sums:
                        with replacing(folder_of(one, cache) / f"{name}.gz") as kept:
                            kept.write(members.read(f"gzip/{name}.gz"))
    except OSError as error:
        raise DataError(f"{url} cannot be kept in {cache} ({error.strerror or error}).") from None
