"""Training the VAE: state, step, and what is measured."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from autograd_lite.ops import Array, sigmoid
from autograd_lite.tree import Tree, mean_of_halves
from data.pixels import binarise, keep_pixels, require_unit
from training.model import require_decay
from training.settings import widths
from training.streams import stream
from vae import conv
from vae.importance import importance_gradient
from vae.likelihood import sampled_log_p
from vae.mlp import init
from vae.networks import Conv, Dense, Network, Params
from vae.objective import LIKELIHOODS, SCALES, Costs, costs, gradient
from vae.settings import OPTIMISERS
from vae.settings import Settings as Settings  # part of what a model's training module offers
from vae.weights import load_weights

UNSOUND = "the pixels cost more than twice what they would without any network"


class State(NamedTuple):
    """All that a run needs to go on."""

    params: Params
    moments: Tree  # of the optimiser
    step: int


def start(settings: Settings, images: Array) -> State:
    """The state before the first step; images (N, D) are the grey training images.

    SettingsError where the learning rate would be 0 before the last epoch.
    """
    require_decay(settings, images)
    rng = stream(settings.seed, "weights")
    sizes = images.shape[1], widths("hidden", settings.hidden, none=True), settings.codes
    if settings.network == "conv":
        size = settings.height, settings.width
        params: Params = conv.init(rng, size, settings.codes, images.dtype.type)
    else:
        params = init(rng, *sizes, images.dtype.type, SCALES[settings.likelihood])
    if settings.weights:
        params = load_weights(Path(settings.weights), params)
    return State(params, OPTIMISERS[settings.optimiser].start(params), 0)


def network(params: Params, settings: Settings) -> Network:
    """The network that the settings name, with these parameters."""
    if isinstance(params, conv.Params):
        return Conv(params, (settings.height, settings.width))
    # Of the linear one, the outputs are the means of the pixels as they are.
    mean = np.asarray if settings.likelihood == "squared-linear" else sigmoid
    return Dense(params, settings.activation, mean)


def noise(rng: np.random.Generator, x: Array, settings: Settings) -> Array:
    """Noise for the codes of a batch: standard normal, or all 0 without noise. -> (K, B, Z)"""
    shape = (settings.samples, len(x), settings.codes)
    return settings.noise * rng.standard_normal(shape, dtype=x.dtype)


def halved(settings: Settings) -> bool:
    """Whether a step works on the two halves of its batch side by side.

    The convolutional one does: much of its time goes into copies, which BLAS does not spread over
    cores. That of the dense network goes into large products, which BLAS does spread, and Adam.
    """
    return settings.network == "conv"


def step(state: State, x: Array, settings: Settings) -> State:
    """The state after one step on a batch x (B, D) of grey images."""
    x = binarise(stream(settings.seed, "pixels", state.step), x, settings.pixels)
    eps = noise(stream(settings.seed, "noise", state.step), x, settings)
    seen = keep_pixels(stream(settings.seed, "keep", state.step), x, settings.keep)
    kept = 1 - settings.dropout
    seen = keep_pixels(stream(settings.seed, "dropout", state.step), seen, kept) / kept
    current = network(state.params, settings)
    beta, rate = settings.beta, settings.learning_rate
    if settings.warm_up:
        beta *= min(1.0, state.step / settings.warm_up)
    if settings.decay:
        rate *= max(0.0, 1 - state.step / settings.decay)

    def gradient_of(rows: slice) -> Tree:
        batch = x[rows], eps[:, rows], current, settings.likelihood
        if settings.bound != "elbo":
            return importance_gradient(*batch, settings.bound == "dreg", seen[rows])
        return gradient(*batch, beta, seen[rows])

    grads = mean_of_halves(gradient_of, len(x)) if halved(settings) else gradient_of(slice(None))
    update = OPTIMISERS[settings.optimiser].step
    params, moments = update(state.params, state.moments, grads, rate)
    return State(params, moments, state.step + 1)


def measured(images: Array, settings: Settings) -> Iterator[tuple[int, Array]]:
    """Blocks of images as they are measured, each with the number of its first image."""
    for i in range(0, len(images), 1000):
        rng = stream(settings.seed, "measure pixels", i)
        yield i, binarise(rng, images[i : i + 1000], settings.pixels)


def evaluate(params: Params, images: Array, settings: Settings) -> Costs:
    """The mean parts of the cost, with sampled codes: without sampling it is no bound.

    ValueError for pixels outside [0, 1].
    """
    require_unit(images)
    parts = []
    for i, x in measured(images, settings):
        eps = noise(stream(settings.seed, "measure", i), x, settings)
        nll, kl = costs(x, eps, network(params, settings), settings.likelihood)
        parts.append((nll.mean(axis=0), kl))
    nll, kl = (np.concatenate(rows, dtype=np.float64) for rows in zip(*parts, strict=True))
    return Costs(nll.mean(), kl.mean())


def importance_cost(params: Params, images: Array, settings: Settings) -> float:
    """Minus the mean importance-weighted bound of images (N, D), with as many samples as a step."""
    how = network(params, settings), settings.likelihood, settings.samples, settings.seed
    parts = [sampled_log_p(x, *how, i).log_p for i, x in measured(images, settings)]
    return -float(np.concatenate(parts).mean())


def measure(
    params: Params, train: Array, validation: Array, settings: Settings
) -> dict[str, float]:
    """The cost and its parts on 5,000 images of each, by the same code on both.

    The parts are those of the evidence lower bound, whatever bound the cost is minus of.
    """
    row = {}
    for name, x in (("train", train[:5000]), ("validation", validation[:5000])):
        if len(x):
            nll, kl = evaluate(params, x, settings)
            row[f"{name}_cost [nats/image]"] = float(nll + kl)
            if settings.bound != "elbo":
                row[f"{name}_cost [nats/image]"] = importance_cost(params, x, settings)
            row[f"{name}_nll [nats/image]"] = float(nll)
            row[f"{name}_kl [nats/image]"] = float(kl)
    return row


def shortfall(row: dict[str, float], train: Array, settings: Settings) -> float:
    """How far the cost of the pixels is above twice that of a decoder whose outputs are all 0, as
    where it has no weights; as a fraction of it.
    """
    x = binarise(stream(settings.seed, "measure pixels", 0), train[:1000], settings.pixels)
    outputs = np.zeros((1, len(x), x.shape[1] + SCALES[settings.likelihood]), x.dtype)
    nll, _ = LIKELIHOODS[settings.likelihood]
    alone = float(nll(outputs, x).mean())
    return row["train_nll [nats/image]"] / (2 * max(abs(alone), 1.0)) - 1
