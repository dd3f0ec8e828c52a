"""Long measurements in parts: one process a core, each part kept as soon as it is done.

A part is kept under a digest of what it was asked, of the files it reads and of the module that
its function stands in: a stopped command goes on where it was, and a machine that was trained anew
is never taken for the one before. Whoever changes the models' own code removes out/cells.
"""

import hashlib
import inspect
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from training.plan import THREADS, at_once
from training.run import write_json

KEPT = Path("out", "cells")


class Cell(NamedTuple):
    """`function(*task)`, whose answer JSON can hold; `reads` are files it depends on."""

    function: Callable[..., Any]
    task: tuple[Any, ...]
    reads: tuple[Path, ...] = ()


def measure(cells: Sequence[Cell]) -> list[Any]:
    """The answers in order. A line on stderr for every part that is done, with the time left."""
    paths = [_place(cell) for cell in cells]
    todo = [i for i, path in enumerate(paths) if not path.exists()]
    if todo:
        _run([(cells[i], paths[i]) for i in todo])
    return [json.loads(path.read_text()) for path in paths]


def _run(todo: Sequence[tuple[Cell, Path]]) -> None:
    KEPT.mkdir(parents=True, exist_ok=True)
    os.environ.update(dict.fromkeys(THREADS, "1"))  # read by the processes that begin below
    start = time.monotonic()
    with ProcessPoolExecutor(at_once(), mp_context=get_context("spawn")) as pool:
        jobs = {pool.submit(cell.function, *cell.task): (cell, path) for cell, path in todo}
        try:
            for done, job in enumerate(as_completed(jobs), 1):
                cell, path = jobs[job]
                write_json(path, job.result())
                left = (time.monotonic() - start) / done * (len(todo) - done)
                print(
                    f"  {done} of {len(todo)}: {' '.join(map(str, cell.task))};"
                    f" {left / 60:.0f} min left",
                    file=sys.stderr,
                    flush=True,
                )
        finally:
            pool.shutdown(cancel_futures=True)  # after a failure, no further one begins


def _place(cell: Cell) -> Path:
    name = cell.function.__name__
    files = (Path(inspect.getfile(cell.function)), *cell.reads)
    asked = f"{name} {cell.task!r} {_digest(files)}"
    return KEPT / f"{name}-{hashlib.sha256(asked.encode()).hexdigest()[:16]}.json"


def _digest(paths: Sequence[Path]) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()
