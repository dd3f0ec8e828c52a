"""Arrays in a page: numbers of 16 bits, as base64, which a browser reads without a library.

`Packed` is what the page holds, `rounded` the very same numbers as Python sees them: the test
vectors are computed from those, so that both sides start from the same weights.
"""

import base64
from typing import Any

import numpy as np

from autograd_lite.ops import Array
from autograd_lite.tree import T, Tree, named, tree_map
from data.pixels import to_unit
from data.sets import DataSet
from experiments.families import trained
from explore.trainings import trainings
from vae.mlp import encode

SHOWN = 60  # test digits to pick from
PLANE = 5000  # test images whose codes are shown
ELLIPSES = 200  # of them, with the spread of their codes
Packed = dict[str, dict[str, Any]]  # of every array, by its name: type, shape and base64


def rounded(params: T) -> T:
    """Parameters in float64, each the nearest number of 16 bits. ValueError where one is none."""

    def of(array: Array) -> Array:
        with np.errstate(over="ignore"):
            half = array.astype(np.float16)
        if not np.isfinite(half).all():
            raise ValueError("a weight is beyond 65504, which no float16 holds")
        return half.astype(np.float64)

    return tree_map(of, params)


def packed(array: Any) -> dict[str, Any]:
    """One array: float16 for floats, else the bytes that it has. Little-endian, row by row."""
    kind = np.float16 if array.dtype.kind == "f" else np.uint8
    numbers = array.astype(np.dtype(kind).newbyteorder("<"))
    text = base64.b64encode(numbers.tobytes()).decode()
    return {"type": np.dtype(kind).name, "shape": list(array.shape), "base64": text}


def parameters(data: DataSet, quick: bool) -> dict[str, Tree]:
    """The rounded parameters of every model of the page, by its label.

    The encoder that `dropout` or `keep` would change is not among them; of the GAN's players the
    generator is the averaged one.
    """
    found = {label: trained(run).params for label, run in trainings(data, quick).items()}
    return {label: rounded(params) for label, params in found.items()}


def models(found: dict[str, Tree]) -> dict[str, Any]:
    """Parameters by label -> arrays by the names that the page gives them: rbm.500.W, gan.G.0.b."""
    arrays: dict[str, Any] = {}
    for label, params in found.items():
        if label == "gan":
            arrays |= named(params.average, "gan.G") | named(params.D, "gan.D")
        else:
            stem = "vae.autoencoder" if label == "autoencoder" else label.replace("-", ".")
            arrays |= named(params, stem)
    return arrays


def digits(data: DataSet) -> dict[str, Any]:
    """Test images to pick from, as many of each class, with their labels: bytes."""
    images, labels = data.test_images[:PLANE], _labels(data)[:PLANE]
    order = np.argsort(labels, kind="stable")
    classes = np.split(order, np.flatnonzero(np.diff(labels[order])) + 1)
    each = -(-SHOWN // len(classes))
    # Round by round, so that neighbours in the row are of different classes.
    rounds = [own[i] for i in range(each) for own in classes if i < len(own)][:SHOWN]
    shown = np.round(255 * to_unit(images[rounds]))
    return {"digits.images": shown.astype(np.uint8), "digits.labels": labels[rounds]}


def planes(found: dict[str, Tree], data: DataSet) -> dict[str, Any]:
    """The means (N, 2) that both networks of two codes give to test images, and the labels."""
    x = to_unit(data.test_images[:PLANE], np.float64)
    codes = {"vae": found["vae-2"], "autoencoder": found["autoencoder"]}
    arrays = {f"planes.{name}": encode(x, p, "relu")[0] for name, p in codes.items()}
    logvar = encode(x[:ELLIPSES], codes["vae"], "relu")[1]
    return arrays | {"planes.labels": _labels(data)[:PLANE], "planes.logvar": logvar}


def _labels(data: DataSet) -> Any:
    """Of the test images; all 0 where there are none."""
    return np.zeros(len(data.test_images), int) if data.test_labels is None else data.test_labels
