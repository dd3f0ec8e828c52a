"""The catalogue of S2 and S4: the dense VAE 784-256-codes-256-784 with 2, 8 and 16 codes.

figures/codes.py, figures/dense_numbers.py and figures/network.py draw them.
"""

import math
from collections.abc import Callable, Sequence
from pathlib import Path

from matplotlib.figure import Figure

import vae.train
from data.sets import DataSet
from experiments.dense_vae import CODES, planned
from figures import codes, dense_numbers
from figures.item import Item
from figures.network import drawing
from training.streams import stream
from training.trained import Trained, read
from vae.mlp import init

BERNOULLI = tuple(planned("bernoulli", size, 0) for size in CODES)
SQUARED = tuple(planned("squared", size, 0) for size in CODES)


def _one(draw: Callable[[Trained, DataSet], Figure]) -> Callable[..., Figure]:
    return lambda folders, data: draw(read(folders[0], vae.train), data)


def _all(draw: Callable[[Sequence[Trained], DataSet], Figure]) -> Callable[..., Figure]:
    return lambda folders, data: draw([read(folder, vae.train) for folder in folders], data)


def _drawing(folders: Sequence[Path], data: DataSet) -> Figure:
    pixels = math.prod(data.train_images.shape[1:])
    return drawing(init(stream(0, "weights"), pixels, 256, 2), "relu", data.name)


ITEMS = (
    Item(
        "dense-network",
        "S2",
        "three graphs drawn by a library: encoder, decoder, and the whole network",
        "The layers with their sizes, and between them the names, shapes and numbers of our"
        " parameters. Noise comes in between encoder and decoder. The boxes' heights grow with the"
        " logarithm of the sizes.",
        (),
        _drawing,
    ),
    Item(
        "dense-means",
        "S2",
        "one scatter of the test images' means by digit, with a colour bar",
        "Each dot is a test image where the encoder puts it; the encoder never saw its digit. 0, 1"
        " and 6 lie apart; 4 and 9 lie on one another, and so do 3, 5 and 8.",
        BERNOULLI[:1],
        _one(codes.means),
    ),
    Item(
        "dense-manifold",
        "S2",
        "one mosaic of 30 x 30 decoded codes from -3 to 3",
        "What the decoder draws for 30 x 30 codes, the first growing to the right, the second"
        " upwards, both in standard deviations of the prior. Neighbours look alike; between two"
        " digits there are images that are neither.",
        BERNOULLI[:1],
        _one(codes.manifold),
    ),
    *(
        Item(
            f"dense-traversals-{size}",
            "S2",
            "asked for each code unit from -3 to 3; shown for 2 codes only, as the manifold",
            "A row a code unit, from -3 to 3, while all others are 0, the most used unit on top."
            " Beside each the variance of its mean over the test images, by which a unit counts as"
            f" active above 0.01. {what}",
            (run,),
            _one(codes.traversals),
        )
        for size, run, what in zip(
            CODES,
            BERNOULLI,
            (
                "Two codes have to say which digit it is: each row passes several.",
                "Most rows lead from one kind of digit to another. Codes that are all 0 but one are"
                " rare under the prior, so some of these images are no digits.",
                "All 16 are active, but each says less than one of 8, and hardly any row goes from"
                " a digit to a digit.",
            ),
            strict=True,
        )
    ),
    Item(
        "dense-manifold-squared",
        "S4",
        "one mosaic of 30 x 30 decoded codes from -3 to 3",
        "The same plane of a network trained with squared error, which is a Gaussian likelihood of"
        " variance 1/2. Which digit lies where is chance; that like lies beside like is not.",
        SQUARED[:1],
        _one(codes.manifold),
    ),
    Item(
        "dense-reconstructions",
        "S4",
        "three panels of 2 x 5 reconstructed test images, from sampled codes; no originals",
        "The first ten test images, and under them what 2, 8 and 16 codes bring back: from the"
        " means of the codes, and from codes sampled from q as in training and in the source."
        " Two codes give about the right kind of digit, 8 its shape; 16 help with few of these.",
        SQUARED,
        _all(codes.reconstructions),
    ),
    Item(
        "dense-costs",
        "S4",
        "the cost of training and test images after each of 30 epochs, printed, for three networks",
        "Our cost on the test images, a mean over seeds, and the source's, and below the"
        " difference, cut off at 2 nats. Both leave out the constant 448.73. Before"
        " `python -m experiments.dense_vae_curves` was run, training images stand in, for which the source"
        " prints means over the epoch while it trains, and ours is measured after it.",
        SQUARED,
        _all(dense_numbers.costs),
    ),
    Item(
        "dense-active",
        "S4",
        "a question that it leaves open: why 16 codes gain hardly anything over 8",
        "Above: the variance of each unit's mean over the test images; below the dashed line a unit"
        " counts as inactive. Below: what its codes cost. With squared error nearly all of 16 units"
        " are active, so it is not that they lie idle; but each says less, and all 16 together say"
        " little more than 8. What they add in KL is about what they save in reconstruction.",
        BERNOULLI + SQUARED,
        _all(dense_numbers.active),
    ),
    Item(
        "dense-traversals-squared-16",
        "S4",
        "nothing: for the same question",
        "As for S2, with squared error. The last rows hardly change the image: those units are"
        " barely used, or inactive.",
        SQUARED[2:],
        _one(codes.traversals),
    ),
)
