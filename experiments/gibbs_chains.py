"""Where unclamped Gibbs chains of restricted Boltzmann machines (RBMs) go, and what they forget."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

import rbm.train
from autograd_lite.ops import Array
from data.pixels import binarise, remove_pixels, to_unit
from data.sets import load
from experiments.experiment import Experiment, Numbers
from experiments.inpainting import HIDDEN, machine
from experiments.inpainting_methods import machine_after
from experiments.tables import markdown, percent
from rbm.gibbs import gibbs
from rbm.model import Params
from training.checkpoint import load_params, snapshots
from training.images import training_images
from training.loop import states
from training.model import steps_per_epoch
from training.run import RunError, read_settings
from training.streams import stream

CHAINS, EPOCHS = 64, 3
SWEEPS = (0, 500, 5000)
FRACTION = 0.8  # of the pixels that are missing where the chains begin
MACHINES = (*(("grey", hidden) for hidden in HIDDEN), ("binary", max(HIDDEN)))


def after_steps(folder: Path, steps: int) -> rbm.train.State:
    """A run's state after so many batches, or at its end, made again from the last snapshot before.

    The parameters are the run's own to the last bit: each step draws from streams of its number.
    RunError where a step needs more than the parameters and its number.
    """
    settings = read_settings(folder, rbm.train.Settings)
    if settings.momentum or settings.chains == "persistent":
        raise RunError(f"{folder} has momentum or persistent chains; expected a run without.")
    images = training_images(settings).train
    per_epoch, state = steps_per_epoch(settings, images), rbm.train.start(settings, images)
    epoch = max(epoch for epoch in snapshots(folder) if epoch * per_epoch <= steps)
    params = load_params(folder, epoch, state.params)
    state = state._replace(params=params, step=epoch * per_epoch)
    for reached in islice(states(rbm.train, state, images, settings), steps - state.step):
        state = reached
    return state


def measure() -> Numbers:
    images = load("mnist").test_images[:CHAINS]
    rows = []
    for pixels, hidden in MACHINES:
        params, settings, _ = machine_after(machine(pixels, hidden).folder, EPOCHS)
        x = binarise(stream(0, "figure pixels"), to_unit(images), settings.pixels)
        rows.append({"pixels": pixels, "hidden": hidden, **forgetting(x, params)})
    return rows


def forgetting(x: Array, params: Params, sweeps: Sequence[int] = SWEEPS) -> dict[str, Any]:
    """Unclamped chains from damaged images x (N, D): the mean fraction of pixels in which their
    states differ, after some numbers of sweeps, from their own image and from another chain's.
    """
    state, _ = remove_pixels(stream(0, "figure missing"), x, FRACTION, "all")
    rng, ink = stream(0, "figure chains"), x >= 0.5
    own, other, before = [], [], 0
    for number in sweeps:
        state, before = gibbs(rng, state, *params, number - before), number
        differ = ((state >= 0.5)[:, None] != ink).mean(axis=-1)
        own.append(float(np.diag(differ).mean()))
        other.append(float(differ[~np.eye(len(x), dtype=np.bool_)].mean()))
    return {"sweeps": list(sweeps), "own image": own, "other images": other}


def memory(numbers: Numbers) -> str:
    rows = []
    for r in numbers:
        pairs = zip(r["own image"], r["other images"], strict=True)
        cells = (f"{percent(own, 1)} / {percent(other, 1)}" for own, other in pairs)
        rows.append([f"{r['pixels']} pixels", str(r["hidden"]), *cells])
    header = ["trained on", "hidden units", *(f"after {n:,} sweeps" for n in numbers[0]["sweeps"])]
    return markdown(header, rows)


EXPERIMENT = Experiment(
    question="How soon do unclamped Gibbs chains of an RBM forget the image that they started"
    " from?",
    minutes=40,
    trainings=tuple(machine(*pair) for pair in reversed(MACHINES)),
    protocol=f"CD-30 on all 60,000 training images, after {EPOCHS} epochs; {CHAINS} unclamped"
    f" chains from the first test images with {FRACTION:.0%} of all pixels missing, taken"
    " for dark; the fraction of all pixels in which their binary states differ from the whole"
    " image that they started from, and from the other chains' images, on average",
    tables={"Pixels in which unclamped chains differ from their own image / from others": memory},
)
