"""The dense VAE of S7: its costs after 20 epochs of 5,000 images, and after 500 of 50,000.

`python -m experiments.tanh_vae` trains seven networks (half an hour on two cores, resumable), writes
the weights of the long one under the names of S7, and measures all of them.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from autograd_lite.losses import bernoulli_nll
from autograd_lite.ops import Array
from data.pixels import binarise, keep_pixels, to_unit
from data.sets import DataSet, load, split
from experiments.record import HERE, write
from experiments.runs import SEEDS, long, short
from training.checkpoint import load_checkpoint
from training.command import complain
from training.parallel import Training, train_all
from training.run import RunError, read_settings
from training.streams import stream
from vae.elbo import kl_diag_gaussian
from vae.mlp import Params, forward
from vae.objective import Costs
from vae.train import Settings, evaluate, noise, start
from vae.weights import load_weights, save_weights

WEIGHTS = Path("out", "weights", "s7-long.npz")
NETWORKS: dict[str, tuple[Training, ...]] = {
    "short, pixels drawn once": tuple(short("once", seed) for seed in SEEDS),
    "short, pixels drawn afresh": tuple(short("stochastic", seed) for seed in SEEDS),
    "long": (long(),),
}
PROTOCOL = (
    "784-500-2-500-784, tanh, Adam, 5 % of the input's pixels damaged in training only; short:"
    " 5,000 training images, batches of 50, rate 1e-3, 20 epochs; long: 50,000, batches of 500,"
    " rate 1e-4, 500 epochs. Cost in nats an image with sampled codes, after the last epoch, by"
    " the same code on all training images, the last 10,000 of the training set (validation) and"
    " the 10,000 test images, these used once for each network, at the end. Pixels drawn once are"
    " the same in training and measurement, and the test images' the same for all seeds; drawn"
    " afresh, they are drawn anew to be measured. 'training, damaged' is as the source measures:"
    " 5 % of the input damaged there too, on at most 5,000 images. Spread is the deviation over"
    " seeds"
)


def source_costs() -> dict[str, dict[int, float]]:
    """What the source printed, by part and epoch: nats an image, on damaged input while it trains.

    It printed sums over a batch.
    """
    printed = json.loads((HERE / "source_numbers.json").read_text())["S7"]
    columns = {"cost": ("train", 1), "nll": ("log-likelihood", -1), "kl": ("kl", 1)}
    return {
        part: {
            epoch: sign * value / printed["batch size"]
            for epoch, value in enumerate(printed[column], 1)
            if value is not None
        }
        for part, (column, sign) in columns.items()
    }


def images(data: DataSet, settings: Settings) -> dict[str, Array]:
    """Training, validation and test images (N, D) of a run; grey unless their pixels were drawn
    once, and then those of training and validation as training.images drew them.
    """
    train, validation = split(data.train_images, settings.validation)
    train = train[: settings.images or None]
    parts = {"training": train, "validation": validation, "test": data.test_images}
    grey = {name: to_unit(part) for name, part in parts.items()}
    if settings.pixels != "once":
        return grey
    drawn = stream(settings.seed, "pixels once")
    rngs = {"training": drawn, "validation": drawn, "test": stream(0, "test pixels once")}
    return {name: binarise(rngs[name], x, "once") for name, x in grey.items()}


def damaged(params: Params, x: Array, settings: Settings) -> Costs:
    """The mean parts of the cost where the encoder sees as little as in training."""
    x = binarise(stream(settings.seed, "damaged pixels"), x[:5000], settings.pixels)
    seen = keep_pixels(stream(settings.seed, "damaged keep"), x, settings.keep)
    eps = noise(stream(settings.seed, "damaged"), x, settings)
    outputs, _ = forward(seen, eps, params, settings.activation)
    nll, kl = bernoulli_nll(outputs.logits, x), kl_diag_gaussian(outputs.mu, outputs.logvar)
    return Costs(nll.mean(dtype=np.float64), kl.mean(dtype=np.float64))


def trained(run: Training, data: DataSet) -> tuple[Params, Settings, dict[str, Array]]:
    """The parameters of a finished run, its settings and its images."""
    settings = read_settings(run.folder, Settings)
    parts = images(data, settings)
    state, _ = load_checkpoint(run.folder, start(settings, parts["test"]))
    return state.params, settings, parts


def measured(run: Training, data: DataSet) -> dict[str, Costs]:
    """The parts of the cost on each part of the data."""
    params, settings, parts = trained(run, data)
    found = {name: evaluate(params, x, settings) for name, x in parts.items()}
    return found | {"training, damaged": damaged(params, parts["training"], settings)}


def rows(network: str, found: Sequence[Mapping[str, Costs]]) -> list[dict[str, Any]]:
    """A row for each part of the data: the mean over seeds, and each seed's cost."""
    table = []
    for part in found[0]:
        nll, kl = (np.array([float(seed[part][i]) for seed in found]) for i in (0, 1))
        cost = nll + kl
        spread = float(cost.std(ddof=1)) if len(cost) > 1 else None
        row = {"network": network, "images": part, "cost": float(cost.mean()), "spread": spread}
        row |= {"nll": float(nll.mean()), "kl": float(kl.mean()), "each seed": cost.tolist()}
        table.append(row)
        print(f"{network:26} {part:17} {row['cost']:.2f} = {row['nll']:.2f} + {row['kl']:.2f}")
    return table


def weights_kept(run: Training, data: DataSet, path: Path) -> dict[str, Any]:
    """Writes a run's weights, reads them again; RunError unless they cost the same."""
    params, settings, parts = trained(run, data)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_weights(path, params)
    again = load_weights(path, start(settings, parts["test"]).params)
    before, after = (
        float(sum(evaluate(p, parts["validation"], settings))) for p in (params, again)
    )
    if before != after:
        raise RunError(f"{path} costs {after} nats an image; expected {before}, as before.")
    return {"file": path.as_posix(), "validation cost": before, "of the file": after}


def main(argv: Sequence[str]) -> None:
    """Trains what is missing, measures every network, keeps the weights, writes the table."""
    train_all([run for name in reversed(NETWORKS) for run in NETWORKS[name]])
    data = load("mnist")
    table = []
    for network, runs in NETWORKS.items():
        table += rows(network, [measured(run, data) for run in runs])
    last = {part: values[max(values)] for part, values in source_costs().items()}
    numbers = {
        "networks": table,
        "source": {"short, training, damaged": last, "expected there": 200},
        "weights": weights_kept(long(), data, WEIGHTS),
    }
    write("assignment", protocol=PROTOCOL, seeds=SEEDS, data="MNIST", numbers=numbers)


if __name__ == "__main__":
    complain(main, sys.argv[1:])
