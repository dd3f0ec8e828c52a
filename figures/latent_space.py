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
    Drawing("latent_space-models", (), kinds_of_models),
    Drawing("latent_space-digits", (), digit_by_digit),
    Drawing("latent_space-posterior", NETWORKS["short"][:1], posterior_and_cost),
    Drawing("latent_space-kl-weight", tuple(SWEEP[beta][0] for beta in DECODED), kl_weights),
)
