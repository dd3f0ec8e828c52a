"""Ablation of the GAN's preset `best`: what each of its choices contributes."""

import re
from typing import Any

import gan.train
from data.pixels import to_unit
from data.sets import load
from experiments.cache import Part, compute
from experiments.experiment import Experiment, Numbers, Training
from experiments.image_scores import SCORES, load_classifier, place, predict, quality
from experiments.tables import markdown
from gan.players import sample_images
from gan.settings import Settings
from gan.train import noise
from training.checkpoint import load_params
from training.run import files_of
from training.settings import options_of
from training.streams import stream
from training.trained import read

SEEDS = (0, 1, 2)
EPOCHS, COUNT = 8, 5000
DECAY = EPOCHS * 469  # steps: the learning rate falls to 0 at the end here too
BEST = f"--data mnist {options_of(Settings.PRESETS['best'])}"
CHANGES = {
    "preset best": "",
    "preset best, seed 1": "--seed 1",
    "preset best, seed 2": "--seed 2",
    "networks of the notebook": "--generator 32,64,128 --discriminator 128,64,32",
    "100 units of noise": "--noise 100",
    "dropout in the generator": "--generator-dropout 0.3",
    "dropout in the discriminator, no R1 penalty": "--penalty 0 --discriminator-dropout 0.3",
    "no R1 penalty": "--penalty 0",
    "one-sided label smoothing, 0.9": "--label 0.9",
    "beta1 of 0.9": "--beta1 0.9",
    "no learning-rate decay": "--decay 0",
    "batches of 64": f"--batch-size 64 --decay {2 * DECAY}",
}


def best(seed: int) -> Training:
    """The preset in full, option by option: were the preset changed, this would be another run."""
    return _of(f"gan-best-{seed}", f"--snapshots 10 --seed {seed}")


def changed(name: str) -> Training:
    """The preset for few epochs, with one of CHANGES."""
    label = re.sub("[^a-z0-9]+", "-", name.lower())
    return _of(f"gan-ablation-{label}", f"--epochs {EPOCHS} --decay {DECAY} {CHANGES[name]}")


def _of(label: str, options: str) -> Training:
    return Training(label, "gan", tuple(f"{BEST} {options}".split()))


# Learning-rate decay matters late: the same two after more epochs. Snapshots of these are scored.
CONSTANT = _of("gan-ablation-constant-rate", "--decay 0 --epochs 59 --snapshots 10 --seed 0")
LATER = {
    "preset best, after 50 of 100 epochs": (best(0), 50),
    "no learning-rate decay, after 50": (CONSTANT, 50),
    "preset best, after 100": (best(0), 100),
}
TRAININGS = {name: changed(name) for name in CHANGES}
TRAININGS |= {name: training for name, (training, _) in LATER.items()}


def score(name: str) -> dict[str, Any]:
    run = read(TRAININGS[name].folder, gan.train)
    players = load_params(run.folder, LATER[name][1], run.params) if name in LATER else run.params
    data = load("mnist")
    classifier = load_classifier(data)
    _, real = predict(to_unit(data.train_images), classifier)
    z = noise(stream(0, "scored images"), COUNT, run.settings)
    both = (sample_images(z, G) for G in (players.average, players.G))
    averaged, last = (quality(*predict(x, classifier), real) for x in both)
    return {"what": name, "averaged": averaged, "last": last}


def measure() -> Numbers:
    load_classifier(load("mnist"))  # trained before the processes that need it begin
    reads = {name: (*files_of(run.folder), place("MNIST")) for name, run in TRAININGS.items()}
    return compute([Part(score, (name,), files) for name, files in reads.items()])


def ablation(numbers: Numbers) -> str:
    rows = []
    for row in numbers:
        averaged, last = row["averaged"], row["last"]
        scores = (f"{averaged[s]:.{d}f} / {last[s]:.{d}f}" for s, (_, d) in SCORES.items())
        rows.append([row["what"], *scores])
    header = (f"{heading}, averaged / last" for heading, _ in SCORES.values())
    return markdown(["training", *header], rows)


EXPERIMENT = Experiment(
    question="What does each choice of the GAN's preset `best` contribute?",
    minutes=40,
    trainings=tuple(dict.fromkeys(TRAININGS.values())),
    protocol=f"preset best with {EPOCHS} epochs of 60,000 images, one setting at a time reverted"
    " to the notebook's value (two in the row of dropout in the discriminator, which is without"
    f" R1 penalty as well); scores as in experiments/compare.py, of {COUNT:,} images; averaged: of"
    " the generator whose parameters are the EMA; last: of the generator after the last step;"
    " differences smaller than those between the three seeds of the first rows mean nothing; the"
    " last rows are of longer trainings; no test image is used",
    tables={"Ablation of the preset": ablation},
)
