"""The cost of the tanh VAE 784-500-2-500-784, trained for short and for long.

The assignment of 2017 (docs/SOURCES.md) loads the long training from a file that it does not
supply: here that training is run, and its weights are written under the prescribed names.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import vae.train
from autograd_lite.losses import bernoulli_nll
from autograd_lite.ops import Array
from data.pixels import binarise, keep_pixels
from data.sets import DataSet, load
from experiments.experiment import Experiment, Numbers, Training
from experiments.measures import costs_over_seeds
from experiments.record import printed
from experiments.tables import markdown, with_spread
from experiments.tanh_networks import SEEDS, images, long, short
from training.run import make_folder
from training.streams import stream
from training.trained import Trained, read
from vae.elbo import kl_diag_gaussian
from vae.objective import Costs
from vae.train import evaluate, noise
from vae.weights import NAMES, save_weights

WEIGHTS = Path("out", "weights", "tanh_vae-long.npz")
EXPECTED = 200  # nats an image, of a right implementation, as the assignment says
NETWORKS: dict[str, tuple[Training, ...]] = {
    "short, pixels binarised once": tuple(short("once", seed) for seed in SEEDS),
    "short, pixels binarised afresh": tuple(short("stochastic", seed) for seed in SEEDS),
    "long": (long(),),
}
PARTS = ("training", "validation", "test", "training, corrupted")


def corrupted(network: Trained, x: Array) -> Costs:
    """The mean parts of the cost where the encoder is given as few pixels as in training."""
    settings = network.settings
    # The streams keep their old names: others would draw other numbers.
    x = binarise(stream(settings.seed, "damaged pixels"), x[:5000], settings.pixels)
    kept = keep_pixels(stream(settings.seed, "damaged keep"), x, settings.keep)
    eps = noise(stream(settings.seed, "damaged"), x, settings)
    outputs, _ = vae.train.network(network.params, settings).forward(kept, eps)
    nll, kl = bernoulli_nll(outputs.logits, x), kl_diag_gaussian(outputs.mu, outputs.logvar)
    return Costs(nll.mean(dtype=np.float64), kl.mean(dtype=np.float64))


def costs_of(network: Trained, data: DataSet) -> dict[str, Costs]:
    parts = images(data, network.settings)
    found = [evaluate(network.params, parts[name], network.settings) for name in PARTS[:3]]
    return dict(zip(PARTS, [*found, corrupted(network, parts["training"])], strict=True))


def rows(name: str, found: Sequence[Mapping[str, Costs]]) -> list[dict[str, Any]]:
    return [
        {"network": name, "images": part}
        | costs_over_seeds([[float(cost) for cost in seed[part]] for seed in found])
        for part in found[0]
    ]


def printed_costs() -> dict[str, list[float]]:
    """The assignment's training cost and its parts after each epoch, in nats an image.

    It prints sums over a batch: means over the epoch's batches, measured on corrupted input.
    """
    there = printed("assignment of 2017, VAE")
    columns = {"cost": ("train", 1), "nll": ("log-likelihood", -1), "kl": ("kl", 1)}
    return {
        part: [sign * value / there["batch size"] for value in there[column]]
        for part, (column, sign) in columns.items()
    }


def measure() -> Numbers:
    """The costs of every network; writes the weights of the long training."""
    data, table = load("mnist"), []
    for name, trainings in NETWORKS.items():
        networks = [read(training.folder, vae.train) for training in trainings]
        table += rows(name, [costs_of(network, data) for network in networks])
    make_folder(WEIGHTS.parent)
    save_weights(WEIGHTS, read(NETWORKS["long"][0].folder, vae.train).params, NAMES)
    there = {part: round(values[-1], 4) for part, values in printed_costs().items()}
    return {
        "networks": table,
        "source": {"short, training, corrupted": there, "expected there": EXPECTED},
    }


def costs(numbers: Numbers) -> str:
    cells = []
    for network in dict.fromkeys(r["network"] for r in numbers["networks"]):
        found = {r["images"]: r for r in numbers["networks"] if r["network"] == network}
        cells.append([network, *(_cost(found[part]) for part in PARTS)])
    there = _cost(numbers["source"]["short, training, corrupted"] | {"spread": None})
    source = "assignment of 2017, short, mean over its last epoch"
    cells.append([source, "n/a", "n/a", "n/a", there])
    return markdown(["network", *PARTS], cells)


def _cost(r: Mapping[str, Any]) -> str:
    return f"{with_spread(r['cost'], r['spread'])} = {r['nll']:.2f} + {r['kl']:.2f}"


def answer(numbers: Numbers) -> str:
    first, _, last = (r for r in numbers["networks"] if r["images"] == "test")
    short, long = with_spread(first["cost"], first["spread"]), f"{last['cost']:.2f}"
    there = numbers["source"]["expected there"]
    expected = f"the assignment expects about {there} after the short one"
    return f"{short} and {long} nats an image ({expected})"


EXPERIMENT = Experiment(
    question="What does a tanh VAE of 2 codes cost on the test set, after a short and a long"
    " training?",
    minutes=25,
    trainings=tuple(t for trainings in reversed(NETWORKS.values()) for t in trainings),
    protocol="784-500-2-500-784, tanh, Adam; in training 5 % of the encoder's input is set to 0"
    " (corrupted); short: 5,000 training images, batch 50, learning rate 1e-3, 20 epochs; long:"
    " 50,000, batch 500, learning rate 1e-4, 500 epochs; cost in nats an image with sampled codes,"
    " after the last epoch, by the same code on all training images, the last 10,000 of the"
    " training set (validation) and the 10,000 test images, these evaluated once per network, at"
    " the end; pixels binarised once are the same in training and measurement, and the test"
    " images' the same for all seeds; those binarised afresh are sampled anew for the measurement;"
    " 'training, corrupted' is as the assignment measures: the input corrupted there too, on at"
    " most 5,000 images; mean and standard deviation over seeds",
    tables={"Cost of the tanh VAE, reconstruction + KL": costs},
)
