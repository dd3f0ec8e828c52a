"""The trainings of VAEs that are compared by their bounds, their likelihoods and their codes."""

from typing import Any

from autograd_lite.ops import Array
from data.pixels import binarise, to_unit
from training.parallel import Training
from training.settings import options_of
from training.streams import stream
from vae.train import Settings

SEEDS = (0, 1, 2)
CODES = (2, 8, 16)
LINEAR = (2, 8, 16, 64)  # codes of the networks without hidden layers
DEEP = ("deep", "iwae")  # presets


def training(label: str, given: dict[str, Any], seed: int = 0) -> Training:
    options = options_of({"data": "mnist", **given, "seed": seed})
    return Training(f"vae-{label}", "vae", tuple(options.split()))


def plane(seed: int) -> Training:
    """Two codes, 256 hidden units, Bernoulli pixels."""
    given: dict[str, Any] = {"validation": 0, "pixels": "stochastic", "codes": 2, "epochs": 30}
    return training(f"plane-{seed}", given, seed)


def linear(codes: int) -> Training:
    """No hidden layers and no sigmoid; the learning rate is 0 after the last of 100 epochs."""
    given: dict[str, Any] = {"validation": 0, "hidden": "none", "likelihood": "squared-linear"}
    given |= {"codes": codes, "epochs": 100, "batch_size": 500}
    rate = {"learning_rate": 0.01, "decay": 12_000}
    return training(f"linear-{codes}", given | rate)


def best(likelihood: str, codes: int) -> Training:
    """The preset in full, option by option: were it changed, this would be another run.

    Two codes overfit the most; sixteen still learn, on validation images, when the others are done.
    """
    given = Settings.PRESETS["best"] | {"likelihood": likelihood, "codes": codes}
    given |= {"dropout": 0.2} if codes == 2 else {}
    given |= {"epochs": 300, "decay": 140_700} if (likelihood, codes) == ("bernoulli", 16) else {}
    return training(f"best-{likelihood}-{codes}", given)


def deep(name: str) -> Training:
    return training(name, Settings.PRESETS[name])


def conv() -> Training:
    """The notebook's convolutional network; the learning rate is 0 after the last of 20 epochs."""
    given = {"validation": 0, "network": "conv", "likelihood": "squared", "optimiser": "rmsprop"}
    return training("best-conv", given | {"batch_size": 32, "epochs": 20, "decay": 37_500})


def sampled_once(images: Array) -> Array:
    """Images (N, H, W) as `python -m vae likelihood` scores them: each pixel drawn, with seed 0."""
    return binarise(stream(0, "scored pixels"), to_unit(images), "stochastic")
