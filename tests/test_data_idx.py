"""The IDX reader: what was written is read, and whatever is wrong is one sentence, cheaply."""

import gzip
import io
import tracemalloc
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from data.idx import MAX_BYTES, DataError, idx_header, parse_idx, read_idx

MEGABYTE = 2**20


def header(*sizes, magic=b"\0\0\x08"):
    return magic + bytes([len(sizes)]) + b"".join(size.to_bytes(4, "big") for size in sizes)


def refused(path, content):
    """The sentence with which the file is refused, once it is written."""
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_idx(path, 3)
    sentence = str(caught.value)
    assert path.name in sentence
    assert sentence.endswith(".") and "\n" not in sentence
    return sentence


@given(
    hnp.arrays(np.uint8, hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=6)),
    st.booleans(),
    st.sampled_from(["a", "a.gz"]),
)
def test_what_was_written_is_read_whatever_the_name(tmp_path_factory, array, packed, name):
    path = tmp_path_factory.mktemp("idx") / name
    content = header(*array.shape) + array.tobytes()
    assert idx_header(array.shape) == header(*array.shape)
    path.write_bytes(packed_or_not(packed, content))
    read = read_idx(path, array.ndim)
    assert read.dtype == np.uint8 and read.shape == array.shape
    assert np.array_equal(read, array)


def test_more_than_one_chunk_is_read(tmp_path):
    array = np.random.default_rng(0).integers(0, 256, (3, 1000, 1001), np.uint8)
    (tmp_path / "a").write_bytes(header(*array.shape) + array.tobytes())
    assert np.array_equal(read_idx(tmp_path / "a", 3), array)


BODY = bytes(range(24))
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


def packed_or_not(packed, content):
    return gzip.compress(content) if packed else content


both = pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])


@both
@pytest.mark.parametrize("kind", WRONG)
def test_wrong_content_is_one_sentence(tmp_path, kind, packed):
    content, expected = WRONG[kind]
    path = tmp_path / "t10k-images-idx3-ubyte.gz"
    assert expected in refused(path, packed_or_not(packed, content))


def test_missing_file_and_folder_are_one_sentence(tmp_path):
    for path, reason in ((tmp_path / "nowhere.gz", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(DataError, match=f"{path} cannot be read .{reason}"):
            read_idx(path, 3)


@both
def test_every_beginning_of_a_file_is_refused(tmp_path, packed):
    content = packed_or_not(packed, header(2, 3, 4) + BODY)
    for length in range(len(content)):
        refused(tmp_path / "cut.gz", content[:length])


def test_cut_and_corrupt_gzip_say_so(tmp_path):
    content, path = gzip.compress(header(2, 3, 4) + BODY), tmp_path / "bad.gz"
    assert "is cut short or corrupt" in refused(path, content[:-12])
    assert "is cut short or corrupt" in refused(path, content + b"trailing")
    wrong_sum = content[:-5] + bytes([content[-5] ^ 1]) + content[-4:]
    assert "as gzip says: CRC check failed" in refused(path, wrong_sum)


def test_no_flipped_bit_changes_what_is_read():
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


def gzip_bomb():
    """64 megabytes in about 300 kilobytes, under a header that promises 7,840 bytes."""
    packer = zlib.compressobj(1, wbits=31)
    parts = [packer.compress(header(10, 28, 28))]
    parts += [packer.compress(bytes(MEGABYTE)) for _ in range(64)]
    return b"".join(parts) + packer.flush()


BOMBS = {
    "absurd": header(2**31, 28, 28) + bytes(1000),
    "just allowed": header(MAX_BYTES // 784, 28, 28) + bytes(1000),
    "just allowed, packed": gzip.compress(header(MAX_BYTES // 784, 28, 28) + bytes(1000)),
    "gzip bomb": gzip_bomb(),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_file_that_promises_much_or_unpacks_to_much_takes_no_memory(tmp_path, bomb):
    tracemalloc.start()
    try:
        refused(tmp_path / "bomb.gz", BOMBS[bomb])
        assert tracemalloc.get_traced_memory()[1] < 4 * MEGABYTE
    finally:
        tracemalloc.stop()
