"""Figures of S7: a dense VAE with tanh and two codes, trained for short and for long.

Each takes one finished run. figures/tanh_costs.py draws its costs, figures/ellipses.py its codes.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import vae.train
from data.pixels import binarise
from data.sets import DataSet
from experiments.latent_answers import decoded
from experiments.runs import long, short
from figures.ellipses import latent_plane, looked_at, name_of, posterior
from figures.item import Item
from figures.planes import plane_of_tiles
from figures.style import mosaic, new_figure, paper, paste, write
from figures.tanh_costs import costs
from training.parallel import Training
from training.streams import stream
from training.trained import Trained, read

ORIGINALS, PRIOR, SIDE = 20, 20, 20
RANGE_OF = 5000  # training images whose codes span the grid
THERE = {
    "costs": "Curves of training and validation cost, one a sum over a batch, one over all images.",
    "codes": "The plane of codes for training, validation and test images: an ellipse for each"
    " image, its centre the mean, its width the deviation, coloured by digit.",
    "reconstructions": "20 images and their reconstructions, of training, validation and test.",
    "prior": "20 means of the decoder for codes from N(0, I); no samples of pixels.",
    "grid": "20 x 20 decoded codes between the least and the largest code.",
}
AGAIN = " Again for a network of 500 epochs on 50,000 images, whose file was not supplied."
CAPTIONS = {
    "costs": "The cost is reconstruction plus KL, all in nats an image, measured after each epoch"
    " by the same code on at most 5,000 images of either kind: training and validation compare. The"
    " validation images happen to be a little easier; after hundreds of epochs the training images"
    " are fitted better all the same.",
    "codes": "An ellipse is where an image's code may be: centre mu, half-axes sigma. Large"
    " ones stand where a code need not be exact, as among the 1s. A number stands at the median of"
    " its digit; where ellipses of several digits lie on one another, two codes cannot tell them"
    " apart. Dashed: 1 and 2 deviations of the prior. All three panels look alike: the encoder"
    " does with new images what it does with those it learnt from.",
    "reconstructions": "Above, the binary images as the encoder gets them, here undamaged; below,"
    " what the decoder makes of the mean of each one's code. It is a mean over all images with"
    " about that code: a blur where these are different digits.",
    "prior": "Left: the decoder's means for 20 codes from the prior. Right: pixels drawn with these"
    " probabilities, for the same codes in the same places. The model says that such samples look"
    " like images; since it draws each pixel on its own, they look like noise where it is unsure.",
    "grid": "Tick labels are in units of the codes. The range is from the least to the largest mean"
    " among at most 5,000 training images, in each direction: a few outliers set it, and in some"
    " corners there are no images at all.",
}
BESIDE = (
    " Crosses: the source's training cost, its sum over a batch divided by 50. It is a mean over"
    " the epoch, on damaged input; its first epoch, 279.1, is left out."
)


def reconstructions(network: Trained, data: DataSet) -> Figure:
    """Images as the encoder gets them, and under each what is decoded from its code's mean."""
    title = f"Images, and what comes back: {name_of(network, data)}, {data.name}"
    figure = new_figure(1900, 740, title)
    for i, part in enumerate(looked_at(network, data, ORIGINALS)):
        top = 94 + 225 * i
        tiles = paper(np.concatenate([part.x, decoded(network, posterior(network, part.x)[0])]))
        paste(figure, mosaic(tiles, len(part.x)), 144, top, 3)
        write(figure, 144, top - 18, f"{part.name} images", ha="left", fontweight="bold")
        write(figure, 132, top + 42, "binary\nimage", ha="right")
        write(figure, 132, top + 129, "decoded\nmean", ha="right")
    return figure


def prior(network: Trained, data: DataSet) -> Figure:
    """Codes from the prior: the decoder's means, and pixels drawn with these probabilities."""
    figure = new_figure(1640, 730, f"Codes from N(0, I): {name_of(network, data)}, {data.name}")
    shape = PRIOR, network.settings.codes
    z = stream(0, "figure prior").standard_normal(shape, dtype=np.float32)
    probs = decoded(network, z)
    drawn = binarise(stream(0, "figure samples"), probs, "stochastic")
    means = 50, "means: each pixel's probability of ink", probs
    samples = 870, "samples: each pixel drawn with it", drawn
    for left, word, x in (means, samples):
        paste(figure, mosaic(paper(x), 5), left, 115, 5)
        write(figure, left + 720 / 2, 90, word, fontweight="bold")
    return figure


def grid(network: Trained, data: DataSet) -> Figure:
    """What the decoder makes of codes between the least and the largest of training images."""
    title = f"A grid of codes, decoded: {name_of(network, data)}, {data.name}"
    figure = new_figure(1250, 1250, title)
    mu, _ = posterior(network, looked_at(network, data, RANGE_OF)[0].x)
    low, high = mu.min(axis=0), mu.max(axis=0)
    middle, half = (low + high) / 2, (high - low) / 2
    # The tiles reach from -1 to 1 in units of the range; the axes then say it in the codes' own.
    axes = plane_of_tiles(
        figure, lambda z: decoded(network, middle + half * z), 100, 50, 2, SIDE, reach=1
    )
    edge = half * (1 + 1 / (SIDE - 1))  # half a tile beyond the outermost codes
    (left, bottom), (right, top) = middle - edge, middle + edge
    axes.set(xlim=(left, right), ylim=(bottom, top))
    return figure


DRAWINGS: dict[str, Callable[[Trained, DataSet], Figure]] = {
    "costs": costs,
    "codes": latent_plane,
    "reconstructions": reconstructions,
    "prior": prior,
    "grid": grid,
}


def _item(run: Training, name: str, word: str) -> Item:
    """One figure of one network."""

    def draw(folders: Sequence[Path], data: DataSet) -> Figure:
        return DRAWINGS[word](read(folders[0], vae.train), data)

    there = THERE[word] + (AGAIN if name == "long" else "")
    caption = CAPTIONS[word] + (BESIDE if (name, word) == ("short", "costs") else "")
    return Item(f"tanh-{name}-{word}", "S7", there, caption, (run,), draw)


NETWORKS = {"short": short("once", 0), "long": long()}
ITEMS = tuple(_item(run, name, word) for name, run in NETWORKS.items() for word in DRAWINGS)
