"""Several trainings at once: one process a core, one thread a process, begun in order.

On small matrices two processes of one thread do more than one process of two.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from pathlib import Path
from typing import NamedTuple

from training.run import RUNS, RunError, finished

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


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
        """How far the training has come, or "" where it has not begun or is finished."""
        if finished(self.folder):  # with fewer rows than epochs, if it stopped early
            return ""
        try:
            epochs = json.loads((self.folder / "settings.json").read_text())["epochs"]
            table = self.folder / "metrics.csv"
            rows = table.read_text().count("\n") - 1 if table.exists() else 0
        except (OSError, ValueError, KeyError):
            return ""
        return f"{self.label} {rows}/{epochs}" if rows < epochs else ""


class Line:
    """What is under way: a line rewritten in place on a terminal, else a line a minute."""

    def __init__(self) -> None:
        self.live = sys.stderr.isatty()
        self.shown = time.monotonic()

    def keep(self, text: str) -> None:
        """A line that stays."""
        print(f"\r  {text:<76}" if self.live else f"  {text}", file=sys.stderr, flush=True)

    def show(self, parts: Sequence[str]) -> None:
        """Epochs done, of how many, for each training that is under way."""
        text = "epochs done: " + ", ".join(part for part in parts if part)
        if not any(parts):
            return
        if self.live:
            print(f"\r  {text[:76]:<76}", end="", file=sys.stderr, flush=True)
        elif time.monotonic() - self.shown > 60:
            self.shown = time.monotonic()
            self.keep(text)


def train_all(trainings: Sequence[Training]) -> None:
    """Makes the runs that are not there yet and resumes unfinished ones, several at once.

    A line on stderr for each that is done, and one now and then for those under way. RunError,
    with what the training said, when one fails.
    """
    todo = [training for training in trainings if not finished(training.folder)]
    line = Line()
    with ThreadPoolExecutor(processes()) as pool:
        runs = {pool.submit(_train, training) for training in todo}
        try:
            while runs:
                made, runs = wait(runs, timeout=2, return_when=FIRST_COMPLETED)
                for run in made:
                    line.keep(f"{len(todo) - len(runs)} of {len(todo)}: {run.result()}")
                line.show([training.under_way() for training in todo])
        finally:
            pool.shutdown(cancel_futures=True)  # after a failure, no further one begins


def processes() -> int:
    return max(1, min(os.cpu_count() or 1, 4))


def _train(training: Training) -> str:
    folder = training.folder
    begun = (folder / "settings.json").exists()
    where: list[str | Path] = (
        ["--resume", folder] if begun else [*training.options, "--out", folder]
    )
    start = time.monotonic()
    process = subprocess.run(
        [sys.executable, "-m", training.model, "train", *where],
        env=os.environ | dict.fromkeys(THREADS, "1"),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    if process.returncode:
        said = process.stderr.strip() or f"nothing, and ended with status {process.returncode}"
        raise RunError(f"{folder} was not finished; its training said: {said}")
    return f"{training.label} ({time.monotonic() - start:.0f} s)"
