"""The most memory that each command takes: that of its largest process, as the system counts it.

A command that trains or measures on all cores has as many such processes at once.
"""

import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from experiments.experiment import Experiment, Numbers
from experiments.record import ROOT
from experiments.tables import table
from training.run import RunError

# What is trained here needs as much as in all its epochs after one of them; the others are whole.
COMMANDS = (
    "data --data mnist",
    "rbm train --data mnist --hidden 500 --epochs 1 --out {out}/rbm",
    "rbm train --data mnist --hidden 500 --gibbs-steps 30 --epochs 1 --out {out}/rbm-30",
    "rbm likelihood {out}/rbm --temperatures 100",  # the others come one after another
    "vae train --data mnist --codes 16 --epochs 1 --out {out}/vae",
    "vae train --data mnist --network conv --images 10000 --epochs 1 --out {out}/conv",
    "gan train --data mnist --preset best --epochs 1 --out {out}/gan",
    "figures --data mnist --out {out}/figures",
    "figures --chapters --out {out}/chapters",
    "grading ledger",
    "grading errata",
    "grading template {out}/template",
    "grading grade grading/examples/half",
    "pytest -q -p tests.cores",
)
# The child of a child: RUSAGE_CHILDREN is then of this command and what it started.
ALONE = """
import resource, subprocess, sys
status = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
print(status, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
UNIT = 1 if sys.platform == "darwin" else 1024  # bytes of ru_maxrss


def peak(words: Sequence[str]) -> int:
    """Bytes of the largest process of `python -m words`. RunError where it could not do its work;
    status 1 says that a submission did not pass.
    """
    line = [sys.executable, "-c", ALONE, sys.executable, "-m", *words]
    said = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    status, most = map(int, said.split())
    if status > 1:
        raise RunError(f"python -m {shlex.join(words)} ended with status {status}.")
    return UNIT * most


def measure() -> Numbers:
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        for command in COMMANDS:
            start = time.monotonic()
            most = peak(command.format(out=Path(scratch)).split())
            shown = command.replace(" --out {out}", " --out OUT").replace("{out}", "OUT")
            rows.append({"command": f"python -m {shown}", "MB": most / 1e6})
            rows[-1]["seconds"] = time.monotonic() - start
            print(rows[-1], flush=True)
    return rows


def peaks(numbers: Numbers) -> str:
    command = {"command": lambda row: f"`{row['command']}`"}
    return table(numbers, {**command, "MB": 0, "seconds": 0})


EXPERIMENT = Experiment(
    question="How much memory does each command take?",
    minutes=8,
    protocol="maximum resident set size of the largest process that the command starts, itself"
    " included; figures, chapters and experiments with their trainings there already",
    seeds=(),
    tables={"Memory": peaks},
)
