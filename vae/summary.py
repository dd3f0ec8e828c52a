"""`python -m vae summary`: the layers of a network, their shapes and numbers of parameters."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from autograd_lite.tree import named
from training.settings import Parser, check_settings
from training.trained import blank
from vae import conv
from vae.networks import Params
from vae.train import Settings, start

# What the layers compute, in the order of Params.
ENCODER, DECODER = (("encoder", "hidden units"),), (("decoder", "hidden units"),)
HEADS = (("encoder", "means of the codes"), ("encoder", "log-variances of the codes"))
PIXELS = ("decoder", "outputs for the pixels")
CONV = (
    *2 * (("encoder", "convolution, stride 2"),),
    *(*ENCODER, *HEADS),
    ("decoder", "hidden units, as an image"),
    *2 * (("decoder", "transposed, stride 2"),),
    PIXELS,
)
SIZES = ("network", "height", "width", "codes", "hidden", "likelihood")  # what decides the layers'


class Layer(NamedTuple):
    """An affine map, or a convolution, of one of the two networks."""

    network: str  # "encoder" or "decoder"
    name: str  # of what it computes
    weights: str  # their name, as in a file of vae/weights.py
    biases: str
    shape: tuple[int, ...]  # of the weights
    outputs: int  # a unit, or a channel, each
    parameters: int


def layers(params: Params) -> list[Layer]:
    """The layers of both networks in the order of Params, as their arrays are."""
    if isinstance(params, conv.Params):
        names: tuple[tuple[str, str], ...] = CONV
    else:
        decoder = (len(params.decoder) - 1) * DECODER
        names = *len(params.encoder) * ENCODER, *HEADS, *decoder, PIXELS
    found, arrays = [], iter(named(params).items())
    for name, (weights, W), (biases, b) in zip(names, arrays, arrays, strict=True):
        found.append(Layer(*name, weights, biases, W.shape, b.size, W.size + b.size))
    return found


def parameters(found: Sequence[Layer], network: str) -> int:
    """How many parameters the layers of "encoder" or "decoder" have in all."""
    return sum(layer.parameters for layer in found if layer.network == network)


def table(found: Sequence[Layer]) -> Iterator[str]:
    """The lines of the table: a layer each, the sums of both networks, and the sum of all."""
    line = "{:9}{:28}{:26}{:20}{:>10}".format
    yield line("network", "layer", "weights", "biases", "parameters")
    for network in ("encoder", "decoder"):
        for layer in found:
            if layer.network == network:
                weights = f"{layer.weights} {layer.shape}"
                biases = f"{layer.biases} ({layer.outputs},)"
                yield line(network, layer.name, weights, biases, f"{layer.parameters:,}")
        yield line(network, "in all", "", "", f"{parameters(found, network):,}")
    yield line("both", "in all", "", "", f"{sum(layer.parameters for layer in found):,}")


def main(argv: Sequence[str]) -> None:
    """Prints the layers of a network of the sizes that the options give."""
    parser = Parser(prog="python -m vae summary", allow_abbrev=False)
    for name in SIZES:
        field = Settings.__dataclass_fields__[name]
        words = field.metadata.get("help", f"{name} of the images in pixels")
        help = f"{words} (default: {field.default})"
        kind, metavar = type(field.default), field.metadata.get("metavar") or None
        parser.add_argument(
            f"--{name}", type=kind, default=field.default, metavar=metavar, help=help
        )
    sizes = vars(parser.parse_args(argv))
    settings = check_settings(Settings(**sizes))
    found = layers(start(settings, blank(settings)).params)
    unused = "hidden" if settings.network == "conv" else ""
    given = [f"{name} {value}" for name, value in sizes.items() if name != unused]
    print("VAE:", ", ".join(given))
    print(*table(found), sep="\n")
