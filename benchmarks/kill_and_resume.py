"""Kills commands at random moments and gives them again: are the last bits the same?"""

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from autograd_lite.threads import BLAS_THREADS
from experiments import command, record, tables
from experiments.cache import Part, compute
from experiments.experiment import Experiment, Numbers
from experiments.record import ROOT
from training.parallel import Training
from training.run import RunError, write_text

SMALL = "--data digits --validation 200 --snapshots 2 --images"
TRAININGS = {
    "RBM": f"rbm {SMALL} 2000 --hidden 60 --epochs 6",
    "dense VAE": f"vae {SMALL} 2000 --codes 8 --select best --epochs 6",
    "convolutional VAE": f"vae {SMALL} 60 --network conv --likelihood squared --epochs 4",
    "GAN": f"gan {SMALL} 2000 --epochs 5",
}
REPRODUCE = "all four, measured"  # by `python -m experiments`, of an experiment of its own
KILLS = 20  # of each
SEED = 0  # of the moments


def measure() -> Numbers:
    names = (*TRAININGS, REPRODUCE)
    whole = dict(zip(names, compute([Part(undisturbed, (name,)) for name in names]), strict=True))
    tries = [Part(trial, (name, n, *whole[name])) for name in names for n in range(KILLS)]
    return compute(tries)


def undisturbed(name: str) -> tuple[float, str]:
    """The seconds that it takes, and the digest of what it leaves."""
    with tempfile.TemporaryDirectory() as scratch:
        start = time.monotonic()
        run(name, folder := Path(scratch, "whole"))
        return time.monotonic() - start, digest(folder)


def trial(name: str, number: int, seconds: float, whole: str) -> dict[str, Any]:
    """A row: killed once, at a moment before its end, and gone on with; is it as the whole one?"""
    moments = random.Random(f"{SEED} {name} {number}")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "killed")
        while not run(name, folder, until := moments.uniform(0, seconds), number % 2 == 0):
            shutil.rmtree(folder)  # it was done by then
        done = [path.read_text().count("\n") - 1 for path in folder.rglob("metrics.csv")]
        run(name, folder)
        row = {"model": name, "of [s]": seconds, "moment [s]": until, "epochs done": sum(done)}
        row |= {"same bits": digest(folder) == whole}
        # In runs' folders they should have gone, beside what was measured they may stay.
        left = [x for x in folder.rglob("*.tmp") if x.parent.name not in ("cache", "results")]
        return row | {"left": len(left)}


def run(name: str, folder: Path, until: float | None = None, alone: bool = False) -> bool:
    """Begins or goes on in a folder; whether it was killed, with what it has begun or `alone`,
    after `until` seconds. RunError where it fails by itself.
    """
    folder.mkdir(exist_ok=True)
    model, *options = TRAININGS.get(name, "").split() or [""]
    there = (folder / "settings.json").exists()  # killed before that, it begins anew
    line = ["-m", model, "train", *(["--resume", "."] if there else [*options, "--out", "."])]
    if name == REPRODUCE:
        line = ["-c", "from benchmarks.kill_and_resume import reproduce; reproduce()"]
    env = os.environ | dict.fromkeys(BLAS_THREADS, "1") | {"PYTHONPATH": str(ROOT)}
    with open(f"{folder}.txt", "w+") as said:
        process = subprocess.Popen(
            [sys.executable, *line], cwd=folder, env=env, stdout=said, stderr=said, process_group=0
        )
        try:
            status = process.wait(until)
        except subprocess.TimeoutExpired:
            (os.kill if alone else os.killpg)(process.pid, signal.SIGKILL)
            return bool(process.wait())
        if status:
            raise RunError(f"{name} in {folder} ended with {status}: {said.seek(0)}{said.read()}")
    return False


def reproduce() -> None:
    """In the current folder: four trainings, a part for each, a record, and a page of tables."""
    results = record.RESULTS = Path("results")
    page = tables.PAGE = results / "README.md"
    vars(tables)["RESULTS"] = results
    results.mkdir(exist_ok=True)
    if not page.exists():
        write_text(page, "<!-- small -->\n<!-- end small -->\n")
    words = [training.split() for training in TRAININGS.values()]
    trainings = tuple(Training("small", model, tuple(options)) for model, *options in words)
    parts = [Part(digest, (run.folder,), (run.folder / "checkpoint.npz",)) for run in trainings]
    small = Experiment("Is it the same?", 1, trainings, partial(compute, parts))
    command.run({"small": small}, "small", ["small"])


def digest(folder: Path) -> str:
    """SHA-256 of every array in a folder but the seconds of trainings, and of what was measured."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*.npz")):
        with np.load(path) as file:
            for name in sorted(set(file.files) - {"metrics.seconds"}):
                total.update(f"{path.name} {name}".encode() + file[name].tobytes())
    for path in sorted(folder.glob("results/*.json")):
        total.update(json.dumps(json.loads(path.read_text())["numbers"]).encode())
    return total.hexdigest()


def outcomes(numbers: Numbers) -> str:
    rows = []
    for name in dict.fromkeys(row["model"] for row in numbers):
        found = [row for row in numbers if row["model"] == name]
        same = sum(row["same bits"] and not row.get("left") for row in found)
        epochs = ", ".join(str(row["epochs done"]) for row in found)
        rows.append([name, f"{found[0]['of [s]']:.1f}", epochs, f"{same} of {len(found)}"])
    header = ["command", "seconds undisturbed", "epochs done when killed", "same bits in the end"]
    return tables.markdown(header, rows)


EXPERIMENT = Experiment(
    question="Does a command that was killed and given again end with the same bits?",
    minutes=10,
    measure=measure,
    data="drawn digits",
    protocol=f"SIGKILL at {KILLS} uniformly random moments of each training, then --resume (or a"
    " new start where it was killed before its folder stood), and of a command that makes all four"
    " and measures them as `python -m experiments` does, killed alone or with all that it has"
    " begun, then given again; all arrays of checkpoints and snapshots, and what was measured,"
    " compared with undisturbed ones, and no temporary file left; "
    + "; ".join(f"{name}: {words}" for name, words in TRAININGS.items()),
    seeds=(SEED,),
    tables={"Killed and resumed": outcomes},
)
