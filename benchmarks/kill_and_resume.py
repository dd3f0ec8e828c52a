"""Kills trainings at random moments and goes on with them: are the last bits the same?"""

import hashlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from autograd_lite.threads import BLAS_THREADS
from experiments.experiment import Experiment, Numbers
from experiments.record import ROOT
from experiments.tables import markdown
from training.run import RunError

TRAININGS = {
    "RBM": "rbm --data mnist --hidden 100 --images 20000 --epochs 6",
    "dense VAE": "vae --data mnist --codes 8 --images 20000 --epochs 8",
    "convolutional VAE": "vae --data mnist --network conv --optimiser rmsprop --likelihood squared"
    " --images 2500 --validation 500 --epochs 6",
    "GAN": "gan --data mnist --images 20000 --epochs 6",
}
KILLS = 5  # of each
SEED = 0  # of the moments


def measure() -> Numbers:
    moments, rows = random.Random(SEED), []
    for name, words in TRAININGS.items():
        model, *options = words.split()
        with tempfile.TemporaryDirectory() as scratch:
            start = time.monotonic()
            train(model, [*options, "--out", f"{scratch}/whole"])
            seconds = time.monotonic() - start
            for number in range(KILLS):
                folder = Path(scratch, str(number))
                moment = killed(model, options, folder, partial(moments.uniform, 0, seconds))
                epochs = resumed(model, options, folder)
                same = digest(folder) == digest(Path(scratch, "whole"))
                rows.append({"model": name, "of [s]": seconds, "moment [s]": moment})
                rows[-1] |= {"epochs done": epochs, "same bits": same}
                print(rows[-1], flush=True)
    return rows


def train(model: str, words: Sequence[str], until: float | None = None) -> bool:
    """Trains in a process of its own, and kills it after `until` seconds; whether it was killed.

    RunError where it fails by itself.
    """
    line = [sys.executable, "-m", model, "train", *words]
    alone = os.environ | dict.fromkeys(BLAS_THREADS, "1")
    try:
        done = subprocess.run(line, cwd=ROOT, env=alone, stdout=subprocess.DEVNULL, timeout=until)
    except subprocess.TimeoutExpired:  # by then it is killed, with SIGKILL
        return True
    if done.returncode:
        raise RunError(f"{model} train {' '.join(words)} ended with status {done.returncode}.")
    return False


def killed(model: str, options: Sequence[str], folder: Path, moment: Callable[[], float]) -> float:
    """Trains and kills after as many seconds as `moment` draws, until one was not done by then."""
    while not train(model, [*options, "--out", str(folder)], until := moment()):
        shutil.rmtree(folder)
    return until


def resumed(model: str, options: Sequence[str], folder: Path) -> int:
    """Goes on to the end with a training that was killed; the epochs that it had done."""
    table = folder / "metrics.csv"
    done = len(table.read_text().splitlines()) - 1 if table.exists() else 0
    # Killed before its folder stood, a training begins anew.
    there = (folder / "settings.json").exists()
    train(model, ["--resume", str(folder)] if there else [*options, "--out", str(folder)])
    return done


def digest(folder: Path) -> str:
    """SHA-256 of every array of the checkpoint but the seconds that the training took."""
    total = hashlib.sha256()
    with np.load(folder / "checkpoint.npz") as file:
        for name in sorted(set(file.files) - {"metrics.seconds"}):
            total.update(name.encode() + file[name].tobytes())
    return total.hexdigest()


def outcomes(numbers: Numbers) -> str:
    rows = []
    for name in TRAININGS:
        found = [row for row in numbers if row["model"] == name]
        same = sum(row["same bits"] for row in found)
        epochs = ", ".join(str(row["epochs done"]) for row in found)
        rows.append([name, f"{found[0]['of [s]']:.1f}", epochs, f"{same} of {len(found)}"])
    header = ["model", "seconds undisturbed", "epochs done when killed", "same bits in the end"]
    return markdown(header, rows)


EXPERIMENT = Experiment(
    question="Does a training that was killed and resumed end with the same bits?",
    minutes=6,
    measure=measure,
    protocol=f"SIGKILL at {KILLS} uniformly random moments of each training, then --resume (or a"
    " new start where it was killed before its folder stood); all arrays of the last checkpoint"
    " compared with an undisturbed run; "
    + "; ".join(f"{name}: {words}" for name, words in TRAININGS.items()),
    seeds=(SEED,),
    tables={"Killed and resumed": outcomes},
)
