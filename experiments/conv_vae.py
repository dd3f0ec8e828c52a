"""The convolutional VAE: its cost by epoch, and trained on the whole training set."""

from collections.abc import Mapping
from typing import Any

import numpy as np

import vae.train
from data.pixels import to_unit
from data.sets import load
from experiments.cache import Part, compute
from experiments.dense_vae_curves import costs_by_epoch
from experiments.experiment import Experiment, Numbers, Training
from experiments.measures import over_seeds
from experiments.record import printed
from experiments.tables import markdown, with_spread
from training.checkpoint import load_params
from training.early import best_epoch
from training.run import files_of
from training.trained import read
from vae.train import evaluate

SEEDS = (0, 1, 2)
FEW, WHOLE = "10,000 images", "55,000 images"  # trained on so many
FIRST = 1000  # test images, as many as the notebook looks at
SHOWN = (4, 5, 10, 15, 20, 22, 25, 30)  # its first three epochs are lost; its best is the 22nd
OPTIONS = "--network conv --optimiser rmsprop --likelihood squared --batch-size 32 --epochs 30"
OPTIONS += " --snapshots 1"


def training(seed: int) -> Training:
    """As the notebook trains: 10,000 images, batches of 32, RMSprop, squared error, 30 epochs."""
    options = f"--data mnist --validation 0 --images 10000 {OPTIONS} --seed {seed}"
    return Training(f"conv-{seed}", "vae", tuple(options.split()))


def whole() -> Training:
    """The same on the whole training set, less 5,000 images for validation."""
    options = f"--data mnist --validation 5000 {OPTIONS} --seed 0"
    return Training("conv-whole-0", "vae", tuple(options.split()))


def curve(seed: int) -> dict[str, Any]:
    """The cost after each epoch: on the first test images, and on 5,000 training images."""
    run = read(training(seed).folder, vae.train)
    test = costs_by_epoch(run, to_unit(load(run.settings.data).test_images[:FIRST]))
    ends = {"last": test[-1], "best": min(test), "best epoch": int(np.argmin(test)) + 1}
    return {"test": test, "train": run.series("train_cost"), **ends}


def chosen() -> dict[str, Any]:
    """The epoch of the lowest validation cost, and test costs of its snapshot and of the last."""
    run = read(whole().folder, vae.train)
    validation, best = run.series("validation_cost"), best_epoch(run.rows)
    images = to_unit(load(run.settings.data).test_images)

    def costs(epoch: int) -> dict[str, float]:
        params = load_params(run.folder, epoch, run.params)
        both = images, images[:FIRST]
        test, first = (float(sum(evaluate(params, x, run.settings))) for x in both)
        return {"validation": validation[epoch - 1], "test": test, "first test images": first}

    ends = {"best epoch": best, "best": costs(best), "last": costs(len(validation))}
    return {"validation": validation, "train": run.series("train_cost"), **ends}


def measure() -> Numbers:
    """The curves of every seed, their mean, and what the network of the whole set reaches."""
    parts = [Part(chosen, (), tuple(files_of(whole().folder)))]
    parts += [Part(curve, (s,), tuple(files_of(training(s).folder))) for s in SEEDS]
    of_whole, *each = compute(parts)
    return {FEW: over_seeds(each), "each seed": each, WHOLE: of_whole}


def notebook() -> Mapping[str, list[float]]:
    """The costs that the notebook prints, as "test" and "train"; those lost are nan."""
    there = printed("notebook, convolutional VAE")
    return {part: np.array(there[part], float).tolist() for part in ("test", "train")}


def curves(numbers: Numbers) -> str:
    there, rows = notebook(), []
    for epoch in SHOWN:
        rows.append([str(epoch)])
        for part in ("train", "test"):
            mean, spread = (numbers[FEW][part][of][epoch - 1] for of in ("mean", "spread"))
            rows[-1] += [with_spread(mean, spread), f"{there[part][epoch - 1]:.2f}"]
    images = "10,000 training images", "first 1,000 test images"
    header = [f"{name}, {whose}" for name in images for whose in ("ours", "notebook")]
    return markdown(["epoch", *header], rows)


def reached(numbers: Numbers) -> str:
    """The last cost and the best one: mean over seeds, the notebook, the whole set."""
    few, whole_set, there = numbers[FEW], numbers[WHOLE], notebook()["test"]
    best = int(np.nanargmin(there))
    seeds = ", ".join(str(row["best epoch"]) for row in numbers["each seed"])
    ours = [with_spread(**few[which]) for which in ("last", "best")]
    rows = [
        [f"{FEW}, mean over seeds", "first 1,000", *ours, f"{seeds}, on these test images"],
        [f"{FEW}, notebook", "first 1,000", f"{there[-1]:.2f}", f"{there[best]:.2f}"],
    ]
    rows[1].append(f"{best + 1}, on these test images")
    for images, key in (("first 1,000", "first test images"), ("all 10,000", "test")):
        costs = [f"{whole_set[which][key]:.2f}" for which in ("last", "best")]
        epoch = f"{whole_set['best epoch']}, on 5,000 validation images"
        rows.append([WHOLE, images, *costs, epoch])
    header = ["trained on", "test images", "cost after epoch 30", "best", "after epoch, chosen"]
    return markdown(header, rows)


def answer(numbers: Numbers) -> str:
    last, of_whole = numbers[FEW]["last"]["mean"], numbers[WHOLE]["best"]["test"]
    there = notebook()["test"][-1]
    return f"{last:.2f} (notebook: {there:.2f}); trained on {WHOLE} {of_whole:.2f}"


EXPERIMENT = Experiment(
    question="What does a convolutional VAE cost, trained on 10,000 images and on 55,000?",
    minutes=45,
    trainings=(whole(), *(training(seed) for seed in SEEDS)),  # the longest first
    protocol="two codes, RMSprop 1e-3, batches of 32, 30 epochs; cost in nats an image less"
    f" 448.73, with sampled codes, after the epoch; training: 5,000 of the training images. {FEW}:"
    f" on the first {FIRST:,} test images after every epoch, as in the notebook; 'best' was chosen"
    " on these same images, as in the notebook, and is therefore optimistically biased; mean and"
    f" standard deviation over seeds. {WHOLE}: the epoch was chosen on 5,000 validation images"
    " cut from the training set, and the test images were used twice, for that epoch and the last",
    tables={
        "Cost of convolutional VAEs by epoch": curves,
        "What convolutional VAEs reach": reached,
    },
)
