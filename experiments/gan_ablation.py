"""What each trick of the GAN's preset `best` pays: the preset, with one thing at a time put back.

`python -m experiments.gan_ablation` trains all of them for few epochs (15 minutes on two cores, resumable)
and scores them as experiments.compare does. Nothing here looks at a test image.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gan.train
from data.pixels import to_unit
from data.sets import load
from experiments import image_scores as measures
from experiments.cache import Cell, measure
from experiments.classifier import classifier, judge, place
from experiments.image_scores import quality
from experiments.record import write
from experiments.runs import BEST, SEEDS, best
from gan.players import shown
from gan.train import noise
from training.checkpoint import load_params
from training.command import complain
from training.parallel import Training, train_all
from training.streams import stream
from training.trained import read

EPOCHS, COUNT = 8, 5000
DECAY = EPOCHS * 469  # steps: the rate is at 0 at the end here too
BACK = {  # to what the source does, or off
    "as it is": "",
    "as it is, seed 1": "--seed 1",
    "as it is, seed 2": "--seed 2",
    "networks of the source": "--generator 32,64,128 --discriminator 128,64,32",
    "100 units of noise": "--noise 100",
    "dropout in the generator": "--generator-dropout 0.3",
    "dropout for the penalty": "--penalty 0 --discriminator-dropout 0.3",
    "neither": "--penalty 0",
    "labels of 0.9": "--label 0.9",
    "beta1 of 0.9": "--beta1 0.9",
    "rate of 0.002 to the end": "--decay 0",
    "batches of 64": f"--batch-size 64 --decay {2 * DECAY}",
}
# The rate matters late: the same two after more epochs. Snapshots of these epochs are scored.
CONSTANT = Training(
    "gan-constant-rate",
    "gan",
    tuple(f"--data mnist {BEST} --decay 0 --epochs 59 --snapshots 10 --seed 0".split()),
)
LATER = {
    "as it is, after 50 of 100 epochs": (best(0), 50),
    "rate of 0.002 to the end, after 50": (CONSTANT, 50),
    "as it is, after 100": (best(0), 100),
}


def planned(change: str) -> Training:
    """The preset for few epochs, and something put back."""
    options = f"--data mnist {BEST} --epochs {EPOCHS} --decay {DECAY} {change}"
    number = list(BACK.values()).index(change)
    return Training(f"gan-tricks-{number}", "gan", tuple(options.split()))


def score(what: str) -> Any:
    """Scores of the averaged generator, and of the last one."""
    later, epoch = LATER.get(what, (None, 0))
    run = read((later or planned(BACK[what])).folder, gan.train)
    players = load_params(later.folder, epoch, run.params) if later else run.params
    data = load("mnist")
    judges = classifier(data)
    _, real = judge(to_unit(data.train_images), judges)
    z = noise(stream(0, "scored images"), COUNT, run.settings)
    averaged, last = (
        quality(*judge(shown(z, G), judges), real) for G in (players.average, players.G)
    )
    return {"what": what, "averaged": averaged, "last": last}


def main(argv: Sequence[str]) -> None:
    """Trains what is missing, scores every run, writes the table."""
    runs = {what: planned(change) for what, change in BACK.items()}
    runs |= {what: run for what, (run, _) in LATER.items()}
    train_all(list(dict.fromkeys(runs.values())))
    classifier(load("mnist"))  # there for the processes that measure
    judges = place("MNIST"), Path(str(measures.__file__))
    cells = [
        Cell(score, (what,), (run.folder / "checkpoint.npz", *judges)) for what, run in runs.items()
    ]
    rows = measure(cells)
    for row in rows:
        print(f"{row['what']:34} {row['averaged']['classifier score']:.2f}")
    write(
        "tricks",
        protocol=f"preset best with {EPOCHS} epochs of 60,000 images, one thing put back"
        f" at a time; scores as in experiments.compare, of {COUNT:,} images; averaged: of the generator"
        " that is shown; last: of the generator after the last step; what differs by less than the"
        " three seeds of the first rows do means nothing; the last rows are of longer trainings",
        seeds=SEEDS,
        data="MNIST",
        numbers=rows,
    )


if __name__ == "__main__":
    complain(main, sys.argv[1:])
