"""The questions that an assignment of 2017 asks about its network (S7), answered with numbers.

`python -m experiments.latent_space` trains 21 networks, 784-500-2-500-784 on 5,000 images, about 7 minutes
on one core, and goes on where it was stopped; measuring takes 2 minutes more. With the argument
`long` it measures the network of 50,000 images and 500 epochs too, whose training takes hours.

(a) what happens without the KL, (b) which digits come back well, (c) what separates in the plane of
codes, (d) whether mean and variance of the posterior tell how well an image comes back, (e) what
the grid of decoded codes has to do with it. All networks see the same binary images: 10,000 for
validation, and the 5,000 training images among which neighbours are looked for. No test image.
"""

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from experiments.latent_answers import (
    Images,
    come_back,
    images_of,
    look,
    separate,
    tell,
)
from experiments.latent_plane import prior_and_images, real_distances, shares_of_grid
from experiments.measures import over_seeds, rank_correlation, rank_correlation_error
from experiments.record import write
from experiments.runs import SEEDS, long, short
from training.command import complain
from training.parallel import Training, train_all
from training.settings import SettingsError
from training.trained import Trained, read
from vae import train

BETAS = (0.0, 0.01, 0.1, 0.5, 1.0, 2.0, 4.0)
PAIRS = 5  # of digits, the most often confused


def of_digits(network: Trained, images: Images) -> dict[str, Any]:
    """(b) to (e) for one network."""
    reference, seen = look(network, images.train), look(network, images.x)
    row = come_back(network, seen, images) | separate(reference, seen, images)
    row |= tell(seen, images) | shares_of_grid(network, reference, images)
    for by in ("codes", "images"):
        share = row[f"share of the grid, by {by}"]
        for name in ("cost", "explained", "recognised", "accuracy"):
            rho = rank_correlation(share, row[name])
            row[f"share by {by} with {name}, over the digits"] = rho
    return row


def confused(table: Sequence[Sequence[float]], labels: Any) -> list[dict[str, Any]]:
    """The pairs of digits that are taken for one another most often, of all their images."""
    counts = np.bincount(labels, minlength=10)
    share = np.array(table) / (counts[:, None] + counts)
    order = np.argsort(-share, axis=None, kind="stable")[:PAIRS]
    rows, columns = np.unravel_index(order, share.shape)
    return [
        {"digits": [int(a), int(b)], "share of both": float(share[a, b])}
        for a, b in zip(rows, columns, strict=True)
    ]


def of_weight(network: Trained, images: Images) -> dict[str, Any]:
    """(a) for one network."""
    reference, seen = look(network, images.train), look(network, images.x)
    nll, kl = seen.nll.mean(), seen.kl.mean()
    right = separate(reference, seen, images)["accuracy, all"]
    parts = {"reconstruction": nll, "KL": kl, "cost": nll + kl, "accuracy": right}
    return parts | prior_and_images(network, reference, seen, images)


def main(argv: Sequence[str]) -> None:
    """Trains what is missing, measures, writes the answers; the argument `long` adds that network.

    Raises SettingsError for any other argument.
    """
    if argv not in ([], ["long"]):
        raise SettingsError(f"The argument is {' '.join(argv)}; expected `long` or none.")
    columns: dict[str, list[Training]] = {"short": [short("once", seed) for seed in SEEDS]}
    if argv:
        columns["long"] = [long()]
    sweep = [(beta, [short("once", seed, beta) for seed in SEEDS]) for beta in BETAS]
    train_all([run for runs in (*columns.values(), *(runs for _, runs in sweep)) for run in runs])
    images = images_of(read(columns["short"][0].folder, train).settings)
    digits = {}
    for name, runs in columns.items():
        table = over_seeds([of_digits(read(run.folder, train), images) for run in runs])
        table["most confused"] = confused(table.pop("confused")["mean"], images.labels)
        digits[name] = table
        say(name, table)
    weights = []
    for beta, runs in sweep:
        table = over_seeds([of_weight(read(run.folder, train), images) for run in runs])
        weights.append({"beta": beta, **table})
        print(f"beta {beta:g}: " + ", ".join(f"{k} {v['mean']:.4g}" for k, v in table.items()))
    numbers = {
        "images of each digit": np.bincount(images.labels, minlength=10).tolist(),
        "digits": digits,
        "weight of the KL": weights,
        "real images": real_distances(images),
        "standard error of a rank correlation of ten digits, at 0": rank_correlation_error(0, 10),
    }
    record(numbers)


def say(name: str, table: dict[str, Any]) -> None:
    """The numbers of one column on the screen."""
    for key, value in table.items():
        if key != "most confused":
            print(f"{name}, {key}: {np.round(value['mean'], 3)}")
    for pair in table["most confused"]:
        print(f"{name}: {pair['digits']} confused in {pair['share of both']:.1%}")


def record(numbers: Any) -> None:
    """Writes results/questions.json."""
    write(
        "questions",
        protocol="784-500-2-500-784, tanh, 95 % of the input kept in training, pixels binarised"
        " once; short: 5,000 images, 20 epochs, batch 50, Adam 1e-3; long: 50,000 images, 500"
        " epochs, batch 500, Adam 1e-4, pixels drawn anew; measured on 10,000 validation images"
        " binarised once, costs with 5 sampled codes an image; neighbours: 10, among the means of"
        " 5,000 training images; spread over seeds; weight of the KL: the short training with other"
        " weights, 'cost' always with weight 1; distances: pixels that differ after a cut at 1/2,"
        " from or to the nearest of 10,000 validation images, 1,000 images of the other kind",
        seeds=SEEDS,
        data="MNIST",
        numbers=numbers,
    )


if __name__ == "__main__":
    complain(main, sys.argv[1:])
