"""The tanh VAE of two codes, trained for short and for long: what it makes of images and codes."""

import numpy as np
from matplotlib.figure import Figure

from data.pixels import binarise
from data.sets import DataSet
from experiments.tanh_networks import long, short
from figures.diagrams import training_and_sampling
from figures.drawing import Drawing, of_vae
from figures.ellipses import first_images, name_of, posterior, posteriors
from figures.latent_plane import manifold
from figures.style import mosaic, new_figure, paper, paste, write
from training.streams import stream
from training.trained import Trained
from vae.train import network as network_of

ORIGINALS, PRIOR, SIDE = 20, 20, 20
RANGE_OF = 5000  # training images whose codes span the grid


def reconstructions(network: Trained, data: DataSet) -> Figure:
    """Images as the encoder is given them, and under each the decoded mean of its posterior."""
    title = f"Images and their reconstructions: {name_of(network, data)}, {data.name}"
    figure = new_figure(1900, 740, title)
    pixels = network_of(network.params, network.settings).pixels
    for i, part in enumerate(first_images(network, data, ORIGINALS)):
        top = 94 + 225 * i
        tiles = paper(np.concatenate([part.x, pixels(posterior(network, part.x)[0])]))
        paste(figure, mosaic(tiles, len(part.x)), 144, top, 3)
        write(figure, 144, top - 18, f"{part.name} images", ha="left", fontweight="bold")
        write(figure, 132, top + 42, "binary\nimage", ha="right")
        write(figure, 132, top + 129, "decoded\nmean", ha="right")
    return figure


def prior_samples(network: Trained, data: DataSet) -> Figure:
    """Codes from the prior: the decoder's means, and pixels drawn with these probabilities."""
    figure = new_figure(1640, 730, f"Codes from N(0, I): {name_of(network, data)}, {data.name}")
    shape = PRIOR, network.settings.codes
    z = stream(0, "figure prior").standard_normal(shape, dtype=np.float32)
    probs = network_of(network.params, network.settings).pixels(z)
    drawn = binarise(stream(0, "figure samples"), probs, "stochastic")
    means = 50, "means: each pixel's probability of ink", probs
    samples = 870, "samples: each pixel drawn with it", drawn
    for left, word, x in (means, samples):
        paste(figure, mosaic(paper(x), 5), left, 115, 5)
        write(figure, left + 720 / 2, 90, word, fontweight="bold")
    return figure


def grid(network: Trained, data: DataSet) -> Figure:
    """What the decoder makes of codes between the least and the largest of training images."""
    title = f"Decoded codes of a grid: {name_of(network, data)}, {data.name}"
    figure = new_figure(1250, 1250, title)
    mu, _ = posterior(network, first_images(network, data, RANGE_OF)[0].x)
    pixels = network_of(network.params, network.settings).pixels
    manifold(figure, pixels, (100, 50), 2, SIDE, (mu.min(axis=0), mu.max(axis=0)))
    return figure


OF_EACH = (
    ("posteriors", posteriors),
    ("reconstructions", reconstructions),
    ("prior-samples", prior_samples),
    ("grid", grid),
)
DRAWINGS = (
    Drawing("tanh_vae-diagram", (), training_and_sampling),
    *(
        Drawing(f"tanh_vae-{network}-{word}", (training,), of_vae(draw))
        for network, training in (("short", short("once", 0)), ("long", long()))
        for word, draw in OF_EACH
    ),
)
