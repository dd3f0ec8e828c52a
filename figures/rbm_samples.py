"""Images of RBMs by single and by tempered chains: their scores, and how they come about."""

import numpy as np

from autograd_lite.ops import Array
from data.pixels import to_unit
from experiments.families import TEMPERATURES
from experiments.rbm_samples import CHAINS, ROWS, TRAININGS
from experiments.record import read as record
from figures.compare import HEADINGS, SHOWN, beside_scores
from figures.drawing import DataSet, Drawing, Figure, Runs
from figures.images import labelled_rows, paper
from figures.style import new_figure, write
from rbm.gibbs import gibbs
from rbm.model import Params, base_biases, prob_h, prob_v
from rbm.sample import climbed, ladder
from rbm.tempering import tempered
from training.streams import stream

FEW = 10  # chains of each kind, in the figure of their way
TIMES = (0, 5, 10, 20, 40, 60, 80, 100, 120, 140, 160, 180, 200)  # sweeps


def scores(runs: Runs, data: DataSet) -> Figure:
    """The first images of each machine and kind of chain, and what is said of many."""
    found = {(row["training"], row["chains"]): row for row in record("rbm_samples").numbers}
    by_kind, rows = dict(zip(TRAININGS, runs, strict=True)), {}
    for kind, chains in ROWS:
        x = CHAINS[chains](stream(0, "shown images"), data, by_kind[kind], SHOWN)
        values = {score: found[kind, chains][score] for score in HEADINGS}
        rows[f"{kind},\n{chains}"] = x, values
    return beside_scores(f"Images of RBMs of 500 units, and their scores, {data.name}", rows)


def through_time(runs: Runs, data: DataSet) -> Figure:
    """A chain of the machine alone, and a tempered one, from the same state on."""
    W, b, c = params = runs[0].params
    machines = ladder(params, base_biases(to_unit(data.train_images)), TEMPERATURES)
    rng = stream(0, "figure chains")
    many = climbed(rng, machines, FEW)
    one, rows = many[-1], {}
    for before, sweeps in zip((0, *TIMES), TIMES, strict=False):
        one = gibbs(rng, one, W, b, c, sweeps - before)
        many = tempered(rng, many, machines, sweeps - before)
        tiles = paper(np.concatenate([shown(one, params), shown(many[-1], params)]), data.size)
        rows[f"{sweeps}"] = np.insert(tiles, FEW, 1, axis=0)
    title = f"RBM of {len(params.c)} hidden units, preset best: chains through time, {data.name}"
    figure = new_figure(1370, 110 + 58 * len(rows), title)
    labelled_rows(figure, rows, 110, 84, 2)
    write(figure, 30, 84 + 29 * len(rows), "sweeps", rotation="vertical")
    for i, words in enumerate(("single chains", f"the last of {TEMPERATURES} tempered chains")):
        write(figure, 110 + 29 * FEW + 58 * (FEW + 1) * i, 64, words, fontweight="bold")
    return figure


def shown(v: Array, params: Params) -> Array:
    W, b, c = params
    return prob_v((prob_h(v, W, c) >= 0.5).astype(v.dtype), W, b)


DRAWINGS = (
    Drawing("rbm_samples-scores", tuple(TRAININGS.values()), scores),
    Drawing("rbm_samples-through-time", (TRAININGS["preset best"],), through_time),
)
