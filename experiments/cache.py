"""Long measurements in parts: farmed out, each part kept as soon as it is done.

A part is kept under a digest of what was asked, of the files it reads, and of the code that makes
it: the module of its function and every module of this project which that imports, at any depth.
So a stopped command goes on where it was, and neither a machine that was trained anew nor code that
has changed is ever taken for the one before. Comments and layout do not count.
"""

import ast
import hashlib
import inspect
import sys
import time
from collections.abc import Callable, Sequence
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from experiments.imports import reached
from experiments.record import ROOT
from training import farm
from training.run import read_json, write_json

KEPT = Path("out", "cache")
SECONDS: list[float] = []  # what the parts took that this process has asked for


class Part(NamedTuple):
    """`function(*arguments)`, whose answer JSON can hold; `reads` are files it depends on.

    Elsewhere it finds these, the settings of their runs, and no other file of out/.
    """

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    reads: tuple[Path, ...] = ()


def compute(parts: Sequence[Part]) -> list[Any]:
    """The answers in order. A line on stderr for every part that is done, with the time left."""
    paths = [_place(part) for part in parts]
    todo = [i for i, path in enumerate(paths) if not path.exists()]
    if todo:
        _run([(parts[i], paths[i]) for i in todo])
    there = [read_json(path) for path in paths]
    SECONDS.extend(each["seconds"] for each in there)
    return [each["answer"] for each in there]


def _run(todo: Sequence[tuple[Part, Path]]) -> None:
    KEPT.mkdir(parents=True, exist_ok=True)
    start, number = time.monotonic(), count(1)

    def done(i: int, answer: Any, seconds: float) -> None:
        part, path = todo[i]
        write_json(path, {"seconds": seconds, "answer": answer})
        n = next(number)
        left = (time.monotonic() - start) / n * (len(todo) - n)
        words = " ".join(map(str, part.arguments))
        line = f"  {n} of {len(todo)}: {words}; {left / 60:.0f} min left"
        print(line, file=sys.stderr, flush=True)

    farm.run(
        [farm.Job(p.function, p.arguments, _sent(p)) for p, _ in todo], done, farm.process_pool
    )


def _sent(part: Part) -> list[Path]:
    """What a far worker has to be sent: files of runs, and the settings of these runs."""
    files = [path for path in part.reads if not path.is_absolute()]
    beside = {path.with_name("settings.json") for path in files}
    return [*files, *sorted(path for path in beside if path.is_file())]


def _place(part: Part) -> Path:
    name = part.function.__name__
    total = hashlib.sha256(f"timed {name} {part.arguments!r}".encode())
    total.update(code_digest(Path(inspect.getfile(part.function)).resolve()).encode())
    for path in part.reads:
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return KEPT / f"{name}-{total.hexdigest()[:16]}.json"


@cache
def code_digest(module: Path) -> str:
    """SHA-256 of a module's code and of all that it imports from this project."""
    total = hashlib.sha256()
    for path in sorted(reached(ROOT, module)):
        total.update(ast.dump(ast.parse(path.read_text())).encode())
    return total.hexdigest()
