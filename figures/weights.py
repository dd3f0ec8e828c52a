"""`python -m figures.weights FILE`: pictures of a dense VAE whose weights are in a file.

The file is an .npz that vae/weights.py can read; its arrays tell the sizes of the network.
"""

import math
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from data.sets import DataSet, load
from figures import codes
from figures.style import Picture, save
from training.command import complain
from training.run import RunError
from training.settings import Parser
from training.trained import Trained
from vae.mlp import ACTIVATIONS, Params, init
from vae.train import Settings
from vae.weights import NAMES, load_weights

# By the number of outputs beside one a pixel; which of two likelihoods it was changes no picture.
LIKELIHOODS = {0: "bernoulli", 1: "gaussian"}


def main(argv: Sequence[str]) -> None:
    """Draws what the network makes of the test images and of codes; prints where the pictures are.

    Raises DataError, RunError.
    """
    parser = Parser(prog="python -m figures.weights", allow_abbrev=False)
    parser.add_argument("file", type=Path, metavar="FILE", help=".npz with the ten arrays")
    parser.add_argument("--activation", default="relu", choices=tuple(ACTIVATIONS))
    parser.add_argument("--data", default="auto", choices=("auto", "mnist", "digits"))
    parser.add_argument("--pixels", default="none", choices=("none", "threshold", "stochastic"))
    parser.add_argument("--out", default=Path("out", "weights"), type=Path, metavar="DIR")
    options = parser.parse_args(argv)
    params = read_weights(options.file)
    data = load(options.data)
    network = trained(params, data, options.activation, options.pixels)
    try:
        options.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"{options.out} cannot be made ({error.strerror}).") from None
    for name, figure in pictures(network, data, options.file.name).items():
        print(save(Picture(name, "", figure), options.out))


def read_weights(path: Path) -> Params:
    """The parameters in a file, of whatever sizes they are; RunError unless they fit together."""
    try:
        with open(path, "rb") as whole, np.load(whole, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except OSError as error:
        raise RunError(f"{path} cannot be read ({error.strerror or error}).") from error
    except Exception as error:  # np.load raises many kinds on a file that is not its own
        raise RunError(f"{path} cannot be read as weights; expected arrays in an .npz.") from error
    head, last = ("W2_mu", "W4") if "W4" in arrays else ("W_mu", "W3")
    for name in ("W1", head, last):
        if name not in arrays or arrays[name].ndim != 2 or not arrays[name].size:
            raise RunError(f"{path} has no matrix {name}; expected the ten arrays of a dense VAE.")
    for name in arrays.keys() & {*NAMES, *Params._fields}:
        array = arrays[name]
        if array.dtype.kind not in "fiu" or not np.isfinite(array).all():
            raise RunError(f"{path} has values in {name} that are no finite numbers.")
    (D, H), Z = arrays["W1"].shape, arrays[head].shape[1]
    scales = arrays[last].shape[1] - D
    like = init(np.random.default_rng(0), D, H, Z, scales=scales if scales in LIKELIHOODS else 0)
    return load_weights(path, like)


def trained(params: Params, data: DataSet, activation: str, pixels: str) -> Trained:
    """The network as figures take it; RunError if its images have another number of pixels."""
    (D, H), Z = params.W1.shape, params.W_mu.shape[1]
    if D != (there := math.prod(data.test_images.shape[1:])):
        raise RunError(
            f"The network is for images of {D} pixels; expected {there}, as in {data.name}."
        )
    likelihood = LIKELIHOODS[len(params.b3) - D]
    settings = Settings(
        pixels=pixels, likelihood=likelihood, codes=Z, hidden=H, activation=activation
    )
    return Trained(params, settings, [])


def pictures(network: Trained, data: DataSet, file: str) -> dict[str, Figure]:
    """By the name of the picture; of a plane only where there are two codes."""
    model = "weights of " + file.replace("$", r"\$")  # else titles take it for mathematics
    drawn = {
        "reconstructions": codes.reconstructions([network], data, model),
        "traversals": codes.traversals(network, data, model),
    }
    if network.settings.codes == 2:
        drawn["manifold"] = codes.manifold(network, data, model)
        drawn["means"] = codes.means(network, data, model)
    return drawn


if __name__ == "__main__":
    complain(main, sys.argv[1:])
