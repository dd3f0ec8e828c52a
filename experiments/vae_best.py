"""The sources' VAEs, trained as long and with such settings as pays: their cost on test images."""

from typing import Any

import vae.train
from data.pixels import to_unit
from data.sets import load
from experiments.cache import Part, compute
from experiments.conv_vae import WHOLE
from experiments.dense_vae import KINDS, NAMES, linear_optimum
from experiments.experiment import Experiment, Numbers
from experiments.record import read as record
from experiments.tables import table, with_spread
from experiments.vae_trainings import best, conv
from training.run import files_of
from training.trained import read
from vae.train import evaluate

CONV = ("convolutional", 2)  # squared error, too
TRAININGS = {kind: best(*kind) for kind in KINDS} | {CONV: conv()}


def of_network(likelihood: str, codes: int) -> dict[str, Any]:
    """The test cost, in nats an image."""
    run = read(TRAININGS[likelihood, codes].folder, vae.train)
    nll, kl = map(float, evaluate(run.params, to_unit(load("mnist").test_images), run.settings))
    epochs, seconds = len(run.rows), run.series("seconds")[-1]
    found = {"cost": nll + kl, "nll": nll, "kl": kl, "epochs": epochs, "seconds": seconds}
    return {"network": [likelihood, codes], **found}


def measure() -> Numbers:
    parts = [Part(of_network, k, tuple(files_of(t.folder))) for k, t in TRAININGS.items()]
    return compute(parts)


def before(network: list[Any]) -> dict[str, Any]:
    """The same network as the sources train it: here, and what they and PyTorch reach."""
    if network == list(CONV):
        return {"cost": record("conv_vae").numbers[WHOLE]["last"]["test"]}
    rows = record("dense_vae").numbers
    (found,) = (row for row in rows if [row["likelihood"], row["codes"]] == network)
    return found


def reached(numbers: Numbers) -> str:
    def cell(name: str) -> Any:
        return lambda row: with_spread(before(row["network"]).get(name), None)

    columns: dict[str, Any] = {
        "network": lambda row: NAMES.get(row["network"][0], "convolutional, squared error"),
        "codes": lambda row: str(row["network"][1]),
        "test cost": lambda row: f"**{row['cost']:.2f}**",
        "reconstruction + KL": lambda row: f"{row['nll']:.2f} + {row['kl']:.2f}",
        "epochs": 0,
        "minutes": lambda row: f"{row['seconds'] / 60:.0f}",
        "as the sources train it": cell("cost"),
        "notebook": cell("source"),
        "PyTorch": cell("PyTorch"),
        "linear optimum": lambda row: with_spread(linear_optimum(*row["network"]), None),
    }
    return table(numbers, columns)


EXPERIMENT = Experiment(
    question="What do the sources' VAEs cost, trained as long as it pays?",
    minutes=120,
    trainings=tuple(TRAININGS.values())[::-1],  # the longest first
    protocol="the networks of dense_vae and conv_vae, all 60,000 images, grey pixels, one training"
    " each, minutes on one core beside other work; preset best; convolutional: RMSprop from 1e-3"
    " linearly to 0, batch 32; settings chosen on 5,000 validation images; cost in nats an image"
    " on the 10,000 test images with sampled codes, evaluated once per network, at the end, and"
    " before for 16 codes and Bernoulli pixels after 120 of the 300 epochs;"
    " squared error leaves out the constant 448.73; as the sources train it, notebook and PyTorch:"
    " see dense_vae and, for the convolutional network on 55,000 images after 30 epochs,"
    " conv_vae; linear optimum: see linear_vae",
    tables={"What the sources' VAEs reach": reached},
)
