"""Images of every family that experiments/compare.py scores: real ones, two baselines, our models.

Each model shows mean pixels given hidden units, codes or noise, in [0, 1]. All functions that draw
are called as `images(rng, data, run, count)` and return (count, D).
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

import gan.train
import rbm.train
import vae.train
from autograd_lite.ops import Array
from data.pixels import to_unit
from data.sets import DataSet
from experiments import conv_vae, dense_vae, inpainting
from experiments import gan as notebook
from experiments.gan_ablation import best
from experiments.rbm_trainings import training as rbm_training
from gan.players import sample_images
from gan.train import noise
from rbm.gibbs import bernoulli, gibbs
from rbm.model import Params, base_biases, prob_h, prob_v
from rbm.sample import climbed, ladder
from rbm.tempering import tempered
from training.checkpoint import load_checkpoint
from training.parallel import Training
from training.trained import Trained, blank, read

AT_A_TIME = 500  # codes that are decoded: a convolution's patches are many times its images
SWEEPS = 1000  # of an RBM's chains, from a random start
TEMPERED, TEMPERATURES, CHAINS = 240, 15, 100  # steps, machines, and chains at a time
EACH, APART = 5, 10  # images of a tempered chain, and sweeps between two images of a chain
COMPONENTS = 100
REAL = "real test images"
MODELS: dict[str, Any] = {"rbm": rbm.train, "vae": vae.train, "gan": gan.train}


Images = Callable[[np.random.Generator, DataSet, Trained | None, int], Array]


class Family(NamedTuple):
    """Its trainings, one a seed, or none; and `images(rng, data, run, count)`."""

    trainings: tuple[Training, ...]
    images: Images


def trained(training: Training) -> Trained:
    """The finished run of a training, whatever its model."""
    return read(training.folder, MODELS[training.model])


def held_out(rng: np.random.Generator, data: DataSet, run: Any, count: int) -> Array:
    """Real test images, drawn without repetition: MNIST's first half is harder than its second."""
    return to_unit(data.test_images[rng.permutation(len(data.test_images))[:count]])


def noisy_mean(rng: np.random.Generator, data: DataSet, run: Any, count: int) -> Array:
    """Every pixel normal with its own mean and standard deviation over the training images."""
    train = to_unit(data.train_images)
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    x = mean + deviation * rng.standard_normal((count, train.shape[1]), dtype=train.dtype)
    return np.clip(x, 0, 1)


def gaussian(rng: np.random.Generator, data: DataSet, run: Any, count: int) -> Array:
    """Normal along the training images' first principal components, nothing across them."""
    train = to_unit(data.train_images)
    mean = train.mean(axis=0, dtype=np.float64)
    values, vectors = np.linalg.eigh(np.cov(train.T.astype(np.float64)))
    axes = vectors[:, -COMPONENTS:] * np.sqrt(values[-COMPONENTS:])
    x = mean + rng.standard_normal((count, axes.shape[1])) @ axes.T
    return np.clip(x, 0, 1).astype(train.dtype)


def of_rbm(rng: np.random.Generator, data: DataSet, run: Any, count: int) -> Array:
    """P(v = 1 | h) at the end of unclamped chains from a random start."""
    W, b, c = run.params
    v = bernoulli(rng, np.full((count, len(b)), 0.5, b.dtype))
    return shown(rng, gibbs(rng, v, W, b, c, SWEEPS), run.params)


def shown(rng: np.random.Generator, v: Array, params: Params) -> Array:
    """P(v = 1 | h), h drawn from states v (M, D) of chains: (M, D)"""
    return prob_v(bernoulli(rng, prob_h(v, params.W, params.c)), params.W, params.b)


def of_tempered(rng: np.random.Generator, data: DataSet, run: Any, count: int) -> Array:
    """Images of tempered chains, EACH of every chain, led there from independent pixels."""
    base, parts = base_biases(to_unit(data.train_images)), list[Array]()
    machines, chains = ladder(run.params, base, TEMPERATURES), min(CHAINS, count)
    while len(parts) * chains < count:
        v = tempered(rng, climbed(rng, machines, chains), machines, TEMPERED - APART)
        for _ in range(EACH):
            v = tempered(rng, v, machines, APART)
            parts.append(shown(rng, v[-1], run.params))
    return np.concatenate(parts)[:count]


def of_particles(rng: np.random.Generator, data: DataSet, run: Any, count: int) -> Array:
    """Images along the persistent chains of the training, which go on from its end."""
    (W, b, c), settings = run.params, run.settings
    like = rbm.train.start(settings, blank(settings))
    v, parts = load_checkpoint(run.folder, like)[0].chains, list[Array]()
    while len(parts) * len(v) < count:
        v = gibbs(rng, v, W, b, c, APART)
        parts.append(shown(rng, v, run.params))
    return np.concatenate(parts)[:count]


def of_vae(rng: np.random.Generator, data: DataSet, run: Any, count: int) -> Array:
    network = vae.train.network(run.params, run.settings)
    z = rng.standard_normal((count, run.settings.codes), dtype=np.float32)
    parts = np.split(z, range(AT_A_TIME, count, AT_A_TIME))
    return np.concatenate([network.pixels(part) for part in parts])


def of_gan(rng: np.random.Generator, data: DataSet, run: Any, count: int) -> Array:
    """The averaged generator's images, without dropout."""
    return sample_images(noise(rng, count, run.settings), run.params.average)


def _seeds(training: Callable[[int], Training]) -> tuple[Training, ...]:
    return tuple(training(seed) for seed in (0, 1, 2))


BEST = (rbm_training("preset best", 500),)
FAMILIES = {
    REAL: Family((), held_out),
    "mean image and noise": Family((), noisy_mean),
    f"Gaussian in {COMPONENTS} principal components": Family((), gaussian),
    "RBM, 500 units, CD-30": Family((inpainting.machine("binary", 500),), of_rbm),
    "RBM, 500 units, PCD-5": Family((inpainting.persistent(500),), of_rbm),
    "RBM, 500 units, preset best": Family(BEST, of_rbm),
    "RBM, 500 units, preset best, tempered": Family(BEST, of_tempered),
    "RBM, 500 units, preset best, training's chains": Family(BEST, of_particles),
    "VAE, 2 codes": Family(_seeds(partial(dense_vae.training, "bernoulli", 2)), of_vae),
    "VAE, 16 codes": Family(_seeds(partial(dense_vae.training, "bernoulli", 16)), of_vae),
    "convolutional VAE, 2 codes": Family(_seeds(conv_vae.training), of_vae),
    "GAN of the notebook": Family(_seeds(notebook.training), of_gan),
    "GAN of the notebook, saturating loss": Family((notebook.training(0, "saturating"),), of_gan),
    "GAN, preset best": Family(_seeds(best), of_gan),
}
