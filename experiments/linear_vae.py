"""Linear VAEs, trained, beside the optimum in closed form: probabilistic PCA.

A dense network with squared error that costs no less than it has learned nothing but the linear.
"""

from typing import Any

import numpy as np

import vae.train
from autograd_lite.ops import Array
from data.pixels import to_unit
from data.sets import load
from experiments.cache import Part, compute
from experiments.dense_vae import code_units
from experiments.experiment import Experiment, Numbers
from experiments.measures import ACTIVE
from experiments.record import read as record
from experiments.tables import table, with_spread
from experiments.vae_trainings import LINEAR, linear
from training.run import files_of
from training.trained import read
from vae.elbo import kl_diag_gaussian
from vae.linear import linear_nll, ppca
from vae.mlp import Params, encode

V = 0.5  # variance of a pixel that squared error stands for
SHOWN = 100  # eigenvalues that are kept for the figure


def exact_cost(x: Array, p: Params) -> Array:
    """Minus the bound of a linear network, without drawing codes: (N, D) -> (N,)"""
    mu, logvar, _ = encode(x, p, "relu")
    ((W, m),) = p.decoder
    error = mu @ W + m - x
    spread = np.exp(logvar) @ (W * W).sum(axis=1)
    return (error * error).sum(axis=1) + spread + kl_diag_gaussian(mu, logvar)


def largest_angle(W: Array, axes: Array) -> float:
    """Between the space of the axes (k, D), which are orthonormal, and that of the k directions in
    which the rows of W (Z, D) are longest; in degrees.
    """
    _, _, own = np.linalg.svd(W, full_matrices=False)
    cosines = np.linalg.svd(own[: len(axes)] @ axes.T, compute_uv=False)
    return float(np.degrees(np.arccos(min(1.0, cosines.min()))))


def of_network(codes: int) -> dict[str, Any]:
    """The optimum and the trained network, in nats an image, and how alike their decoders are."""
    run, data = read(linear(codes).folder, vae.train), load("mnist")
    train, test = (to_unit(images) for images in (data.train_images, data.test_images))
    best = ppca(train, codes)
    ((W, _),) = run.params.decoder
    used = int((best.eigenvalues[:codes] > V).sum())
    lengths = np.linalg.norm(best.W[:used], axis=1, keepdims=True)
    axes, order = best.W[:used] / lengths, np.argsort(-np.linalg.norm(W, axis=1))
    W = W[order].astype(np.float64)
    cosines = np.abs(W @ axes.T) / np.linalg.norm(W, axis=1, keepdims=True)
    return {
        "codes": codes,
        "optimum": {"train": best.cost, "test": float(linear_nll(test, best.W, best.m).mean())},
        "trained": {
            name: float(exact_cost(x, run.params).mean(dtype=np.float64))
            for name, x in (("train", train), ("test", test))
        },
        "used": used,
        "active": code_units(run, test)["active"],
        "largest angle": largest_angle(W, axes),
        "eigenvalues": best.eigenvalues[:SHOWN].tolist(),
        "variance along each row": (V + (W * W).sum(axis=1)).tolist(),
        "cosines": np.round(cosines, 3).tolist(),
    }


def measure() -> Numbers:
    return compute([Part(of_network, (Z,), tuple(files_of(linear(Z).folder))) for Z in LINEAR])


def dense(codes: int) -> float | None:
    """The test cost of the dense networks of experiments/dense_vae.py, where there are any."""
    rows = (row for row in record("dense_vae").numbers if row["likelihood"] == "squared")
    return next((row["cost"] for row in rows if row["codes"] == codes), None)


def costs(numbers: Numbers) -> str:
    columns: dict[str, Any] = {
        f"{which}, {images}": lambda row, of=(which, images): f"{row[of[0]][of[1]]:.2f}"
        for images in ("train", "test")
        for which in ("optimum", "trained")
    }
    columns = {"codes": 0} | columns
    columns["trained less optimum, train"] = lambda row: (
        f"{row['trained']['train'] - row['optimum']['train']:+.3f}"
    )
    columns["dense network, test"] = lambda row: with_spread(dense(row["codes"]), None)
    columns |= {f"eigenvalues above {V:g}": lambda row: str(row["used"])}
    columns["active code units"] = lambda row: str(row["active"])
    columns["largest principal angle"] = lambda row: f"{row['largest angle']:.1f}&deg;"
    return table(numbers, columns)


EXPERIMENT = Experiment(
    question="Does a linear VAE learn what its closed form says, and collapse where it says so?",
    minutes=4,
    trainings=tuple(map(linear, LINEAR)),
    protocol="squared error without a sigmoid (a Gaussian of variance 1/2), all 60,000 images,"
    " 100 epochs, batch 500, Adam from 0.01 linearly to 0; cost in nats an image less 448.73;"
    " optimum: probabilistic PCA of the training images, minus log p; trained: minus the bound, its"
    " expectation over the codes in closed form; the dense networks are those of dense_vae; active:"
    f" the variance of the unit's mean over the test images is above {ACTIVE}; angle: between the"
    " axes of eigenvalues above 1/2 and as many longest directions of the trained decoder",
    seeds=(0,),
    tables={"Linear VAEs beside probabilistic PCA": costs},
)
