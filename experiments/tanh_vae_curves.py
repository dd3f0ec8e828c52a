"""The cost of the tanh VAE after each of 20 epochs, beside what the assignment of 2017 prints."""

from collections.abc import Sequence

import vae.train
from experiments.experiment import Experiment, Numbers
from experiments.measures import over_seeds
from experiments.record import printed
from experiments.tables import markdown
from experiments.tanh_networks import SEEDS, short
from experiments.tanh_vae import printed_costs
from training.trained import read

TRAININGS = tuple(short("once", seed) for seed in SEEDS)
PARTS = ("cost", "nll", "kl")
SERIES = tuple(f"{images}_{part}" for images in ("train", "validation") for part in PARTS)
DIFFERENCES = (
    "The assignment's training cost, log-likelihood and KL are sums over a batch of 50 (in"
    " brackets: nats an image), means over the batches of the epoch while the weights change, with"
    " corrupted input; the KL is truncated in its last digit. Its validation cost is a sum over a"
    " set whose size it does not say, so that only the shape of the curve can be compared:"
    " *relative* is a series divided by its own last value. Ours are nats an image, measured after"
    " the epoch, with the whole input, by the same code on the 5,000 training images and on 5,000"
    " validation images; means over three seeds."
)


def measure() -> Numbers:
    """Mean and standard deviation over the seeds of each series, as the trainings measured them."""
    networks = [read(training.folder, vae.train) for training in TRAININGS]
    return over_seeds([{name: network.series(name) for name in SERIES} for network in networks])


def relative(series: Sequence[float]) -> list[float]:
    return [value / series[-1] for value in series]


def epochs(numbers: Numbers) -> str:
    """A row an epoch: the assignment's four series, then ours."""
    there, an_image = printed("assignment of 2017, VAE"), printed_costs()
    ours = {name: numbers[name]["mean"] for name in SERIES}
    columns = {
        "epoch": [str(epoch) for epoch in range(1, there["epochs"] + 1)],
        "assignment: training cost": _both(there["train"], an_image["cost"]),
        "log-likelihood": _both(there["log-likelihood"], [-nll for nll in an_image["nll"]]),
        "KL": _both(there["kl"], an_image["kl"]),
        "validation cost": [f"{value:.1f}" for value in there["valid"]],
        "relative": [f"{value:.3f}" for value in relative(there["valid"])],
        "ours: training cost": [f"{value:.2f}" for value in ours["train_cost"]],
        "reconstruction + KL": [
            f"{nll:.2f} + {kl:.2f}"
            for nll, kl in zip(ours["train_nll"], ours["train_kl"], strict=True)
        ],
        "validation cost, ours": [f"{value:.2f}" for value in ours["validation_cost"]],
        "relative, ours": [f"{value:.3f}" for value in relative(ours["validation_cost"])],
    }
    rows = list(zip(*columns.values(), strict=True))
    return f"{DIFFERENCES}\n\n{markdown(list(columns), rows)}"


def _both(sums: Sequence[float], an_image: Sequence[float]) -> list[str]:
    return [f"{a:.1f} ({b:.2f})" for a, b in zip(sums, an_image, strict=True)]


EXPERIMENT = Experiment(
    question="What does the tanh VAE cost after each of 20 epochs, beside the assignment of 2017?",
    minutes=2,
    trainings=TRAININGS,
    protocol="the trainings of tanh_vae called 'short, pixels binarised once'; nats an image with"
    " sampled codes after each epoch, on the 5,000 training images and on the first 5,000 of the"
    " 10,000 validation images, no test image; mean and standard deviation over seeds",
    tables={"Cost of the tanh VAE, epoch by epoch": epochs},
)
