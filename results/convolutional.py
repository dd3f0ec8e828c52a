"""The convolutional VAE of S5: the cost after each of 30 epochs, three seeds.

`python -m results.convolutional` trains three networks on 10,000 images (40 minutes on two cores,
resumable) and evaluates every snapshot on the first 1,000 test images, as the source does.
"""

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from data.pixels import to_unit
from data.sets import load
from results.cells import Cell, measure
from results.record import write
from results.runs import SEEDS, convolutional
from training.checkpoint import load_checkpoint, load_params
from training.command import complain
from training.plan import make_runs
from training.run import read_settings
from vae.train import Settings, evaluate, start

IMAGES = 1000


def curve(seed: int) -> Any:
    """Costs after each epoch: on test images, and on 5,000 training images."""
    folder = convolutional(seed).folder
    settings = read_settings(folder, Settings)
    test = to_unit(load("mnist").test_images[:IMAGES])
    like = start(settings, test)
    _, rows = load_checkpoint(folder, like)
    costs = [
        float(sum(evaluate(load_params(folder, epoch, like.params), test, settings)))
        for epoch in range(1, settings.epochs + 1)
    ]
    return {"test": costs, "train": [row["train_cost [nats/image]"] for row in rows]}


def main(argv: Sequence[str]) -> None:
    """Trains what is missing, evaluates every snapshot, writes the curves."""
    make_runs([convolutional(seed) for seed in SEEDS])
    cells = [Cell(curve, (s,), (convolutional(s).folder / "checkpoint.npz",)) for s in SEEDS]
    curves = measure(cells)
    test, train = (np.array([c[part] for c in curves]) for part in ("test", "train"))
    numbers = {
        "test": test.mean(axis=0).tolist(),
        "spread": test.std(axis=0, ddof=1).tolist(),
        "train": train.mean(axis=0).tolist(),
        "last": test[:, -1].tolist(),
        "best": test.min(axis=1).tolist(),
        "best epoch": (test.argmin(axis=1) + 1).tolist(),
    }
    for name in ("last", "best", "best epoch"):
        print(name, numbers[name])
    write(
        "convolutional",
        protocol="10,000 training images, batch 32, RMSprop 1e-3, squared error, 30 epochs; cost in"
        f" nats an image less 448.73 with sampled codes after each epoch, on the first {IMAGES:,}"
        " test images (30 times for each network, as the source did) and on 5,000 training images;"
        " 'best' is the best epoch on those test images, as in the source: chosen by them, it"
        " flatters; mean and deviation over seeds",
        seeds=SEEDS,
        data="MNIST",
        numbers=numbers,
    )


if __name__ == "__main__":
    complain(main, sys.argv[1:])
