"""How fast this project is, beside others that do the same: `make bench`.

Cases: benchmarks/cases.py; the others: benchmarks/peers/; their turns: benchmarks/rounds.py.
"""

import ctypes
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.cases import CASES
from benchmarks.rounds import in_turn
from benchmarks.speed_tables import agreement, beside, where
from experiments.command import run
from experiments.experiment import Experiment, Numbers, find
from experiments.record import RESULTS
from figures.drawing import Drawing, save_picture
from figures.speed import ratios
from training.command import run_cli
from training.settings import Parser

ROUNDS, SECONDS, THREADS = 7, 0.4, 2
SLOW, FEW = ("gibbs",), 3  # more than a second a call: so many rounds
LONG = (*SLOW, "inpaint", "pseudo", "ais", "log-z")  # not in the quick run


def machine() -> dict[str, str]:
    told = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    names = [line.split(": ")[1] for line in told.split("\n") if line.startswith("model name")]
    return {
        "processor": (names or [platform.processor()])[0],
        "cores": f"{os.cpu_count()} cores",
        "threads": f"{THREADS} threads",
        "BLAS": blas(),
        "system": platform.platform(),
    }


def blas() -> str:
    """NumPy's BLAS, and the processor for which its products are written, where it says so."""
    config: Any = np.show_config(mode="dicts")
    found = config["Build Dependencies"]["blas"]
    for path in (Path(np.__file__).parents[1] / "numpy.libs").glob("*openblas*"):
        for name in ("scipy_openblas_get_corename64_", "openblas_get_corename"):
            if core := getattr(ctypes.CDLL(str(path)), name, None):
                core.restype = ctypes.c_char_p
                return f"{found['name']} {found['version']}, {core().decode()}"
    return f"{found['name']} {found['version']}"


def measure() -> Numbers:
    found: Numbers = {}
    for name in CASES:
        rounds = FEW if name in SLOW else ROUNDS
        found |= in_turn([name], rounds, SECONDS, THREADS)
    titles = {name: case.title for name, case in CASES.items()}
    save_picture(Drawing("speed.svg", (), lambda: ratios(found, titles)), RESULTS)
    return {"machine": machine(), "cases": found}


EXPERIMENT = Experiment(
    question="How long does a step take, beside PyTorch, JAX, scikit-learn and its bare products?",
    minutes=12,
    protocol=f"float32, {THREADS} threads for all, drawn digits; each in a process of its own,"
    f" timed in turn for {SECONDS} s; ratios of the times of one round: median, lowest and highest"
    f" of {ROUNDS} rounds ({FEW} of the Gibbs chains); missing where it cannot be installed or does"
    " not compile. Differences: after three steps from the same parameters with the same noise, of"
    " an array relative to its update; where chains are drawn, of the means of 10 steps, in"
    " standard errors, about 1",
    data="none",
    tables={
        "Beside others": beside,
        "Where the time goes, ms": where,
        "Do they compute the same?": agreement,
    },
)


def main(argv: Sequence[str]) -> None:
    """The whole of it is written to results/; parts of it go to the screen only."""
    parser = Parser(prog="make bench", allow_abbrev=False)
    parser.add_argument("--quick", action="store_true", help="few rounds, nothing compiled long")
    parser.add_argument("--case", action="append", choices=CASES, help="only this one (repeatable)")
    parser.add_argument("--list", action="store_true", help="list the cases and time nothing")
    parser.add_argument("--threads", type=int, default=THREADS, help=f"default: {THREADS}")
    options = parser.parse_args(argv)
    if options.list:
        print("\n".join(f"{name:12} {case.title}" for name, case in CASES.items()))
    elif options.quick or options.case or options.threads != THREADS:
        names = options.case or [name for name in CASES if not (options.quick and name in LONG)]
        often = (3, 0.1) if options.quick else (ROUNDS, SECONDS)
        found = in_turn(names, *often, options.threads, compiled=not options.quick)
        for heading, table in EXPERIMENT.tables.items():
            print(f"\n{heading}\n\n{table({'cases': found})}")
    else:
        run(find("benchmarks"), "benchmarks", ["speed"])


if __name__ == "__main__":
    run_cli(main, sys.argv[1:])
