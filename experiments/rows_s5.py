"""The tables of S5 in SOURCES.md: its convolutional VAE beside ours, numbers -> Markdown."""

import json
from typing import Any

import numpy as np

from experiments.record import HERE
from experiments.rows import rows_to_markdown, with_spread

EPOCHS = (4, 5, 10, 15, 20, 22, 25, 30)  # the source's first three are lost; its best is the 22nd


def convolutional(numbers: Any) -> str:
    """Costs after some epochs, ours and the source's; under it the last and the best of each."""
    source = json.loads((HERE / "source_numbers.json").read_text())["S5"]
    return f"{_curves(numbers['few'], source)}\n\n{_reached(numbers, source)}"


def _curves(few: Any, source: Any) -> str:
    rows = []
    for epoch in EPOCHS:
        rows.append([str(epoch)])
        for part in ("train", "test"):
            mean, spread = (few[part][which][epoch - 1] for which in ("mean", "spread"))
            rows[-1] += [with_spread(mean, spread), f"{source[part][epoch - 1]:.2f}"]
    images = "10,000 training images", "first 1,000 test images"
    header = [f"{name}, {whose}" for name in images for whose in ("ours", "source")]
    return rows_to_markdown(["epoch", *header], rows)


def _reached(numbers: Any, source: Any) -> str:
    few, whole = numbers["few"], numbers["whole"]
    same, held_out = "these test images", "5,000 validation images"
    rows = [
        [
            f"10,000 images, seed {seed}",
            "first 1,000",
            f"{row['last']:.2f}",
            f"{row['best']:.2f}",
            str(row["best epoch"]),
            same,
        ]
        for seed, row in enumerate(numbers["each seed"])
    ]
    names = {"last": 2, "best": 2, "best epoch": 0}
    means = [with_spread(few[n]["mean"], few[n]["spread"], p) for n, p in names.items()]
    rows.append(["their mean", "first 1,000", *means, same])
    there = np.array(source["test"], float)  # the lost ones are nan
    best = int(np.nanargmin(there))
    last = f"{there[-1]:.2f}", f"{there[best]:.2f}", str(best + 1)
    rows.append(["the source, 10,000 images", "first 1,000", *last, same])
    for images, key in (("first 1,000", "first test images"), ("all 10,000", "test")):
        costs = [f"{whole[which][key]:.2f}" for which in ("last", "best")]
        rows.append(["55,000 images", images, *costs, str(whole["best epoch"]), held_out])
    header = ["trained on", "test images", "cost after epoch 30", "best", "after epoch"]
    return rows_to_markdown([*header, "epoch chosen on"], rows)
