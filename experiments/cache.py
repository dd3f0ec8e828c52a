"""Long measurements in parts: one process a core, each part kept as soon as it is done.

A part is kept under a digest of what was asked, of the files it reads, and of the code that makes
it: the module of its function and every module of this project which that imports, at any depth.
So a stopped command goes on where it was, and neither a machine that was trained anew nor code that
has changed is ever taken for the one before. Comments and layout do not count.
"""

import ast
import hashlib
import inspect
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from experiments.record import ROOT
from training.parallel import THREADS, processes
from training.run import write_json

KEPT = Path("out", "cache")


class Part(NamedTuple):
    """`function(*arguments)`, whose answer JSON can hold; `reads` are files it depends on."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    reads: tuple[Path, ...] = ()


def compute(parts: Sequence[Part]) -> list[Any]:
    """The answers in order. A line on stderr for every part that is done, with the time left."""
    paths = [_place(part) for part in parts]
    todo = [i for i, path in enumerate(paths) if not path.exists()]
    if todo:
        _run([(parts[i], paths[i]) for i in todo])
    return [json.loads(path.read_text()) for path in paths]


def _run(todo: Sequence[tuple[Part, Path]]) -> None:
    KEPT.mkdir(parents=True, exist_ok=True)
    os.environ.update(dict.fromkeys(THREADS, "1"))  # read by the processes that begin below
    start = time.monotonic()
    with ProcessPoolExecutor(processes(), mp_context=get_context("spawn")) as pool:
        jobs = {pool.submit(part.function, *part.arguments): (part, path) for part, path in todo}
        try:
            for done, job in enumerate(as_completed(jobs), 1):
                part, path = jobs[job]
                write_json(path, job.result())
                left = (time.monotonic() - start) / done * (len(todo) - done)
                words = " ".join(map(str, part.arguments))
                line = f"  {done} of {len(todo)}: {words}; {left / 60:.0f} min left"
                print(line, file=sys.stderr, flush=True)
        finally:
            pool.shutdown(cancel_futures=True)  # after a failure, no further one begins


def _place(part: Part) -> Path:
    name = part.function.__name__
    total = hashlib.sha256(f"{name} {part.arguments!r}".encode())
    total.update(code_digest(Path(inspect.getfile(part.function)).resolve()).encode())
    for path in part.reads:
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return KEPT / f"{name}-{total.hexdigest()[:16]}.json"


@cache
def code_digest(module: Path) -> str:
    """SHA-256 of a module's code and of all that it imports from this project."""
    total = hashlib.sha256()
    for path in sorted(reached(module)):
        total.update(ast.dump(ast.parse(path.read_text())).encode())
    return total.hexdigest()


def reached(module: Path) -> set[Path]:
    """A module's file, and the files of this project that it imports, at any depth."""
    found, todo = set(), [module]
    while todo:
        path = todo.pop()
        if path not in found:
            found.add(path)
            todo += _imported(path)
    return found


def _imported(path: Path) -> Iterator[Path]:
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            file = ROOT.joinpath(*name.split(".")).with_suffix(".py")
            if file.is_file():
                yield file
