"""The cost after each of 30 epochs, as the source prints it: squared error, 2, 8 and 16 codes.

`python -m experiments.dense_vae_curves` evaluates the snapshots of the networks of experiments.dense_vae (which
it trains where they are missing: ten minutes on two cores), five minutes more.
"""

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from data.pixels import to_unit
from data.sets import load
from experiments.cache import Cell, measure
from experiments.dense_vae import CODES, EPOCHS, SEEDS, planned
from experiments.record import write
from training.checkpoint import load_checkpoint, load_params
from training.command import complain
from training.parallel import train_all
from training.run import read_settings
from vae.train import Settings, evaluate, start


def curve(codes: int, seed: int) -> Any:
    """Costs after each epoch: on the 10,000 test images, and on 5,000 training images."""
    folder = planned("squared", codes, seed).folder
    settings = read_settings(folder, Settings)
    test = to_unit(load("mnist").test_images)
    like = start(settings, test)
    _, rows = load_checkpoint(folder, like)
    costs = [
        sum(evaluate(load_params(folder, epoch, like.params), test, settings))
        for epoch in range(1, settings.epochs + 1)
    ]
    train = [row["train_cost [nats/image]"] for row in rows]
    return {"test": [float(cost) for cost in costs], "train": train}


def main(argv: Sequence[str]) -> None:
    """Evaluates every snapshot and writes means and spreads over the seeds."""
    pairs = [(codes, seed) for codes in CODES for seed in SEEDS]
    train_all([planned("squared", *pair) for pair in pairs])
    cells = [
        Cell(curve, pair, (planned("squared", *pair).folder / "checkpoint.npz",)) for pair in pairs
    ]
    curves = dict(zip(pairs, measure(cells), strict=True))
    numbers = []
    for codes in CODES:
        test, train = ([curves[codes, seed][part] for seed in SEEDS] for part in ("test", "train"))
        numbers.append(
            {
                "codes": codes,
                "test": np.mean(test, axis=0).tolist(),
                "spread": np.std(test, axis=0, ddof=1).tolist(),
                "train": np.mean(train, axis=0).tolist(),
            }
        )
    write(
        "vae_curves",
        protocol="trained as for vae_costs; cost in nats an image with sampled codes after each"
        f" epoch, on the 10,000 test images ({EPOCHS['squared']} times for each network, as the"
        " source did; nothing was chosen by it) and on 5,000 training images; mean and deviation"
        " over seeds",
        seeds=SEEDS,
        data="MNIST",
        numbers=numbers,
    )


if __name__ == "__main__":
    complain(main, sys.argv[1:])
