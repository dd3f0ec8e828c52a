"""Independent pieces of a step side by side, on two threads.

While NumPy multiplies, draws or applies a function to an array, it lets other threads run. What
comes out does not depend on how many there are: a batch is always cut into the same two halves,
each drawing from a stream of its own. Each thread multiplies alone; the library that multiplies
matrices for NumPy would otherwise take both cores for every product, and they would wait for one
another.
"""

import ctypes
import importlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

# How many threads such a library takes; it reads this when it is loaded.
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


def use_two_threads() -> bool:
    """Whether `side_by_side` takes two threads from now on; until then it takes one.

    It does where the machine has two cores, the environment does not ask for one thread, and
    matrix products can be told to take one.
    """
    global _pool
    alone = "1" in map(os.environ.get, BLAS_THREADS) or (os.cpu_count() or 1) < 2
    if _pool is None and not alone and _one_thread_a_product():
        _pool = ThreadPoolExecutor(1)  # the other thread is the caller's
    return _pool is not None


def _one_thread_a_product() -> bool:
    """Whether OpenBLAS was found among the loaded libraries and took the advice."""
    importlib.import_module("numpy")  # which loads it
    try:
        maps = Path("/proc/self/maps").read_text().split()
        for path in {word for word in maps if "openblas" in word}:
            library = ctypes.CDLL(path)
            for name in SETTERS:
                if hasattr(library, name):
                    getattr(library, name)(1)
                    return True
    except OSError:  # no Linux
        pass
    return False


def side_by_side(f: Callable[..., T], *columns: Any) -> list[T]:
    """[f(*row) for row in zip(*columns)], the first half of the rows beside the second."""
    rows = list(zip(*columns, strict=True))
    if _pool is None or len(rows) < 2:
        return [f(*row) for row in rows]
    middle = len(rows) // 2
    # A thread has a context of its own, which np.errstate is a part of: it gets the caller's.
    first = _pool.submit(copy_context().run, lambda: [f(*row) for row in rows[:middle]])
    second = [f(*row) for row in rows[middle:]]
    return first.result() + second


def halves(rows: int) -> list[slice]:
    """The rows of a batch in two parts, as equal as can be; in one where there is one row."""
    middle = (rows + 1) // 2
    return [slice(0, middle), slice(middle, rows)][: min(rows, 2)]
