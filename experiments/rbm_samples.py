"""Images of restricted Boltzmann machines (RBMs) by single Gibbs chains and by tempered ones: where
digits are missing, is it the machine that lacks them, or the chain that does not get there?
"""

from typing import Any

from data.sets import load
from experiments import image_scores
from experiments.cache import Part, compute
from experiments.compare import COLUMNS, COUNT, DISTANCE, Row, judged
from experiments.experiment import Experiment, Numbers
from experiments.families import SWEEPS, TEMPERATURES, TEMPERED, of_rbm, of_tempered, trained
from experiments.image_scores import place
from experiments.rbm_trainings import SOURCES, training
from experiments.tables import table
from rbm.sample import CLIMB

CHAINS = {
    f"single, {SWEEPS:,} sweeps": of_rbm,
    f"tempered, {TEMPERED} sweeps": of_tempered,
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
    shown = {name: column for name, column in COLUMNS.items() if name != DISTANCE}  # to real ones
    rows = [row | {heading: row[name] for name, (heading, _) in shown.items()} for row in numbers]
    columns: dict[str, Any] = {"training": 0, "chains": 0, **dict(shown.values())}
    return table(rows, columns)


EXPERIMENT = Experiment(
    question="Does an RBM draw all ten digits, and is it the chain or the machine that lacks some?",
    minutes=75,
    trainings=tuple(TRAININGS.values()),
    protocol=f"500 hidden units, one training each; {COUNT:,} images each, mean pixels at the ends"
    f" of as many chains: single ones after {SWEEPS:,} sweeps from coin flips; tempered ones, led"
    f" from independent pixels with the training images' means over {TEMPERATURES} machines,"
    f" {CLIMB} sweeps each, after {TEMPERED} steps in which they trade places; scores and"
    " classifier as in experiments/compare.py; no test image is used",
    tables={"Images by single and by tempered chains": scores},
)
