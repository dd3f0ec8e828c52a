"""How much a training step costs beside the matrix products that it cannot do without.

`python -m benchmarks.speed` (about a minute): both sides in turn, in one process, NumPy alone.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

import numpy as np

from autograd_lite.optim import adam_start, adam_step
from benchmarks.steps import conv_pair, gan_pair, rbm_pair, vae_pair
from experiments.record import write
from training.command import complain
from vae import train as vae_train

ROUNDS, SECONDS = 11, 1.0


def ratio(step: Callable[[], object], bare: Callable[[], object]) -> dict[str, float]:
    """Median of step's time over bare's, round by round, so that a drifting machine cancels."""
    ratios, steps, bares = [], [], []
    for _ in range(ROUNDS):
        steps.append(_time(step))
        bares.append(_time(bare))
        ratios.append(steps[-1] / bares[-1])
    return {
        "ratio": statistics.median(ratios),
        "lowest": min(ratios),
        "highest": max(ratios),
        "step [ms]": 1e3 * statistics.median(steps),
        "products [ms]": 1e3 * statistics.median(bares),
    }


def _time(f: Callable[[], object]) -> float:
    f()
    start, calls = time.perf_counter(), 0
    while time.perf_counter() - start < SECONDS / 2:
        f()
        calls += 1
    return (time.perf_counter() - start) / calls


def adam_milliseconds() -> float:
    """One Adam step on the parameters of the dense VAE."""
    settings = vae_train.Settings()
    params = vae_train.start(settings, np.zeros((1, 784), np.float32)).params
    state = adam_start(params)
    return 1e3 * min(_time(lambda: adam_step(params, state, params)) for _ in range(5))


def main(argv: Sequence[str]) -> None:
    """Measures the steps, and Adam with and without the advice of training/memory.py."""
    if argv == ["adam"]:
        print(adam_milliseconds())
        return
    # A process of its own that has not asked for its freed memory to be kept.
    asked = [sys.executable, "-c", "from benchmarks.speed import *; main(['adam'])"]
    plain = float(subprocess.run(asked, capture_output=True, text=True, check=True).stdout)
    numbers = {
        "CD-30 step, 500 hidden units, batch 64": ratio(*rbm_pair()),
        "VAE step with Adam, 2 codes, batch 128": ratio(*vae_pair()),
        "convolutional VAE step with RMSprop, batch 32": ratio(*conv_pair()),
        "GAN step, both players, batch 64": ratio(*gan_pair()),
        "Adam step": {"as by default [ms]": plain, "memory kept [ms]": adam_milliseconds()},
    }
    for name, row in numbers.items():
        print(name, {key: round(value, 3) for key, value in row.items()})
    write(
        "speed",
        protocol=f"median over {ROUNDS} rounds of the step's time over that of its bare products,"
        " in turn in one process, float32, synthetic images",
        seeds=[0],
        data=f"none; {os.cpu_count()} cores, BLAS threads as by default",
        numbers=numbers,
    )


if __name__ == "__main__":
    complain(main, sys.argv[1:])
