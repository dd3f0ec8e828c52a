"""What the latent space of a VAE with two codes shows: the five questions, drawn."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import vae.train
from data.sets import DataSet
from experiments.latent_posterior import encode, load_images, summaries
from experiments.latent_space import NETWORKS, SWEEP
from experiments.measures import rank_correlation
from figures.diagrams import kinds_of_models
from figures.drawing import Drawing
from figures.latent_digits import digit_by_digit
from figures.latent_kl_weight import kl_weights
from figures.latent_plane import scatter
from figures.style import new_figure
from training.trained import read

DECODED = (0.0, 0.1, 1.0, 4.0)  # weights of the KL whose prior samples are shown


def posterior_and_cost(folders: Sequence[Path], data: DataSet) -> Figure:
    """The reconstruction cost of single images against what their posterior says."""
    network = read(folders[0], vae.train)
    images = load_images(network.settings)
    q = encode(network, images.x)
    title = f"Posterior and cost of single images: VAE 784-500-2-500-784, {data.name}"
    figure = new_figure(1760, 860, title, "constrained")
    panels = figure.subplots(1, 2, sharey=True)
    for axes, (name, values) in zip(panels, reversed(summaries(q).items()), strict=True):
        scatter(axes, np.stack([values, q.nll], axis=1), images.labels)
        words = name.replace("|mu|", "$|\\mu|$")
        title = f"(d) {words}: rank correlation {rank_correlation(q.nll, values):.2f}"
        axes.set(xlabel=words, title=title)
    panels[0].set_ylabel("reconstruction cost [nats an image]")
    return figure


DRAWINGS = (
    Drawing(
        "latent_space-models",
        "An autoencoder encodes an image as one number for each attribute; codes between those of"
        " the images are never decoded in training and need not mean anything. A VAE encodes it as"
        " one distribution for each: whatever is drawn from it must decode to about the same image,"
        " and the KL holds the distributions together, so that the plane of codes is smooth. The"
        " attributes only illustrate: nobody tells a network what its codes should mean.",
        (),
        kinds_of_models,
        "Tutorial: an autoencoder as encoder, one number an attribute, decoder; the same with a"
        " distribution an attribute; a tree of generative models by their densities.",
    ),
    Drawing(
        "latent_space-digits",
        "Validation images; networks of three seeds, whiskers: their standard deviation. Diamonds:"
        " 50,000 images and 500 epochs. Deviance explained: 1 - reconstruction cost / cost of the"
        " mean image. Most is explained of the 1, then of the 7 and the 0, though a 0 is costly in"
        " nats: it has much ink. Neighbours in the plane find the 1 and, less well, the 7; 4, 7"
        " and 9 overlap. Digits with much room on the grid are mostly reconstructed well.",
        (),
        digit_by_digit,
        "Assignment of 2017: four questions, answered in words: which digits are reconstructed"
        " well, what separates in the plane of codes, whether the posterior tells how good a"
        " reconstruction is, what the grid has to do with it.",
    ),
    Drawing(
        "latent_space-posterior",
        "A point is a validation image. The smaller the variance of its code, the more the image"
        " costs, also within each digit. The correlation with |mu| is mostly driven by the 1s,"
        " which lie far out: within digits it has either sign.",
        NETWORKS["short"][:1],
        posterior_and_cost,
        "Assignment of 2017: the third of these questions.",
    ),
    Drawing(
        "latent_space-kl-weight",
        "Without the KL, the means spread over a plane far wider than the prior and the posteriors"
        " shrink: reconstruction gains a little, the bound and the prior samples are lost. With too"
        " much weight, prior samples look alike. A distance below the dashed line is not better"
        " than real: smooth images lie near to many others.",
        tuple(SWEEP[beta][0] for beta in DECODED),
        kl_weights,
        "Assignment of 2017: the question what happens without the KL, answered in words.",
    ),
)
