"""Scores of images by a classifier: are they like digits, of all kinds, and no copies?

The classifier is 784-512-128-10 with dropout; its features are the outputs of its last hidden
layer. It is trained once (two minutes) and kept.

Legend: probs (N, 10) of a classifier, f and g (N, F) its features, x (N, D) images in [0, 1].
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
INCEPTION = "inception score (our classifier)"
SMALLEST = "smallest class fraction"
FRECHET = "Frechet distance"
# What `quality` gives; how tables head it, and to how many digits they show it.
SCORES = {
    INCEPTION: (f"{INCEPTION}, higher is better", 2),
    SMALLEST: (f"{SMALLEST}, higher is better", 3),
    FRECHET: ("squared Frechet distance, lower is better", 1),
}


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


def quality(probs: Array, features: Array, real: Array) -> dict[str, float]:
    """What a classifier's probabilities and features say of images; `real` are features of real."""
    return {
        INCEPTION: inception_score(probs),
        SMALLEST: float(class_fractions(probs).min()),
        FRECHET: frechet_distance(features, real),
    }


def inception_score(probs: Array) -> float:
    """exp of the mean KL( p(y|x) || p(y) ), from 1 to the number of classes.

    High where every image is clearly of one class and all classes are there (Salimans and others
    2016, whose classifier is the Inception network for photographs; ours is for digits).
    """
    probs = np.clip(probs.astype(np.float64), 1e-12, 1)
    marginal = probs.mean(axis=0)
    return float(np.exp((probs * np.log(probs / marginal)).sum(axis=1).mean()))


def class_fractions(probs: Array) -> Array:
    """The fraction of the images whose likeliest class is each: (N, C) -> (C,)"""
    return np.bincount(probs.argmax(axis=1), minlength=probs.shape[1]) / len(probs)


def frechet_distance(f: Array, g: Array) -> float:
    """The squared Frechet distance of the Gaussians that fit two sets of features.

    |difference of means|^2 + trace(A + B - 2 (A B)^(1/2)), A and B the covariances (Heusel and
    others 2017).
    """
    f, g = f.astype(np.float64), g.astype(np.float64)
    A, B = np.cov(f.T), np.cov(g.T)
    values, vectors = np.linalg.eigh(A)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    # root B root is symmetric and has the eigenvalues of A B.
    cross = np.linalg.eigvalsh(root @ B @ root)
    shift = f.mean(axis=0) - g.mean(axis=0)
    return float(shift @ shift + np.trace(A + B) - 2 * np.sqrt(np.maximum(cross, 0)).sum())


def nearest(x: Array, train: Array) -> tuple[Array, Array]:
    """The nearest training image of each image, and its Euclidean distance: (N,), (N,)"""
    squares = (train * train).sum(axis=1)
    parts = (x[i : i + 500] for i in range(0, len(x), 500))
    rows = np.concatenate([(squares - 2 * (part @ train.T)).argmin(axis=1) for part in parts])
    return rows, np.sqrt(((x - train[rows]) ** 2).sum(axis=1))
