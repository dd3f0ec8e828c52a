"""How like MNIST the drawn digits are: a linear softmax classifier learns them and reads MNIST.

`python -m benchmarks.drawn_digits` trains on 60,000 drawn digits for each seed, tests on the 10,000 real
test digits of MNIST and on 10,000 drawn ones that it has not seen, and writes the accuracies down.
It takes some 10 seconds. Epochs, batch and learning rate were set before MNIST was read. But the
drawings were changed four times after a look at this number, once after a look at which digits it
took for which: it is slightly informed by the test set.
"""

import sys
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autograd_lite.losses import categorical_nll_vjp
from autograd_lite.ops import Array, affine, affine_vjp_Wb
from autograd_lite.optim import momentum_step, zeros_like
from data.batches import batches, epoch_order
from data.digits import drawn_digits
from data.pixels import to_unit
from data.sets import load
from experiments import record
from training.command import complain

Bytes = NDArray[np.uint8]

SEEDS = [0, 1, 2]
EPOCHS, BATCH, RATE, MOMENTUM = 10, 128, 0.1, 0.9


class Classifier(NamedTuple):
    """A linear map from pixels to the logits of the ten digits."""

    W: Array  # (784, 10)
    b: Array  # (10,)


def fit(rng: np.random.Generator, images: Bytes, labels: Bytes) -> Classifier:
    """Gradient descent with momentum on the mean of -log p(label)."""
    x = to_unit(images)
    params = Classifier(np.zeros((x.shape[1], 10), x.dtype), np.zeros(10, x.dtype))
    velocity = zeros_like(params)
    for _ in range(EPOCHS):
        for rows in batches(epoch_order(rng, len(x)), BATCH):
            logits = affine(x[rows], *params)
            weight = np.full(len(rows), 1 / len(rows), x.dtype)
            dlogits = categorical_nll_vjp(weight, logits, labels[rows])
            grads = Classifier(*affine_vjp_Wb(dlogits, x[rows]))
            params, velocity = momentum_step(params, velocity, grads, RATE, MOMENTUM)
    return params


def right(params: Classifier, images: Bytes, labels: Bytes) -> NDArray[np.bool_]:
    """Whether each image (N, 28, 28) is given its own label (N,)."""
    return np.asarray(affine(to_unit(images), *params).argmax(axis=1) == labels)


def main(argv: Sequence[str]) -> None:
    """Trains on each seed's drawn digits, tests, writes the accuracies down."""
    mnist = load("mnist")
    on_mnist, on_drawn = [], []
    for seed in SEEDS:
        images, labels, test_images, test_labels = drawn_digits(seed)
        params = fit(np.random.default_rng(seed), images, labels)
        on_mnist.append(right(params, mnist.test_images, mnist.test_labels))
        on_drawn.append(right(params, test_images, test_labels).mean())
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
