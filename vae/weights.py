"""The weights of a dense VAE in a file, under the names that the assignment of 2017 prescribes.

An .npz file with ten arrays, (inputs, outputs) and (outputs,), under these names or under those of
vae.mlp.Params.
"""

from pathlib import Path

import numpy as np

from autograd_lite.ops import Array
from data.idx import DataError
from data.npz import read_arrays
from training.run import write_arrays
from vae.mlp import Params, init

# The assignment's names, in the order of the fields of Params.
NAMES = ("W1", "b1", "W2_mu", "b2_mu", "W2_logvar", "b2_logvar", "W3", "b3", "W4", "b4")


def save_weights(path: Path, params: Params) -> None:
    """Writes the ten arrays under their names there, whole or not at all; RunError if not."""
    write_arrays(path, dict(zip(NAMES, params, strict=True)))


def load_weights(path: Path, like: Params) -> Params:
    """The ten arrays, in the shapes and dtypes of `like`; DataError where they do not fit."""
    return _matching(path, read_arrays(path), like)


def read_weights(path: Path) -> Params:
    """The ten arrays, of whatever sizes, in float32; DataError unless they fit together."""
    arrays = read_arrays(path)
    head, last = ("W2_mu", "W4") if "W4" in arrays else ("W_mu", "W3")
    for name in ("W1", head, last):
        if name not in arrays or arrays[name].ndim != 2 or not arrays[name].size:
            raise DataError(f"{path} has no matrix {name}; expected the ten arrays of a dense VAE.")
    (D, H), Z = arrays["W1"].shape, arrays[head].shape[1]
    scales = int(arrays[last].shape[1] == D + 1)  # a likelihood with a learned scale
    return _matching(path, arrays, init(np.random.default_rng(0), D, H, Z, scales=scales))


def _matching(path: Path, arrays: dict[str, Array], like: Params) -> Params:
    # W3, b3 stand in both lists for different layers: W4 tells them apart.
    names = NAMES if "W4" in arrays else Params._fields
    for name, array in zip(names, like, strict=True):
        if name not in arrays:
            raise DataError(f"{path} has no {name}; expected {', '.join(names)}.")
        found = arrays[name]
        if found.shape != array.shape:
            raise DataError(f"{path} has {name} of shape {found.shape}; expected {array.shape}.")
        if found.dtype.kind == "U" or not np.isfinite(found).all():
            raise DataError(f"{path} has values in {name} that are no finite numbers.")
    return Params(*(arrays[name].astype(a.dtype) for name, a in zip(names, like, strict=True)))
