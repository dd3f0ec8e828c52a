"""Several runs, made side by side: one process a core, one thread a process, begun in order.

On small matrices two processes of one thread do more than one process of two.
"""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import NamedTuple

from training.run import RUNS, RunError, finished

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


class Planned(NamedTuple):
    """A run that something needs: a label, the model's package and the options of its training."""

    label: str
    model: str
    options: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """Other options make another folder, so a run is never taken for one it is not."""
        digest = hashlib.sha256(" ".join((self.model, *self.options)).encode()).hexdigest()[:8]
        return RUNS / f"{self.label}-{digest}"


def make_runs(plan: Sequence[Planned]) -> None:
    """Makes the runs that are not there yet and goes on with unfinished ones, several at once.

    A line on stderr for each that is done. RunError, with what the training said, when one fails.
    """
    todo = [planned for planned in plan if not finished(planned.folder)]
    with ThreadPoolExecutor(at_once()) as pool:
        runs = [pool.submit(_make, planned) for planned in todo]
        try:
            for done, made in enumerate(as_completed(runs), 1):
                print(f"  {done} of {len(todo)}: {made.result()}", file=sys.stderr, flush=True)
        finally:
            pool.shutdown(cancel_futures=True)  # after a failure, no further one begins


def at_once() -> int:
    """How many runs are made at a time."""
    return max(1, min(os.cpu_count() or 1, 4))


def _make(planned: Planned) -> str:
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
