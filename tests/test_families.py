"""The images that the scores compare, and the rows that come of them."""

from types import SimpleNamespace

import numpy as np
import pytest

import results.scores
from data.digits import draw_digits
from data.pixels import to_unit
from data.sets import DataSet
from gan.mlp import Layer
from gan.train import Players
from gan.train import Settings as GanSettings
from rbm.model import Params as Machine
from results import families, gan_losses
from results.families import FAMILIES
from results.scores import cells_of, score, summary
from scores import classifier
from training.trained import Trained
from vae import conv, mlp


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    return DataSet("drawn digits", *draw_digits(rng, 400), *draw_digits(rng, 200))


def rng(seed=0):
    return np.random.default_rng(seed)


def test_held_out_images_are_the_first_test_images(data):
    np.testing.assert_array_equal(
        families.held_out(rng(), data, None, 7), to_unit(data.test_images)[:7]
    )


def test_baselines_come_from_the_training_images(data):
    train = to_unit(data.train_images)
    for draw in (families.noisy_mean, families.gaussian):
        x = draw(rng(), data, None, 2000)
        assert x.shape == (2000, 784) and x.min() >= 0 and x.max() <= 1
        dark = train.std(axis=0) == 0
        assert dark.any() and np.abs(x[:, dark] - train[0, dark]).max() < 1e-3
        apart = np.abs(x.mean(axis=0) - train.mean(axis=0))  # clipping moves the mean
        assert apart.max() < 0.2


def test_a_machine_shows_probabilities_of_long_chains(data, monkeypatch):
    monkeypatch.setattr(families, "SWEEPS", 30)
    # One hidden unit that is on or off as its pixels are: two kinds of image, half and half.
    params = Machine(np.full((784, 1), 0.02, np.float32), np.full(784, -1.0, np.float32), None)
    params = params._replace(c=np.array([-3.0], np.float32))
    x = families.of_machine(rng(), data, SimpleNamespace(params=params), 40)
    kinds = 1 / (1 + np.exp([1.0, 0.98]))
    assert x.shape == (40, 784)
    assert np.abs(x[:, :1] - kinds).min(axis=1).max() < 1e-6


@pytest.mark.parametrize("network", ["dense", "conv"])
def test_an_autoencoder_decodes_codes_of_the_prior_in_parts(data, monkeypatch, network):
    monkeypatch.setattr(families, "PART", 4)
    params = (
        mlp.init(rng(1), 784, 6, 2, np.float32)
        if network == "dense"
        else conv.init(rng(1), 2, np.float32)
    )
    settings = SimpleNamespace(codes=2, activation="relu", likelihood="bernoulli")
    x = families.of_autoencoder(rng(), data, SimpleNamespace(params=params, settings=settings), 10)
    z = rng().standard_normal((10, 2), dtype=np.float32)
    logits = (mlp if network == "dense" else conv).decode(z, params)[0]
    np.testing.assert_allclose(x, 1 / (1 + np.exp(-logits)), atol=1e-6)


def test_a_gan_shows_its_averaged_generator_without_dropout(data):
    def generator(weight):
        return (Layer(np.full((3, 784), weight, np.float32), np.zeros(784, np.float32)),)

    params = Players(generator(9.0), (), generator(0.5))
    x = families.of_generator(
        rng(), data, SimpleNamespace(params=params, settings=GanSettings(noise=3)), 5
    )
    z = 2 * rng().random((5, 3), dtype=np.float32) - 1
    expected = (np.tanh(0.5 * z.sum(axis=1)) + 1) / 2
    np.testing.assert_allclose(x[:, 0], expected, rtol=1e-5)


def test_a_row_says_what_the_measures_say(data, monkeypatch):
    """Images that are all one real digit: one kind, score 1, no way to a training image."""
    images = to_unit(data.train_images)
    (row,) = np.flatnonzero(data.train_labels == 3)[:1]
    family = families.Family("copies", (), lambda *_: np.repeat(images[row : row + 1], 60, axis=0))
    trained = classifier.train(images, data.train_labels, epochs=3)
    monkeypatch.setattr(results.scores, "load", lambda choice: data)
    monkeypatch.setattr(results.scores, "classifier", lambda data: trained)
    monkeypatch.setattr(results.scores, "FAMILIES", (family,))
    found = score(0, 0)
    kind = max(range(10), key=lambda digit: found[f"share of {digit}"])
    assert found["classifier score"] == pytest.approx(1)
    assert found["digits"] == 1 and found["smallest share"] == 0 and found[f"share of {kind}"] == 1
    assert found["nearest distance"] < 1e-3 and found["Frechet distance"] > 1


def test_the_summary_is_over_seeds():
    rows = summary([{"a": 1.0}, {"a": 3.0}])
    assert rows == {"a": {"mean": 2.0, "spread": 2**0.5, "each seed": [1.0, 3.0]}}
    assert summary([{"a": 1.0}])["a"]["spread"] is None


def test_every_seed_is_a_part_of_its_own():
    for place, family in enumerate(FAMILIES):
        cells = cells_of(place, family)
        assert [cell.task for cell in cells] == [(place, i) for i in range(len(cells))]
        assert len(cells) == max(1, len(family.runs))
    assert FAMILIES[0].name == "real test images"


def test_the_last_ten_epochs_are_averaged_over_seeds(monkeypatch):
    def run(shift):
        rows = [
            {"epoch": e, "train_discriminator [n]": e + shift, "train_generator [n]": -e}
            for e in range(1, 13)
        ]
        return Trained(None, None, rows)

    runs = {seed: run(shift) for seed, shift in enumerate((0, 1, 2))}
    monkeypatch.setattr(gan_losses, "RUNS", {"x": [SimpleNamespace(folder=s) for s in runs]})
    monkeypatch.setattr(gan_losses, "read", lambda folder, model: runs[folder])
    found = gan_losses.curves("x")["discriminator"]
    assert found["by epoch"] == [e + 1 for e in range(1, 13)]
    assert (found["lowest by epoch"][0], found["highest by epoch"][0]) == (1, 3)
    assert found["last ten epochs"] == 8.5 and found["each seed"] == [7.5, 8.5, 9.5]
    assert found["spread"] == 1
