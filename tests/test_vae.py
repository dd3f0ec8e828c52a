"""The variational autoencoder: losses at extremes, weights in files, and what training does."""

import math
import pickle
import re
from dataclasses import replace

import numpy as np
import pytest
from small_runs import same_bits, spy_on

import vae.train
from autograd_lite.losses import bernoulli_nll
from autograd_lite.tree import tree_map
from training.run import RunError
from training.settings import SettingsError
from training.streams import stream
from vae.densities import gaussian_nll, gaussian_nll_vjp, laplace_nll, laplace_nll_vjp
from vae.elbo import squared_error
from vae.mlp import init
from vae.networks import Dense
from vae.objective import LIKELIHOODS, SCALES, costs
from vae.train import Settings, evaluate, measure, noise, start, step
from vae.weights import NAMES, load_weights, read_weights, save_weights


def tiny(seed=0, D=6, H=5, Z=1, likelihood="bernoulli"):
    rng = np.random.default_rng(seed)
    params = init(rng, D, H, Z, np.float64, SCALES[likelihood])
    return params._replace(b2=rng.normal(size=H), W3=2 * params.W3), rng


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_losses_stay_finite_at_logits_of_ten_thousand(dtype):
    logits = np.array([[1e4, -1e4, 1e4, -1e4]], dtype)
    x = np.array([[1, 0, 0, 1]], dtype)
    assert bernoulli_nll(logits, x)[0] == 2e4
    assert squared_error(logits, x)[0] == 2
    outputs = np.append(logits, np.zeros((1, 1), dtype), axis=1)  # scale 1
    assert gaussian_nll(outputs, x)[0] == dtype(0.5 * (2 + 4 * dtype(math.log(2 * math.pi))))
    assert laplace_nll(outputs, x)[0] == dtype(2 + 4 * dtype(math.log(2)))
    one = np.ones(1, dtype)
    for rule in (gaussian_nll_vjp, laplace_nll_vjp):
        np.testing.assert_array_equal(rule(one, outputs, x)[0, :4], 0)


def test_the_noise_is_as_large_as_the_settings_say():
    x = np.zeros((2000, 6), np.float32)
    for size in (1.0, 0.0):
        eps = noise(np.random.default_rng(0), x, Settings(codes=3, samples=2, noise=size))
        assert eps.shape == (2, 2000, 3) and eps.dtype == np.float32
        assert abs(eps.std() - size) <= 6 * size / np.sqrt(2 * eps.size)


@pytest.mark.parametrize("size", [0.5, 2.0, -1.0, math.nan])
def test_noise_of_another_scale_than_that_of_the_kl_is_refused(size):
    with pytest.raises(SettingsError, match="expected 1, or 0 for a network without noise"):
        Settings(noise=size)


def test_what_is_measured_weighs_every_image_and_every_sample_alike():
    params, rng = tiny(Z=2)
    images = rng.random((1300, 6))  # more than one batch, and the last one is short
    settings = Settings(codes=2, hidden=5, samples=3)
    total = np.zeros(2)
    for first in (0, 1000):
        x = images[first : first + 1000]
        eps = noise(stream(settings.seed, "measure", first), x, settings)
        nll, kl = costs(x, eps, Dense(params, "relu"), "bernoulli")
        total += nll.sum() / 3, kl.sum()
    np.testing.assert_allclose(evaluate(params, images, settings), total / 1300, rtol=1e-12)
    row = measure(params, images, images[:5], settings)
    for part in ("train", "validation"):
        cost, nll, kl = (row[f"{part}_{name} [nats/image]"] for name in ("cost", "nll", "kl"))
        assert cost == nll + kl


@pytest.mark.parametrize("likelihood", LIKELIHOODS)
def test_the_means_of_the_pixels_are_the_sigmoids_of_their_logits_alone(likelihood):
    params, rng = tiny(Z=2, likelihood=likelihood)
    z = rng.normal(size=(3, 2, 2))
    network = vae.train.network(params, Settings(activation="tanh"))
    outputs = network.decode(z)
    assert outputs.shape == (3, 2, 6 + SCALES[likelihood])
    expected = 1 / (1 + np.exp(-outputs[..., :6]))
    np.testing.assert_allclose(network.pixels(z), expected, rtol=1e-14)


def like(dtype=np.float32):
    return init(np.random.default_rng(0), 6, 5, 2, dtype)


def test_weights_are_read_as_they_were_written_under_either_names(tmp_path):
    theirs, ours = tmp_path / "theirs.npz", tmp_path / "ours.npz"
    params = tree_map(lambda w: w + 1, like(np.float64))
    save_weights(theirs, params)
    np.savez(ours, **params._asdict())
    with np.load(theirs) as file:
        assert set(file.files) == set("W1 W2_mu W2_logvar W3 W4 b1 b2_mu b2_logvar b3 b4".split())
        np.testing.assert_array_equal(file["W3"], params.W2)  # their third layer decodes codes
        np.testing.assert_array_equal(file["W2_logvar"], params.W_logvar)
    for path in (theirs, ours):
        for dtype in (np.float32, np.float64):
            assert same_bits(load_weights(path, like(dtype)), tree_map(dtype, params))
        assert same_bits(read_weights(path), tree_map(np.float32, params))


def _file_of(**change):
    arrays = dict(zip(NAMES, like(), strict=True)) | change
    return lambda path: np.savez(path, **{k: v for k, v in arrays.items() if v is not None})


NO_WEIGHTS = r" cannot be read as weights; expected an \.npz file of arrays of numbers, .*\."
NO_NUMBERS = r" has values in b4 that are no finite numbers\."
BAD_WEIGHTS = {
    "shape": (_file_of(W3=np.zeros((5, 2))), r" has W3 of shape \(5, 2\); expected \(2, 5\)\."),
    "missing": (_file_of(b2_mu=None), r" has no b2_mu; expected W1, b1, W2_mu, .*, W4, b4\."),
    "not finite": (_file_of(b4=np.full(6, np.nan)), NO_NUMBERS),
    "words": (_file_of(b4=np.array(["a"] * 6)), NO_NUMBERS),
    "pickled object": (_file_of(b4=np.array([None] * 6)), NO_WEIGHTS),
    "pickle": (lambda path: path.write_bytes(pickle.dumps({"W1": np.zeros(3)})), NO_WEIGHTS),
    "nothing": (lambda path: None, r" cannot be read \(No such file or directory\)\."),
    "folder": (lambda path: path.mkdir(), r" cannot be read \(Is a directory\)\."),
}


@pytest.mark.parametrize("kind", BAD_WEIGHTS)
def test_a_file_of_weights_that_does_not_fit_is_one_sentence(kind, tmp_path):
    path = tmp_path / "weights.npz"
    write, sentence = BAD_WEIGHTS[kind]
    write(path)
    with pytest.raises(RunError) as refused:
        load_weights(path, like())
    assert str(refused.value).startswith(str(path))
    assert re.fullmatch(sentence, str(refused.value)[len(str(path)) :])


def test_training_with_weights_begins_from_them(tmp_path):
    path = tmp_path / "weights.npz"
    given = tree_map(lambda w: w + 0.1, like())
    save_weights(path, given)
    images = np.random.default_rng(0).random((20, 6)).astype(np.float32)
    settings = Settings(codes=2, hidden=5, weights=str(path))
    state = start(settings, images)
    assert same_bits(state.params, given)
    assert state.step == 0 and not any(np.any(m) for m in state.moments.mean)
    assert not same_bits(start(replace(settings, weights=""), images).params, given)


def test_pixels_are_kept_back_in_training_only():
    """With none kept, the encoder learns nothing of the pixels; the decoder still sees them."""
    rng = np.random.default_rng(0)
    images = np.repeat(rng.random((1, 12)).round(), 30, axis=0).astype(np.float32)
    whole = Settings(codes=2, hidden=8, learning_rate=0.02)
    blind = replace(whole, keep=0.0)
    first = state = start(blind, images)
    for _ in range(300):
        state = step(state, images, blind)
    np.testing.assert_array_equal(state.params.W1, first.params.W1)
    assert not np.array_equal(step(first, images, whole).params.W1, first.params.W1)
    logits = vae.train.network(state.params, blind).decode(np.zeros((1, 2), np.float32))
    np.testing.assert_array_equal(logits[0] > 0, images[0] > 0)  # the target was the whole image
    # Measured is the bound whose encoder sees the whole image: no mask is drawn.
    half = replace(whole, keep=0.5)
    for params in (first.params, step(first, images, half).params):
        assert evaluate(params, images, half) == evaluate(params, images, whole)


def test_every_step_draws_anew_and_does_as_the_settings_say(monkeypatch):
    calls = spy_on(monkeypatch, vae.train, "gradient")["gradient"]
    images = 0.1 + 0.9 * np.random.default_rng(0).random((40, 50)).astype(np.float32)
    settings = Settings(
        codes=2, hidden=5, keep=0.8, pixels="stochastic", beta=0.3, likelihood="squared", samples=3
    )
    state = start(settings, images)
    for _ in range(2):
        state = step(state, images, settings)
    for (x, eps, _, *options, seen), _ in calls:
        assert options == ["squared", 0.3] and eps.shape == (3, 40, 2)
        assert set(np.unique(x)) == {0, 1}  # the target is the whole image
        assert (seen <= x).all()
        ink = int(x.sum())
        assert abs(seen.sum() / ink - 0.8) < 5 * math.sqrt(0.8 * 0.2 / ink)
    (first, _), (second, _) = calls
    both = (first[0] == 1) & (second[0] == 1)
    for a, b in ((first[0], second[0]), (first[1], second[1]), (first[-1][both], second[-1][both])):
        assert not np.array_equal(a, b)
    step(state, images, replace(settings, pixels="none", keep=1.0))
    (x, *_, seen), _ = calls[-1]
    assert np.array_equal(x, images) and np.array_equal(seen, images)
