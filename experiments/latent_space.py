"""What the latent space of a VAE with two codes shows: five questions of the assignment of 2017.

(a) what goes wrong without the KL, (b) which digits are reconstructed well, (c) which digits
are separated in the plane of codes, (d) whether mean and variance of the posterior tell how good a
reconstruction is, (e) what the grid of decoded codes has to do with it. All networks are given the
same binary images: 10,000 for validation, and the 5,000 training images among which neighbours are
looked for. No test image.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import vae.train
from experiments import latent_posterior as posterior
from experiments import latent_prior as prior
from experiments.experiment import Experiment, Numbers, Training
from experiments.measures import Digits, over_seeds, rank_correlation
from experiments.tables import markdown, percent
from experiments.tanh_networks import SEEDS, long, short
from training.trained import Trained, read

NETWORKS: dict[str, tuple[Training, ...]] = {
    "short": tuple(short("once", seed) for seed in SEEDS),
    "long": (long(),),
}
BETAS = (0.0, 0.01, 0.1, 0.5, 1.0, 2.0, 4.0)
SWEEP = {beta: tuple(short("once", seed, beta) for seed in SEEDS) for beta in BETAS}
PAIRS = 5  # of digits, the most often confused
SHOWN = {  # what tables call the measured numbers
    **{name: f"{name} [nats an image]" for name in ("cost", "reconstruction", "KL")},
    "deviance explained": "deviance explained, 1 - reconstruction / cost of the mean image",
    "reconstructions recognised": "fraction of reconstructions recognised",
    "accuracy": "10-NN accuracy",
    "deviation of the means": "standard deviation of the means",
    "mean deviation of the posterior": "mean standard deviation of the posterior",
    "means where 99% of the prior lie": "fraction of means where 99 % of the prior lie",
}


def digit_by_digit(network: Trained, images: posterior.Images) -> dict[str, Any]:
    reference, q = posterior.encode(network, images.train), posterior.encode(network, images.x)
    row = posterior.reconstruction_by_digit(network, q, images)
    row |= posterior.separation(reference, q, images) | posterior.posterior_and_cost(q, images)
    row |= prior.fractions_of_grid(network, reference, images)
    both = row["fraction of the grid, by codes"], row["deviance explained"]
    row["fraction by codes with deviance explained, over the digits"] = rank_correlation(*both)
    return row


def most_confused(table: Sequence[Sequence[float]], labels: Digits) -> list[dict[str, Any]]:
    """The pairs of digits that are taken for one another most often, of all their images."""
    counts = np.bincount(labels, minlength=10)
    fraction = np.array(table) / (counts[:, None] + counts)
    order = np.argsort(-fraction, axis=None, kind="stable")[:PAIRS]
    rows, columns = np.unravel_index(order, fraction.shape)
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return [{"digits": [a, b], "fraction of both": float(fraction[a, b])} for a, b in pairs]


def kl_weight(network: Trained, images: posterior.Images) -> dict[str, Any]:
    """(a) for one network; the cost counts the whole KL, whatever weight it was trained with."""
    reference, q = posterior.encode(network, images.train), posterior.encode(network, images.x)
    nll, kl = q.nll.mean(), q.kl.mean()
    accuracy = posterior.separation(reference, q, images)["accuracy, all"]
    parts = {"reconstruction": nll, "KL": kl, "cost": nll + kl, "accuracy": accuracy}
    return parts | prior.spread_of_codes(q) | prior.distances_to_images(network, reference, images)


def measure() -> Numbers:
    """(b) to (e) of the short networks and of the long one; (a) for every weight of the KL."""
    images = posterior.load_images(read(NETWORKS["short"][0].folder, vae.train).settings)

    def of_all(measured: Callable[..., Any], trainings: Sequence[Training]) -> dict[str, Any]:
        return over_seeds([measured(read(t.folder, vae.train), images) for t in trainings])

    digits = {name: of_all(digit_by_digit, trainings) for name, trainings in NETWORKS.items()}
    for table in digits.values():
        table["most confused"] = most_confused(table.pop("confused")["mean"], images.labels)
    return {
        "images of each digit": np.bincount(images.labels, minlength=10).tolist(),
        "digits": digits,
        "weight of the KL": [
            {"beta": beta, **of_all(kl_weight, trainings)} for beta, trainings in SWEEP.items()
        ],
        "real images": prior.both_ways("training image", images.train[: prior.DRAWN], images.x),
    }


def by_digit(numbers: Numbers) -> str:
    table = numbers["digits"]["short"]
    names = ["cost", "deviance explained", "reconstructions recognised", "accuracy"]
    names += ["fraction of the grid, by codes", "fraction of the grid, by images"]
    rows = [[SHOWN.get(name, name), *(f"{x:.3g}" for x in table[name]["mean"])] for name in names]
    return markdown(["for each digit", *map(str, range(10))], rows)


def weights(numbers: Numbers) -> str:
    found = numbers["weight of the KL"]
    names = [name for name in found[0] if name != "beta"]
    rows = [[f"{r['beta']:g}", *(f"{r[name]['mean']:.4g}" for name in names)] for r in found]
    return markdown(["weight", *(SHOWN.get(name, f"{name} [pixels]") for name in names)], rows)


def answer(numbers: Numbers) -> str:
    table = numbers["digits"]["short"]

    def best(name: str) -> str:
        found = sorted(enumerate(table[name]["mean"]), key=lambda pair: -pair[1])[:3]
        return ", ".join(f"{digit} ({percent(value)})" for digit, value in found)

    return (
        f"reconstructed best: {best('deviance explained')} of the deviance explained; separated"
        f" best: {best('accuracy')} 10-NN accuracy"
    )


EXPERIMENT = Experiment(
    question="Which digits does a VAE of 2 codes reconstruct well, and which are separated in"
    " latent space?",
    minutes=30,
    trainings=(
        *NETWORKS["long"],
        *dict.fromkeys(t for ts in (NETWORKS["short"], *SWEEP.values()) for t in ts),
    ),
    protocol="784-500-2-500-784, tanh, 95 % of the input kept in training, pixels binarised once;"
    " short: 5,000 images, 20 epochs, batch 50, Adam 1e-3; long: 50,000 images, 500 epochs, batch"
    " 500, Adam 1e-4, pixels binarised afresh; measured on 10,000 validation images binarised"
    " once, costs with 5 sampled codes an image; deviance explained: 1 - reconstruction cost /"
    " cost of the same images under the mean training image; 10-NN accuracy: of the majority of"
    " the 10 nearest among the posterior means of 5,000 training images; recognised: by the 10"
    " nearest training images; grid: 20 x 20 codes from -3 to 3; tables of the short training,"
    " means over seeds; weight of the KL: the short training with other weights, 'cost' always"
    " with weight 1; distances: pixels that differ after a cut at 1/2, from or to the nearest of"
    " 10,000 validation images, 1,000 images of the other kind",
    tables={"Digit by digit": by_digit, "Weight of the KL": weights},
)
