"""Independent jobs, farmed out: to an executor of this machine, or to the workers of a cluster.

A job's function and arguments name all that its result depends on: a seed, a purpose, an index,
files. So it may run anywhere, and once more where the worker that had it died. Results come to one
process, this one, which writes each of them once.
"""

import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager, nullcontext, suppress
from multiprocessing import active_children, get_context
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import Any, NamedTuple

from autograd_lite.threads import BLAS_THREADS
from training.ending import end_with_parent


class Job(NamedTuple):
    """`function(*arguments)`; `reads` are files in the current folder, sent to a far worker."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    reads: Sequence[Path] = ()


class Farm(NamedTuple):
    """What takes a job and gives a future of (result, seconds), and how many at a time."""

    submit: Callable[[Job], Future[tuple[Any, float]]]
    room: Callable[[], int]


BEGUN: set[subprocess.Popen[str]] = set()  # by jobs in threads of this process
_far: list[Farm] = []  # the cluster that jobs go to, if any


def processes() -> int:
    return max(1, min(os.cpu_count() or 1, 4))


def process_pool() -> Executor:
    """Processes of this machine, one a core and of one thread each."""
    os.environ.update(dict.fromkeys(BLAS_THREADS, "1"))  # read by the processes that begin
    return ProcessPoolExecutor(processes(), get_context("spawn"), end_with_parent)


@contextmanager
def on(scheduler: str | None) -> Iterator[None]:
    """Within it, jobs go to the workers of this Dask scheduler. RunError where it fails us."""
    if scheduler is None:
        yield
        return
    from training.cluster import connected  # only here: most machines work alone

    with connected(scheduler) as there:
        _far.append(there)
        try:
            yield
        finally:
            _far.pop()


def is_far() -> bool:
    """Whether jobs go to a cluster, which shares no folder with this process."""
    return bool(_far)


def run(
    jobs: Sequence[Job],
    done: Callable[[int, Any, float], None],
    here: Callable[[], Executor],
    meanwhile: Callable[[], None] = lambda: None,
) -> None:
    """Calls done(index, result, seconds) once for every job, when it is; `here` unless it is far.

    `meanwhile` is called every two seconds. After a failure no further job begins; when this
    process is told to end, it tells those that it has begun, and waits for them.
    """
    todo, given = deque(enumerate(jobs)), dict[Future[Any], int]()
    try:
        with nullcontext(_far[-1]) if is_far() else _local(here) as farm:
            while todo or given:
                while todo and len(given) < farm.room():  # they hold the files that they read
                    i, job = todo.popleft()
                    given[farm.submit(job)] = i
                made, _ = wait(given, timeout=2, return_when=FIRST_COMPLETED)
                # Those that failed come last, so that nothing done is lost.
                for future in sorted(made, key=lambda f: f.cancelled() or bool(f.exception())):
                    done(given.pop(future), *future.result())
                meanwhile()
    except KeyboardInterrupt:
        with suppress(OSError):  # the terminal may be gone
            print("Stopped; the same command goes on from here.", file=sys.stderr)
        raise
    finally:
        for future in given:
            future.cancel()


@contextmanager
def _local(here: Callable[[], Executor]) -> Iterator[Farm]:
    begun: list[Future[Any]] = []
    child: Any

    def submit(job: Job) -> Future[Any]:
        begun.append(pool.submit(timed, *job[:2]))
        return begun[-1]

    with here() as pool:
        try:
            yield Farm(submit, lambda: 2 * (os.cpu_count() or 1))
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            while any(future.running() for future in begun):
                for child in [*active_children(), *tuple(BEGUN)]:
                    child.terminate()  # SIGTERM, after which a training writes its checkpoint
                wait(begun, timeout=0.1)
            raise
        finally:
            pool.shutdown(cancel_futures=True)


def command(line: Sequence[str], **options: Any) -> tuple[int, str]:
    """Runs a command, for a job in a thread. -> its status, and what it said on stderr

    Its standard input ends with this process, however that ends; where this one is told to end, so
    is the command.
    """
    options |= {"stdin": PIPE, "stdout": DEVNULL, "stderr": PIPE, "errors": "replace"}
    with subprocess.Popen(line, text=True, **options) as process:
        BEGUN.add(process)
        said = process.stderr.read() if process.stderr else ""
    BEGUN.discard(process)
    return process.returncode, said.strip()


def timed(function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, float]:
    """The result, and the seconds that it took."""
    start = time.monotonic()
    return function(*arguments), time.monotonic() - start
