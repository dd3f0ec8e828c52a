"""Images of restricted Boltzmann machines (RBMs) by single Gibbs chains, by tempered ones, and by
the training's own: where digits are missing, is it the machine that lacks them, or the chain?
"""

from typing import Any

from data.sets import load
from experiments import families, image_scores
from experiments.cache import Part, compute
from experiments.compare import COLUMNS, COUNT, DISTANCE, Row, judged
from experiments.experiment import Experiment, Numbers
from experiments.image_scores import place
from experiments.rbm_trainings import SOURCES, training
from experiments.tables import table
from rbm.sample import CLIMB

CHAINS = {
    f"single, {families.SWEEPS:,} sweeps": families.of_rbm,
    f"tempered, {families.TEMPERED} sweeps": families.of_tempered,
    f"training's, every {families.APART} sweeps": families.of_particles,
}
TRAININGS = {kind: training(kind, 500) for kind in (SOURCES, "preset best")}
ROWS = tuple(
    (kind, chains)
    for kind in TRAININGS
    for chains, images in CHAINS.items()
    if not (kind == SOURCES and images is families.of_particles)  # which has none that persist
)


def score(kind: str, chains: str) -> Row:
    return judged(CHAINS[chains], families.trained(TRAININGS[kind]), 0)


def measure() -> Numbers:
    image_scores.load_classifier(load("mnist"))  # trained before the processes that need it begin
    files = {kind: one.folder / "checkpoint.npz" for kind, one in TRAININGS.items()}
    order = sorted(ROWS, key=lambda row: "tempered" not in row[1])  # the longest first
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
    protocol=f"500 hidden units, one training each; {COUNT:,} images each, mean pixels of chains:"
    f" single ones after {families.SWEEPS:,} sweeps from coin flips, one image each; tempered ones,"
    " led from independent pixels with the training images' means over"
    f" {families.TEMPERATURES} machines, {CLIMB} sweeps each, from {families.TEMPERED} steps on in"
    f" which they trade places, {families.EACH} images each, {families.APART} steps apart; the"
    " training's own persistent chains go on from its end, an image of each every"
    f" {families.APART} sweeps; scores and classifier as in experiments/compare.py;"
    " no test image is used",
    tables={"Images of RBMs by single, tempered and the training's own chains": scores},
)
