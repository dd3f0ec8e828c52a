"""One sample of the codes for each image and step, or K: what training gains, and what it pays.

The variance of the gradient has two parts (the law of total variance): one from the choice of the
images, and one from the noise of their codes. Only the second falls with K, by (vae.33) as 1 / K.
"""

import time
from collections.abc import Iterator
from typing import Any

import numpy as np

import vae.train
from autograd_lite.ops import Array
from autograd_lite.tree import leaves, tree_map
from data.pixels import to_unit
from data.sets import load
from experiments.cache import Part, compute
from experiments.experiment import Experiment, Numbers, Training
from experiments.measures import over_seeds
from experiments.tables import table, with_spread
from training.streams import stream
from training.trained import Trained, read
from vae.objective import gradient

SAMPLES, SEEDS = (1, 2, 5, 10), (0, 1, 2)
PAIRS = 100  # of gradients, for each variance
BATCH, CODES = 128, 8
ROUNDS, STEPS = 9, 20  # of timing: the median over rounds of so many steps
# What tables and figures read, by their names in the results.
COST, TIME = "validation_cost [nats/image]", "step time, relative to one sample"
NOISE, TOTAL = "gradient variance, noise of the codes", "gradient variance, noise and images"


def training(K: int, seed: int) -> Training:
    options = f"--data mnist --images 20000 --codes {CODES} --epochs 5 --samples {K} --seed {seed}"
    return Training(f"samples-{K}-{seed}", "vae", tuple(options.split()))


def trace_of_covariance(pairs: Iterator[tuple[Any, Any]]) -> tuple[float, float]:
    """From pairs of independent draws of a tree of arrays: the trace of their covariance, which is
    the mean of half the squared distance of two, and its standard error.
    """

    def half_square(u: Array, w: Array) -> float:
        return float(np.square(u - w).sum(dtype=np.float64)) / 2

    values = [sum(leaves(tree_map(half_square, a, b))) for a, b in pairs]
    return float(np.mean(values)), float(np.std(values, ddof=1) / len(values) ** 0.5)


def draws(
    run: Trained, images: Array, K: int, same_batch: bool, seed: int
) -> Iterator[tuple[Any, Any]]:
    """Pairs of gradients at a run's parameters: of one batch with two noises, or of two batches."""
    network, likelihood = vae.train.network(run.params, run.settings), run.settings.likelihood
    for i in range(PAIRS):
        rngs = [stream(seed, "variance batch", 2 * i + j) for j in range(2)]
        x, other = (images[rng.integers(len(images), size=BATCH)] for rng in rngs)
        rng, shape = stream(seed, "variance noise", i), (K, BATCH, run.settings.codes)
        eps, more = (rng.standard_normal(shape, dtype=images.dtype) for _ in range(2))
        other = x if same_batch else other
        yield gradient(x, eps, network, likelihood), gradient(other, more, network, likelihood)


def variances(K: int, seed: int) -> dict[str, float]:
    """Both variances of the gradient with K samples, at the network trained with one sample."""
    run = read(training(1, seed).folder, vae.train)
    images = to_unit(load(run.settings.data).train_images[: run.settings.images or None])
    found: dict[str, float] = {}
    for name, same_batch in ((NOISE, True), (TOTAL, False)):
        trace, error = trace_of_covariance(draws(run, images, K, same_batch, seed))
        found |= {name: trace, f"{name}: standard error": error}
    return found


def step_times() -> list[list[float]]:
    """Milliseconds of a training step for each of SAMPLES, all in turn, round by round."""
    x = np.random.default_rng(0).random((BATCH, 784), dtype=np.float32)
    settings = [vae.train.Settings(codes=CODES, samples=K) for K in SAMPLES]
    state = vae.train.start(settings[0], x)
    times: list[list[float]] = [[] for _ in SAMPLES]
    for _ in range(ROUNDS):
        for how, there in zip(settings, times, strict=True):
            start = time.perf_counter()
            for _ in range(STEPS):
                vae.train.step(state, x, how)
            there.append(1e3 * (time.perf_counter() - start) / STEPS)
    return times


def measure() -> Numbers:
    (times,) = compute([Part(step_times, ())])  # in a process of one thread, as in training
    numbers = []
    for K, step in zip(SAMPLES, times, strict=True):
        last = [read(training(K, seed).folder, vae.train).rows[-1] for seed in SEEDS]
        row = {"samples": K, **over_seeds([{COST: r[COST]} for r in last])}
        row[TIME] = float(np.median(np.array(step) / times[0]))
        found = [variances(K, seed) for seed in SEEDS]
        numbers.append(row | {name: [of_seed[name] for of_seed in found] for name in found[0]})
    return numbers


def gains(numbers: Numbers) -> str:
    one = sum(numbers[0][NOISE])
    return table(
        numbers,
        {
            "samples": 0,
            "validation cost": lambda r: with_spread(**r[COST]),
            TIME: 2,
            "variance-reduction factor, noise of the codes": lambda r: f"{one / sum(r[NOISE]):.2f}",
        },
    )


EXPERIMENT = Experiment(
    question="Does it pay to draw more than one sample of the codes for each image and step?",
    minutes=6,
    trainings=tuple(training(K, seed) for K in reversed(SAMPLES) for seed in SEEDS),
    protocol="784-256-8-256-784, ReLU, Bernoulli, grey pixels, 20,000 training images, 5 epochs,"
    " batch 128, Adam 1e-3; cost in nats an image on 5,000 validation images, mean and standard"
    " deviation over seeds; variance: trace of the covariance of the gradient of one batch under"
    f" the noise of the codes, at the three networks trained with one sample, from {PAIRS}"
    " independent pairs; variance-reduction factor: that with one sample over that with K; times:"
    f" median over {ROUNDS} rounds of {STEPS} steps, all K in turn, one thread",
    tables={"K samples of the codes": gains},
)
