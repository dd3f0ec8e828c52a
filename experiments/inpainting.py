"""Restored digits: restricted Boltzmann machines beside three baselines, clamped and not.

`python -m experiments.inpainting` trains nine machines (three quarters of an hour on two cores) and
fills in 20, 50 and 80 % of all pixels, or of the ink, of the first 500 test images (a quarter of an
hour; both go on where they were stopped). Where ink is removed, a method is told the corrupted
picture alone: every dark pixel may be missing, and all of them are scored.
"""

import sys
from collections.abc import Sequence
from typing import Any

from experiments.cache import Cell, measure
from experiments.record import write
from experiments.restoring import (
    EXACT,
    IMAGES,
    KINDS,
    MANY,
    PLACES,
    SHARES,
    by_baselines,
    by_exact_sum,
    by_machine,
    likelihoods,
    planned,
    reads,
)
from experiments.runs import MACHINES
from training.command import complain
from training.parallel import train_all


def main(argv: Sequence[str]) -> None:
    """Trains and measures what is missing and writes the tables' numbers."""
    pairs = [(kind, hidden) for kind in KINDS for hidden in MACHINES]
    small = [(kind, min(MACHINES)) for kind in KINDS]
    masks = [(of, share) for of in PLACES for share in SHARES]
    train_all(list(dict.fromkeys(planned(*pair) for pair in reversed(pairs))))
    cells = [
        *(Cell(by_exact_sum, pair, reads(*pair)) for pair in small),
        *(Cell(by_machine, (*pair, *mask), reads(*pair)) for pair in pairs[::-1] for mask in masks),
        *(Cell(by_baselines, mask) for mask in masks),
        *(Cell(likelihoods, pair, reads(*pair)) for pair in pairs),
    ]
    found: dict[Any, list[Any]] = {
        by_exact_sum: [],
        by_machine: [],
        by_baselines: [],
        likelihoods: [],
    }
    for cell, rows in zip(cells, measure(cells), strict=True):
        found[cell.function] += rows
    found[by_machine].sort(key=lambda row: (list(KINDS).index(row["kind"]), row["hidden"]))
    write(
        "inpainting",
        protocol=f"pixels binarised at 1/2; the first {IMAGES:,} test images, the same pixels"
        " missing for all methods; clamped: mean of P(v=1|h) over 100 sweeps after 100, two chains"
        " from the damaged picture (missing pixels dark), or two from coin flips; unclamped: the"
        " same of one free chain; told the share: log(share) added to the visible biases, (rbm.27),"
        " one chain; exact: all hidden states"
        f" summed, first {EXACT} test images; baselines fitted on training images, their weights"
        f" chosen on 5,000 validation images; likelihoods on the first {MANY:,} test images; test"
        " set used once",
        seeds=[0],
        data="MNIST",
        numbers={
            "restored": found[by_baselines] + found[by_machine],
            "exact": found[by_exact_sum],
            "likelihoods": found[likelihoods],
        },
    )


if __name__ == "__main__":
    complain(main, sys.argv[1:])
