"""What workers may leave behind when they end, or when the judge is told to end."""

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

ADOPT = 36  # PR_SET_CHILD_SUBREAPER
SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")

WORKERS: set[int] = set()  # those at work
LOCK = threading.Lock()  # held where a worker starts, so that none is taken for an orphan


class Ended(KeyboardInterrupt):
    """This process was told to end, by the signal whose number is the argument."""


@contextmanager
def ending_in_order() -> Iterator[None]:
    """Signals that ask this process to end raise Ended, once; from then on they change nothing."""

    def end(number: int, frame: FrameType | None) -> None:
        for known in before:
            signal.signal(known, signal.SIG_IGN)
        before.clear()
        raise Ended(number)

    before = {}
    if threading.current_thread() is threading.main_thread():
        numbers = [getattr(signal, name) for name in SIGNALS if hasattr(signal, name)]
        before = {n: signal.getsignal(n) for n in numbers}
        before = {n: old for n, old in before.items() if old not in (signal.SIG_IGN, None)}
    for number in before:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def adopt_orphans() -> None:
    """Has the system hand to this process what loses its parent among all that it has started."""
    if sys.platform == "linux":
        with suppress(AttributeError, OSError):
            ctypes.CDLL(None).prctl(*map(ctypes.c_ulong, (ADOPT, 1, 0, 0, 0)))


def end_orphans(seconds: float = 5.0) -> None:
    """Ends the processes that were handed to this one: children in other sessions, no workers."""
    deadline = time.monotonic() + seconds
    with LOCK:
        while (orphans := _orphans()) and time.monotonic() < deadline:
            for orphan in orphans:
                with suppress(OSError):
                    os.kill(orphan, signal.SIGKILL)
                with suppress(OSError):
                    os.waitpid(orphan, 0)


def _orphans() -> list[int]:
    own, found = os.getsid(0) if hasattr(os, "getsid") else 0, []
    for children in Path("/proc/self/task").glob("*/children"):
        with suppress(OSError):
            for child in set(map(int, children.read_text().split())) - WORKERS:
                with suppress(OSError):
                    found += [child] if os.getsid(child) != own else []
    return found
