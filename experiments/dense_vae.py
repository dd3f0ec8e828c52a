"""The cost of the dense VAE 784-256-codes-256-784 with 2, 8 and 16 codes, under two likelihoods.

The protocol is that of the notebook in docs/SOURCES.md, so that the numbers are comparable. How far
each code unit is used says why 16 codes cost hardly less than 8.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

import vae.train
from autograd_lite.ops import Array
from data.pixels import to_unit
from data.sets import load
from experiments.experiment import Experiment, Numbers, Training
from experiments.measures import ACTIVE, active_units, costs_over_seeds, unit_variances
from experiments.record import RESULTS, printed
from experiments.record import read as record
from experiments.tables import table, with_spread
from training.trained import Trained, read
from vae.elbo import kl_diag_gaussian
from vae.train import evaluate

CODES, SEEDS = (2, 8, 16), (0, 1, 2)
EPOCHS = {"squared": 30, "bernoulli": 50}
KINDS = tuple((likelihood, codes) for likelihood in EPOCHS for codes in CODES)
NAMES = {"squared": "squared error", "bernoulli": "Bernoulli"}
# The same settings in PyTorch 2.13, measured once beside this project.
PYTORCH = {
    "squared": {2: 38.37, 8: 29.60, 16: 29.64},
    "bernoulli": {2: 151.2, 8: 110.4, 16: 103.4},
}


def training(likelihood: str, codes: int, seed: int) -> Training:
    """One network; with squared error its parameters are kept after every epoch."""
    options = f"--data mnist --validation 0 --likelihood {likelihood} --codes {codes} --seed {seed}"
    options += f" --epochs {EPOCHS[likelihood]}"
    if likelihood == "squared":  # for experiments/dense_vae_curves.py
        options += " --snapshots 1"
    return Training(f"dense-{likelihood}-{codes}-{seed}", "vae", tuple(options.split()))


def measure() -> Numbers:
    return [row(*kind) for kind in KINDS]


def row(likelihood: str, codes: int) -> dict[str, Any]:
    """The test cost of one kind of network, in nats an image, and how it uses its codes."""
    test = to_unit(load("mnist").test_images)
    parts, units = [], []
    for seed in SEEDS:
        run = read(training(likelihood, codes, seed).folder, vae.train)
        parts.append([float(part) for part in evaluate(run.params, test, run.settings)])
        units.append(code_units(run, test))
    return {
        "likelihood": likelihood,
        "codes": codes,
        "epochs": EPOCHS[likelihood],
        **costs_over_seeds(parts),
        "source": round(notebook(codes)["test"][-1], 2) if likelihood == "squared" else None,
        "PyTorch": PYTORCH[likelihood][codes],
        "code units of each seed": units,
    }


def code_units(run: Trained, x: Array) -> dict[str, Any]:
    """How many code units are active, and of each its mean's variance over images x (N, D) and its
    KL; the most used unit first.
    """
    mu, logvar = vae.train.network(run.params, run.settings).encode(x)
    variances = unit_variances(mu)
    order = np.argsort(-variances)
    kl = [kl_diag_gaussian(mu[:, [j]], logvar[:, [j]]).mean(dtype=np.float64) for j in order]
    return {
        "active": int(active_units(mu).sum()),
        "variance of the mean": variances[order].tolist(),
        "KL [nats/image]": [float(value) for value in kl],
    }


def notebook(codes: int) -> dict[str, list[float]]:
    """What the notebook prints after each epoch of squared error, as "test" and "train"."""
    (found,) = (row for row in printed("notebook, dense VAE")["costs"] if row["codes"] == codes)
    return {part: found[part] for part in ("test", "train")}


def linear_optimum(likelihood: str, codes: int) -> float | None:
    """The test cost of the best linear network, once experiments/linear_vae.py has measured it."""
    if likelihood == "bernoulli" or not (RESULTS / "linear_vae.json").exists():
        return None
    rows = record("linear_vae").numbers
    return next(row["optimum"]["test"] for row in rows if row["codes"] == codes)


COLUMNS: dict[str, Callable[[Any], str] | int] = {
    "likelihood": lambda r: NAMES[r["likelihood"]],
    "codes": 0,
    "test cost": lambda r: f"**{r['cost']:.2f}** &plusmn; {r['spread']:.2f}",
    "reconstruction + KL": lambda r: f"{r['nll']:.2f} + {r['kl']:.2f}",
    "notebook": lambda r: with_spread(r["source"], None),
    "PyTorch": lambda r: with_spread(r["PyTorch"], None, 1 if r["source"] is None else 2),
    "linear optimum": lambda r: with_spread(linear_optimum(r["likelihood"], r["codes"]), None),
    "active code units, by seed": lambda r: ", ".join(
        str(units["active"]) for units in r["code units of each seed"]
    ),
}


def answer(numbers: Numbers) -> str:
    rows = [r for r in numbers if r["likelihood"] == "squared"]
    ours = " / ".join(f"{r['cost']:.2f}" for r in rows)
    return f"{ours} (notebook: {' / '.join(str(r['source']) for r in rows)})"


EXPERIMENT = Experiment(
    question="What do dense VAEs with 2, 8 and 16 codes cost on the test set, in nats an image?",
    minutes=20,
    trainings=tuple(training(*kind, seed) for kind in KINDS for seed in SEEDS),
    protocol="trained on all 60,000 images, grey pixels, batch 128, Adam 1e-3; cost in nats an"
    " image on the 10,000 test images with sampled codes, evaluated once per network, at the end;"
    " squared error leaves out the constant 448.73; mean and standard deviation over seeds; a code"
    f" unit is active where the variance of its mean over the test images is above {ACTIVE}",
    tables={"Cost of dense VAEs": partial(table, columns=COLUMNS)},
)
