"""Files of every kind that the project reads, what reads them, and mistakes to put into them."""

import gzip
import io
import json
import pickle
import random
import re
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import rbm.train
from data.idx import idx_header
from data.npz import PARTS, read_npz
from data.sets import load
from experiments import record
from grading.course import assignment, intake, table
from grading.sandbox.protocol import read_answer
from training.checkpoint import load_checkpoint, save_checkpoint
from training.run import finished, read_metrics, read_settings, save_settings
from vae.weights import NAMES, read_weights

X, Y = np.arange(12 * 784).astype(np.uint8).reshape(12, 28, 28), np.arange(12, dtype=np.uint8)
IDX = [pack(idx_header(X.shape) + X.tobytes()) for pack in (bytes, gzip.compress)]
MNIST = dict(zip(PARTS, (X, Y, X, Y), strict=True))
OWN = {"images": X[:, :9] / 255, "labels": Y // 6, "names": np.array(["a", "b"])}
SETTINGS = rbm.train.Settings(hidden=4, chains="data")
STATE = rbm.train.start(SETTINGS, np.full((6, 12), 0.5, np.float32))
WEIGHTS = {name: np.ones((3, 3)[name[0] == "b" :], np.float32) for name in NAMES.values()}
ITEMS = assignment.everything().items
HALF = record.ROOT / "grading" / "examples" / "half"
COURSES = [path.read_bytes() for path in sorted(assignment.SHIPPED.glob("*.toml"))]
RESULTS = [(record.RESULTS / "gan.json").read_bytes()]
# What stands in the place of a word, a number, a sign, or a few bytes.
WORDS = (
    b"", b"NaN", b"-Infinity", b"-1", b"1e999", b"9" * 5_000, b"null", b"true", b'"text"', b"''",
    b"{}", b"[" * 20_000, b'{"a":' * 5_000, b"a." * 3_000, b"a" * 5_000, b"(" * 300, b"'", b'"\xff',
    b'"\\ud800"', "\u202e\u0130".encode(), b"\0", b"\x1b[2J", b"\r", b"'|O'", b"'<U9'", b"{'a': 0}",
    b"18446744073709551616", b"1979-05-27T07:32:00", b"../../x", b"0, 4611686018427387904", b"\\d",
)  # fmt: skip
EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 2**31 - 1, 2**31, 2**32 - 1, 2**63, 2**64 - 1)

Members = list[tuple[str, bytes]]


def npz(**arrays: Any) -> list[bytes]:
    """The arrays in .npz, stored and packed."""
    files = io.BytesIO(), io.BytesIO()
    np.savez(files[0], **arrays)
    np.savez_compressed(files[1], **arrays)
    return [file.getvalue() for file in files]


ANSWER = npz(**{"0.0": X / 9, "0.1": Y / 9, "1.0": X, "forms": np.frombuffer(b"(**) *", np.uint8)})


@cache
def saved(name: str) -> list[bytes]:
    """A file of a run, a table of marks, or a submission."""
    rows = [{"epoch": i + 1.0, "validation_cost [nats/image]": 9.0} for i in range(4)]
    code = (HALF / "vae" / "elbo.py").read_text()
    cells = [{"cell_type": kind, "source": f"import x\n%y\n{code}"} for kind in ("code", "raw")]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        save_checkpoint(folder, STATE, rows, STATE.params)
        save_settings(folder, SETTINGS)
        table.write(folder / "marks.csv", [dict.fromkeys(table.ABOUT, "made-1")], ITEMS)
        (folder / "a.ipynb").write_text(json.dumps({"cells": cells}))
        with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(HALF.rglob("*.py")):
                archive.write(path, path.relative_to(HALF))
        return [(folder / name).read_bytes()]


def read_run(path: Path) -> None:
    if path.name == "settings.json":
        read_settings(path.parent, rbm.train.Settings)
    else:
        path.with_name("settings.json").write_text('{"epochs": 4, "patience": 2}')
        read_metrics(path.parent)
    finished(path.parent)


class Kind(NamedTuple):
    """How many thousands are tried, the file's name, what reads it, and contents, if not saved."""

    thousands: int
    file: str
    read: Callable[[Path], Any]
    valid: Sequence[bytes] = ()


KINDS = {
    "IDX": Kind(14, "train-images-idx3-ubyte", lambda path: load(str(path.parent)), IDX),
    "own .npz": Kind(14, "a.npz", lambda path: load(str(path)), npz(**OWN)),
    "mnist.npz": Kind(10, "a.npz", read_npz, npz(**MNIST)),
    "pickles": Kind(5, "a.npz", read_npz, [pickle.dumps(MNIST, n) for n in (0, 2, 4)]),
    "weights": Kind(5, "a.npz", read_weights, npz(**WEIGHTS)),
    "checkpoints": Kind(14, "checkpoint.npz", lambda path: load_checkpoint(path.parent, STATE)),
    "settings": Kind(8, "settings.json", read_run),
    "metrics": Kind(4, "metrics.csv", read_run),
    "results": Kind(5, "a.json", lambda path: record.read(str(path.with_suffix(""))), RESULTS),
    "assignments": Kind(6, "a.toml", lambda path: assignment.read(str(path)), COURSES),
    "submissions, zip": Kind(4, "a.zip", intake.gather),
    "submissions, notebook": Kind(4, "a.ipynb", intake.gather),
    "students' answers": Kind(
        4, "outputs.npz", lambda path: read_answer(path.parent, 2, 0), ANSWER
    ),
    "tables of marks": Kind(3, "marks.csv", lambda path: table.read(path, "made")),
}


def malformed(name: str, number: int) -> bytes:
    rng = random.Random(f"{name} {number}")
    return mutated(rng, rng.choice(KINDS[name].valid or saved(KINDS[name].file)))


def mutated(rng: random.Random, data: bytes) -> bytes:
    """The bytes with one to four mistakes. What is packed is also spoilt inside and packed again,
    so that its checksums are right.
    """
    if data[:2] == b"\x1f\x8b" and rng.random() < 0.5:
        return gzip.compress(mutated(rng, gzip.decompress(data)), 1)
    if data[:4] == b"PK\3\4" and rng.random() < 0.7:
        return _repacked(rng, data)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        data = _spoilt(rng, data)
    return data


def _spoilt(rng: random.Random, data: bytes) -> bytes:
    a, b, c = sorted(rng.randint(0, len(data)) for _ in "abc")
    at = rng.choice((a, rng.randint(0, 64), max(0, len(data) - rng.randint(1, 300))))
    width, order = rng.choice((1, 2, 4, 8)), rng.choice(("big", "little"))
    extreme = (rng.choice(EXTREMES) % 256**width).to_bytes(width, order)
    flipped = bytes(x ^ 1 << rng.randrange(8) for x in data[a : a + 2])
    line = data[data.rfind(b"\n", 0, a) + 1 : data.find(b"\n", a) + 1]
    found = re.compile(rb"[\w.+-]+|[^\w\s]").search(data, a)
    word = found.span() if found else (a, b)
    reworded = data[: word[0]] + rng.choice(WORDS) + data[word[1] :]
    junk = rng.randbytes(rng.choice((1, 4, 64, 1_000)))
    return rng.choice(
        (
            data[:a],
            data[:a] + data[b:],
            data[:b] + data[a:b][:2_000] * 3 + data[b:],
            data[:a] + data[b:c] + data[a:b] + data[c:],
            data[:a] + junk + data[a:],
            data[:a] + flipped + data[a + 2 :],
            *[data[:at] + extreme + data[at + width :]] * 2,
            *[reworded] * 3,
            data.replace(line, line * 2, 1) if line else reworded,
        )
    )


def _repacked(rng: random.Random, data: bytes) -> bytes:
    """An archive with a mistake in a member, its name, their number, or the way they are packed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    at = rng.randrange(len(members))
    name, content = members[at]
    other = mutated(rng, name.encode()).decode("utf-8", "replace")[:1_000].replace("\0", "") or "a"
    spoilt = (name, mutated(rng, content))
    others: tuple[Members, ...] = [spoilt], [spoilt], [], [(other, content)], [spoilt, members[at]]
    members[at : at + 1] = rng.choice(others)
    method, packed = rng.choice((0, 8) * 6 + (zipfile.ZIP_LZMA,)), io.BytesIO()
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return packed.getvalue()
