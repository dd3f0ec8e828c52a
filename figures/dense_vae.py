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
    pixels = math.prod(data.train_images.shape[1:])
    return network(init(stream(0, "weights"), pixels, 256, 2), "ReLU", data.name)


def rebuilt(folders: Sequence[Path], data: DataSet) -> Figure:
    runs = [read(folder, vae.train) for folder in folders]
    return reconstructions(runs, data, data.test_images[:SHOWN])


def units(folders: Sequence[Path], data: DataSet) -> Figure:
    found = record("dense_vae")
    return code_units(found.numbers, found.data)


DRAWINGS = (
    Drawing("dense_vae-network", (), layers),
    Drawing("dense_vae-means", BERNOULLI[:1], of_vae(latent_means)),
    Drawing("dense_vae-manifold", BERNOULLI[:1], of_vae(decoded_grid)),
    *(
        Drawing(f"dense_vae-traversals-{codes}", (run,), of_vae(traversals))
        for codes, run in zip(CODES, BERNOULLI, strict=True)
    ),
    Drawing("dense_vae-manifold-squared", SQUARED[:1], of_vae(decoded_grid)),
    Drawing("dense_vae-reconstructions", SQUARED, rebuilt),
    Drawing("dense_vae-code-units", (), units),
    Drawing("dense_vae-traversals-squared-16", SQUARED[2:], of_vae(traversals)),
)
