"""The dense VAE's cost after each of 30 epochs, from snapshots, beside the notebook's."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import vae.train
from autograd_lite.ops import Array
from data.pixels import to_unit
from data.sets import load
from experiments.cache import Part, compute
from experiments.dense_vae import CODES, EPOCHS, SEEDS, notebook, training
from experiments.experiment import Experiment, Numbers
from experiments.measures import over_seeds
from experiments.tables import markdown, with_spread
from training.checkpoint import load_params
from training.run import files_of
from training.trained import Trained, read
from vae.train import evaluate

SHOWN = (1, 2, 5, 10, 20, 30)  # epochs in the tables
ALL = "all training images, last epoch"
SETTLED = 5  # the epoch from which on the largest difference is told


def costs_by_epoch(run: Trained, images: Array) -> list[float]:
    """The cost of images (N, D) with sampled codes after each epoch, nats an image; from the
    snapshots in the run's folder.
    """
    epochs = range(1, run.settings.epochs + 1)
    params = (load_params(run.folder, epoch, run.params) for epoch in epochs)
    return [float(sum(evaluate(kept, images, run.settings))) for kept in params]


def curve(codes: int, seed: int) -> dict[str, Any]:
    """Costs after each epoch, on the 10,000 test images and on 5,000 training images; and after the
    last on all training images.
    """
    run = read(training("squared", codes, seed).folder, vae.train)
    data = load(run.settings.data)
    return {
        "test": costs_by_epoch(run, to_unit(data.test_images)),
        "train": run.series("train_cost"),
        ALL: float(sum(evaluate(run.params, to_unit(data.train_images), run.settings))),
    }


def measure() -> Numbers:
    parts = [
        Part(curve, (codes, seed), tuple(files_of(training("squared", codes, seed).folder)))
        for codes in CODES
        for seed in SEEDS
    ]
    found = iter(compute(parts))
    return [{"codes": codes, **over_seeds([next(found) for _ in SEEDS])} for codes in CODES]


def largest_difference(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """From epoch SETTLED on, with its sign."""
    return max((a - b for a, b in list(zip(ours, theirs, strict=True))[SETTLED - 1 :]), key=abs)


def table(numbers: Numbers, part: str) -> str:
    """Costs on "test" or "train" images after some epochs, ours and the notebook's."""
    rows = []
    for row in numbers:
        ours, theirs = row[part]["mean"], notebook(row["codes"])[part]
        pairs = [f"{ours[e - 1]:.2f} / {theirs[e - 1]:.2f}" for e in SHOWN]
        rows.append([str(row["codes"]), *pairs, f"{largest_difference(ours, theirs):+.2f}"])
        if part == "train":
            rows[-1].append(with_spread(**row[ALL]))
    epochs = [f"epoch {e}" for e in SHOWN]
    header = ["codes", *epochs, f"largest difference from epoch {SETTLED} on"]
    return markdown([*header, "ours on all 60,000"] if part == "train" else header, rows)


EXPERIMENT = Experiment(
    question="What do dense VAEs with squared error cost after each of 30 epochs?",
    minutes=13,
    trainings=tuple(training("squared", codes, seed) for codes in CODES for seed in SEEDS),
    protocol="the trainings of dense_vae with squared error; cost in nats an image, less 448.73,"
    f" with sampled codes after each epoch, on the 10,000 test images ({EPOCHS['squared']} times"
    " for each network, as in the notebook; nothing was chosen by it) and on the first 5,000"
    " training images, after the last epoch also on all 60,000, of which the first are easier;"
    " mean and standard deviation over seeds. The notebook's training cost is a mean over all"
    " training images during the epoch, while the network still learns",
    tables={
        "Test cost of dense VAEs by epoch, ours / the notebook's": partial(table, part="test"),
        "Training cost of dense VAEs by epoch, ours / the notebook's": partial(table, part="train"),
    },
)
