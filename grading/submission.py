"""A student's files, and for each check a process of its own that runs them (grading/worker.py).

Only arrays come back, and they are judged here, where no line of the student's code has run: what
it prints, patches, claims or exits with counts for nothing. An endless loop, a crash or a huge
array costs the check in which it happens, and no other.

This stops accidents and lazy tricks. It is no wall: the process belongs to the same user, so it can
read, change, send and end whatever that user can (this project's reference and oracles, other
people's answers, the grading itself), and leave files and processes behind. Nor does it see that an
answer was copied. To grade code that you do not trust, run all of this as another user or in a
container, without a network and without anything worth reading.
"""

import math
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np

from grading.check import Arrays, Check, draw_cases
from grading.protocol import Answer, Files, encode, read_answer
from training.parallel import THREADS

WORKER = Path(__file__).with_name("worker.py")
NUMPY = Path(np.__file__).absolute().parent


class HarnessError(Exception):
    """The grading itself failed, which says nothing about the answers: one sentence."""


class Worker(NamedTuple):
    """A process at work, in a folder of its own."""

    process: subprocess.Popen[bytes]
    folder: tempfile.TemporaryDirectory[str]
    cases: int
    deadline: float  # of time.monotonic()


def start(files: Files, function: str, inputs: Sequence[Arrays], seconds: float) -> Worker:
    """Starts a process that holds copies of the student's files, the inputs, NumPy, and no more."""
    folder = tempfile.TemporaryDirectory(prefix="grading-", ignore_cleanup_errors=True)
    top = Path(folder.name).resolve()
    _furnish(top, files)
    np.savez(top / "inputs.npz", **encode(inputs))
    flags = ("-P", "-s", "-S", "-B")  # not -I, which would ignore the environment below
    environment = {"PYTHONPATH": str(top / "packages"), "PYTHONHASHSEED": "0", "HOME": str(top)}
    processor_seconds = str(math.ceil(seconds) + 1)
    process = subprocess.Popen(
        [sys.executable, *flags, WORKER.name, *function.rsplit(".", 1), processor_seconds],
        cwd=top,
        env=environment | dict.fromkeys(THREADS, "1"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    return Worker(process, folder, len(inputs), time.monotonic() + seconds)


def _furnish(top: Path, files: Files) -> None:
    (top / WORKER.name).write_bytes(WORKER.read_bytes())
    for name, content in files.items():
        path = top / "student" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    # Without `site`, Python finds no packages; through these links it finds one.
    (top / "packages").mkdir()
    for source in (NUMPY, NUMPY.with_name("numpy.libs")):
        if source.is_dir():
            (top / "packages" / source.name).symlink_to(source)


def stop(worker: Worker) -> None:
    """Ends the process and all that it started and that is still in its session."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(worker.process.pid, signal.SIGKILL)
    worker.process.wait()
    worker.folder.cleanup()


def finish(worker: Worker) -> Answer:
    """Waits, and reads what there is then. How the process ended does not count."""
    try:
        status = worker.process.wait(max(0, worker.deadline - time.monotonic()))
        if status == -signal.SIGXCPU:
            return Answer("timeout", "it took too much processor time", [])
        return read_answer(Path(worker.folder.name), worker.cases, status)
    except subprocess.TimeoutExpired:
        return Answer("timeout", "it did not finish in time", [])
    finally:
        stop(worker)


def require_worker() -> None:
    """HarnessError where a right answer of one line does not come through."""
    files = {"probe.py": b"def same(x):\n    return x\n"}
    inputs = [(np.arange(3.0),)]
    answer = finish(start(files, "probe.same", inputs, 60.0))
    if answer.kind != "arrays" or not np.array_equal(answer.outputs[0], inputs[0]):
        why = answer.text or "its answer was wrong"
        raise HarnessError(f"The process that holds a student's code does not work here: {why}.")


def answers(
    files: Files, checks: Sequence[Check], seed: int, seconds: float
) -> Iterator[tuple[Check, list[Arrays], Answer]]:
    """Each check, its inputs and the answer to it. While one is judged, the next is computed."""
    require_worker()
    waiting: deque[tuple[Check, list[Arrays], Worker]] = deque()
    try:
        for check in checks:
            inputs = draw_cases(check, seed)
            waiting.append((check, inputs, start(files, check.function, inputs, seconds)))
            if len(waiting) == 2:
                check, inputs, worker = waiting.popleft()
                yield check, inputs, finish(worker)
        while waiting:
            check, inputs, worker = waiting.popleft()
            yield check, inputs, finish(worker)
    finally:
        for _, _, worker in waiting:
            stop(worker)
