"""The images that the scores compare, and the rows that come of them."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

import experiments.compare
from data.digits import draw_digits
from data.pixels import to_unit
from data.sets import DataSet
from experiments import classifier, families
from experiments import gan as gan_losses
from experiments.compare import cells_of, score, summary
from experiments.families import FAMILIES, MODELS, Family
from gan.mlp import Layer
from gan.train import Players
from gan.train import Settings as GanSettings
from rbm.gibbs import gibbs
from rbm.model import Params as Machine
from training.parallel import Training
from training.settings import Parser, add_settings
from training.streams import stream
from training.trained import Trained
from vae import conv, mlp


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    return DataSet("drawn digits", *draw_digits(rng, 400), *draw_digits(rng, 200))


def rng(seed=0):
    return np.random.default_rng(seed)


def settings_of(run):
    kind = MODELS[run.model].Settings
    parser = Parser(allow_abbrev=False)
    add_settings(parser, kind)
    return kind(**vars(parser.parse_args(run.options)))


def test_held_out_images_are_test_images_from_all_over_each_once(data):
    test = to_unit(data.test_images)
    whole = families.held_out(rng(), data, None, len(test))
    np.testing.assert_array_equal(whole[np.lexsort(whole.T)], test[np.lexsort(test.T)])
    rows = (families.held_out(rng(), data, None, 70)[:, None] == test[None]).all(axis=-1)
    assert rows.shape == (70, 200) and (rows.sum(axis=1) == 1).all() and rows.sum(axis=0).max() == 1
    assert 15 < rows[:, :100].sum() < 55  # of 70 from the first half
    assert not np.array_equal(whole, families.held_out(rng(1), data, None, len(test)))


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
    begun = []

    def seen(rng, v, W, b, c, steps):
        begun.append((v, steps))
        return gibbs(rng, v, W, b, c, steps)

    monkeypatch.setattr(families, "gibbs", seen)
    # One hidden unit that is on or off: two kinds of image, and c such that they are as frequent.
    # After coin flips, twice as bright as either kind, it is nearly always on.
    b, w = -1.0, 0.02
    c = 784 * (np.log1p(np.exp(b)) - np.log1p(np.exp(b + w)))
    sizes = {(784, 1): w, (784,): b, (1,): c}
    params = Machine(*(np.full(size, x, np.float32) for size, x in sizes.items()))
    x = families.of_machine(rng(), data, SimpleNamespace(params=params), 400)
    kinds = 1 / (1 + np.exp([-b, -b - w]))
    apart = np.abs(x[:, :1] - kinds)
    assert x.shape == (400, 784) and (x == x[:, :1]).all() and apart.min(axis=1).max() < 1e-6
    assert abs((apart[:, 1] < apart[:, 0]).mean() - 0.5) < 5 * 0.5 / 400**0.5
    ((v, steps),) = begun
    assert steps == 30 and set(np.unique(v)) == {0, 1}
    assert abs(v.mean() - 0.5) < 5 * 0.5 / v.size**0.5


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
    monkeypatch.setattr(experiments.compare, "load", lambda choice: data)
    monkeypatch.setattr(experiments.compare, "classifier", lambda data: trained)
    monkeypatch.setattr(experiments.compare, "FAMILIES", (family,))
    found = score(0, 0)
    kind = max(range(10), key=lambda digit: found[f"share of {digit}"])
    assert found["classifier score"] == pytest.approx(1)
    assert found["digits"] == 1 and found["smallest share"] == 0 and found[f"share of {kind}"] == 1
    assert found["nearest distance"] < 1e-3 and found["Frechet distance"] > 1


def test_the_summary_is_over_seeds():
    rows = summary([{"a": 1.0}, {"a": 3.0}])
    assert rows == {"a": {"mean": 2.0, "spread": 2**0.5, "each seed": [1.0, 3.0]}}
    assert summary([{"a": 1.0}])["a"]["spread"] is None


def test_a_row_is_of_its_seeds_run_and_stream_beside_the_training_images(data, monkeypatch):
    runs = tuple(Training(f"run {seed}", "gan", ()) for seed in range(3))
    drawn = []

    def draw(rng, given, run, count):
        drawn.append((given is data, run, count))
        return rng.random((count, 784))

    compared = []
    patches = {
        "load": lambda choice: data,
        "classifier": lambda data: "judges",
        "FAMILIES": (Family("real", (), draw), Family("ours", runs, draw)),
        "COUNT": 30,
        "NEAREST": 12,
        "trained": lambda planned: planned.label,
        "judge": lambda x, judges: (np.eye(10)[np.arange(len(x)) % 2], x[:, 300:400]),
        "quality": lambda *arrays: compared.append(arrays) or {},
        "nearest": lambda *arrays: compared.append(arrays) or (None, np.array([1.0, 2.0])),
    }
    for name, value in patches.items():
        monkeypatch.setattr(experiments.compare, name, value)
    train = to_unit(data.train_images)
    for number, seed, run in ((1, 2, "run 2"), (1, 0, "run 0"), (0, 0, None)):
        found = score(number, seed)
        assert drawn.pop() == (True, run, 30)
        x = stream(seed, "scored images").random((30, 784))
        by_name = {len(arrays): arrays for arrays in compared}
        probs, features, real = by_name[3]
        assert np.array_equal(features, x[:, 300:400]) and np.array_equal(real, train[:, 300:400])
        assert np.array_equal(probs, np.eye(10)[np.arange(30) % 2])
        few, all_of_them = by_name[2]
        assert np.array_equal(few, x[:12]) and np.array_equal(all_of_them, train)
        assert (found["digits"], found["nearest distance"]) == (2, 1.5)
        assert [found[f"share of {digit}"] for digit in range(10)] == [0.5, 0.5] + 8 * [0]
        compared.clear()


def test_every_seed_is_a_part_of_its_own():
    for place, family in enumerate(FAMILIES):
        cells = cells_of(place, family)
        assert [cell.task for cell in cells] == [(place, i) for i in range(len(cells))]
        assert len(cells) == max(1, len(family.runs))
        assert [settings_of(run).seed for run in family.runs] == list(range(len(family.runs)))
        for cell, run in zip(cells, family.runs, strict=False):
            assert cell.reads[0] == run.folder / "checkpoint.npz"
        for cell in cells:
            assert classifier.place("MNIST") in cell.reads
            found = [file for file in cell.reads if file.name == "checkpoint.npz"]
            assert len(found) == (1 if family.runs else 0)
    assert FAMILIES[0].name == "real test images"
    folders = [run.folder for family in FAMILIES for run in family.runs]
    assert len(set(folders)) == len(folders)


def test_the_table_of_scores_has_each_family_with_its_own_seeds(monkeypatch, capsys):
    made, asked, written = [], [], {}

    def measured(cells):
        asked.extend(cell.task for cell in cells)
        assert all(cell.function is score for cell in cells)
        return [{"classifier score": 10 * place + seed} for place, seed in asked]

    monkeypatch.setattr(experiments.compare, "train_all", made.extend)
    monkeypatch.setattr(experiments.compare, "accuracy", lambda: 0.75)
    monkeypatch.setattr(experiments.compare, "measure", measured)
    monkeypatch.setattr(
        experiments.compare, "write", lambda name, **rest: written.update({name: rest})
    )
    experiments.compare.main([])
    numbers = written["scores"]["numbers"]
    assert numbers["classifier"] == {"test accuracy": 0.75}
    assert [row["family"] for row in numbers["families"]] == [family.name for family in FAMILIES]
    for place, (row, family) in enumerate(zip(numbers["families"], FAMILIES, strict=True)):
        seeds = range(max(1, len(family.runs)))
        assert row["classifier score"]["each seed"] == [10 * place + seed for seed in seeds]
    assert list(written["scores"]["seeds"]) == [0, 1, 2]
    assert made == [run for family in FAMILIES for run in family.runs]
    assert capsys.readouterr().out.splitlines()[-1].split() == "GAN, preset best 101.00".split()


def test_the_accuracy_is_of_the_test_images(data, monkeypatch):
    def judged(x, judges):
        assert np.array_equal(x, to_unit(data.test_images))
        wrong = np.arange(len(x)) < 50
        return np.eye(10)[(data.test_labels + wrong) % 10], None

    monkeypatch.setattr(experiments.compare, "load", lambda choice: data)
    monkeypatch.setattr(experiments.compare, "classifier", lambda data: None)
    monkeypatch.setattr(experiments.compare, "judge", judged)
    assert experiments.compare.accuracy() == 0.75


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


def test_the_losses_of_both_kinds_are_written_after_their_trainings(monkeypatch, capsys):
    done, written = [], {}

    def curves(loss):
        assert len(done) == 4  # the trainings come first
        return {player: {"last ten epochs": 1.25, "of": loss} for player in gan_losses.PLAYERS}

    monkeypatch.setattr(gan_losses, "train_all", done.extend)
    monkeypatch.setattr(gan_losses, "curves", curves)
    monkeypatch.setattr(gan_losses, "write", lambda name, **rest: written.update({name: rest}))
    gan_losses.main([])
    numbers = written["gan_losses"]["numbers"]
    assert numbers == {loss: curves(loss) for loss in ("non-saturating", "saturating")}
    assert capsys.readouterr().out.splitlines()[0] == "non-saturating  discriminator  1.250"
    for loss, seeds in (("non-saturating", 3), ("saturating", 1)):
        source = GanSettings(data="mnist", loss=loss, snapshots=5)
        expected = [replace(source, seed=seed) for seed in range(seeds)]
        assert [settings_of(run) for run in gan_losses.RUNS[loss]] == expected
    assert done == [run for runs in gan_losses.RUNS.values() for run in runs]
