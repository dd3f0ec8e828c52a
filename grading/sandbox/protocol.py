"""What goes into a student's process, and what comes out: files and inputs in, answers out.

Both files and answers were written by a stranger. They are read as bytes, from plain files of
bounded size; nothing in an answer is unpickled, or allocated on a header's word.
"""

import io
import json
import os
import re
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from data.idx import printable, read_at_most
from data.npz import arrays_in
from grading.check import Record, Seed
from grading.form import Arrays, Outputs

LARGEST_FOLDER = 2**24  # bytes
LARGEST_ANSWER = 2**26  # bytes; the largest right answer, of (rbm.27), takes 2**25
MOST_ARRAYS = 10_000  # of all cases together

Files = Mapping[str, bytes]  # contents by path, "vae/elbo.py"


class GradingError(Exception):
    """One sentence for the person at the screen: what cannot be graded, and what was expected."""


class Answer(NamedTuple):
    """What a process left. `kind` is "arrays", or the verdict that stands without any."""

    kind: str  # arrays, todo, missing, form, error, timeout, crashed
    text: str
    outputs: list[Arrays]  # by case, each an Outputs
    trace: str = ""  # where an error was raised, in lines
    printed: str = ""  # the beginning of what was printed


def snapshot(folder: Path, packages: Sequence[str]) -> Files:
    """The Python files of a student: those of the packages and those at the top of the folder.

    Links are not followed. GradingError where there is far too much.
    """
    paths = [*folder.glob("*.py"), *(p for x in packages for p in (folder / x).rglob("*.py"))]
    try:
        paths = [p for p in paths if p.is_file() and not p.is_symlink()]
        if sum(p.stat().st_size for p in paths) > LARGEST_FOLDER:
            raise GradingError(f"{folder} holds more than {LARGEST_FOLDER >> 20} MiB of Python.")
        return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(paths)}
    except OSError as error:
        raise GradingError(f"{error.filename} cannot be read ({error.strerror}).") from error


def encode(cases: Sequence[Arrays]) -> dict[str, Any]:
    """Inputs as arrays by name: "cases" is JSON text in which {"array": "3"} is the array "3"."""
    arrays: dict[str, Any] = {}

    def encoded(x: Any) -> Any:
        if isinstance(x, np.ndarray):
            arrays[name := str(len(arrays))] = x
            return {"array": name}
        if isinstance(x, Seed):
            return {"seed": int(x)}
        if isinstance(x, Record):
            return {"record": x.kind, "fields": [encoded(y) for y in x.fields]}
        if isinstance(x, tuple):
            return {"tuple": [encoded(y) for y in x]}
        return x

    text = json.dumps([[encoded(x) for x in case] for case in cases])
    return {**arrays, "cases": np.array(text)}


def read_answer(folder: Path, cases: int, status: int) -> Answer:
    """What a process left in its folder; whatever is not in order there counts as a crash."""
    failure = read_regular(folder / "failure.txt", 10_000)
    data = read_regular(folder / "outputs.npz", LARGEST_ANSWER)
    more = _lines(folder / "trace.txt"), _lines(folder / "printed.txt")
    if data is None and failure is None:
        ended = f"by signal {-status}" if status < 0 else f"with status {status}"
        return Answer("crashed", f"its process ended {ended} and left no answer", [], *more)
    try:
        outputs = decode(data, cases) if data is not None else []
    except Exception as error:  # the bytes are the student's: anything can be wrong with them
        text = printable(f"it left an answer that cannot be read: {error}")
        return Answer("crashed", text, [], *more)
    if failure is None:
        return Answer("arrays", "", outputs, *more)
    kind, _, text = failure.decode("utf-8", "replace").partition("\n")
    kind = kind if kind in ("todo", "missing", "form", "error") else "crashed"
    return Answer(kind, printable(text), outputs, *more)


def _lines(path: Path) -> str:
    text = (read_regular(path, 4_000) or b"").decode("utf-8", "replace")
    return "\n".join("".join(filter(str.isprintable, x)).rstrip() for x in text.splitlines())


def read_regular(path: Path, most: int) -> bytes | None:
    """The first bytes of a file; None where there is no plain file (but a link, or a pipe)."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        with open(descriptor, "rb", closefd=False) as file:
            return bytes(read_at_most(file, most))
    finally:
        os.close(descriptor)


def decode(data: bytes, cases: int) -> list[Arrays]:
    found = arrays_in(io.BytesIO(data), None, LARGEST_ANSWER, MOST_ARRAYS, "biufc")
    outputs: list[Arrays] = []
    forms = [""] * cases
    if "forms" in found:
        forms = found["forms"].tobytes().decode("ascii").split(" ")
    for case in range(cases):
        arrays: list[Any] = []
        while (name := f"{case}.{len(arrays)}") in found:
            arrays.append(found[name])
        _require_form(arrays, forms[case])
        outputs.append(Outputs(arrays, forms[case]))
    return outputs


def _require_form(arrays: Sequence[Any], form: str) -> None:
    """ValueError unless a form is one that grading/sandbox/worker.py writes for so many arrays."""
    lists = re.sub("[^*#]", "", form[:MOST_ARRAYS])
    known = re.fullmatch(r"[(*#)]*|!", form) and len(lists) == len(arrays)
    if form and not (known and all(x.ndim for x, y in zip(arrays, lists, strict=True) if y == "#")):
        raise ValueError("it says of its arrays what is not so")
