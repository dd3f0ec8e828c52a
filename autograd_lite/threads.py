"""Two independent halves of a step at the same time, on two threads.

While NumPy multiplies, copies, draws or applies a function to a large array, other Python threads
can run. Whether two threads or one work here changes no bit of the result: a batch is always cut
into the same two halves, and a half that draws has a random stream of its own. Beside a second
thread each product takes one thread only: by default BLAS, the library behind NumPy's products,
takes all cores for each, and two products at once would compete for them. Where there are more
than two cores, the others stay idle.

Without halves there is no such promise: BLAS may sum in another order on two threads than on one,
and the last bits of its products then differ. Experiments and figures therefore train on one.
"""

import ctypes
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

# What tells BLAS how many threads to take. It reads them when NumPy loads it; so this module does
# not import NumPy, and a program can set them first.
BLAS_THREADS = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
SETTERS = (  # of OpenBLAS, under the names that NumPy's own copy and a system's may have
    "scipy_openblas_set_num_threads64_",
    "openblas_set_num_threads64_",
    "openblas_set_num_threads",
)
_pool: ThreadPoolExecutor | None = None


def use_two_threads() -> None:
    """From now on `side_by_side` takes two threads, and OpenBLAS one, in all of this process.

    Nothing changes where this process has one core, where a variable of BLAS_THREADS is 1, or where
    no OpenBLAS is found (as on a machine without /proc).
    """
    global _pool
    alone = "1" in map(os.environ.get, BLAS_THREADS) or _cores() < 2
    if _pool is None and not alone and _one_thread_a_product():
        _pool = ThreadPoolExecutor(1)  # the other thread is the caller's


def _cores() -> int:
    """The cores that this process may use; all of them where the system does not say."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _one_thread_a_product() -> bool:
    """Tells every OpenBLAS in this process to take one thread; whether there was one to tell."""
    told = False
    try:
        lines = Path("/proc/self/maps").read_text().splitlines()
    except OSError:  # only Linux has that file
        return False
    # The sixth column is the file's path, which may have spaces in it.
    for path in {line.split(maxsplit=5)[5] for line in lines if "openblas" in line}:
        library = ctypes.CDLL(path)
        for name in SETTERS:
            if hasattr(library, name):
                getattr(library, name)(1)
                told = True
    return told


def side_by_side(f: Callable[..., T], *columns: Any) -> list[T]:
    """[f(*row) for row in zip(*columns)], the first half of the rows beside the second.

    An error in either half reaches the caller. The other thread then still ends its half, so f must
    change nothing that others see.
    """
    rows = list(zip(*columns, strict=True))

    def results(part: Sequence[tuple[Any, ...]]) -> list[T]:
        return [f(*row) for row in part]

    if _pool is None or len(rows) < 2:
        return results(rows)
    middle = len(rows) // 2
    # A thread has a context of its own, which holds np.errstate: it gets a copy of the caller's.
    first = _pool.submit(copy_context().run, results, rows[:middle])
    second = results(rows[middle:])
    # Not begun: f runs on that thread already (a nested call), or a fork left the thread behind.
    return (results(rows[:middle]) if first.cancel() else first.result()) + second


def halves(rows: int) -> list[slice]:
    """The rows of a batch as two slices, the first longer by one if odd; one row as one slice."""
    middle = (rows + 1) // 2
    return [slice(0, middle), slice(middle, rows)][: min(rows, 2)]
