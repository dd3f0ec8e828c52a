"""The GAN's experiments, and the images of all families: losses, the ablation, scores."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from autograd_lite.ops import Layer, sigmoid
from data.digits import draw_digits
from data.pixels import to_unit
from experiments import compare, families, gan_ablation
from experiments import gan as losses
from experiments import image_scores as scores
from experiments.compare import DIGITS, DISTANCE
from experiments.families import FAMILIES, REAL, Family
from experiments.gan_ablation import CHANGES, CONSTANT, EPOCHS, LATER, TRAININGS, best, changed
from experiments.image_scores import frechet_distance, inception_score
from gan.players import sample_images
from gan.train import Players, Settings
from rbm.gibbs import gibbs
from rbm.model import Params as Machine
from tests.small_runs import digits, parsed
from tests.small_vaes import decoded, network
from training.parallel import Training
from training.streams import stream
from training.trained import Trained

RNG = np.random.default_rng(0)
DATA = digits(400, 200)


def settings_of(run):
    return parsed(Settings, *run.options)


def differences(one, other):
    return {name: value for name, value in vars(one).items() if value != vars(other)[name]}


def test_the_notebooks_trainings_are_the_defaults():
    ours = Settings(data="mnist", snapshots=5)
    expected = [*(replace(ours, seed=s) for s in (0, 1, 2)), replace(ours, loss="saturating")]
    assert list(map(settings_of, losses.EXPERIMENT.trainings)) == expected


def test_the_last_ten_epochs_are_averaged_over_seeds(monkeypatch):
    rows = [{"train_discriminator [n]": e, "train_generator [n]": -e} for e in range(1, 13)]
    runs = [
        Trained(None, None, [{name: x + shift for name, x in row.items()} for row in rows])
        for shift in (0, 1, 2)
    ]
    groups = {"three": (0, 1, 2), "one": (2,)}
    trainings = {name: [SimpleNamespace(folder=i) for i in group] for name, group in groups.items()}
    monkeypatch.setattr(losses, "TRAININGS", trainings)
    monkeypatch.setattr(losses, "read", lambda folder, model: runs[folder])
    numbers = losses.measure()
    found = numbers["three"]["discriminator"]
    assert found["by epoch"] == [e + 1 for e in range(1, 13)]
    assert (found["lowest by epoch"][0], found["highest by epoch"][0]) == (1, 3)
    assert found["last ten epochs"] == 8.5  # of 7.5, 8.5 and 9.5
    assert found["spread"] == 1 and numbers["one"]["generator"]["spread"] is None
    assert numbers["one"]["generator"]["last ten epochs"] == -5.5


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_puts_back_the_notebooks_value_and_the_rate_still_falls_to_the_end(name):
    settings = settings_of(changed(name))
    found = differences(settings, settings_of(changed("preset best")))
    assert len(found) == CHANGES[name].count("--")
    put_back = found.keys() - {"seed", "decay"}
    assert all(found[setting] == vars(Settings())[setting] for setting in put_back)
    assert settings.seed == (int(name[-1]) if "seed" in name else 0)
    assert (settings.decay == 0) == (name == "no learning-rate decay")


def test_the_rows_are_the_preset_for_fewer_epochs_and_snapshots_of_longer_trainings():
    preset = settings_of(best(0))
    assert preset == replace(Settings(**Settings.PRESETS["best"]), data="mnist", snapshots=10)
    short = differences(settings_of(changed("preset best")), preset)
    assert short == {"epochs": EPOCHS, "decay": EPOCHS * 469, "snapshots": 0}
    assert differences(settings_of(CONSTANT), preset) == {"decay": 0, "epochs": 59}
    for name, (training, epoch) in LATER.items():
        settings = settings_of(training)
        assert epoch % settings.snapshots == 0 and epoch <= settings.epochs and str(epoch) in name
    different = {training.options for training in gan_ablation.EXPERIMENT.trainings}
    assert len(different) == len(gan_ablation.EXPERIMENT.trainings) == len(CHANGES) + 2


@pytest.mark.parametrize("name", ["100 units of noise", *LATER])
def test_both_generators_are_scored_on_the_same_noise_beside_training_images(name, monkeypatch):
    """The averaged one makes darker images; later rows are of a snapshot, where it is the other."""

    def generator(level):
        W = np.random.default_rng(1).normal(size=(3, 784)).astype(np.float32) / 5
        return (Layer(W, np.full(784, level, np.float32)),)

    params = Players(G=generator(1.0), D=generator(0.0), average=generator(-1.0))
    snapshot = params._replace(average=params.G, G=params.average)
    folder, asked = TRAININGS[name].folder, []
    run = Trained(params, Settings(noise=3), [], folder)
    patches = {
        "load": lambda choice: DATA,
        "load_classifier": lambda data: "classifier",
        "read": lambda folder, model: asked.append(folder) or run,
        "load_params": lambda *words: asked.append(words[:2]) or snapshot,
        "COUNT": 20,
        "predict": lambda x, classifier: (x[:, :10], x),
        "quality": lambda *arrays: arrays,
    }
    for patched, value in patches.items():
        monkeypatch.setattr(gan_ablation, patched, value)
    found = gan_ablation.score(name)
    assert asked == [folder, *([(folder, LATER[name][1])] if name in LATER else [])]
    assert found["what"] == name
    z = 2 * stream(0, "scored images").random((20, 3), dtype=np.float32) - 1
    used = snapshot if name in LATER else params
    for which, G in (("averaged", used.average), ("last", used.G)):
        probs, features, real = found[which]
        np.testing.assert_array_equal(features, sample_images(z, G))
        np.testing.assert_array_equal(probs, features[:, :10])
        np.testing.assert_array_equal(real, to_unit(DATA.train_images))


def test_the_classifier_is_there_before_the_parts_which_read_it_and_the_runs(monkeypatch):
    done = []
    monkeypatch.setattr(gan_ablation, "load", lambda choice: DATA)
    monkeypatch.setattr(gan_ablation, "load_classifier", lambda data: done.append("classifier"))
    monkeypatch.setattr(gan_ablation, "compute", done.append)
    monkeypatch.setattr(gan_ablation, "files_of", lambda folder: [folder / "every file"])
    gan_ablation.measure()
    first, parts = done
    assert first == "classifier" and [part.arguments for part in parts] == [(n,) for n in TRAININGS]
    for part, training in zip(parts, TRAININGS.values(), strict=True):
        assert part.reads == (training.folder / "every file", scores.place("MNIST"))


def test_the_inception_score_is_the_number_of_classes_at_best_and_one_at_worst():
    sure = np.eye(10)[np.arange(100) % 10]
    for probs, score in ((sure, 10), (sure[:5], 5), (np.full((7, 10), 0.1), 1), (sure[[3, 3]], 1)):
        assert inception_score(probs) == pytest.approx(score)
    two = np.array([[0.9, 0.1], [0.2, 0.8]])
    kl = (two * np.log(two / two.mean(axis=0))).sum(axis=1)
    assert inception_score(two) == pytest.approx(np.exp(kl.mean()), rel=1e-12)


def test_frechet_distances_that_are_known():
    """Of commuting covariances it is the sum of (sigma - tau)^2 over the axes."""
    f = RNG.normal(size=(500, 6)) @ RNG.normal(size=(6, 6))
    shift = RNG.normal(size=6)
    assert abs(frechet_distance(f, f)) < 1e-9
    assert frechet_distance(f, f + shift) == pytest.approx(shift @ shift, rel=1e-9)
    assert frechet_distance(f, 2 * f[:300]) == pytest.approx(frechet_distance(2 * f[:300], f))
    white = RNG.normal(size=(400, 3))
    white = (white - white.mean(axis=0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(white.T)).T)
    sigma, tau = np.array([1.0, 2.0, 3.0]), np.array([2.0, 0.5, 3.0])
    expected = ((sigma - tau) ** 2).sum()
    assert frechet_distance(white * sigma, white * tau) == pytest.approx(expected, rel=1e-9)


def test_each_score_stands_under_its_name():
    probs = np.array([[0.6, 0.4, 0], [0.7, 0.3, 0], [0, 0.9, 0.1], [0.2, 0.1, 0.7]])
    assert scores.class_fractions(probs[:3]).tolist() == [2 / 3, 1 / 3, 0]
    f, real = RNG.normal(size=(2, 9, 2))
    assert scores.quality(probs, f, real) == {
        scores.INCEPTION: inception_score(probs),
        scores.SMALLEST: 0.25,
        scores.FRECHET: frechet_distance(f, real),
    }


def test_the_nearest_image_by_looking_at_all():
    x, train = RNG.random((1003, 5)), RNG.random((40, 5))
    rows, distance = scores.nearest(x, train)
    every = np.sqrt(((x[:, None] - train[None]) ** 2).sum(axis=-1))
    np.testing.assert_array_equal(rows, every.argmin(axis=1))
    np.testing.assert_allclose(distance, every.min(axis=1), rtol=1e-12)
    assert scores.nearest(train[3:4], train)[1][0] < 1e-7


def test_a_classifier_learns_and_drops_nothing_when_it_predicts():
    images, labels = draw_digits(np.random.default_rng(1), 3000)
    params = scores.train(to_unit(images), labels, epochs=3)
    images, labels = draw_digits(np.random.default_rng(2), 1100)  # more than it takes at a time
    probs, features = scores.predict(to_unit(images), params)
    assert probs.shape == (1100, 10) and features.shape == (1100, 128)
    np.testing.assert_allclose(probs.sum(axis=1), 1, rtol=1e-5)
    assert (probs.argmax(axis=1) == labels).mean() > 0.8
    np.testing.assert_array_equal(scores.predict(to_unit(images), params)[0], probs)


def test_a_classifier_is_kept_and_made_anew_where_the_file_does_not_fit(tmp_path, monkeypatch):
    monkeypatch.setattr(scores, "KEPT", tmp_path / "kept")
    calls, train = [], scores.train
    monkeypatch.setattr(scores, "train", lambda x, y: calls.append(len(x)) or train(x, y, 1))

    def load():
        return [array for layer in scores.load_classifier(DATA) for array in layer]

    first, path = load(), scores.place("drawn digits")
    assert all(map(np.array_equal, first, load())) and calls == [400]
    np.savez(path, **dict(np.load(path)) | {"params.1.W": np.zeros((512, 64))})
    for _ in range(2):  # it is kept anew
        assert all(map(np.array_equal, first, load())) and calls == [400, 400]


X = to_unit(DATA.train_images)


def rng(seed=0):
    return np.random.default_rng(seed)


def test_held_out_images_are_test_images_from_all_over_each_once():
    x, other = (families.held_out(rng(seed), DATA, None, 70) for seed in (0, 1))
    rows = (x[:, None] == to_unit(DATA.test_images)[None]).all(axis=-1)
    assert rows.shape == (70, 200) and (rows.sum(axis=1) == 1).all() and rows.sum(axis=0).max() == 1
    assert 15 < rows[:, :100].sum() < 55  # of 70 from the first half
    assert not np.array_equal(x, other)


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


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_a_vae_decodes_codes_of_the_prior_in_parts(monkeypatch, activation):
    monkeypatch.setattr(families, "AT_A_TIME", 4)
    run = network(activation=activation)
    z = rng().standard_normal((10, 2), dtype=np.float32)
    np.testing.assert_allclose(families.of_vae(rng(), DATA, run, 10), decoded(run, z), atol=1e-6)


def test_a_gan_shows_its_averaged_generator_without_dropout():
    last, average = (
        (Layer(np.full((3, 784), weight, np.float32), np.zeros(784, np.float32)),)
        for weight in (9.0, 0.5)
    )
    run = SimpleNamespace(params=Players(last, (), average), settings=Settings(noise=3))
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
            assert part.function is compare.score and part.reads == (*run, scores.place("MNIST"))
    runs = compare.EXPERIMENT.trainings
    assert len({run.folder for run in runs}) == len(runs)


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
        monkeypatch.setattr(compare if hasattr(compare, name) else scores, name, value)
    for name, seed, run in (("ours", 2, "run 2"), ("ours", 0, "run 0"), (REAL, 0, None)):
        found = compare.score(name, seed)
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
        monkeypatch.setattr(compare if hasattr(compare, name) else scores, name, value)
    numbers = compare.measure()
    assert numbers["classifier"] == {"test accuracy": 0.75}
    found = {row["family"]: row["a"]["each seed"] for row in numbers["families"]}
    assert found == {
        name: [places[name] + i for i in range(max(1, len(family.trainings)))]
        for name, family in FAMILIES.items()
    }
    of_three = numbers["families"][-1]["a"]
    assert (of_three["mean"], of_three["spread"]) == (places["GAN, preset best"] + 1, 1)
