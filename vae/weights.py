"""Weights of a dense VAE in a file, under the names that an assignment of 2017 fixed (S7).

An .npz file with ten arrays, (inputs, outputs) and (outputs,), under these names or under ours.
"""

from pathlib import Path
from typing import Any

import numpy as np

from training.run import RunError, replacing
from vae.mlp import Params

# Theirs, in the order of our fields.
NAMES = ("W1", "b1", "W2_mu", "b2_mu", "W2_logvar", "b2_logvar", "W3", "b3", "W4", "b4")


def save_weights(path: Path, params: Params) -> None:
    """Writes the ten arrays under their names there, whole or not at all; RunError if not."""
    with replacing(path) as file:
        arrays: dict[str, Any] = dict(zip(NAMES, params, strict=True))
        np.savez(file, **arrays)


def load_weights(path: Path, like: Params) -> Params:
    """The ten arrays, in the dtypes of `like`; RunError for a name or shape that does not fit."""
    try:
        with open(path, "rb") as whole, np.load(whole, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except OSError as error:
        raise RunError(f"{path} cannot be read ({error.strerror or error}).") from error
    except Exception as error:  # np.load raises many kinds on a file that is not its own
        expected = "an .npz file of arrays of numbers, without pickled objects"
        raise RunError(f"{path} cannot be read as weights; expected {expected}.") from error
    # W3, b3 stand in both lists for different layers: W4 tells them apart.
    names = NAMES if "W4" in arrays else Params._fields
    for name, array in zip(names, like, strict=True):
        if name not in arrays:
            raise RunError(f"{path} has no {name}; expected {', '.join(names)}.")
        found = arrays[name]
        if found.shape != array.shape:
            raise RunError(f"{path} has {name} of shape {found.shape}; expected {array.shape}.")
        if found.dtype.kind not in "fiu" or not np.isfinite(found).all():
            raise RunError(f"{path} has {name} with entries that are no finite real numbers.")
    return Params(*(arrays[name].astype(a.dtype) for name, a in zip(names, like, strict=True)))
