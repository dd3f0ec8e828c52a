"""Ways to fill in missing pixels of test digits, each scored; experiments.inpainting joins them.

Each function answers with rows that JSON can hold, and is a part of its own for experiments.cache.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from data.pixels import binarise, remove_pixels, to_unit
from data.sets import load, split
from experiments import inpainting_baselines as baselines
from experiments import runs
from rbm.exact import conditional, log_marginal
from rbm.inpaint import chain_mean, inpaint
from rbm.model import Params, free_energy
from rbm.pseudo import log_pseudo_likelihood
from rbm.train import Settings, start
from training.checkpoint import load_params
from training.parallel import Training
from training.run import read_settings
from training.streams import stream

PLACES, SHARES = ("all", "ink"), (0.2, 0.5, 0.8)
# Test images for likelihoods, for restored digits, and where 2^20 hidden states are summed.
MANY, IMAGES, EXACT = 1000, 500, 100
# By name: which training, and after how many of its epochs.
KINDS = {
    "grey CD-30, 3 epochs": ("grey", 3),
    "grey CD-30, 30 epochs": ("grey", 30),
    "CD-30": ("binary", 30),
    "PCD-5": ("persistent", 30),
}


def planned(kind: str, hidden: int) -> Training:
    """The training of a machine."""
    which, _ = KINDS[kind]
    return runs.persistent(hidden) if which == "persistent" else runs.machine(which, hidden)


def params_of(kind: str, hidden: int) -> Params:
    """Its parameters after the epochs that KINDS says."""
    folder = planned(kind, hidden).folder
    like = start(read_settings(folder, Settings), np.zeros((1, 784), np.float32)).params
    return Params(*load_params(folder, KINDS[kind][1], like))


def reads(kind: str, hidden: int) -> tuple[Path, ...]:
    """The file that has them."""
    return (planned(kind, hidden).folder / f"params-{KINDS[kind][1]:04}.npz",)


def test_images(count: int = IMAGES) -> Any:
    """(count, 784), 0 or 1."""
    return binarise(stream(0, "none"), to_unit(load("mnist").test_images[:count]), "threshold")


def given(v: Any, of: str, share: float, purpose: str = "test mask") -> Any:
    """Which pixels a method is told; with "ink", those that the damaged picture still shows."""
    damaged, known = remove_pixels(stream(0, purpose), v, share, "ink" if of == "ink" else "all")
    return known if of == "all" else damaged == 1


def by_machine(kind: str, hidden: int, of: str, share: float) -> Any:
    """Rows for one machine and one mask: chains from two starts, told the share, and unclamped."""
    W, b, c = params_of(kind, hidden)
    v = test_images()
    known = given(v, of, share)
    damaged = np.where(known, v, np.float32(0))
    told = b + np.float32(np.log(share))

    def clamped(i: int, b: Any = b) -> Any:
        return chain_mean(stream(hidden, "damaged", i), damaged, W, b, c, 100, 100, known)

    ways: dict[str, tuple[int, Callable[[int], Any]]] = {
        "clamped": (2, clamped),
        "clamped, from coin flips": (
            2,
            lambda i: inpaint(stream(hidden, "inpaint", i), v, known, W, b, c),
        ),
        "unclamped": (
            1,
            lambda i: chain_mean(stream(hidden, "free", i), damaged, W, b, c, 100, 100),
        ),
    }
    if of == "ink":
        ways["clamped, told the share"] = 1, lambda i: clamped(i, told)
    rows = []
    for way, (chains, chain) in ways.items():
        probs = baselines.kept_inside(np.mean([chain(i) for i in range(chains)], axis=0))
        here = {"kind": kind, "hidden": hidden, "of": of, "missing": share, "way": way}
        few = slice(EXACT)
        there = {"on the first": score(probs[few], v[few], known[few])}
        rows.append({**here, **score(probs, v, known), **there})
    return rows


def by_exact_sum(kind: str, hidden: int) -> Any:
    """Rows for one small machine and all masks, in one sum over its hidden states."""
    params = Params(*(a.astype(np.float64) for a in params_of(kind, hidden)))
    v = test_images()[:EXACT].astype(np.float64)
    masks = [(of, share) for of in PLACES for share in SHARES]
    known = [given(test_images(), *mask)[:EXACT] for mask in masks]
    probs = conditional(np.concatenate([v] * len(masks)), np.concatenate(known), *params)
    here = {"kind": kind, "hidden": hidden, "way": "exact"}
    return [
        {**here, "of": of, "missing": share, **score(baselines.kept_inside(p), v, k)}
        for (of, share), p, k in zip(masks, np.split(probs, len(masks)), known, strict=True)
    ]


def likelihoods(kind: str, hidden: int) -> Any:
    """Exact pseudo-log-likelihood; with few hidden units the log-likelihood too. Nats an image."""
    params = Params(*(a.astype(np.float64) for a in params_of(kind, hidden)))
    v = test_images(MANY).astype(np.float64)
    pseudo = np.concatenate([log_pseudo_likelihood(part, *params) for part in np.split(v, 10)])
    row = {"pseudo": pseudo.mean(), "pseudo error": pseudo.std() / len(v) ** 0.5}
    if hidden == min(runs.MACHINES):
        nothing = np.zeros((1, v.shape[1]), np.bool_)
        log_Z = float(log_marginal(v[:1], nothing, *params)[0])
        log_p = -free_energy(v, *params) - log_Z
        row |= {"log Z": log_Z, "log p": log_p.mean(), "log p error": log_p.std() / len(v) ** 0.5}
    return [{"kind": kind, "hidden": hidden, **{name: float(x) for name, x in row.items()}}]


def by_baselines(of: str, share: float) -> Any:
    """The three ways that need no machine."""
    rows, held_out = split(to_unit(load("mnist").train_images), 5000)
    train, validation = (binarise(stream(0, "none"), x, "threshold") for x in (rows, held_out))
    v = test_images()
    known, known_there = given(v, of, share), given(validation, of, share, "validation mask")
    mask = given(train, of, share, "training mask")
    # Over the missing pixels alone: where only ink is removed, a dark pixel is seldom ink.
    mean = baselines.kept_inside((train * ~mask).sum(axis=0) / (~mask).sum(axis=0))
    nearest = baselines.nearest_image(train, validation, known_there, of == "ink")
    weight = baselines.best_weight(nearest, mean, validation, known_there)
    some, mask = train[:4000], mask[:4000]
    features = baselines.neighbour_features(some, mask, mean)[~mask]
    w = baselines.fit_logistic(features, some[~mask])
    nearest = baselines.nearest_image(train, v, known, of == "ink")
    mixed = baselines.kept_inside(weight * nearest + (1 - weight) * mean)
    ways = {
        "training mean": np.broadcast_to(mean, v.shape),
        "nearest training image, smoothed": mixed,
        "8 neighbours": baselines.by_neighbours(w, v, known, mean),
    }
    return [
        {"of": of, "missing": share, "way": way, **score(probs, v, known)}
        for way, probs in ways.items()
    ]


def score(probs: Any, v: Any, known: Any) -> dict[str, float]:
    """Share right, and nats a missing pixel with its standard error over images."""
    missing = ~known
    cost = -np.log(np.where(v == 1, probs, 1 - probs), dtype=np.float64) * missing
    return {
        "right": float(((probs > 0.5) == (v == 1))[missing].mean()),
        "cost": float(cost.sum() / missing.sum()),
        "error": float(cost.sum(axis=1).std() * len(v) ** 0.5 / missing.sum()),
    }
