"""The IDX reader: what was written is read, and whatever is wrong is one sentence, cheaply."""

import gzip
import io
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from data.idx import MAX_BYTES, DataError, idx_header, parse_idx, read_idx

MEGABYTE = 2**20


def header(*sizes: int, magic: bytes = b"\0\0\x08") -> bytes:
    return magic + bytes([len(sizes)]) + b"".join(size.to_bytes(4, "big") for size in sizes)


def refused(path: Path, ndim: int) -> str:
    """The sentence with which the file is refused."""
    with pytest.raises(DataError) as caught:
        read_idx(path, ndim)
    sentence = str(caught.value)
    assert path.name in sentence
    assert sentence.endswith(".") and "\n" not in sentence
    return sentence


def peak_while_refused(path: Path, ndim: int) -> int:
    """Bytes allocated at most while the file is refused."""
    tracemalloc.start()
    try:
        refused(path, ndim)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@given(
    hnp.arrays(np.uint8, hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=6)),
    st.booleans(),
    st.sampled_from(["a", "a.gz"]),
)
def test_what_was_written_is_read_whatever_the_name(
    tmp_path_factory: pytest.TempPathFactory, array: NDArray[np.uint8], packed: bool, name: str
) -> None:
    path = tmp_path_factory.mktemp("idx") / name
    content = header(*array.shape) + array.tobytes()
    assert idx_header(array.shape) == header(*array.shape)
    path.write_bytes(gzip.compress(content) if packed else content)
    read = read_idx(path, array.ndim)
    assert read.dtype == np.uint8 and read.shape == array.shape
    assert np.array_equal(read, array)


def test_more_than_one_chunk_is_read(tmp_path: Path) -> None:
    array = np.random.default_rng(0).integers(0, 256, (3, 1000, 1001), np.uint8)
    (tmp_path / "a").write_bytes(header(*array.shape) + array.tobytes())
    assert np.array_equal(read_idx(tmp_path / "a", 3), array)


BODY = bytes(range(24))
WRONG = {
    "empty": (b"", "starts with nothing, expected the IDX magic number 00 00 08 03"),
    "shorter than its magic": (b"\0\0\x08", "starts with 00 00 08, expected"),
    "a web page": (b"<!DOCTYPE html>", "starts with 3c 21 44 4f, expected"),
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


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
@pytest.mark.parametrize("kind", WRONG)
def test_wrong_content_is_one_sentence_with_the_name(
    tmp_path: Path, kind: str, packed: bool
) -> None:
    content, expected = WRONG[kind]
    path = tmp_path / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(gzip.compress(content) if packed else content)
    assert expected in refused(path, 3)


def test_missing_file_and_folder_are_one_sentence_with_the_name(tmp_path: Path) -> None:
    assert "No such file" in refused(tmp_path / "nowhere.gz", 3)
    (tmp_path / "folder.gz").mkdir()
    assert "Is a directory" in refused(tmp_path / "folder.gz", 3)


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
def test_every_beginning_of_a_file_is_refused(tmp_path: Path, packed: bool) -> None:
    content = header(2, 3, 4) + BODY
    content = gzip.compress(content) if packed else content
    path = tmp_path / "cut.gz"
    for length in range(len(content)):
        path.write_bytes(content[:length])
        refused(path, 3)


def test_cut_and_corrupt_gzip_say_so(tmp_path: Path) -> None:
    content = gzip.compress(header(2, 3, 4) + BODY)
    path = tmp_path / "bad.gz"
    path.write_bytes(content[:-12])
    assert "is cut short or corrupt" in refused(path, 3)
    path.write_bytes(content[:-5] + bytes([content[-5] ^ 1]) + content[-4:])
    assert "is cut short or corrupt, as gzip says: CRC check failed" in refused(path, 3)
    path.write_bytes(content + b"trailing")
    assert "is cut short or corrupt" in refused(path, 3)


def test_no_flipped_bit_changes_what_is_read() -> None:
    content = gzip.compress(header(2, 3, 4) + BODY)
    refusals = 0
    for bit in range(80, 8 * len(content)):  # the first 10 bytes are gzip's date, system and such
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << bit % 8
        try:
            assert parse_idx(io.BytesIO(flipped), "flipped", 3).tobytes() == BODY
        except DataError:
            refusals += 1
    assert refusals > 0.9 * 8 * (len(content) - 10)


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
@pytest.mark.parametrize("images", [2**31, MAX_BYTES // 784], ids=["absurd", "just allowed"])
def test_a_header_that_promises_much_takes_no_memory(
    tmp_path: Path, packed: bool, images: int
) -> None:
    content = header(images, 28, 28) + bytes(1000)
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(content) if packed else content)
    assert peak_while_refused(path, 3) < 4 * MEGABYTE


def test_a_gzip_bomb_takes_no_memory(tmp_path: Path) -> None:
    """64 megabytes in a file of about 300 kilobytes, under a header that promises 7,840 bytes."""
    packer = zlib.compressobj(1, wbits=31)
    parts = [packer.compress(header(10, 28, 28))]
    parts += [packer.compress(bytes(MEGABYTE)) for _ in range(64)]
    path = tmp_path / "bomb.gz"
    path.write_bytes(b"".join(parts) + packer.flush())
    assert path.stat().st_size < MEGABYTE
    assert peak_while_refused(path, 3) < 4 * MEGABYTE
