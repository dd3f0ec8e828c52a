"""Kills trainings at random moments and goes on with them: are the last bits the same?

`python -m benchmarks.kill_and_resume` (about three minutes): five runs of each model, SIGKILL at a moment drawn
uniformly over the time that an undisturbed run takes, then --resume.
"""

import hashlib
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from experiments.record import write
from training.command import complain

OPTIONS = {
    "rbm": "--data mnist --hidden 100 --images 20000 --epochs 6",
    "vae": "--data mnist --codes 8 --images 20000 --epochs 8",
}
KILLS = 5  # of each model


def training(model: str, *where: str) -> subprocess.Popen[bytes]:
    """A training as a process of its own."""
    fresh = OPTIONS[model].split() if where[0] == "--out" else []
    return subprocess.Popen(
        [sys.executable, "-m", model, "train", *fresh, *where], stdout=subprocess.DEVNULL
    )


def digest(folder: Path) -> str:
    """SHA-256 of every array of the checkpoint but the seconds that the training took."""
    total = hashlib.sha256()
    with np.load(folder / "checkpoint.npz") as file:
        for name in sorted(set(file.files) - {"metrics.seconds"}):
            total.update(name.encode() + file[name].tobytes())
    return total.hexdigest()


def epochs_done(folder: Path) -> int:
    """Rows of metrics there when the run was killed."""
    path = folder / "metrics.csv"
    return len(path.read_text().splitlines()) - 1 if path.exists() else 0


def main(argv: Sequence[str]) -> None:
    """Runs, kills, resumes, compares."""
    moments = random.Random(0)
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        for model in OPTIONS:
            whole = Path(scratch) / model
            begun = time.monotonic()
            assert training(model, "--out", str(whole)).wait() == 0
            lasts = time.monotonic() - begun
            for number in range(KILLS):
                folder = Path(scratch) / f"{model}-{number}"
                process = training(model, "--out", str(folder))
                moment = moments.uniform(0, lasts)
                time.sleep(moment)
                process.send_signal(signal.SIGKILL)
                killed = process.wait() == -signal.SIGKILL
                done = epochs_done(folder)
                there = (folder / "settings.json").exists()
                again = training(model, *(("--resume",) if there else ("--out",)), str(folder))
                same = again.wait() == 0 and digest(folder) == digest(whole)
                rows.append(
                    {
                        "model": model,
                        "moment [s]": round(moment, 2),
                        "of [s]": round(lasts, 2),
                        "killed": killed,
                        "epochs done": done,
                        "same bits": same,
                    }
                )
                print(json.dumps(rows[-1]))
    write(
        "resume",
        protocol=f"SIGKILL at uniformly random moments, {KILLS} runs each of: {OPTIONS}; then"
        " --resume (or a new start where it was killed before its folder stood); all arrays of the"
        " last checkpoint compared with an undisturbed run",
        seeds=[0],
        data="MNIST",
        numbers=rows,
    )


if __name__ == "__main__":
    complain(main, sys.argv[1:])
