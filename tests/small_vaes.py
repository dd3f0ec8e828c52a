"""A VAE of random weights, drawn digits to show it, and what it makes of them by other code."""

import numpy as np

import vae.train
from autograd_lite.tree import tree_map
from data.pixels import to_unit
from tests.small_runs import digits
from training.trained import Trained
from vae.mlp import encode

DATA = digits(160, 120)


def network(Z=2, H=5, activation="tanh", seed=0, rows=(), silent=None, **more):
    """Weights wide enough that codes differ, and biases that are not zero.

    The mean of the unit `silent` is the same for all images.
    """
    settings = vae.train.Settings(
        codes=Z, hidden=str(H), activation=activation, validation=60, data="digits", **more
    )
    params = vae.train.start(settings, np.zeros((1, 784), np.float32)).params
    draw = np.random.default_rng(seed)
    params = tree_map(lambda p: p + 0.2 * draw.standard_normal(p.shape, dtype=p.dtype), params)
    if silent is not None:
        params.mu.W[:, silent] = 0
    return Trained(params, settings, list(rows))


def encoded(run, images=DATA.test_images):
    """Means and log-variances, without the code under test."""
    return encode(to_unit(images), run.params, run.settings.activation)[:2]


def decoded(run, z):
    """Probabilities of ink, without the code under test."""
    *below, (W, b) = run.params.decoder
    for U, c in below:
        z = np.tanh(z @ U + c) if run.settings.activation == "tanh" else np.maximum(z @ U + c, 0)
    return 1 / (1 + np.exp(-(z @ W + b)[..., :784].astype(float)))


def rows_of(epochs):
    """Metrics of which no two are alike."""
    names = [f"{part}_{of}" for part in ("train", "validation") for of in ("cost", "nll", "kl")]
    return [
        {"epoch": float(e), "seconds": float(e)}
        | {f"{name} [nats/image]": 10.0 * k + 1 / e for k, name in enumerate(names, 1)}
        for e in range(1, epochs + 1)
    ]


def shape(value):
    """The names in a record; of a list, those of its first entry."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    return [shape(value[0])] if isinstance(value, list) else "a number, a word or nothing"
