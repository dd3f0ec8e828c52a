"""Methods that fill in missing pixels of test digits, each scored; experiments/inpainting.py has
them in one table.

`of` says what is missing: a fraction of "all" pixels, and which ones is known; or of the "ink", and
the damaged image alone is known: every dark pixel may be missing, and all of them are scored.
Each function answers with rows that JSON can hold, and is a part of its own for experiments.cache.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import rbm.train
from autograd_lite.ops import Array
from data.pixels import binarise, remove_pixels, to_unit
from data.sets import load, split
from experiments import inpainting_baselines as baselines
from experiments.inpainting_baselines import Mask, score
from rbm.exact import conditional, log_z
from rbm.inpaint import chain_mean, inpaint
from rbm.model import Params, free_energy
from rbm.pseudo import log_pseudo_likelihood
from training.checkpoint import load_params, snapshots
from training.run import read_settings
from training.streams import stream
from training.trained import blank

Row = dict[str, Any]

MASKS = tuple((of, fraction) for of in ("all", "ink") for fraction in (0.2, 0.5, 0.8))
# Test images for likelihoods, for inpainting, and where 2^20 hidden states are summed.
MANY, IMAGES, EXACT = 1000, 500, 100
FEW_UNITS = 20  # up to which all hidden states are summed


class Machine(NamedTuple):
    """A restricted Boltzmann machine as it was after some epochs of its training."""

    params: Params
    settings: rbm.train.Settings
    epochs: int


def machine_after(folder: Path, epochs: int) -> Machine:
    """The machine of the last snapshot that is no later than `epochs`. RunError without any."""
    settings = read_settings(folder, rbm.train.Settings)
    like = rbm.train.start(settings, blank(settings))
    epoch = max((kept for kept in snapshots(folder) if kept <= epochs), default=epochs)
    return Machine(load_params(folder, epoch, like.params), settings, epoch)


def in_float64(machine: Machine) -> Params:
    return Params(*(np.asarray(a, np.float64) for a in machine.params))


def test_images(count: int = IMAGES) -> Array:
    """(count, 784), 0 or 1."""
    return binarise(stream(0, "none"), to_unit(load("mnist").test_images[:count]), "threshold")


def given(v: Array, of: str, fraction: float, purpose: str = "test mask") -> Mask:
    """Which pixels a method knows; with "ink", those that the damaged image still shows."""
    damaged, known = remove_pixels(stream(0, purpose), v, fraction, "ink" if of == "ink" else "all")
    return known if of == "all" else damaged == 1


def by_machine(folder: Path, epochs: int, of: str, fraction: float) -> list[Row]:
    """One RBM and one mask: clamped from two starts, with the erasure rate, and unclamped."""
    (W, b, c), settings, _ = machine_after(folder, epochs)
    seed = settings.hidden
    v = test_images()
    known = given(v, of, fraction)
    damaged = np.where(known, v, np.float32(0))
    rated = b + np.float32(np.log(fraction))  # (rbm.50)

    def clamped(i: int, b: Array = b) -> Array:
        return chain_mean(stream(seed, "damaged", i), damaged, W, b, c, 100, 100, known)

    random, free = "clamped, from a random start", (W, b, c, 100, 100)
    methods: dict[str, tuple[int, Callable[[int], Array]]] = {  # how many chains, and one of them
        "clamped": (2, clamped),
        random: (2, lambda i: inpaint(stream(seed, "inpaint", i), v, known, W, b, c)),
        "unclamped": (1, lambda i: chain_mean(stream(seed, "free", i), damaged, *free)),
    }
    if of == "ink":
        methods["clamped, known erasure rate"] = 1, lambda i: clamped(i, rated)
    rows = []
    for method, (chains, chain) in methods.items():
        probs = baselines.kept_inside(np.mean([chain(i) for i in range(chains)], axis=0))
        rows.append(scored(of, fraction, method, probs, v, known))
        rows[-1]["first images"] = score(probs[:EXACT], v[:EXACT], known[:EXACT])
    return rows


def by_exact_sum(folder: Path, epochs: int) -> list[Row]:
    """One small RBM and all masks, in one sum over its hidden states."""
    params = in_float64(machine_after(folder, epochs))
    v = test_images()[:EXACT].astype(np.float64)
    known = [given(test_images(), *mask)[:EXACT] for mask in MASKS]
    probs = conditional(np.concatenate([v] * len(MASKS)), np.concatenate(known), *params)
    return [
        scored(*mask, "exact", baselines.kept_inside(p), v, k)
        for mask, p, k in zip(MASKS, np.split(probs, len(MASKS)), known, strict=True)
    ]


def likelihoods(folder: Path, epochs: int) -> list[Row]:
    """Exact pseudo-log-likelihood; with few hidden units the log-likelihood too. Nats an image."""
    machine = machine_after(folder, epochs)
    params = in_float64(machine)
    v = test_images(MANY).astype(np.float64)
    pseudo = np.concatenate([log_pseudo_likelihood(part, *params) for part in np.split(v, 10)])
    row = {"pseudo": pseudo.mean(), "pseudo error": pseudo.std() / len(v) ** 0.5}
    if machine.settings.hidden <= FEW_UNITS:
        log_Z = float(log_z(*params))
        log_p = -free_energy(v, *params) - log_Z
        row |= {"log Z": log_Z, "log p": log_p.mean(), "log p error": log_p.std() / len(v) ** 0.5}
    return [{name: float(x) for name, x in row.items()}]


def by_baselines(of: str, fraction: float) -> list[Row]:
    images, held_out = split(to_unit(load("mnist").train_images), 5000)
    train, validation = (binarise(stream(0, "none"), x, "threshold") for x in (images, held_out))
    v = test_images()
    known, validated = given(v, of, fraction), given(validation, of, fraction, "validation mask")
    missing = ~given(train, of, fraction, "training mask")
    # Over the missing pixels alone: where only ink is removed, a dark pixel is seldom ink.
    mean = baselines.kept_inside((train * missing).sum(axis=0) / missing.sum(axis=0))
    nearest = baselines.nearest_image(train, validation, validated, of == "ink")
    weight = baselines.best_weight(nearest, mean, validation, validated)
    some, gone = train[:4000], missing[:4000]
    features = baselines.neighbour_features(some, ~gone, mean)[gone]
    w = baselines.fit_logistic(features, some[gone])
    nearest = baselines.nearest_image(train, v, known, of == "ink")
    methods = {
        "training mean": np.broadcast_to(mean, v.shape),
        "nearest training image, smoothed": baselines.mixed(nearest, mean, weight),
        "8 neighbours": baselines.by_neighbours(w, v, known, mean),
    }
    return [scored(of, fraction, method, probs, v, known) for method, probs in methods.items()]


def scored(of: str, fraction: float, method: str, probs: Array, v: Array, known: Mask) -> Row:
    return {"of": of, "missing": fraction, "method": method, **score(probs, v, known)}
