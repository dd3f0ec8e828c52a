"""`python -m figures.weights FILE`: pictures of a dense VAE whose weights are in a file.

The file is an .npz that vae/weights.py can read; its arrays tell the sizes of the network.
"""

import math
import sys
from collections.abc import Sequence
from pathlib import Path

from data.sets import HELP, DataSet, load
from figures.latent_plane import decoded_grid, latent_means
from figures.style import save
from figures.vae import reconstructions, traversals
from training.command import run_cli
from training.run import RunError, make_folder
from training.settings import Parser
from training.trained import Trained
from vae.mlp import ACTIVATIONS
from vae.train import Settings
from vae.weights import read_weights


def main(argv: Sequence[str]) -> None:
    """Draws what the network makes of the test images and of codes; prints where they are."""
    parser = Parser(prog="python -m figures.weights", allow_abbrev=False)
    parser.add_argument("file", type=Path, metavar="FILE", help=".npz of the weights")
    parser.add_argument("--activation", default="relu", choices=tuple(ACTIVATIONS))
    parser.add_argument("--data", default="auto", help=HELP)
    parser.add_argument("--pixels", default="none", choices=("none", "threshold", "stochastic"))
    parser.add_argument("--out", default=Path("out", "weights"), type=Path, metavar="DIR")
    options = parser.parse_args(argv)
    data = load(options.data)
    network = trained(options.file, data, options.activation, options.pixels)
    model = f"weights of {options.file.name}"
    first = data.test_images[:10]
    drawn = {
        "reconstructions": reconstructions([network], data, first, model=model),
        "traversals": traversals(network, data, model),
    }
    if network.settings.codes == 2:
        drawn["manifold"] = decoded_grid(network, data, model)
        drawn["means"] = latent_means(network, data, model)
    make_folder(options.out)
    for name, figure in drawn.items():
        print(save(figure, options.out, name))


def trained(file: Path, data: DataSet, activation: str, pixels: str) -> Trained:
    """The network as figures take it; RunError if its images have another number of pixels."""
    params = read_weights(file)
    first, *_ = *params.encoder, params.mu
    D = len(first.W)
    if D != (there := math.prod(data.test_images.shape[1:])):
        raise RunError(
            f"The network is for images of {D} pixels; expected {there}, as in {data.name}."
        )
    # One more output is a scale; whose it is changes no picture.
    likelihood = "bernoulli" if len(params.decoder[-1].b) == D else "gaussian"
    settings = Settings(
        pixels=pixels,
        likelihood=likelihood,
        codes=len(params.mu.b),
        hidden=",".join(str(len(b)) for _, b in params.encoder) or "none",
        activation=activation,
    )
    return Trained(params, settings, [])


if __name__ == "__main__":
    run_cli(main, sys.argv[1:])
