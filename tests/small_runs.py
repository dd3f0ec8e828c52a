"""Trainings of every model that take no time, and what several tests ask of them."""

import contextlib
from itertools import pairwise
from types import SimpleNamespace

import numpy as np

import gan.train
import rbm.train
import vae.train
from autograd_lite.ops import Layer
from autograd_lite.tree import leaves
from data.digits import draw_digits
from data.sets import DataSet
from training import loop
from training.command import begin
from training.images import Split
from training.run import create_run, open_run
from training.settings import Parser, add_settings, with_preset

MODELS = {"rbm": rbm.train, "vae": vae.train, "conv": vae.train, "gan": gan.train}
QUICK = gan.train.Settings(
    noise=4, generator="6,5", discriminator="7,4", epochs=2, batch_size=8, data="digits"
)
OF_ALL = {"epochs": 3, "batch_size": 16, "data": "digits"}
SETTINGS = {
    "rbm": rbm.train.Settings(hidden=5, chains="persistent", **OF_ALL),
    "vae": vae.train.Settings(hidden="5", **OF_ALL),
    "conv": vae.train.Settings(
        network="conv", likelihood="squared", optimiser="rmsprop", height=5, width=6, **OF_ALL
    ),
    "gan": gan.train.Settings(noise=4, generator="6", discriminator="7", average=0.9, **OF_ALL),
}


def images(count=30, pixels=12):
    return np.random.default_rng(0).random((count, pixels)).astype(np.float32)


def small(name):
    """A model's module, its settings, and its images: three steps in each of three epochs."""
    x = images(50, 30 if name == "conv" else 12)
    return MODELS[name], SETTINGS[name], Split("drawn digits", x[:40], x[40:])


def digits(train, test):
    """A data set of so many drawn digits."""
    rng = np.random.default_rng(0)
    return DataSet("drawn digits", "digits", *draw_digits(rng, train), *draw_digits(rng, test))


def parsed(kind, *words):
    """The settings that a command line asks for."""
    parser = Parser(prog="test", allow_abbrev=False)
    add_settings(parser, kind)
    return kind(**with_preset(vars(parser.parse_args(words)), kind))


def layers(rng, sizes):
    """A dense network away from where it would start, in float64."""
    pairs = pairwise(sizes)
    return tuple(Layer(0.8 * rng.normal(size=(i, o)), 0.5 * rng.normal(size=o)) for i, o in pairs)


def assert_close(a, b, tolerance=1e-13):
    """The same shapes, and no entry further off than `tolerance` of the largest, or of 1."""
    for x, y in zip(leaves(a), leaves(b), strict=True):
        assert x.shape == y.shape
        assert np.abs(x - y).max() <= tolerance * max(1, np.abs(y).max())


def same_bits(a, b):
    pairs = zip(leaves(a), leaves(b), strict=True)
    return all(np.asarray(p).tobytes() == np.asarray(q).tobytes() for p, q in pairs)


def arrays(folder):
    """All that a checkpoint holds, but for its settings, and the seconds, which no two share."""
    with np.load(folder / "checkpoint.npz") as file:
        names = [name for name in file.files if name not in ("settings", "metrics.seconds")]
        return {name: file[name].tobytes() for name in names}


def train(folder, module, settings, split, stop=None, **other):
    """Trains in a folder, or goes on there; Ctrl-C comes after the step `stop`.

    `other` functions may stand in for those of the module. -> what the run has reached
    """
    step = other.pop("step", module.step)

    def stops(state, x, settings):
        if state.step == stop:
            raise KeyboardInterrupt
        return step(state, x, settings)

    model = SimpleNamespace(**dict(vars(module)) | other | {"step": stops})
    run = open_run(folder) if folder.exists() else create_run(folder, "x", settings)
    with contextlib.closing(run.lock):
        return loop.train(run, model, split, settings)


def make(training):
    """Trains as training.parallel.train_all does, but in this process, which is faster."""
    model, words = MODELS[training.model], [*training.options, "--out", str(training.folder)]
    job = begin("test", model.Settings, "never-used", words)
    with job.run.lock:
        loop.train(job.run, model, job.images, job.settings)


def spy_on(monkeypatch, module, *names):
    """Calls of a module's functions from here on: by name, the arguments and the result of each."""
    calls = {name: [] for name in names}

    def spied(name, function):
        def spy(*words):
            calls[name].append((words, result := function(*words)))
            return result

        return spy

    for name in names:
        monkeypatch.setattr(module, name, spied(name, getattr(module, name)))
    return calls
