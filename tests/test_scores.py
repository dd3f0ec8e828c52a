"""Scores of images against answers that are known."""

import numpy as np
import pytest

from data.sets import load
from experiments import classifier
from experiments import image_baselines as baselines
from experiments.image_scores import classifier_score, frechet_distance, nearest, shares
from gan.mlp import init


def test_the_score_is_the_number_of_classes_at_best_and_one_at_worst():
    sure = np.eye(10)[np.arange(100) % 10]
    assert classifier_score(sure) == pytest.approx(10)
    assert classifier_score(sure[:50][:, :][np.arange(50) % 5]) == pytest.approx(5)
    assert classifier_score(np.full((7, 10), 0.1)) == pytest.approx(1)
    assert classifier_score(np.tile(sure[:1], (9, 1))) == pytest.approx(1)  # always the same class


def test_the_score_of_two_images_by_hand():
    probs = np.array([[0.9, 0.1], [0.2, 0.8]])
    marginal = np.array([0.55, 0.45])
    kl = [sum(p * np.log(p / m) for p, m in zip(row, marginal, strict=True)) for row in probs]
    assert classifier_score(probs) == pytest.approx(np.exp(np.mean(kl)), rel=1e-12)


def test_shares_count_the_likeliest_class():
    probs = np.array([[0.4, 0.6, 0], [0.4, 0.3, 0.3], [0, 1, 0], [0.1, 0.8, 0.1]])
    np.testing.assert_array_equal(shares(probs), [0.25, 0.75, 0])


def test_the_distance_of_features_to_themselves_is_zero_and_a_shift_adds_its_square():
    rng = np.random.default_rng(0)
    f = rng.normal(size=(500, 6)) @ rng.normal(size=(6, 6))
    assert abs(frechet_distance(f, f)) < 1e-9
    shift = rng.normal(size=6)
    assert frechet_distance(f, f + shift) == pytest.approx(shift @ shift, rel=1e-9)
    assert frechet_distance(f, 2 * f[:300]) == pytest.approx(frechet_distance(2 * f[:300], f))


def test_the_distance_of_gaussians_with_commuting_covariances():
    """There it is the sum of (sigma - tau)^2 over the axes, beside the means' distance."""
    rng = np.random.default_rng(1)
    white = rng.normal(size=(400, 3))
    white = (white - white.mean(axis=0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(white.T)).T)
    sigma, tau = np.array([1.0, 2.0, 3.0]), np.array([2.0, 0.5, 3.0])
    expected = ((sigma - tau) ** 2).sum()
    assert frechet_distance(white * sigma, white * tau) == pytest.approx(expected, rel=1e-9)


def test_the_nearest_image_by_looking_at_all():
    rng = np.random.default_rng(2)
    x, train = rng.random((1003, 5)), rng.random((40, 5))
    rows, distance = nearest(x, train)
    all_ = np.sqrt(((x[:, None] - train[None]) ** 2).sum(axis=-1))
    np.testing.assert_array_equal(rows, all_.argmin(axis=1))
    np.testing.assert_allclose(distance, all_.min(axis=1), rtol=1e-12)
    assert nearest(train[3:4], train)[1][0] < 1e-7


def test_baselines_have_the_moments_they_promise():
    rng = np.random.default_rng(3)
    # Far from 0 and 1, so that nothing is cut off.
    train = (0.5 + 0.02 * rng.normal(size=(2000, 4)) @ rng.normal(size=(4, 4))).astype(np.float32)
    n = 40_000
    noise = baselines.mean_and_noise(np.random.default_rng(4), train, n)
    error = 5 * train.std(axis=0) / n**0.5
    assert (abs(noise.mean(axis=0) - train.mean(axis=0)) < error).all()
    assert (abs(noise.std(axis=0) - train.std(axis=0)) < error).all()
    off = np.cov(noise.T) - np.diag(noise.var(axis=0))
    assert abs(off).max() < 5 * train.var(axis=0).max() / n**0.5  # pixels are independent
    whole = baselines.gaussian_in_pca(np.random.default_rng(5), train, n, components=4)
    scale = np.cov(train.T).diagonal().max()
    assert abs(np.cov(whole.T) - np.cov(train.T)).max() < 10 * scale / n**0.5
    flat = baselines.gaussian_in_pca(np.random.default_rng(6), train, 500, components=2)
    assert np.linalg.matrix_rank(np.cov(flat.T), tol=1e-6) == 2


def test_a_classifier_learns_and_judges():
    data = load("digits")
    x = data.train_images[:3000].reshape(3000, -1).astype(np.float32) / 255
    params = classifier.train(x, data.train_labels[:3000], epochs=3)
    test = data.test_images[:1000].reshape(1000, -1).astype(np.float32) / 255
    probs, features = classifier.judge(test, params)
    assert probs.shape == (1000, 10) and features.shape == (1000, 128)
    np.testing.assert_allclose(probs.sum(axis=1), 1, rtol=1e-5)
    right = (probs.argmax(axis=1) == data.test_labels[:1000]).mean()
    assert right > 0.8, right
    again, _ = classifier.judge(test, params)
    np.testing.assert_array_equal(again, probs)  # nothing is dropped when it judges


@pytest.fixture
def few(tmp_path, monkeypatch):
    """Few digits whose classifier is kept in a folder of its own; a call for each training."""
    data = load("digits")._replace(name="a few digits")
    data = data._replace(train_images=data.train_images[:200], train_labels=data.train_labels[:200])
    monkeypatch.setattr(classifier, "KEPT", tmp_path / "kept")
    calls = []
    whole = classifier.train

    def counted(x, labels, epochs=1):
        calls.append(len(x))
        return whole(x, labels, 1)

    monkeypatch.setattr(classifier, "train", counted)
    return data, tmp_path / "kept" / "a-few-digits.npz", calls


def same(first, second):
    return all(
        np.array_equal(a, b)
        for one, other in zip(first, second, strict=True)
        for a, b in zip(one, other, strict=True)
    )


def test_a_classifier_is_trained_once_and_kept(few):
    data, path, calls = few
    first = classifier.classifier(data)
    assert path.exists() and same(first, classifier.classifier(data)) and calls == [200]


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: b"no file of arrays",
        lambda whole: b"",  # a disk that was full
        lambda whole: b"PK\x03\x04",  # how an archive begins
        lambda whole: whole[: len(whole) // 2],  # begins with PK too, and has no end
    ],
    ids=["text", "empty", "PK", "half"],
)
def test_a_damaged_classifier_is_made_anew(few, damage):
    data, path, calls = few
    first = classifier.classifier(data)
    path.write_bytes(damage(path.read_bytes()))
    assert same(first, classifier.classifier(data)) and calls == [200, 200]
    assert same(first, classifier.classifier(data)) and calls == [200, 200]  # and kept anew


@pytest.mark.parametrize("sizes", [(784, 256, 64, 10), (784, 512, 10)], ids=["widths", "layers"])
def test_a_classifier_of_other_sizes_is_made_anew(few, sizes):
    data, path, calls = few
    path.parent.mkdir()
    arrays = {}
    for i, layer in enumerate(init(np.random.default_rng(0), sizes)):
        arrays |= {f"W{i}": layer.W, f"b{i}": layer.b}
    np.savez(path, **arrays)
    params = classifier.classifier(data)
    assert [layer.W.shape for layer in params] == [(784, 512), (512, 128), (128, 10)]
    assert calls == [200] and same(params, classifier.classifier(data)) and calls == [200]
