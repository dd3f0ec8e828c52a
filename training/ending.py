"""Signals that ask a process to end: Ctrl-C, SIGTERM, and SIGHUP of a terminal that closes."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import parent_process
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE = 5.0  # seconds: a training writes its checkpoint in less
IGNORED = (signal.SIG_IGN, None)


class Ended(KeyboardInterrupt):
    """This process was told to end, by the signal whose number is the argument."""


def status(end: KeyboardInterrupt) -> int:
    """What a program that was told to end exits with: 128 and the number of the signal."""
    return 128 + int((*end.args, signal.SIGINT)[0])


@contextmanager
def ending_in_order() -> Iterator[None]:
    """Signals that ask this process to end raise Ended, once; from then on they change nothing, but
    kill it where it has not ended PATIENCE seconds later.

    Those that it was started to ignore, as by nohup, it ignores.
    """
    since: list[float] = []

    def end(number: int, frame: FrameType | None) -> None:
        if not since:
            since.append(time.monotonic())
            raise Ended(number)
        if time.monotonic() - since[0] > PATIENCE:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)

    before = {}
    if threading.current_thread() is threading.main_thread():
        before = {n: old for n in SIGNALS if (old := signal.getsignal(n)) not in IGNORED}
    for number in before:
        signal.signal(number, end)
    try:
        yield
    finally:
        if not since:
            for number, old in before.items():
                signal.signal(number, old)


def end_with_parent() -> None:
    """This process of a pool dies with the one that began it; Ctrl-C is for that one alone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    assert parent is not None
    _once(parent.join, signal.SIGKILL)


def end_with_input() -> None:
    """This process is told to end once its standard input does: whoever began it is gone."""
    _once(lambda: os.read(0, 1), signal.SIGTERM)


def _once(over: Callable[[], object], number: int) -> None:
    """When `over` returns, this process gets a signal."""

    def wait() -> None:
        over()
        os.kill(os.getpid(), number)

    threading.Thread(target=wait, daemon=True).start()
