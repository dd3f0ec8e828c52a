"""`python -m vae summary`: the layers of a network, their shapes and numbers of parameters."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple

import numpy as np

from training.settings import Parser, add_settings, check_settings, setting
from vae.mlp import Params, init
from vae.objective import LIKELIHOODS, SCALES

PIXELS = 784  # of a digit, 28 x 28
# What a layer computes, by the name of its weights.
LAYERS = {
    "W1": ("encoder", "hidden units"),
    "W_mu": ("encoder", "means of the codes"),
    "W_logvar": ("encoder", "log-variances of the codes"),
    "W2": ("decoder", "hidden units"),
    "W3": ("decoder", "logits of the pixels"),
}


@dataclass(frozen=True)
class Sizes:
    """The settings that the sizes of the layers depend on."""

    codes: int = setting(2, "dimension of the latent code", least=1)
    hidden: int = setting(256, "hidden units of the encoder, and of the decoder", least=1)
    likelihood: str = setting(
        "bernoulli",
        "likelihood of the pixels; gaussian and laplace have one more output, the log scale",
        choices=tuple(LIKELIHOODS),
    )


class Layer(NamedTuple):
    """An affine map of one of the two networks."""

    network: str  # "encoder" or "decoder"
    name: str  # of what it computes
    weights: str  # their name in Params
    biases: str
    inputs: int
    outputs: int
    parameters: int


def layers(params: Params) -> list[Layer]:
    """The layers of both networks in the order of Params, as their arrays are."""
    found = []
    for weights, biases in zip(Params._fields[::2], Params._fields[1::2], strict=True):
        W, b = getattr(params, weights), getattr(params, biases)
        inputs, outputs = W.shape
        found.append(Layer(*LAYERS[weights], weights, biases, inputs, outputs, W.size + b.size))
    return found


def parameters(found: Sequence[Layer], network: str) -> int:
    """How many parameters the layers of "encoder" or "decoder" have in all."""
    return sum(layer.parameters for layer in found if layer.network == network)


def table(found: Sequence[Layer]) -> Iterator[str]:
    """The lines of the table: a layer each, the sums of both networks, and the sum of all."""
    line = "{:9}{:28}{:22}{:18}{:>10}".format
    yield line("network", "layer", "weights", "biases", "parameters")
    for network in ("encoder", "decoder"):
        for layer in found:
            if layer.network == network:
                weights = f"{layer.weights} ({layer.inputs}, {layer.outputs})"
                biases = f"{layer.biases} ({layer.outputs},)"
                yield line(network, layer.name, weights, biases, f"{layer.parameters:,}")
        yield line(network, "in all", "", "", f"{parameters(found, network):,}")
    yield line("both", "in all", "", "", f"{sum(layer.parameters for layer in found):,}")


def main(argv: Sequence[str]) -> None:
    """Prints the layers of a network of the sizes that the options give."""
    parser = Parser(prog="python -m vae summary", allow_abbrev=False)
    add_settings(parser, Sizes)
    sizes = Sizes(**vars(parser.parse_args(argv)))
    check_settings(sizes)
    scales = SCALES[sizes.likelihood]
    params = init(np.random.default_rng(0), PIXELS, sizes.hidden, sizes.codes, scales=scales)
    print("Dense VAE:", ", ".join(f"{name} {value}" for name, value in asdict(sizes).items()))
    print(*table(layers(params)), sep="\n")
