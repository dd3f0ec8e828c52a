"""Several trainings at once: one process a core, one thread a process, begun in order.

On small matrices two processes of one thread do more than one process of two.
"""

import hashlib
import os
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import numpy as np

from autograd_lite.threads import BLAS_THREADS
from training import farm
from training.command import run_cli, train_command
from training.ending import end_with_input
from training.memory import keep_freed_memory
from training.progress import Line
from training.run import RUNS, RunError, files_of, finished, read_json, write_run


class Training(NamedTuple):
    """A training by its options, and the folder of its run; `label` is for people."""

    label: str
    model: str
    options: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """Its name depends on model and options, so a run is never taken for another."""
        digest = hashlib.sha256(" ".join((self.model, *self.options)).encode()).hexdigest()[:8]
        return RUNS / f"{self.label}-{digest}"

    def under_way(self) -> str:
        """How many of its epochs are over, or "" where it has not begun."""
        try:
            epochs = read_json(self.folder / "settings.json")["epochs"]
            table = self.folder / "metrics.csv"
            rows = table.read_text().count("\n") - 1 if table.exists() else 0
            return f"{self.label} {rows}/{epochs}"
        except (RunError, OSError, ValueError, KeyError, TypeError):
            return ""


def train_all(trainings: Iterable[Training]) -> None:
    """Makes the runs that are not there yet and resumes unfinished ones, several at once.

    A line on stderr for each that is done, and one now and then for those under way. RunError,
    with what the training said, when one fails.
    """
    todo = [training for training in dict.fromkeys(trainings) if not finished(training.folder)]
    line, left = Line(), dict(enumerate(todo))

    def done(i: int, files: dict[str, bytes], seconds: float) -> None:
        if files:
            write_run(todo[i].folder, files)
        del left[i]
        over = f"{len(todo) - len(left)} of {len(todo)}"
        line.keep(f"  {over}: {todo[i].label} ({seconds:.0f} s)", always=True)

    def meanwhile() -> None:
        """On a terminal a line that is rewritten, else one a minute."""
        text = ", ".join(filter(None, (training.under_way() for training in left.values())))
        if text and line.live:
            line.rewrite(f"  epochs done: {text}")
        elif text and line.due(60):
            line.keep(f"  epochs done: {text}", always=True)

    train = _train_far if farm.is_far() else _train
    jobs = [farm.Job(train, (one,), files_of(one.folder)) for one in todo]
    farm.run(jobs, done, lambda: ThreadPoolExecutor(farm.processes()), meanwhile)


def _words(training: Training) -> list[str]:
    """The command line of a training that begins or goes on."""
    folder = str(training.folder)
    if (training.folder / "settings.json").exists():
        return ["train", "--resume", folder]
    return ["train", *training.options, "--out", folder]


def _train(training: Training) -> dict[str, bytes]:
    """Trains in a process of its own. -> no files: they are where they belong"""
    line = [sys.executable, "-m", "training.parallel", training.model, *_words(training)]
    code, said = farm.command(line, env=os.environ | dict.fromkeys(BLAS_THREADS, "1"))
    if code:
        said = said or f"nothing, and ended with status {code}"
        raise RunError(f"{training.folder} was not finished; its training said: {said}")
    return {}


def _train_far(training: Training) -> dict[str, bytes]:
    """Trains in this process, a worker's, so that it ends with it. -> the files of the run"""
    keep_freed_memory()
    with np.errstate(over="ignore", invalid="ignore"):  # metrics tell that a run diverged
        train_command(_words(training), import_module(f"{training.model}.train"), training.label)
    return {path.name: path.read_bytes() for path in files_of(training.folder)}


def _alone(argv: Sequence[str]) -> None:
    """`python -m training.parallel MODEL train ...`: as `python -m MODEL`, but ends with stdin."""
    end_with_input()
    train_command(argv[1:], import_module(f"{argv[0]}.train"), "never-used")


if __name__ == "__main__":
    run_cli(_alone, sys.argv[1:])
