"""How long a training step takes, relative to its matrix products alone."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

from autograd_lite.optim import adam_start, adam_step
from benchmarks.steps import conv_pair, gan_pair, rbm_pair, vae_pair
from experiments.experiment import Experiment, Numbers
from experiments.record import ROOT
from experiments.tables import markdown
from vae import train as vae_train

ROUNDS, SECONDS = 11, 1.0
ADAM = "Adam step"


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


def measure() -> Numbers:
    """The steps beside their products; Adam with and without the advice of training/memory.py."""
    # A process of its own that has not asked for its freed memory to be kept.
    alone = "from benchmarks.speed import adam_milliseconds; print(adam_milliseconds())"
    words = [sys.executable, "-c", alone]
    plain = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return {
        "CD-30 step, 500 hidden units, batch 64": ratio(*rbm_pair()),
        "VAE step with Adam, 2 codes, batch 128": ratio(*vae_pair()),
        "convolutional VAE step with RMSprop, batch 32": ratio(*conv_pair()),
        "GAN step, both players, batch 64": ratio(*gan_pair()),
        ADAM: {"as by default [ms]": float(plain), "memory kept [ms]": adam_milliseconds()},
        "cores": os.cpu_count(),
    }


def ratios(numbers: Numbers) -> str:
    rows = [
        [
            name,
            f"{row['step [ms]']:.1f}",
            f"{row['products [ms]']:.1f}",
            f"**{row['ratio']:.2f}** ({row['lowest']:.2f} to {row['highest']:.2f})",
        ]
        for name, row in numbers.items()
        if name not in (ADAM, "cores")
    ]
    header = ["step", "ms", "its matrix products alone, ms", "ratio (lowest to highest)"]
    return markdown(header, rows)


def memory(numbers: Numbers) -> str:
    row = numbers[ADAM]
    header = ["Adam step of the dense VAE, freed memory", "ms"]
    rows = [
        ["given back (the default)", f"{row['as by default [ms]']:.2f}"],
        ["kept (training/memory.py)", f"{row['memory kept [ms]']:.2f}"],
    ]
    return markdown(header, rows)


EXPERIMENT = Experiment(
    question="How long does a training step take, relative to its matrix products alone?",
    minutes=2,
    measure=measure,
    protocol=f"median over {ROUNDS} rounds of the step's time over that of its matrix products"
    " alone, in turn in one process, float32, synthetic images; BLAS threads as by default",
    data="none",
    tables={
        "Training steps, relative to their matrix products alone": ratios,
        "Memory that is kept": memory,
    },
)
