"""One sample of the codes for each image and step, or m: what training gains, and what it pays.

`python -m experiments.sample_count` trains 12 networks of 8 code units on 20,000 images, about 4 minutes on
one core, and goes on where it was stopped; measuring takes 1 minute more.

The variance of the gradient has two parts (the law of total variance): one from the choice of the
images, and one from the noise of their codes. Only the second falls with m, by (vae.15) as 1 / m.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autograd_lite.ops import Array
from autograd_lite.tree import leaves
from data.pixels import to_unit
from data.sets import load
from experiments.measures import over_seeds
from experiments.record import write
from training.command import complain
from training.parallel import THREADS, Training, train_all
from training.streams import stream
from training.trained import read
from vae import train
from vae.mlp import Params
from vae.networks import Dense
from vae.objective import gradient

SAMPLES, SEEDS = (1, 2, 5, 10), (0, 1, 2)
PAIRS = 100  # of gradients, for each variance
BATCH, CODES = 128, 8
ROUNDS, STEPS = 9, 20  # of timing: the median over rounds of so many steps


def planned(m: int, seed: int) -> Training:
    """The run with m samples and one seed."""
    options = f"--data mnist --images 20000 --codes {CODES} --epochs 5 --samples {m} --seed {seed}"
    return Training(f"samples-{m}-{seed}", "vae", tuple(options.split()))


def half_squared_distance(a: Any, b: Any) -> float:
    """Of two independent draws of a tree of arrays: its mean is the trace of their covariance."""
    pairs = zip(leaves(a), leaves(b), strict=True)
    return sum(float(np.square(u - w).sum(dtype=np.float64)) for u, w in pairs) / 2


def trace_of_covariance(pairs: Iterator[tuple[Any, Any]]) -> tuple[float, float]:
    """From independent pairs of draws: the trace, and its standard error."""
    values = np.array([half_squared_distance(a, b) for a, b in pairs])
    return float(values.mean()), float(values.std(ddof=1) / len(values) ** 0.5)


def draws(
    params: Params, images: Array, m: int, same_batch: bool, seed: int
) -> Iterator[tuple[Params, Params]]:
    """Pairs of gradients at fixed parameters: of one batch with two noises, or of two batches."""
    for i in range(PAIRS):
        two = [stream(seed, "variance batch", 2 * i + j) for j in range(2)]
        first, second = (images[rng.integers(len(images), size=BATCH)] for rng in two)
        batches = (first, first if same_batch else second)
        rng = stream(seed, "variance noise", i)
        shape = (m, BATCH, params.W_mu.shape[1])
        eps = [rng.standard_normal(shape, dtype=images.dtype) for _ in range(2)]
        net = Dense(params, "relu")
        a, b = (gradient(x, e, net, "bernoulli") for x, e in zip(batches, eps, strict=True))
        yield a, b


def step_times() -> dict[int, list[float]]:
    """Milliseconds of a training step for each m: all m in turn, round by round."""
    x = np.random.default_rng(0).random((BATCH, 784), dtype=np.float32)
    settings = {m: train.Settings(codes=CODES, samples=m) for m in SAMPLES}
    state = train.start(settings[1], x)
    times: dict[int, list[float]] = {m: [] for m in SAMPLES}
    for _ in range(ROUNDS):
        for m, how in settings.items():
            start = time.perf_counter()
            for _ in range(STEPS):
                train.step(state, x, how)
            times[m].append(1e3 * (time.perf_counter() - start) / STEPS)
    return times


def on_one_thread() -> dict[int, list[float]]:
    """step_times of a process of its own, with one thread for products as in training."""
    environment = os.environ | dict.fromkeys(THREADS, "1")
    asked = [sys.executable, "-m", "experiments.sample_count", "times"]
    done = subprocess.run(asked, env=environment, capture_output=True, text=True, check=True)
    return {int(m): times for m, times in json.loads(done.stdout).items()}


def variances(m: int) -> dict[str, list[float]]:
    """Both variances of the gradient with m samples, at the networks trained with one sample."""
    table: dict[str, list[float]] = {}
    for seed in SEEDS:
        network = read(planned(1, seed).folder, train)
        settings = network.settings
        images = to_unit(load(settings.data).train_images[: settings.images or None])
        for name, same_batch in (("of the noise", True), ("in all", False)):
            pairs = draws(network.params, images, m, same_batch, seed)
            trace, error = trace_of_covariance(pairs)
            table.setdefault(f"gradient's variance {name}", []).append(trace)
            table.setdefault(f"standard error {name}", []).append(error)
    return table


def main(argv: Sequence[str]) -> None:
    """Trains what is missing, measures costs, times and variances, writes the table."""
    if argv == ["times"]:
        print(json.dumps(step_times()))
        return
    train_all([planned(m, seed) for m in reversed(SAMPLES) for seed in SEEDS])
    times, numbers = on_one_thread(), []
    for m in SAMPLES:
        last = [read(planned(m, seed).folder, train).rows[-1] for seed in SEEDS]
        ratios = np.array(times[m]) / np.array(times[1])
        row = {
            "samples": m,
            **over_seeds([{k: r[k] for k in r if k.startswith("validation")} for r in last]),
            "step [ms]": float(np.median(times[m])),
            "step, as a multiple of one sample's": float(np.median(ratios)),
            "lowest and highest multiple": [float(ratios.min()), float(ratios.max())],
            **variances(m),
        }
        numbers.append(row)
        cost = row["validation_cost [nats/image]"]
        noise, all_ = (
            np.mean(row[f"gradient's variance {of}"]) for of in ("of the noise", "in all")
        )
        print(
            f"{m:2} samples: {cost['mean']:.2f} +- {cost['spread']:.2f} nats an image, a step costs"
            f" {np.median(ratios):.2f} times as much, variance of the noise {noise:.3g}, in all"
            f" {all_:.3g}"
        )
    write(
        "samples",
        protocol="784-256-8-256-784, ReLU, Bernoulli, grey pixels, 20,000 training images, 5"
        " epochs, batch 128, Adam 1e-3; cost on 5,000 validation images, spread over seeds;"
        " variance: trace of the covariance of the gradient of one batch, at the three networks"
        f" trained with one sample, from {PAIRS} independent pairs, with standard errors; of the"
        " noise: the same batch with two noises; in all: two batches; times: median over"
        f" {ROUNDS} rounds of {STEPS} steps, all m in turn, one thread",
        seeds=SEEDS,
        data="MNIST",
        numbers=numbers,
    )


if __name__ == "__main__":
    complain(main, sys.argv[1:])
