"""Files of the sets that others publish: fetched, and taken only where their sums are right."""

import hashlib
import io
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from data.download import download
from data.files import keep, replacing
from data.idx import CHUNK, DataError, idx_header, parse_idx
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
        _compare(_sum_of(raw), one.sums[file], f"{source} is not {one.name}'s: its bytes")
    return array


def verified(array: Bytes, source: str, choice: str, file: str) -> Bytes:
    """The same array, if it is the one in the set's decompressed file; else DataError."""
    digest, one = hashlib.sha256(idx_header(array.shape)), PUBLISHED[choice]
    digest.update(array.reshape(-1).data)
    whose = f"{source} is not {one.name}'s: its decompressed bytes"
    _compare(digest.hexdigest(), one.sums[file], whose)
    return array


def _sum_of(file: IO[bytes] | io.BytesIO) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _compare(found: str, expected: str, whose: str) -> None:
    if found != expected:
        sums = f"{found[:12]} (first 12 digits), expected {expected[:12]}"
        raise DataError(f"{whose} have the SHA-256 {sums}.")


def fetch(choice: str, file: str, cache: Path, mirrors: list[str], reason: str) -> Bytes:
    """The set's file from the first mirror that has it whole, kept in the cache.

    A mirror that fails is taken out of `mirrors`: the next file does not wait for it again.
    Raises FetchError with `reason`, why it is not there already, and those of the mirrors.
    """
    reasons, folder = [reason], folder_of(choice, cache)
    while mirrors:
        archive = mirrors[0].endswith(".zip")
        url = mirrors[0] if archive else f"{mirrors[0]}{file}.gz"
        size = f" ({ARCHIVE_BYTES / 1e6:.0f} MB, {ARCHIVE_BYTES / 75e6:.0f} minutes at 10 Mbit/s)"
        print(f"Fetching {url} into {folder}{size if archive else ''}", file=sys.stderr)
        packed = io.BytesIO()
        try:
            if archive:
                packed.write(_from_archive(url, choice, file, cache))
            else:
                download(url, packed)
            packed.seek(0)
            array = parsed(packed, url, choice, file)
        except DataError as error:
            reasons.append(str(error).rstrip("."))
            del mirrors[0]
        else:
            keep(folder / f"{file}.gz", packed.getbuffer())
            return array
    advice = "set MNIST_DIR to" if choice == "mnist" else "give --data the path of"
    raise FetchError(
        f"{PUBLISHED[choice].name} cannot be had: {'; '.join(reasons)}; with a copy of its four"
        f" files, {advice} their folder."
    )


def _from_archive(url: str, choice: str, file: str, cache: Path) -> bytes:
    """The packed file out of EMNIST's archive, whose other files of our sets are kept as well."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=cache) as archive:
            download(url, archive, ARCHIVE_BYTES, ARCHIVE_SECONDS)
            archive.seek(0)
            _compare(_sum_of(archive), ARCHIVE_SUM, f"{url} is not EMNIST's: its bytes")
            with zipfile.ZipFile(archive) as members:
                for one in ("emnist-digits", "emnist-letters"):
                    folder_of(one, cache).mkdir(exist_ok=True)
                    for name in PUBLISHED[one].sums:
                        with replacing(folder_of(one, cache) / f"{name}.gz") as kept:
                            kept.write(members.read(f"gzip/{name}.gz"))
        return (folder_of(choice, cache) / f"{file}.gz").read_bytes()
    except OSError as error:
        raise DataError(f"{url} cannot be kept in {cache} ({error.strerror or error}).") from None
