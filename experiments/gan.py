"""The losses of the notebook's GAN after each of 50 epochs, and with the other loss."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

import gan.train
from experiments.experiment import Experiment, Numbers, Training
from experiments.record import printed
from experiments.tables import markdown, with_spread
from gan.losses import LOSSES, discriminator_loss
from training.trained import read

SEEDS = (0, 1, 2)
PLAYERS = ("discriminator", "generator")
LAST = 10  # epochs whose mean is compared
BATCHES = 3  # whose losses the notebook prints in each epoch: 0, 400 and 800 of 938
SHOWN = (1, 5, 10, 20, 30, 40, 50)  # epochs


def training(seed: int, loss: str = "non-saturating") -> Training:
    """Both players as the notebook trains them, 50 epochs; or with the saturating loss."""
    options = f"--data mnist --epochs 50 --snapshots 5 --loss {loss} --seed {seed}"
    return Training(f"gan-{loss}-{seed}", "gan", tuple(options.split()))


TRAININGS = {
    "non-saturating": tuple(training(seed) for seed in SEEDS),
    "saturating": (training(0, "saturating"),),
}


def measure() -> Numbers:
    return {loss: curves(loss) for loss in TRAININGS}


def curves(loss: str) -> dict[str, Any]:
    """Each player's loss after each epoch, and the mean of the last ones, over seeds."""
    runs = [read(training.folder, gan.train) for training in TRAININGS[loss]]
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
        }
    return numbers


def notebook(player: str) -> NDArray[np.float64]:
    """The losses that the notebook prints, by epoch and batch: (epochs, BATCHES)"""
    return np.array(printed("notebook, GAN")[player]["printed"]).reshape(-1, BATCHES)


def equilibrium(loss: str, label: float) -> dict[str, float]:
    """Both players' losses where generated images are distributed as real ones, and D is best:
    then D = label / 2 everywhere, which is 1/2 without smoothing.
    """
    logit = np.full(1, np.log(label / (2 - label)))
    of_generator, _ = LOSSES[loss]
    values = discriminator_loss(logit, logit, label), of_generator(logit)
    return {player: float(value[0]) for player, value in zip(PLAYERS, values, strict=True)}


def losses(numbers: Numbers) -> str:
    rows = []
    for loss, players in numbers.items():
        for player, found in players.items():
            by_epoch = [f"{found['by epoch'][epoch - 1]:.3f}" for epoch in SHOWN]
            last = with_spread(found["last ten epochs"], found["spread"], 3)
            there = notebook(player)[-LAST:].mean() if loss == "non-saturating" else None
            rows.append([loss, player, *by_epoch, last, with_spread(there, None, 3)])
    header = ["loss", "player", *(f"epoch {e}" for e in SHOWN), "last ten epochs", "notebook"]
    return markdown(header, rows)


def by_epoch(numbers: Numbers) -> str:
    """Every epoch's losses: ours over the seeds, the notebook's over its three printed batches."""
    columns, header = [], ["epoch"]
    for player in PLAYERS:
        header += [f"{player}: {whose}" for whose in ("ours", "range of the seeds", "notebook")]
        ours, there = numbers["non-saturating"][player], notebook(player).mean(axis=1)
        low, high = ours["lowest by epoch"], ours["highest by epoch"]
        columns.append([f"{mean:.3f}" for mean in ours["by epoch"]])
        columns.append([f"{a:.3f} to {b:.3f}" for a, b in zip(low, high, strict=True)])
        columns.append([f"{mean:.3f}" for mean in there])
    rows = [[str(epoch), *row] for epoch, row in enumerate(zip(*columns, strict=True), 1)]
    return markdown(header, rows)


EXPERIMENT = Experiment(
    question="What losses do the two players of the notebook's GAN end with, in nats an image?",
    minutes=20,
    trainings=tuple(training for group in TRAININGS.values() for training in group),
    protocol="both players trained on all 60,000 images as in the notebook; losses in nats an"
    " image after each epoch on the first 5,000 training images and as many generated ones, with"
    " dropout; by epoch: mean and range of three seeds, and the mean of the three batches of 64"
    " that the notebook prints during each epoch; last ten epochs: mean and standard deviation"
    " over seeds; the saturating loss with one seed; no test image is used",
    tables={"Losses of the GAN": losses, "Losses by epoch, beside the notebook's": by_epoch},
)
