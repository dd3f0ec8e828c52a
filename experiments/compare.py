"""Scores of the images of all three families, beside real ones and baselines.

`python -m experiments.compare` trains what is missing, draws 5,000 images of each family and seed, and
shows them to a classifier of our own, which is trained first where it is not there.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from data.pixels import to_unit
from data.sets import load
from experiments import families
from experiments import image_baselines as baselines
from experiments import image_scores as measures
from experiments.cache import Cell, measure
from experiments.classifier import SIZES, classifier, judge, place
from experiments.families import FAMILIES, Family, trained
from experiments.image_scores import nearest, quality, shares
from experiments.record import write
from training.command import complain
from training.parallel import train_all
from training.streams import stream

COUNT = 5000
NEAREST = 1000  # of them are compared with all training images
LEAST = 0.04  # share of the images from which on a digit counts as there

# What scores depend on beside a run: the classifier, and the code that draws and measures.
JUDGES = (place("MNIST"), *(Path(str(m.__file__)) for m in (families, baselines, measures)))

Row = dict[str, float]


def score(number: int, seed: int) -> Row:
    """The scores of one family's images."""
    data = load("mnist")
    judges = classifier(data)
    train = to_unit(data.train_images)
    family = FAMILIES[number]
    run = trained(family.runs[seed]) if family.runs else None
    x = family.draw(stream(seed, "scored images"), data, run, COUNT)
    probs, features = judge(x, judges)
    found = shares(probs)
    _, distance = nearest(x[:NEAREST], train)
    return {
        **quality(probs, features, judge(train, judges)[1]),
        "digits": float((found >= LEAST).sum()),
        "nearest distance": float(distance.mean()),
        **{f"share of {digit}": float(share) for digit, share in enumerate(found)},
    }


def cells_of(number: int, family: Family) -> list[Cell]:
    """A cell for every seed of a family."""
    runs = [[run.folder / "checkpoint.npz"] for run in family.runs] or [[]]
    return [Cell(score, (number, seed), (*files, *JUDGES)) for seed, files in enumerate(runs)]


def summary(rows: Sequence[Row]) -> Any:
    """Mean and deviation over seeds, and each seed."""
    return {
        name: {
            "mean": float(np.mean([row[name] for row in rows])),
            "spread": float(np.std([row[name] for row in rows], ddof=1)) if len(rows) > 1 else None,
            "each seed": [row[name] for row in rows],
        }
        for name in rows[0]
    }


def accuracy() -> float:
    """The share of the 10,000 test images that the classifier names rightly."""
    data = load("mnist")
    probs, _ = judge(to_unit(data.test_images), classifier(data))
    return float((probs.argmax(axis=1) == data.test_labels).mean())


def main(argv: Sequence[str]) -> None:
    """Trains what is missing, scores every family, writes the table."""
    train_all(list(dict.fromkeys(run for family in FAMILIES for run in family.runs)))
    right = accuracy()  # and the classifier is there for the processes that measure
    cells = [cells_of(number, family) for number, family in enumerate(FAMILIES)]
    found = iter(measure([cell for group in cells for cell in group]))
    rows = [
        {"family": family.name, **summary([next(found) for _ in group])}
        for family, group in zip(FAMILIES, cells, strict=True)
    ]
    for row in rows:
        print(f"{row['family']:28}", f"{row['classifier score']['mean']:.2f}")
    write(
        "scores",
        protocol=f"{COUNT:,} images of each family and seed, mean pixels as the models show them,"
        " judged by a classifier of our own, "
        + "-".join(map(str, SIZES))
        + f" with dropout, trained on the 60,000 training images ({right:.2%} right on the 10,000"
        " test images: used once for that, once as the first row; nothing was chosen by them);"
        " classifier score: exp of the mean KL to the marginal, at most 10; digits: how many have"
        f" at least {LEAST:.0%} of the images, and the smallest share; Frechet distance of the"
        " classifier's last hidden layer to all training images; distance to the nearest training"
        f" image, Euclidean, pixels from 0 to 1, mean of {NEAREST:,} images; spread is the"
        " deviation over seeds",
        seeds=range(max(len(family.runs) for family in FAMILIES)),
        data="MNIST",
        numbers={"classifier": {"test accuracy": right}, "families": rows},
    )


if __name__ == "__main__":
    complain(main, sys.argv[1:])
