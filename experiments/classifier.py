"""The classifier behind the scores of images: 784-512-128-10 with dropout.

Its features are the outputs of its last hidden layer. It is trained once (two minutes) and kept.
"""

from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from autograd_lite.losses import categorical_nll_vjp
from autograd_lite.ops import Array
from autograd_lite.optim import adam_start, adam_step
from data.batches import batches, epoch_order
from data.pixels import to_unit
from data.sets import DataSet
from gan.mlp import NO_DROPOUT, Params, backward, dropout, forward, init
from training.checkpoint import load_params, save_params
from training.run import RunError, make_folder
from training.streams import stream

KEPT = Path("out") / "classifier"
SIZES, EPOCHS, BATCH, RATE, DROPOUT, SEED = (784, 512, 128, 10), 30, 128, 1e-3, 0.4, 0


def place(name: str) -> Path:
    """The file of the classifier that was trained on the data set of this name."""
    return KEPT / name.replace(" ", "-") / f"params-{EPOCHS:04}.npz"


def load_classifier(data: DataSet) -> Params:
    """The trained classifier of a data set: from its file, or trained where there is none."""
    folder = place(data.name).parent
    with suppress(RunError):  # not there, or not whole
        return load_params(folder, EPOCHS, init(stream(SEED, "classifier"), SIZES))
    params = train(to_unit(data.train_images), data.train_labels)
    make_folder(folder)
    save_params(folder, EPOCHS, params)
    return params


def train(x: Array, labels: NDArray[np.integer], epochs: int = EPOCHS) -> Params:
    """Adam on the cross-entropy of images x (N, 784), with a rate that falls linearly to 0."""
    params = init(stream(SEED, "classifier"), SIZES)
    state = adam_start(params)
    steps = epochs * -(-len(x) // BATCH)
    for epoch in range(epochs):
        order = epoch_order(stream(SEED, "classifier order", epoch), len(x))
        for rows in batches(order, BATCH):
            masks = dropout(stream(SEED, "dropout", state.step), len(rows), params, DROPOUT)
            logits, trace = forward(x[rows], masks, params)
            weights = np.full(len(rows), 1 / len(rows), x.dtype)
            _, grads = backward(categorical_nll_vjp(weights, logits, labels[rows]), trace, params)
            rate = RATE * (1 - state.step / steps)
            params, state = adam_step(params, state, grads, rate)
    return params


def predict(x: Array, params: Params) -> tuple[Array, Array]:
    """Probabilities of the classes, and features, of images in [0, 1]: (N, 10), (N, 128)"""
    probs, features = [], []
    for i in range(0, len(x), 1000):
        logits, trace = forward(x[i : i + 1000], [NO_DROPOUT] * (len(params) - 1), params)
        weights = np.exp(logits - logits.max(axis=1, keepdims=True))
        probs.append(weights / weights.sum(axis=1, keepdims=True))
        features.append(trace.last)
    return np.concatenate(probs), np.concatenate(features)
