"""Errata of sampling, of pseudo-likelihood and of missing pixels.

The machine's kernel stands in place of draws: nothing here is random but one mask.
"""

import numpy as np

from autograd_lite.ops import Array, log_sigmoid
from data.pixels import remove_pixels, to_unit
from grading.errata.form import Pair, erratum
from grading.errata.machine import DATA, MACHINE, VS, ascent, kernel, number_of, p_visible
from rbm.model import free_energy
from rbm.pseudo import log_pseudo_likelihood

KNOWN = np.array([False, False, True, True])
IMAGE = np.array([0.0, 0.0, 0.0, 1.0])  # the first two pixels are missing, written as 0


def cd_error(sweeps: int) -> float:
    """Largest error of the expected CD gradient, over all parameters."""
    end = np.linalg.matrix_power(kernel(), sweeps)[[number_of(v) for v in DATA]].mean(axis=0)
    pairs = zip(ascent(end), ascent(p_visible()), strict=True)
    return float(max(np.abs(cd - exact).max() for cd, exact in pairs))


@erratum(
    where="001, E16",
    says="The chain's last image is drawn from the hidden units $`h^{k-1}`$.",
    right="From $`h^{k}`$; otherwise there are k - 1 sweeps.",
    home="rbm.13",
    quantity="largest error of the expected CD-2 gradient",
)
def one_sweep_short() -> Pair:
    return cd_error(1), cd_error(2)


@erratum(
    where="001, E17",
    says="Where the chain's end replaces the model's mean, there is an equals sign.",
    right="It is an approximation; its bias goes to 0 as k grows.",
    home="rbm.16",
    quantity="largest error of the expected CD-1 gradient",
)
def cd_taken_for_exact() -> Pair:
    return 0.0, cd_error(1)


@erratum(
    where="000, B5, E19",
    says="The pixel to flip is chosen once, when the graph is built: always the first.",
    right="It is drawn anew for each image, or all pixels are summed.",
    home="rbm.18",
    quantity="log pseudo-likelihood of the first image [nats/image]",
)
def always_the_first_pixel() -> Pair:
    v = DATA[:1]
    flipped = np.where(np.arange(4) == 0, 1 - v, v)
    rise = free_energy(flipped, *MACHINE) - free_energy(v, *MACHINE)
    return 4 * log_sigmoid(rise)[0], log_pseudo_likelihood(v, *MACHINE)[0]


def after_free_sweeps() -> Array:
    """P(v = 1) of every pixel 200 free sweeps after IMAGE. -> (4,)"""
    return np.linalg.matrix_power(kernel(), 200)[number_of(IMAGE)] @ VS


@erratum(
    where="000 and 001, B4, E20",
    says="The chain that restores an image runs free.",
    right="Given pixels are put back after each sweep: that chain draws from the conditional.",
    home="rbm.20",
    quantity="P(ink) of a missing pixel after 200 sweeps",
)
def missing_pixel_of_a_free_chain() -> Pair:
    agree = (VS == IMAGE)[:, KNOWN].all(axis=1)
    p = p_visible()[agree]
    return after_free_sweeps()[0], (p @ VS[agree])[0] / p.sum()


@erratum(
    where="000 and 001, B4, E20",
    says="The same, seen on a pixel that was given as ink.",
    right="It stays ink.",
    home="rbm.20",
    quantity="P(ink) of the given pixel after 200 sweeps",
)
def given_pixel_of_a_free_chain() -> Pair:
    return after_free_sweeps()[3], IMAGE[3]


def removed() -> float:
    """Share of 784 pixels that `remove_pixels` takes where 80 % are asked for."""
    _, known = remove_pixels(np.random.default_rng(0), np.ones((1, 784)), 0.8, "all")
    return float((~known).mean())


@erratum(
    where="000, B1",
    says="The pixels to remove are drawn from the first 64, repeats allowed.",
    right="Exactly the share asked for is removed, from all 784.",
    home="data/pixels.py",
    quantity="expected share removed where 80 % are asked for",
)
def only_the_first_rows() -> Pair:
    return 64 * (1 - (63 / 64) ** 627) / 784, removed()


@erratum(
    where="000, B1",
    says="Repeats would be a mistake over all 784 pixels too.",
    right="Draw without replacement.",
    home="data/pixels.py",
    quantity="expected share removed where 80 % are asked for",
)
def with_replacement() -> Pair:
    return 1 - (783 / 784) ** 627, removed()


@erratum(
    where="000 and 001, B13",
    says="Images in [0, 1] are mapped by (x + 1) / 2 before they are shown.",
    right="That is for images in [-1, 1]; these are shown as they are.",
    home="data/pixels.py",
    quantity="grey of a black pixel",
)
def black_made_grey() -> Pair:
    black = to_unit(np.zeros((1, 28, 28), np.uint8))[0, 0]
    return (black + 1) / 2, black
