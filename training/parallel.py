"""Several runs, made side by side: one process a core, one thread a process, begun in order.

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
    """A run that something needs: a label, the model's package and the options of its training."""

    label: str
    model: str
    options: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """Other options make another folder, so a run is never taken for one it is not."""
        digest = hashlib.sha256(" ".join((self.model, *self.options)).encode()).hexdigest()[:8]
        return RUNS / f"{self.label}-{digest}"

    def under_way(self) -> str:
        """How far its training is, or "" where it has not begun or is finished."""
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
    """What is under way: rewritten in place on a terminal, else a line a minute."""

    def __init__(self) -> None:
        self.live = sys.stderr.isatty()
        self.said = time.monotonic()

    def stays(self, text: str) -> None:
        """A line for good."""
        print(f"\r  {text:<76}" if self.live else f"  {text}", file=sys.stderr, flush=True)

    def shows(self, parts: Sequence[str]) -> None:
        """Epochs done, of all; for each training that is under way."""
        text = "epochs done: " + ", ".join(part for part in parts if part)
        if not any(parts):
            return
        if self.live:
            print(f"\r  {text[:76]:<76}", end="", file=sys.stderr, flush=True)
        elif time.monotonic() - self.said > 60:
            self.said = time.monotonic()
            self.stays(text)


def train_all(plan: Sequence[Training]) -> None:
    """Makes the runs that are not there yet and goes on with unfinished ones, several at once.

    A line on stderr for each that is done, and one now and then for those under way. RunError,
    with what the training said, when one fails.
    """
    todo = [planned for planned in plan if not finished(planned.folder)]
    line = Line()
    with ThreadPoolExecutor(at_once()) as pool:
        runs = {pool.submit(_make, planned) for planned in todo}
        try:
            while runs:
                made, runs = wait(runs, timeout=2, return_when=FIRST_COMPLETED)
                for run in made:
                    line.stays(f"{len(todo) - len(runs)} of {len(todo)}: {run.result()}")
                line.shows([planned.under_way() for planned in todo])
        finally:
            pool.shutdown(cancel_futures=True)  # after a failure, no further one begins


def at_once() -> int:
    """How many runs are made at a time."""
    return max(1, min(os.cpu_count() or 1, 4))


def _make(planned: Training) -> str:
    begun = (planned.folder / "settings.json").exists()
    options = ["--resume", str(planned.folder)] if begun else list(planned.options)
    where = [] if begun else ["--out", str(planned.folder)]
    start = time.monotonic()
    training = subprocess.run(
        [sys.executable, "-m", planned.model, "train", *options, *where],
        env=os.environ | dict.fromkeys(THREADS, "1"),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    if training.returncode:
        said = training.stderr.strip() or f"nothing, and ended with status {training.returncode}"
        raise RunError(f"{planned.folder} was not finished; its training said: {said}")
    return f"{planned.label} ({time.monotonic() - start:.0f} s)"
