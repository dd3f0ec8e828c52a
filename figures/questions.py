"""Figures of likelihoods and of sample counts; they move to modules of the experiments' names."""

from experiments.likelihoods import KINDS
from experiments.likelihoods import planned as of_likelihood
from experiments.sample_count import SAMPLES
from experiments.sample_count import planned as of_samples
from figures.item import Item
from figures.likelihoods import likelihoods, samples

ITEMS = (
    Item(
        "s8-likelihoods",
        "S8",
        "that squared error is a Gaussian likelihood, in formulas; no experiment",
        "The first test image of each digit, decoded from its mean code. A Gaussian of variance "
        "1/2 has the faintest images: to it, an error of a pixel is cheap. The Laplace "
        "likelihood draws sharp strokes and leaves out what it is not sure of. The scales that "
        "are learned are far below the deviation 0.71 that squared error stands for; the small "
        "peaks at the left are mostly ones.",
        tuple(of_likelihood(kind, 0) for kind in KINDS),
        likelihoods,
    ),
    Item(
        "s8-samples",
        "S8",
        "the bound with m samples, in a formula, and m = 1; no experiment",
        "With one sample, about two thirds of the gradient's variance come from the noise of "
        "the codes. More samples take it away as 1/m, but not what comes from the choice of the "
        "images. After the same number of epochs they are a little ahead, after the same "
        "computing time they are behind. Variances: networks trained with m = 1, three seeds; "
        "costs: one seed.",
        tuple(of_samples(m, 0) for m in SAMPLES),
        samples,
    ),
)
