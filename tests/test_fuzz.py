"""Malformed files: those that readers once failed on, and the fuzzer's first of every kind."""

import io
import struct
import warnings
import zipfile

import numpy as np
import pytest

from benchmarks.fuzz import outcomes, tried
from benchmarks.malformed import KINDS, saved


def of(array):
    content = io.BytesIO()
    np.save(content, np.array(array))
    return content.getvalue()


def spoilt(kind, name, content):
    """A valid archive of a kind with another content of one member, or with one more."""
    packed, valid = io.BytesIO(), KINDS[kind].valid or saved(KINDS[kind].file)
    with zipfile.ZipFile(io.BytesIO(valid[0])) as old, zipfile.ZipFile(packed, "w") as new:
        for member, found in ({x: old.read(x) for x in old.namelist()} | {name: content}).items():
            new.writestr(member, found)
    return kind, packed.getvalue()


def boastful():
    """A zip that says of its first file that 2 GiB of it are there."""
    content = bytearray(saved("a.zip")[0])
    struct.pack_into("<II", content, content.index(b"PK\1\2") + 20, 2**31 - 1, 2**31 - 1)
    return "submissions, zip", bytes(content)


METRIC = "metrics.validation_cost [nats/image].npy"
ONCE = {  # a traceback, a warning, control characters on the screen, memory, or taken as it was
    "mnist.npz: no array": spoilt("mnist.npz", "x_train.npy", b"x"),
    "weights: no array": spoilt("weights", "b1.npy", b"x"),
    "weights: text": spoilt("weights", "b1.npy", of(["a"] * 3)),
    "own: letters beyond Unicode": spoilt("own .npz", "names.npy", of(["a"])[:-4] + b"\xff" * 4),
    "checkpoint: an escape": spoilt("checkpoints", "state.step.npy", b"\x93NUMPY\1\0\4\0'\\d'"),
    "checkpoint: another dtype": spoilt("checkpoints", "state.params.b.npy", of(np.zeros(12))),
    "checkpoint: NaN": spoilt("checkpoints", "state.params.b.npy", of(np.full(12, np.nan, "f"))),
    "checkpoint: before its start": spoilt("checkpoints", "state.step.npy", of(-1)),
    "checkpoint: one more": spoilt("checkpoints", "state.params.d.npy", of(np.zeros(2))),
    "checkpoint: a metric short": spoilt("checkpoints", METRIC, of(np.zeros(2))),
    "checkpoint: a metric in words": spoilt("checkpoints", METRIC, of(["a"] * 4)),
    "checkpoint: settings in a list": spoilt("checkpoints", "settings.npy", of("[1]")),
    "checkpoint: settings, deep": spoilt("checkpoints", "settings.npy", of("[" * 20_000)),
    "settings: deep": ("settings", b"[" * 20_000),
    "settings: an escape": ("settings", b'{"\\u001b[2J": 1}'),
    "results: deep": ("results", b'{"a":' * 5_000),
    "metrics: Latin-1": ("metrics", b"epoch\n\xff"),
    "assignment: deep": ("assignments", b"seed = " + b"[" * 20_000),
    "assignment: an escape": ("assignments", b'"\\u001b[2J" = 1'),
    "assignment: a long name": ("assignments", b"[points]\n" + b"a" * 5_000 + b" = 1"),
    "zip: 2 GiB": boastful(),
    "marks: columns missing": ("tables of marks", b"submission,key\nann,made-1\n"),
}


@pytest.mark.parametrize("name", ONCE)
def test_what_readers_once_failed_on_is_refused_in_a_sentence(name, tmp_path):
    kind, content = ONCE[name]
    end = tried(kind, content, tmp_path / KINDS[kind].file)[0]
    assert end == "refused" or (name, end) == ("zip: 2 GiB", "read")  # as Python's version does


@pytest.mark.parametrize("kind", KINDS)
def test_valid_files_are_read_and_the_fuzzers_first_are_read_or_refused(kind, tmp_path):
    for content in KINDS[kind].valid or saved(KINDS[kind].file):
        end = tried(kind, content, tmp_path / KINDS[kind].file)[0]
        assert end == ("refused" if kind == "pickles" else "read")
    assert outcomes(kind, 0, 20)["ends"].keys() <= {"read", "refused"}


def test_the_fuzzer_notices_each_way_to_fail(monkeypatch):
    def ends(read):
        monkeypatch.setitem(KINDS, "IDX", KINDS["IDX"]._replace(read=read))
        return outcomes("IDX", 0, 1)["ends"]

    assert ends(lambda path: np.zeros(2**24)) == {"read, large": 1}
    assert ends(lambda path: {}[path]).popitem()[0].startswith("KeyError in test_fuzz.py")
    assert ends(lambda path: warnings.warn("x", stacklevel=1)) == {"read, warning: x": 1}
