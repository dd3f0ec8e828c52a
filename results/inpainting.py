"""Restored digits: the restricted Boltzmann machine beside three baselines.

`python -m results.inpainting` trains six machines (about 15 minutes on two cores, resumable),
then fills in 20, 50 and 80 % of all pixels of the first 2,000 test images.
"""

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from data.pixels import binarise, remove_pixels, to_unit
from data.sets import load, split
from rbm.inpaint import inpaint
from rbm.model import Params
from rbm.train import Settings, start
from results import baselines
from results.record import write
from training.checkpoint import load_checkpoint
from training.command import complain
from training.plan import Planned, make_runs
from training.run import read_settings
from training.streams import stream

SIZES, SHARES = (20, 100, 500), (0.2, 0.5, 0.8)
# Rates chosen on validation images. Persistent chains need smaller steps.
OPTIONS = {
    "CD-5": "--data mnist --gibbs-steps 5 --epochs 30 --halving 4000",
    "PCD-5": "--data mnist --gibbs-steps 5 --epochs 30 --halving 4000 --chains persistent"
    " --learning-rate 0.05 --momentum 0",
}


def planned(kind: str, hidden: int) -> Planned:
    """The run of a machine with `hidden` units."""
    options = (*OPTIONS[kind].split(), "--hidden", str(hidden))
    return Planned(f"inpainting-{kind}-{hidden}", "rbm", options)


def load_params(kind: str, hidden: int, images: Any) -> Params:
    """The trained parameters."""
    folder = planned(kind, hidden).folder
    state, _ = load_checkpoint(folder, start(read_settings(folder, Settings), images))
    return Params(*state.params)


def by_machine(params: Params, v: Any, known: Any, seed: int) -> Any:
    """P(v_i = 1 | given pixels): the mean over 4 chains of 100 sweeps after 100."""
    chains = [
        inpaint(stream(seed, "inpaint", i), v, known, *params, burn_in=100, average=100)
        for i in range(4)
    ]
    return baselines.kept_inside(np.mean(chains, axis=0))


def fit_baselines(train: Any, validation: Any, share: float) -> tuple[float, Any]:
    """The weight of the nearest image and the logistic regression, from validation and training."""
    mean = baselines.kept_inside(train.mean(axis=0))
    _, known = remove_pixels(stream(0, "validation mask"), validation, share, "all")
    nearest = baselines.nearest_image(train, validation, known)
    weight = baselines.best_weight(nearest, mean, validation, known)
    some = train[:4000]
    _, known = remove_pixels(stream(0, "training mask"), some, share, "all")
    features = baselines.neighbour_features(some, known, mean)[~known]
    return weight, baselines.fit_logistic(features, some[~known])


def score(name: str, probs: Any, v: Any, known: Any) -> dict[str, Any]:
    """A row of the table; `error` is the standard error of the cross-entropy over images."""
    missing = ~known
    cost = -np.log(np.where(v == 1, probs, 1 - probs), dtype=np.float64) * missing
    return {
        "method": name,
        "right": float(((probs > 0.5) == (v == 1))[missing].mean()),
        "cross-entropy [nats/missing pixel]": float(cost.sum() / missing.sum()),
        "standard error": float(cost.sum(axis=1).std() * len(v) ** 0.5 / missing.sum()),
    }


def main(argv: Sequence[str]) -> None:
    """Trains what is missing, writes the table; the argument `validation` scores there instead."""
    make_runs([planned(kind, hidden) for hidden in reversed(SIZES) for kind in OPTIONS])
    data = load("mnist")
    rows, held_out = split(to_unit(data.train_images), 5000)
    train, validation = (binarise(stream(0, "none"), x, "threshold") for x in (rows, held_out))
    test = binarise(stream(0, "none"), to_unit(data.test_images[:2000]), "threshold")
    v = validation[:1000] if argv == ["validation"] else test
    mean = baselines.kept_inside(train.mean(axis=0))
    numbers = []
    for share in SHARES:
        weight, w = fit_baselines(train, validation, share)
        _, known = remove_pixels(stream(0, "test mask"), v, share, "all")
        nearest = baselines.nearest_image(train, v, known)
        mixed = baselines.kept_inside(weight * nearest + (1 - weight) * mean)
        rows_here = [
            score("training mean", baselines.training_mean(train, v), v, known),
            score("nearest training image, smoothed", mixed, v, known) | {"weight": weight},
            score("8 neighbours", baselines.by_neighbours(w, v, known, mean), v, known),
        ]
        for kind in OPTIONS:
            for hidden in SIZES:
                probs = by_machine(load_params(kind, hidden, train), v, known, seed=hidden)
                rows_here.append(score(f"RBM, {hidden} hidden units, {kind}", probs, v, known))
        for row in rows_here:
            numbers.append({"missing": share, **row})
            cost = row["cross-entropy [nats/missing pixel]"]
            print(f"{share:.0%} {row['method']:36} right {row['right']:.4f}  {cost:.4f} nats")
    if v is test:
        write(
            "inpainting",
            protocol="pixels binarised at 1/2; 20, 50, 80 % of all pixels of each of the first"
            " 2,000 test images missing, the same for all methods; machines trained on 55,000"
            f" images with {OPTIONS}; mixing weight from 5,000 validation images; test set used"
            " once",
            seeds=[0],
            data="MNIST",
            numbers=numbers,
        )


if __name__ == "__main__":
    complain(main, sys.argv[1:])
