"""The process that holds a student's code: how it is furnished, started, waited for and ended."""

import math
import os
import random
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from autograd_lite.threads import BLAS_THREADS
from grading.check import Arrays
from grading.sandbox import jail, processes
from grading.sandbox.protocol import Answer, Files, encode, read_answer

WORKER, JAIL = (Path(__file__).with_name(name) for name in ("worker.py", "jail.py"))
NUMPY = Path(np.__file__).absolute().parent
FOLDERS = [path for path in (NUMPY, NUMPY.with_name("numpy.libs")) if path.is_dir()]  # NumPy's
PATIENCE = 2  # times as long by the clock as on the processor, which has other things to do
PROCESSES = 64  # of one worker, where the system can count them apart from others


class HarnessError(Exception):
    """The grading itself failed, which says nothing about the answers: one sentence."""


class Worker(NamedTuple):
    """A process at work, in a folder of its own."""

    process: subprocess.Popen[bytes]
    folder: tempfile.TemporaryDirectory[str]
    cases: int
    seconds: float
    deadline: float  # of time.monotonic()


def start(
    files: Files, function: str, inputs: Sequence[Arrays], seconds: float, mode: str = ""
) -> Worker:
    """Starts a process that holds copies of the student's files, the inputs, NumPy, and no more.

    It is shut in by `mode`, one of jail.MODES, or by the first of them that works here.
    """
    mode = mode or isolation()
    folder = tempfile.TemporaryDirectory(prefix="grading-", ignore_cleanup_errors=True)
    top = Path(folder.name).resolve()
    _furnish(top, files, inputs, _nobody() if mode != "none" and os.geteuid() == 0 else -1)
    packages = NUMPY.parent if mode == "namespaces" else Path(_copies().name)
    flags = ("-P", "-s", "-S", "-B")  # not -I, which would ignore the environment below
    names = [path.name for path in FOLDERS]
    limits = [str(math.ceil(seconds) + 1), f"{'+' * (mode == 'none')}{PROCESSES}"]
    line: list[str | Path] = [sys.executable, *flags, JAIL, mode, str(os.getpid()), top, packages]
    with processes.LOCK:
        process = subprocess.Popen(
            [*line, *names, "--", *function.rsplit(".", 1), *limits],
            cwd=top,
            env={"PYTHONHASHSEED": "0", "HOME": "."} | dict.fromkeys(BLAS_THREADS, "1"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        processes.WORKERS.add(process.pid)
    deadline = time.monotonic() + PATIENCE * seconds
    return Worker(process, folder, len(inputs), seconds, deadline)


def _nobody() -> int:
    """The number of a user who is nobody here: of one worker, whom no other can end or read."""
    import pwd  # which Windows has not

    while True:
        number = random.randrange(61_184, 65_520)  # which systems use for such users
        try:
            pwd.getpwuid(number)
        except KeyError:
            return number


def _furnish(top: Path, files: Files, inputs: Sequence[Arrays], user: int) -> None:
    """Fills the worker's folder; the `user` is to own what is below top/work, -1 is who this is."""
    (top / WORKER.name).write_bytes(WORKER.read_bytes())
    for name, content in files.items():
        path = top / "work" / "student" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    np.savez(top / "work" / "inputs.npz", **encode(inputs))
    if user >= 0:
        top.chmod(0o711)
        (top / "work").chmod(0o700)
        for path in (top / "work", *(top / "work").rglob("*")):
            os.chown(path, user, jail.NOBODY)


@cache
def _copies() -> tempfile.TemporaryDirectory[str]:
    """A folder with copies of them, which lead nowhere else."""
    folder = tempfile.TemporaryDirectory(prefix="grading-", ignore_cleanup_errors=True)
    Path(folder.name).chmod(0o755)
    for path in FOLDERS:
        passed_over = shutil.ignore_patterns("tests", "include", "f2py", "*.pyi")
        shutil.copytree(path, Path(folder.name, path.name), ignore=passed_over)
    return folder


@cache
def isolation() -> str:
    """The first of jail.MODES by which a right answer of one line comes through.

    HarnessError where there is none: root's own rights are never given to a student's code.
    """
    files = {"probe.py": b"def same(x):\n    import colorsys\n    return x\n"}
    inputs = [(np.arange(3.0),)]
    for mode in jail.MODES[: 2 if os.geteuid() == 0 else 3]:
        answer = finish(start(files, "probe.same", inputs, 60.0, mode))
        if answer.kind == "arrays" and np.array_equal(answer.outputs[0], inputs[0]):
            return mode
    why = answer.text or "its answer was wrong"
    more = f" As nobody, it has to be able to read Python and to enter {tempfile.gettempdir()}."
    more *= os.geteuid() == 0
    raise HarnessError(f"The process that holds a student's code does not work here: {why}.{more}")


def stop(worker: Worker) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(worker.process.pid, signal.SIGKILL)
    worker.process.wait()
    processes.WORKERS.discard(worker.process.pid)
    processes.end_orphans()
    try:
        worker.folder.cleanup()
    except RecursionError:  # folders within folders, more than a thousand
        subprocess.run(["rm", "-rf", worker.folder.name])


def _awaited(process: subprocess.Popen[bytes], seconds: float) -> int:
    """Its status, as soon as there is one: `wait` alone looks only twenty times a second."""
    end = time.monotonic() + seconds
    with suppress(AttributeError, OSError):  # where the system has no such descriptors
        descriptor = os.pidfd_open(process.pid)
        try:
            # A signal that comes just before a wait is seen only after it: so waits are short.
            while (left := end - time.monotonic()) > 0:
                if select.select([descriptor], [], [], min(left, 0.2))[0]:
                    break
        finally:
            os.close(descriptor)
        seconds = 0.0
    return process.wait(seconds)


def finish(worker: Worker) -> Answer:
    """Waits, and reads what there is then. How the process ended does not count."""
    try:
        status = _awaited(worker.process, max(0, worker.deadline - time.monotonic()))
        status = 128 - status if status > 128 else status
        if status == -signal.SIGXCPU:
            text = f"it took more than {worker.seconds:g} s of processor time"
            return Answer("timeout", text, [])
        return read_answer(Path(worker.folder.name, "work"), worker.cases, status)
    except subprocess.TimeoutExpired:
        return Answer("timeout", f"it did not finish in {PATIENCE * worker.seconds:g} s", [])
    finally:
        stop(worker)
