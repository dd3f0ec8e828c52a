"""The images that are compared, and the scores that come of them."""

from types import SimpleNamespace

import numpy as np
import pytest

from autograd_lite.ops import sigmoid
from data.pixels import to_unit
from experiments import compare, families, image_scores
from experiments.compare import DIGITS, DISTANCE, score, summary
from experiments.families import FAMILIES, REAL, Family
from gan.mlp import Layer
from gan.train import Players
from gan.train import Settings as GanSettings
from rbm.gibbs import gibbs
from rbm.model import Params as Machine
from tests.small_runs import digits
from training.parallel import Training
from training.streams import stream
from vae import conv, mlp
from vae.train import Settings as VaeSettings

DATA = digits(400, 200)
X = to_unit(DATA.train_images)


def rng(seed=0):
    return np.random.default_rng(seed)


def test_held_out_images_are_test_images_from_all_over_each_once():
    test = to_unit(DATA.test_images)
    rows = (families.held_out(rng(), DATA, None, 70)[:, None] == test[None]).all(axis=-1)
    assert rows.shape == (70, 200) and (rows.sum(axis=1) == 1).all() and rows.sum(axis=0).max() == 1
    assert 15 < rows[:, :100].sum() < 55  # of 70 from the first half
    again = families.held_out(rng(1), DATA, None, 200)
    assert np.array_equal(np.sort(again, axis=0), np.sort(test, axis=0))
    assert not np.array_equal(again, families.held_out(rng(), DATA, None, 200))


def test_baselines_have_the_moments_that_they_promise(monkeypatch):
    # Four pixels far from 0 and 1, so that nothing is clipped.
    train = (0.5 + 0.02 * rng(3).normal(size=(2000, 4)) @ rng(4).normal(size=(4, 4))).astype("f")
    monkeypatch.setattr(families, "to_unit", lambda images: train)
    monkeypatch.setattr(families, "COMPONENTS", 4)
    n, cov = 40_000, np.cov(train.T)
    error = 10 * cov.diagonal().max() / n**0.5
    for draw, expected in ((families.noisy_mean, cov * np.eye(4)), (families.gaussian, cov)):
        x = draw(rng(), DATA, None, n)
        assert abs(x.mean(axis=0) - train.mean(axis=0)).max() < 5 * train.std() / n**0.5
        assert abs(np.cov(x.T) - expected).max() < error and x.dtype == np.float32
    monkeypatch.setattr(families, "COMPONENTS", 2)
    flat = families.gaussian(rng(), DATA, None, 500)
    _, vectors = np.linalg.eigh(cov)
    assert np.abs((flat - train.mean(axis=0)) @ vectors[:, :2]).max() < 1e-5  # the two smallest
    monkeypatch.setattr(families, "to_unit", to_unit)
    for draw in (families.noisy_mean, families.gaussian):
        x = draw(rng(), DATA, None, 500)
        assert x.shape == (500, 784) and x.min() == 0 and 0.9 < x.max() <= 1


def test_an_rbm_shows_probabilities_of_long_chains_from_coin_flips(monkeypatch):
    monkeypatch.setattr(families, "SWEEPS", 30)
    begun = []
    monkeypatch.setattr(
        families, "gibbs", lambda rng, v, *rest: begun.append((v, rest[-1])) or gibbs(rng, v, *rest)
    )
    # One hidden unit that is on or off: two kinds of image, and c such that they are as frequent.
    # After coin flips, twice as bright as either kind, it is nearly always on.
    b, w = -1.0, 0.02
    c = 784 * (np.log1p(np.exp(b)) - np.log1p(np.exp(b + w)))
    sizes = {(784, 1): w, (784,): b, (1,): c}
    params = Machine(*(np.full(size, x, np.float32) for size, x in sizes.items()))
    x = families.of_rbm(rng(), DATA, SimpleNamespace(params=params), 400)
    apart = np.abs(x[:, :1] - sigmoid(np.array([b, b + w])))
    assert x.shape == (400, 784) and (x == x[:, :1]).all() and apart.min(axis=1).max() < 1e-6
    assert abs((apart[:, 1] < apart[:, 0]).mean() - 0.5) < 5 * 0.5 / 400**0.5
    ((v, steps),) = begun
    assert steps == 30 and set(np.unique(v)) == {0, 1}
    assert abs(v.mean() - 0.5) < 5 * 0.5 / v.size**0.5


@pytest.mark.parametrize(
    "network, activation", [("dense", "relu"), ("dense", "tanh"), ("conv", "")]
)
def test_a_vae_decodes_codes_of_the_prior_in_parts(monkeypatch, network, activation):
    monkeypatch.setattr(families, "AT_A_TIME", 4)
    z = rng().standard_normal((10, 2), dtype=np.float32)
    if network == "conv":
        params = conv.init(rng(1), 2, np.float32)
        logits, _ = conv.decode(z, params)
    else:
        params = mlp.init(rng(1), 784, 6, 2, np.float32)
        logits, _ = mlp.decode(z, params, activation)
    settings = VaeSettings(codes=2, network=network, activation=activation or "relu")
    x = families.of_vae(rng(), DATA, SimpleNamespace(params=params, settings=settings), 10)
    np.testing.assert_allclose(x, sigmoid(logits), atol=1e-6)


def test_a_gan_shows_its_averaged_generator_without_dropout():
    last, average = (
        (Layer(np.full((3, 784), weight, np.float32), np.zeros(784, np.float32)),)
        for weight in (9.0, 0.5)
    )
    run = SimpleNamespace(params=Players(last, (), average), settings=GanSettings(noise=3))
    z = 2 * rng().random((5, 3), dtype=np.float32) - 1
    expected = (np.tanh(0.5 * z.sum(axis=1)) + 1) / 2
    np.testing.assert_allclose(families.of_gan(rng(), DATA, run, 5)[:, 0], expected, rtol=1e-5)


def test_every_seed_is_a_part_of_its_own_that_reads_its_run_and_the_classifier():
    for name, family in FAMILIES.items():
        parts = compare.parts(name)
        assert [part.arguments for part in parts] == [(name, i) for i in range(len(parts))]
        assert len(parts) == max(1, len(family.trainings))
        for i, training in enumerate(family.trainings):
            options = training.options
            assert "--seed" not in options or options[options.index("--seed") + 1] == str(i)
        for i, part in enumerate(parts):
            run = [training.folder / "checkpoint.npz" for training in family.trainings[i : i + 1]]
            assert part.function is score and part.reads == (*run, image_scores.place("MNIST"))
    folders = {run.folder for family in FAMILIES.values() for run in family.trainings}
    assert len(folders) == len(compare.EXPERIMENT.trainings)


def test_a_row_is_of_its_seeds_run_and_stream_beside_the_training_images(monkeypatch):
    runs = tuple(Training(f"run {seed}", "gan", ()) for seed in range(3))
    drawn, compared = [], {}

    def images(rng, given, run, count):
        drawn.append((given is DATA, run, count))
        return rng.random((count, 784))

    patches = {
        "load": lambda choice: DATA,
        "load_classifier": lambda data: "classifier",
        "FAMILIES": {REAL: Family((), images), "ours": Family(runs, images)},
        "COUNT": 30,
        "NEAREST": 12,
        "trained": lambda training: training.label,
        "predict": lambda x, classifier: (np.eye(10)[np.arange(len(x)) % 2], x[:, 300:400]),
        "quality": lambda *arrays: compared.update(quality=arrays) or {},
        "nearest": lambda *arrays: compared.update(near=arrays) or (None, np.array([1.0, 2.0])),
    }
    for name, value in patches.items():
        monkeypatch.setattr(compare, name, value)
    for name, seed, run in (("ours", 2, "run 2"), ("ours", 0, "run 0"), (REAL, 0, None)):
        found = score(name, seed)
        assert drawn.pop() == (True, run, 30)
        x = stream(seed, "scored images").random((30, 784))
        expected = (np.eye(10)[np.arange(30) % 2], x[:, 300:400], X[:, 300:400])
        assert all(map(np.array_equal, compared["quality"], expected))
        assert all(map(np.array_equal, compared["near"], (x[:12], X)))
        assert (found[DIGITS], found[DISTANCE]) == (2, 1.5)
        assert [found[f"fraction of {digit}"] for digit in range(10)] == [0.5, 0.5] + 8 * [0]


def test_the_numbers_are_each_familys_over_its_own_seeds_and_the_accuracy(monkeypatch):
    def predict(x, params):
        assert np.array_equal(x, to_unit(DATA.test_images))
        wrong = np.arange(len(x)) < 50
        return np.eye(10)[(DATA.test_labels + wrong) % 10], None

    places = {name: 10 * place for place, name in enumerate(FAMILIES)}
    patches = {
        "load": lambda choice: DATA,
        "load_classifier": lambda data: None,
        "predict": predict,
        "compute": lambda parts: [{"a": places[name] + i} for _, (name, i), _ in parts],
    }
    for name, value in patches.items():
        monkeypatch.setattr(compare, name, value)
    numbers = compare.measure()
    assert numbers["classifier"] == {"test accuracy": 0.75}
    found = {row["family"]: row["a"]["each seed"] for row in numbers["families"]}
    assert found == {
        name: [places[name] + i for i in range(max(1, len(family.trainings)))]
        for name, family in FAMILIES.items()
    }
    rows = summary([{"a": 1.0}, {"a": 3.0}])
    assert rows == {"a": {"mean": 2.0, "spread": 2**0.5, "each seed": [1.0, 3.0]}}
    assert summary([{"a": 1.0}])["a"]["spread"] is None
