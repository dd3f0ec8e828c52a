"""Everybody who does a case, in turn: workers of their own, which wait while another is timed."""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from typing import IO, Any

from autograd_lite.threads import BLAS_THREADS
from benchmarks.cases import CASES
from experiments.record import ROOT

OURS, FLOOR = "ours", "floor"
# Ours without the advice of training/memory.py, in one case.
GIVEN_BACK = "memory given back"
PEERS = ("PyTorch", "PyTorch compiled", "JAX", "scikit-learn")
PYTHON = ROOT / ".venv-bench" / "bin" / "python"  # what has the peers: `make bench` makes it
PAUSE = 0.15  # seconds in which the threads of who was timed last fall asleep: OpenBLAS takes 0.1


class Worker:
    """A process of benchmarks/worker.py; begun when it is first asked, and again if it died."""

    def __init__(self, who: str, python: str, threads: int) -> None:
        self.words = [python, "-m", "benchmarks.worker", who]
        self.threads = threads
        self.process: subprocess.Popen[str] | None = None
        self.errors: IO[str]  # what it says while it is there

    def ask(self, line: str) -> dict[str, Any]:
        """What it answers; {"missing": reason} where it cannot."""
        self.tell(line)
        return self.answer()

    def tell(self, line: str) -> None:
        with contextlib.suppress(OSError):  # it has died, or cannot begin: answer() says why
            self.process = self.process or self.begun()
            assert self.process.stdin
            print(line, file=self.process.stdin, flush=True)

    def answer(self) -> dict[str, Any]:
        if not self.process:
            return {"missing": f"no Python with the peers at {self.words[0]}"}
        assert self.process.stdout
        if said := self.process.stdout.readline():
            return dict(json.loads(said))
        return {"missing": self.end().rpartition("\n")[2][-200:] or "it died"}

    def begun(self) -> subprocess.Popen[str]:
        """With the first so many cores, and as many threads in every library."""
        cores = set(sorted(os.sched_getaffinity(0))[: self.threads])
        with contextlib.ExitStack() as undo:
            self.errors = undo.enter_context(tempfile.TemporaryFile("w+"))
            process = subprocess.Popen(
                self.words,
                cwd=ROOT,
                env=os.environ | dict.fromkeys(BLAS_THREADS, str(self.threads)),
                preexec_fn=lambda: os.sched_setaffinity(0, cores),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self.errors,
                text=True,
            )
            undo.pop_all()  # it began, so its errors stay open
        return process

    def end(self) -> str:
        """Ends it -> what it said on stderr."""
        if not self.process:
            return ""
        with self.errors, self.process as process:
            process.kill()
            self.process = None
            self.errors.seek(0)
            return self.errors.read().strip()


def takes_part(who: str, name: str, compiled: bool) -> bool:
    case = CASES[name]
    if who == "scikit-learn":
        return name.startswith("pcd-1")
    if who == GIVEN_BACK:
        return name == "evaluate"
    return who in (OURS, FLOOR) or (case.others and (compiled or who != "PyTorch compiled"))


def in_turn(
    names: Sequence[str],
    rounds: int,
    seconds: float,
    threads: int,
    python: str = str(PYTHON),
    compiled: bool = True,
) -> dict[str, Any]:
    """For every case the times of everybody, in ms, and ours over theirs, round by round."""
    found = {}
    for name in names:
        workers = {
            who: Worker(who, python if who in PEERS else sys.executable, threads)
            for who in (OURS, FLOOR, *PEERS, GIVEN_BACK)
            if takes_part(who, name, compiled)
        }
        try:
            found[name] = one_case(name, workers, rounds, seconds)
        finally:
            for worker in workers.values():
                worker.end()
        print(f"{name}: {summary(found[name])}", file=sys.stderr, flush=True)
    return found


def one_case(
    name: str, workers: dict[str, Worker], rounds: int, seconds: float
) -> dict[str, dict[str, Any]]:
    for worker in workers.values():
        worker.tell(f"build {name}")
    said = {who: worker.answer() for who, worker in workers.items()}
    times: dict[str, list[float]] = {who: [] for who in workers if "missing" not in said[who]}
    for turn in range(rounds):
        order = [*times][turn % len(times) :] + [*times][: turn % len(times)]
        for who in order:
            time.sleep(PAUSE)
            times[who].append(workers[who].ask(f"time {seconds}").get("ms", float("nan")))
    for who, mine in times.items():
        ratios = [a / b for a, b in zip(times[OURS], mine, strict=True)]
        said[who] |= {
            "ms": statistics.median(mine),
            "ours / theirs": statistics.median(ratios),
            "from to": [min(ratios), max(ratios)],
        }
    said[OURS] |= workers[OURS].ask(f"where {2 * seconds}")
    return said


def summary(case: dict[str, dict[str, Any]]) -> str:
    return ", ".join(
        f"{who} " + (f"{row['ms']:.2f} ms" if "ms" in row else f"missing ({row['missing']})")
        for who, row in case.items()
    )
