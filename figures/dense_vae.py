"""Figures of the dense VAE 784-256-codes-256-784 with 2, 8 and 16 codes."""

import math
from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

import vae.train
from data.sets import DataSet
from experiments.dense_vae import CODES, training
from experiments.record import read as record
from figures.codes import code_units, reconstructions, traversals
from figures.diagrams import network
from figures.drawing import Drawing, of_vae
from figures.latent_plane import decoded_grid, latent_means
from training.streams import stream
from training.trained import read
from vae.mlp import init

SHOWN = 10  # test images
BERNOULLI = tuple(training("bernoulli", codes, 0) for codes in CODES)
SQUARED = tuple(training("squared", codes, 0) for codes in CODES)


def layers(folders: Sequence[Path], data: DataSet) -> Figure:
    """The network drawn, layer by layer."""
    pixels = math.prod(data.train_images.shape[1:])
    return network(init(stream(0, "weights"), pixels, 256, 2), "ReLU", data.name)


def rebuilt(folders: Sequence[Path], data: DataSet) -> Figure:
    """The first test images and their reconstructions from 2, 8 and 16 codes."""
    runs = [read(folder, vae.train) for folder in folders]
    return reconstructions(runs, data, data.test_images[:SHOWN])


def units(folders: Sequence[Path], data: DataSet) -> Figure:
    """How far each code unit is used, as it was measured."""
    found = record("dense_vae")
    return code_units(found.numbers, found.data)


TRAVERSALS = (
    "One row for each code unit, from -3 to 3, while all others are 0, the most used unit on top,"
    " beside each the variance of its mean over the test images. "
)
OF_EACH = (
    "Two codes have to say which digit it is: each row passes several.",
    "Most rows lead from one kind of digit to another. Codes that are all 0 but one are rare under"
    " the prior, so some of these images are no digits.",
    "All 16 are active, but each carries less information than one of 8.",
)

DRAWINGS = (
    Drawing(
        "dense_vae-network",
        "Sizes of the layers, and between them the names, shapes and numbers of our parameters."
        " Heights grow with the logarithm of the sizes.",
        (),
        layers,
        "Assignment of 2019: three graphs drawn by a library: encoder, decoder, the whole network.",
    ),
    Drawing(
        "dense_vae-means",
        "Each dot is a test image where the encoder puts it; the encoder never saw its digit. A"
        " number stands at the median of its digit's dots. 0, 1 and 6 lie apart; 4 and 9 overlap,"
        " and so do 3, 5 and 8. Dashed: 1 and 2 standard deviations of the prior.",
        BERNOULLI[:1],
        of_vae(latent_means),
        "Assignment of 2019: one scatter of the test images' means by digit, with a colour bar.",
    ),
    Drawing(
        "dense_vae-manifold",
        "What the decoder draws for 30 x 30 codes, in standard deviations of the prior. Neighbours"
        " look alike; between two digits there are images that are neither.",
        BERNOULLI[:1],
        of_vae(decoded_grid),
        "Assignment of 2019: one mosaic of 30 x 30 decoded codes from -3 to 3.",
    ),
    *(
        Drawing(
            f"dense_vae-traversals-{codes}",
            TRAVERSALS + words,
            (run,),
            of_vae(traversals),
            "Assignment of 2019: asked for; shown for 2 codes only, as the manifold.",
        )
        for codes, run, words in zip(CODES, BERNOULLI, OF_EACH, strict=True)
    ),
    Drawing(
        "dense_vae-manifold-squared",
        "The same plane of a network trained with squared error. Which digit lies where is chance;"
        " that similar digits are neighbours is not.",
        SQUARED[:1],
        of_vae(decoded_grid),
        "Notebook: one mosaic of 30 x 30 decoded codes from -3 to 3.",
    ),
    Drawing(
        "dense_vae-reconstructions",
        "Ten test images, reconstructed from the posterior mean, and from sampled codes as in the"
        " notebook. Two codes give about the right kind of digit, 8 its shape.",
        SQUARED,
        rebuilt,
        "Notebook: three panels of 2 x 5 reconstructed test images, from sampled codes; no"
        " originals.",
    ),
    Drawing(
        "dense_vae-code-units",
        "Below the dashed line a unit counts as inactive. With squared error 14 or 15 of 16 units"
        " are active, so it is not that they lie idle; but what all 16 add in KL is about what they"
        " save in reconstruction. With Bernoulli pixels they save twice what they add. Means of"
        " three seeds; bands from the lowest to the highest.",
        (),
        units,
        "Notebook: that 16 codes gain hardly anything over 8, without a reason.",
    ),
    Drawing(
        "dense_vae-traversals-squared-16",
        "As for Bernoulli pixels, with squared error: the units of the last rows are barely used.",
        SQUARED[2:],
        of_vae(traversals),
    ),
)
