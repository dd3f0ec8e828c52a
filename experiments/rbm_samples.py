"""Images of restricted Boltzmann machines (RBMs) by single Gibbs chains and by tempered ones: where
digits are missing, is it the machine that lacks them, or the chain that does not get there?
"""

from typing import Any

from data.sets import load
from experiments import image_scores
from experiments.cache import Part, compute
from experiments.compare import COLUMNS, COUNT, Row, judged
from experiments.experiment import Experiment, Numbers
from experiments.families import SWEEPS, TEMPERATURES, TEMPERED, of_rbm, of_tempered, trained
from experiments.image_scores import place
from experiments.rbm_trainings import SOURCES, training
from experiments.tables import table

CHAINS = {
    f"single, {SWEEPS:,} sweeps": of_rbm,
    f"{TEMPERATURES} tempered, {TEMPERED} sweeps": of_tempered,
}
TRAININGS = {kind: training(kind, 500) for kind in (SOURCES, "PCD-1", "preset best")}
ROWS = tuple((kind, chains) for kind in TRAININGS for chains in CHAINS)


def score(kind: str, chains: str) -> Row:
    return judged(CHAINS[chains], trained(TRAININGS[kind]), 0)


def measure() -> Numbers:
    image_scores.load_classifier(load("mnist"))  # trained before the processes that need it begin
    files = {kind: one.folder / "checkpoint.npz" for kind, one in TRAININGS.items()}
    order = sorted(ROWS, key=lambda row: CHAINS[row[1]] is of_rbm)  # the longest first
    parts = [Part(score, row, (files[row[0]], place("MNIST"))) for row in order]
    found = dict(zip(order, compute(parts), strict=True))
    return [{"training": kind, "chains": c, **found[kind, c]} for kind, c in ROWS]


def scores(numbers: Numbers) -> str:
    rows = [row | {heading: row[name] for name, (heading, _) in COLUMNS.items()} for row in numbers]
    digits: dict[str, Any] = {"training": 0, "chains": 0, **dict(COLUMNS.values())}
    return table(rows, digits)


EXPERIMENT = Experiment(
    question="Does an RBM draw all ten digits, and is it the chain or the machine that lacks some?",
    minutes=75,
    trainings=tuple(TRAININGS.values()),
    protocol=f"500 hidden units, one training each; {COUNT:,} images each, mean pixels at the ends"
    f" of as many chains from coin flips: single ones after {SWEEPS:,} sweeps, and tempered ones"
    f" after {TEMPERED}, each of which trades places with those of {TEMPERATURES - 1} machines on"
    " the way to independent pixels with the training images' means; scores and classifier as in"
    " experiments/compare.py; no test image is used",
    tables={"Images by single and by tempered chains": scores},
)
