"""The weights of a VAE in a file: an .npz with one array for each parameter, under its name.

Of the dense network these are encoder.0.W, encoder.0.b, encoder.1.W and so on from the image to the
last hidden layer, mu.W, mu.b, logvar.W, logvar.b, and decoder.0.W, ... from the code to the pixels;
W is (inputs, outputs), b (outputs,). Of the convolutional one they are the fields of
vae.conv.Params. Dense networks with one hidden layer may also stand under the names that the
assignment of 2017 prescribes. docs/WEIGHTS.md takes them to PyTorch and Keras and back.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from autograd_lite.ops import Array
from autograd_lite.tree import T, leaves, named, tree_map
from data.idx import DataError
from data.npz import read_arrays
from training.run import write_arrays
from vae.mlp import Params, init

# The assignment's names by ours, in the order of Params.
NAMES = {
    "encoder.0.W": "W1", "encoder.0.b": "b1", "mu.W": "W2_mu", "mu.b": "b2_mu",
    "logvar.W": "W2_logvar", "logvar.b": "b2_logvar", "decoder.0.W": "W3", "decoder.0.b": "b3",
    "decoder.1.W": "W4", "decoder.1.b": "b4",
}  # fmt: skip


def save_weights(path: Path, params: T, names: Mapping[str, str] | None = None) -> None:
    """Writes the arrays, whole or not at all; RunError if not. `names`: those of the file by ours.

    KeyError for a parameter that they do not name.
    """
    arrays = named(params)
    write_arrays(path, {names[x]: arrays[x] for x in arrays} if names else arrays)


def load_weights(path: Path, like: T) -> T:
    """The arrays, in the shapes and dtypes of `like`; DataError where they do not fit."""
    return _matching(path, read_arrays(path), like)


def read_weights(path: Path) -> Params:
    """Those of a dense network of any sizes, in float32; DataError unless they fit together."""
    arrays = read_arrays(path)
    theirs = _theirs(arrays)
    depth = 1 if theirs else sum(bool(re.fullmatch(r"encoder\.\d+\.W", x)) for x in arrays)
    shapes = []
    for ours in (*(f"encoder.{i}.W" for i in range(depth)), "mu.W", f"decoder.{depth}.W"):
        name = theirs.get(ours, ours)
        if name not in arrays or arrays[name].ndim != 2 or not arrays[name].size:
            raise DataError(f"{path} has no matrix {name}; expected those of a dense VAE.")
        shapes.append(arrays[name].shape)
    D, (*widths, Z, outputs) = shapes[0][0], (columns for _, columns in shapes)
    scales = int(outputs == D + 1)  # a likelihood with a learned scale
    return _matching(path, arrays, init(np.random.default_rng(0), D, widths, Z, scales=scales))


def _theirs(arrays: Mapping[str, Array]) -> Mapping[str, str]:
    """The file's names by ours, where they differ."""
    return NAMES if "W2_mu" in arrays else {}


def _matching(path: Path, arrays: Mapping[str, Array], like: T) -> T:
    theirs, found = _theirs(arrays), []
    names = [theirs.get(ours, ours) for ours in named(like)]
    for name, array in zip(names, leaves(like), strict=True):
        if name not in arrays:
            raise DataError(f"{path} has no {name}; expected {', '.join(names)}.")
        values = arrays[name]
        if values.shape != array.shape:
            raise DataError(f"{path} has {name} of shape {values.shape}; expected {array.shape}.")
        if values.dtype.kind == "U" or not np.isfinite(values).all():
            raise DataError(f"{path} has values in {name} that are no finite numbers.")
        found.append(values.astype(array.dtype))
    if more := [x for x in arrays if x.startswith(("encoder.", "decoder.")) and x not in names]:
        raise DataError(f"{path} also has {more[0]}; expected no more than {', '.join(names)}.")
    filled = iter(found)
    return tree_map(lambda _: next(filled), like)
