"""How like MNIST the drawn digits are: a linear softmax classifier learns them and reads MNIST.

`python -m results.yardstick` trains on 60,000 drawn digits for each seed, tests on the 10,000 real
test digits of MNIST and on 10,000 drawn ones that it has not seen, and writes the accuracies down.
It takes some 10 seconds. Epochs, batch and learning rate were set before MNIST was ever read.
"""

import sys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from data.digits import drawn_digits
from data.sets import load
from results import record
from training.command import complain

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

SEEDS = [0, 1, 2]
EPOCHS, BATCH, RATE, MOMENTUM = 10, 128, 0.1, 0.9


def as_rows(images: Bytes) -> Floats:
    """Images (N, 28, 28) as rows (N, 785) in [0, 1]; a last column of ones carries the bias."""
    rows = np.ones((len(images), images[0].size + 1), np.float32)
    rows[:, :-1] = images.reshape(len(images), -1) / np.float32(255)
    return rows


def fit(rng: np.random.Generator, images: Bytes, labels: Bytes) -> Floats:
    """Weights (785, 10) of a softmax classifier: gradient descent on the mean cross-entropy."""
    x, wanted = as_rows(images), np.eye(10, dtype=np.float32)[labels]
    weights = np.zeros((x.shape[1], 10), np.float32)
    velocity = np.zeros_like(weights)
    for _ in range(EPOCHS):
        order = rng.permutation(len(x))
        for rows in np.split(order, range(BATCH, len(x), BATCH)):
            logits = x[rows] @ weights
            probs = np.exp(logits - logits.max(axis=1, keepdims=True))
            probs /= probs.sum(axis=1, keepdims=True)
            dweights = x[rows].T @ (probs - wanted[rows]) / len(rows)
            velocity = MOMENTUM * velocity - RATE * dweights
            weights = weights + velocity
    return weights


def right(weights: Floats, images: Bytes, labels: Bytes) -> NDArray[np.bool_]:
    """Whether each image (N, 28, 28) is given its own label (N,)."""
    return np.asarray((as_rows(images) @ weights).argmax(axis=1) == labels)


def main(argv: Sequence[str]) -> None:
    """Trains on each seed's drawn digits, tests, writes the accuracies down."""
    mnist = load("mnist")
    on_mnist, on_drawn = [], []
    for seed in SEEDS:
        images, labels, test_images, test_labels = drawn_digits(seed)
        weights = fit(np.random.default_rng(seed), images, labels)
        on_mnist.append(right(weights, mnist.test_images, mnist.test_labels))
        on_drawn.append(right(weights, test_images, test_labels).mean())
        print(f"seed {seed}: MNIST {on_mnist[-1].mean():.1%}, drawn digits {on_drawn[-1]:.1%}")
    hits = np.array(on_mnist)
    by_class = [hits[:, mnist.test_labels == digit].mean() for digit in range(10)]
    print("MNIST by class: " + ", ".join(f"{d}: {hit:.0%}" for d, hit in enumerate(by_class)))
    record.write(
        "yardstick",
        protocol=f"softmax regression on 60,000 drawn digits, {EPOCHS} epochs, batch {BATCH}, "
        f"rate {RATE}, momentum {MOMENTUM}; shares of test digits labelled right",
        seeds=SEEDS,
        data="trained on drawn digits; tested on MNIST's test set and on 10,000 other drawn digits",
        numbers={
            "mnist_test_accuracy_mean": round(float(hits.mean()), 4),
            "mnist_test_accuracy": [round(float(h), 4) for h in hits.mean(axis=1)],
            "mnist_test_accuracy_by_class": [round(float(h), 4) for h in by_class],
            "drawn_test_accuracy": [round(float(h), 4) for h in on_drawn],
        },
    )


if __name__ == "__main__":
    complain(main, sys.argv[1:])
