"""Images of every kind that the scores compare: real ones, baselines, and our three families'.

Each is what the model shows: mean pixels given codes or hidden units, in [0, 1].
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import gan.train
import rbm.train
import vae.train
from autograd_lite.ops import Array
from data.pixels import to_unit
from data.sets import DataSet
from experiments.conv_vae import training as convolutional
from experiments.dense_vae import planned as dense
from experiments.image_baselines import gaussian_in_pca, mean_and_noise
from experiments.inpainting import machine, persistent
from experiments.latent_posterior import decoded
from experiments.runs import SEEDS, adversarial, best
from gan.players import shown
from gan.train import noise
from rbm.gibbs import bernoulli, gibbs
from rbm.model import prob_h, prob_v
from training.parallel import Training
from training.trained import Trained, read

PART = 500  # codes decoded at a time
SWEEPS = 1000  # of a machine's chains, from coin flips
MODELS: dict[str, Any] = {"rbm": rbm.train, "vae": vae.train, "gan": gan.train}


class Family(NamedTuple):
    """A row of the table: its runs, one a seed, or none; and `draw(rng, data, run, count)`."""

    name: str
    runs: tuple[Training, ...]
    draw: Callable[[np.random.Generator, DataSet, Trained | None, int], Array]


def trained(planned: Training, folder: Path | None = None) -> Trained:
    """A finished run, from its own folder where no other is named."""
    return read(folder or planned.folder, MODELS[planned.model])


def held_out(rng: np.random.Generator, data: DataSet, run: Any, count: int) -> Array:
    """Real test images, drawn without repetition: MNIST's first half is harder than its second."""
    return to_unit(data.test_images[rng.permutation(len(data.test_images))[:count]])


def noisy_mean(rng: np.random.Generator, data: DataSet, run: Any, count: int) -> Array:
    """The training images' mean, with noise of each pixel's deviation."""
    return mean_and_noise(rng, to_unit(data.train_images), count)


def gaussian(rng: np.random.Generator, data: DataSet, run: Any, count: int) -> Array:
    """A Gaussian with the training images' principal components."""
    return gaussian_in_pca(rng, to_unit(data.train_images), count)


def of_machine(rng: np.random.Generator, data: DataSet, run: Any, count: int) -> Array:
    """P(v = 1 | h) of free chains."""
    W, b, c = run.params
    v = bernoulli(rng, np.full((count, len(b)), 0.5, b.dtype))
    v = gibbs(rng, v, W, b, c, SWEEPS)
    return prob_v(bernoulli(rng, prob_h(v, W, c)), W, b)


def of_autoencoder(rng: np.random.Generator, data: DataSet, run: Any, count: int) -> Array:
    """Codes from the prior, decoded."""
    z = rng.standard_normal((count, run.settings.codes), dtype=np.float32)
    # Few at a time: a convolution's patches are many times its images.
    parts = np.split(z, range(PART, count, PART))
    return np.concatenate([decoded(run, part) for part in parts])


def of_generator(rng: np.random.Generator, data: DataSet, run: Any, count: int) -> Array:
    """The generator that is shown, without dropout."""
    return shown(noise(rng, count, run.settings), run.params.average)


def _seeds(planned: Callable[..., Training], *options: Any) -> tuple[Training, ...]:
    return tuple(planned(*options, seed) for seed in SEEDS)


FAMILIES = (
    Family("real test images", (), held_out),
    Family("mean image and noise", (), noisy_mean),
    Family("Gaussian of 100 components", (), gaussian),
    Family("RBM, 500 units, CD-30", (machine("binary", 500),), of_machine),
    Family("RBM, 500 units, PCD-5", (persistent(500),), of_machine),
    Family("VAE, 2 codes", _seeds(dense, "bernoulli", 2), of_autoencoder),
    Family("VAE, 16 codes", _seeds(dense, "bernoulli", 16), of_autoencoder),
    Family("convolutional VAE, 2 codes", _seeds(convolutional), of_autoencoder),
    Family("GAN of the source", _seeds(adversarial), of_generator),
    Family("GAN, saturating", (adversarial(0, "saturating"),), of_generator),
    Family("GAN, preset best", _seeds(best), of_generator),
)
