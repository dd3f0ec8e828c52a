"""The losses of the sources' GAN after each of 50 epochs, three seeds; and of the other loss.

`python -m experiments.gan` trains the players of S6 (about 20 minutes on two cores, resumable).
"""

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

import gan.train
from experiments.record import write
from experiments.runs import SEEDS, adversarial
from training.command import complain
from training.parallel import train_all
from training.trained import read

PLAYERS = ("discriminator", "generator")
LAST = 10  # epochs whose mean is compared
RUNS = {
    "non-saturating": tuple(adversarial(seed) for seed in SEEDS),
    "saturating": (adversarial(0, "saturating"),),
}


def curves(loss: str) -> Any:
    """Each player's loss after each epoch, and the mean of the last ones, over seeds."""
    runs = [read(planned.folder, gan.train) for planned in RUNS[loss]]
    numbers = {}
    for player in PLAYERS:
        series = np.array([run.series(f"train_{player}") for run in runs])
        last = series[:, -LAST:].mean(axis=1)
        numbers[player] = {
            "by epoch": series.mean(axis=0).tolist(),
            "lowest by epoch": series.min(axis=0).tolist(),
            "highest by epoch": series.max(axis=0).tolist(),
            "last ten epochs": float(last.mean()),
            "spread": float(last.std(ddof=1)) if len(runs) > 1 else None,
            "each seed": last.tolist(),
        }
    return numbers


def main(argv: Sequence[str]) -> None:
    """Trains what is missing, writes the losses."""
    train_all([planned for runs in RUNS.values() for planned in runs])
    numbers = {loss: curves(loss) for loss in RUNS}
    for loss, players in numbers.items():
        for player in PLAYERS:
            print(f"{loss:15} {player:14} {players[player]['last ten epochs']:.3f}")
    write(
        "gan_losses",
        protocol="both players trained on all 60,000 images as the source does; losses in nats an"
        " image after each epoch on the first 5,000 training images and as many generated ones,"
        " with dropout (the source prints single batches); mean of the last ten epochs, and its"
        " deviation over seeds; the saturating loss with one seed",
        seeds=SEEDS,
        data="MNIST",
        numbers=numbers,
    )


if __name__ == "__main__":
    complain(main, sys.argv[1:])
