"""Training the VAE: settings, state, step, and what is measured."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from autograd_lite.ops import Array
from autograd_lite.optim import (
    AdamState,
    RmspropState,
    adam_start,
    adam_step,
    rmsprop_start,
    rmsprop_step,
)
from data.pixels import binarise, keep_pixels
from training.settings import SettingsError, setting
from training.streams import stream
from vae import conv
from vae.mlp import ACTIVATIONS, init
from vae.networks import Conv, Dense, Network, Params
from vae.objective import LIKELIHOODS, SCALES, Costs, costs, gradient
from vae.weights import load_weights

# By name: the moments before the first step, and a step.
OPTIMISERS: dict[str, Any] = {
    "adam": (adam_start, adam_step),
    "rmsprop": (rmsprop_start, rmsprop_step),
}


@dataclass(frozen=True)
class Settings:
    """The settings of a run, which are also its command line."""

    data: str = setting("auto", "data set", choices=("auto", "mnist", "digits"))
    images: int = setting(0, "training images to use, 0 for all", least=0)
    validation: int = setting(5000, "images cut from the training set", least=0)
    pixels: str = setting(
        "none", "how grey becomes binary", choices=("threshold", "stochastic", "once", "none")
    )
    likelihood: str = setting(
        "bernoulli", "of the pixels given the codes", choices=tuple(LIKELIHOODS)
    )
    codes: int = setting(2, "code units", least=1)
    hidden: int = setting(256, "hidden units of either network", least=1)
    network: str = setting("dense", "the kind of both networks", choices=("dense", "conv"))
    activation: str = setting("relu", "of the hidden units", choices=tuple(ACTIVATIONS))
    weights: str = setting("", "file of weights to begin with; none: random ones")
    keep: float = setting(1.0, "share of the pixels that the encoder sees in training", least=0)
    samples: int = setting(1, "codes drawn an image and step", least=1)
    beta: float = setting(1.0, "weight of the KL in training; 1 is the bound", least=0)
    noise: float = setting(1.0, "size of the codes' noise; 0 with --beta 0: autoencoder", least=0)
    epochs: int = setting(30, "passes over the training images", least=1)
    batch_size: int = setting(128, "images a step", least=1)
    optimiser: str = setting("adam", "what makes steps of gradients", choices=tuple(OPTIMISERS))
    learning_rate: float = setting(1e-3, "of the optimiser", least=0)
    seed: int = setting(0, "of every random stream of the run", least=0)
    snapshots: int = setting(0, "parameters are kept every so many epochs, 0: never", least=0)
    patience: int = setting(
        0, "it stops after so many epochs without a lower validation cost, 0: never", least=0
    )
    select: str = setting(
        "last",
        "epoch whose parameters the run shows; best: on validation",
        choices=("last", "best"),
    )

    def __post_init__(self) -> None:
        """SettingsError for what needs validation images, or a dense network, and has none."""
        if self.validation == 0 and (self.patience or self.select == "best"):
            name = f"patience {self.patience}" if self.patience else "select best"
            raise SettingsError(f"--{name} needs validation images; --validation is 0.")
        if self.network == "conv":
            if self.weights or self.activation != "relu":
                name = "weights" if self.weights else f"activation {self.activation}"
                raise SettingsError(f"--{name} is for --network dense only.")
            if SCALES.get(self.likelihood):
                raise SettingsError(f"--likelihood {self.likelihood} is for --network dense only.")


class State(NamedTuple):
    """All that a run needs to go on."""

    params: Params
    moments: AdamState | RmspropState
    step: int


def start(settings: Settings, images: Array) -> State:
    """The state before the first step; images (N, D) are the grey training images."""
    rng = stream(settings.seed, "weights")
    sizes = images.shape[1], settings.hidden, settings.codes
    if settings.network == "conv":
        params: Params = conv.init(rng, settings.codes, images.dtype.type)
    else:
        dense = init(rng, *sizes, images.dtype.type, SCALES[settings.likelihood])
        params = load_weights(Path(settings.weights), dense) if settings.weights else dense
    begin, _ = OPTIMISERS[settings.optimiser]
    return State(params, begin(params), 0)


def network(params: Params, settings: Settings) -> Network:
    """The network that the settings name, with these parameters."""
    if isinstance(params, conv.Params):
        return Conv(params)
    return Dense(params, settings.activation)


def noise(rng: np.random.Generator, x: Array, settings: Settings) -> Array:
    """The noise of a batch's codes: standard normal, unless the settings say less. -> (K, B, Z)"""
    shape = (settings.samples, len(x), settings.codes)
    return settings.noise * rng.standard_normal(shape, dtype=x.dtype)


def step(state: State, x: Array, settings: Settings) -> State:
    """The state after one step on a batch x (B, D) of grey images."""
    x = binarise(stream(settings.seed, "pixels", state.step), x, settings.pixels)
    eps = noise(stream(settings.seed, "noise", state.step), x, settings)
    seen = keep_pixels(stream(settings.seed, "keep", state.step), x, settings.keep)
    current = network(state.params, settings)
    grads = gradient(x, eps, current, settings.likelihood, settings.beta, seen)
    _, descend = OPTIMISERS[settings.optimiser]
    params, moments = descend(state.params, state.moments, grads, settings.learning_rate)
    return State(params, moments, state.step + 1)


def evaluate(params: Params, images: Array, settings: Settings) -> Costs:
    """The mean parts of the cost, with sampled codes: without sampling it is no bound."""
    parts = []
    for i in range(0, len(images), 1000):
        x = binarise(
            stream(settings.seed, "measure pixels", i), images[i : i + 1000], settings.pixels
        )
        eps = noise(stream(settings.seed, "measure", i), x, settings)
        nll, kl = costs(x, eps, network(params, settings), settings.likelihood)
        parts.append((nll.mean(axis=0), kl))
    nll, kl = (np.concatenate(rows, dtype=np.float64) for rows in zip(*parts, strict=True))
    return Costs(nll.mean(), kl.mean())


def measure(
    params: Params, train: Array, validation: Array, settings: Settings
) -> dict[str, float]:
    """The cost and its parts on 5,000 images of each, by the same code on both."""
    row = {}
    for name, x in (("train", train[:5000]), ("validation", validation[:5000])):
        if len(x):
            nll, kl = evaluate(params, x, settings)
            row[f"{name}_cost [nats/image]"] = float(nll + kl)
            row[f"{name}_nll [nats/image]"] = float(nll)
            row[f"{name}_kl [nats/image]"] = float(kl)
    return row
