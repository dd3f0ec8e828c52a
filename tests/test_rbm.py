"""Training a restricted Boltzmann machine: its start, its steps, its chains, what is measured."""

import numpy as np
import pytest
from small_runs import same_bits, spy_on

import rbm.train
from rbm.ais import ais
from rbm.estimates import bootstrap, log_mean_exp, standard_error
from rbm.exact import log_marginal, log_z
from rbm.gibbs import gibbs
from rbm.gradient import centred_gradient, nll_gradient
from rbm.model import Params, free_energy, init_truncated
from rbm.pseudo import log_pseudo_likelihood
from rbm.train import Settings, measure, rate_and_momentum, start, step
from training.streams import stream

D, H = 4, 3


def machine(seed=0, D=D, H=H):
    rng = np.random.default_rng(seed)
    return Params(rng.normal(size=(D, H)), 0.7 * rng.normal(size=D), 0.7 * rng.normal(size=H))


def test_a_sum_over_too_many_hidden_states_is_refused():
    v = np.zeros((2, D))
    with pytest.raises(ValueError, match="26 hidden units have"):
        log_marginal(v, v == 1, *machine(0, D, 26))
    with pytest.raises(ValueError, match="30 and 26 units; expected at most 25 in one"):
        log_z(*machine(0, 30, 26))


def test_intervals_of_log_z_cover_it_as_often_as_they_say():
    """Of 100 machines: 95 % +- four standard deviations; errors in units of the standard error."""
    covered, errors = 0, []
    for seed in range(100):
        rng, (W, b, c) = np.random.default_rng(seed), machine(seed, 6, 4)
        _, log_w = ais(rng, 200, np.linspace(0, 1, 12), 0 * b, W, b, c)
        low, high = bootstrap(rng, log_w, 400)
        truth = log_z(W, b, c)
        covered += low <= truth <= high
        errors.append((log_mean_exp(log_w) - truth) / standard_error(log_w))
    assert 86 <= covered <= 99 and abs(np.std(errors) - 1) < 0.3, (covered, np.std(errors))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_first_weights_are_those_that_the_settings_name_in_the_images_dtype(dtype):
    images = np.zeros((3, 300), dtype)
    small = start(Settings(hidden=400), images).params
    assert abs(small.W.std() / 0.01 - 1) < 6 / np.sqrt(2 * small.W.size)  # six standard errors
    assert small.W.dtype == small.b.dtype == dtype and not small.c.any()
    cut_off = start(Settings(hidden=400, init="truncated"), images).params
    assert same_bits(cut_off, init_truncated(stream(0, "weights"), images, 400))


def test_what_is_measured_is_an_image_s_mean():
    images = np.random.default_rng(0).random((40, D))
    params = machine(1)
    row = measure(params, images, images[:8], Settings(hidden=3))
    for name, part in (("train", images), ("validation", images[:8])):
        v = (part >= 0.5).astype(float)
        assert row[f"{name}_free_energy [nats/image]"] == free_energy(v, *params).mean()
        exact = log_pseudo_likelihood(v, *params)
        estimate = row[f"{name}_pseudo [nats/image]"]
        assert abs(estimate - exact.mean()) < 3  # one term of four, ten times an image
    free = [row[f"{name}_free_energy [nats/image]"] for name in ("validation", "train")]
    assert row["free_energy_gap [nats/image]"] == pytest.approx(free[0] - free[1], abs=1e-12)


def test_every_step_draws_anew_and_does_as_the_settings_say(monkeypatch):
    """The learning rate at step t is r / (1 + t / halving). (rbm.21)"""
    images = np.random.default_rng(0).random((20, D)).astype(np.float32)
    calls = spy_on(monkeypatch, rbm.train, "gibbs", "momentum_step")
    settings = Settings(
        hidden=3, learning_rate=0.5, momentum=0.7, halving=7, gibbs_steps=4, pixels="stochastic"
    )
    state = first = start(settings, images)._replace(step=7)
    for _ in range(2):
        state = step(state, images, settings)
    ((_, v, *params, sweeps), end), ((_, v_next, *_), end_next) = calls["gibbs"]
    assert sweeps == 4 and same_bits(tuple(params), first.params)
    assert not np.array_equal(v, v_next) and not np.array_equal(end, end_next)
    (words, result), (words_next, _) = calls["momentum_step"]
    assert words[3:] == (0.25, 0.7) and words_next[3] == 0.5 / (1 + 8 / 7)
    assert same_bits(words_next[:2], result)  # parameters and velocity go on
    assert same_bits(words[2], nll_gradient(v, end, *first.params))


def test_a_step_is_scheduled_decayed_and_centred_as_the_settings_say():  # (rbm.22) (rbm.23)
    settings = Settings(
        hidden=3, learning_rate=0.5, momentum=0.8, decay=10, momentum_ramp=4,
        weight_decay=0.1, gradient="centred", chains="persistent", particles=7, pixels="none",
    )  # fmt: skip
    found = [rate_and_momentum(t, settings) for t in (0, 2, 5, 10, 12)]
    np.testing.assert_allclose(found, [(0.5, 0), (0.4, 0.4), (0.25, 0.8), (0, 0.8), (0, 0.8)])
    v = np.random.default_rng(0).integers(0, 2, (5, D)).astype(float)
    first = start(settings, v)
    W, b, c = first.params
    second = step(first, v, settings)
    assert second.chains.shape == (7, D)
    dW, db, dc = centred_gradient(v, second.chains, W, b, c)
    moved = W - 0.5 * (dW + 0.1 * W), b - 0.5 * db, c - 0.5 * dc
    assert same_bits(second.params, Params(*moved))


def test_persistent_chains_go_on_and_others_begin_at_the_batch():  # (rbm.20)
    images = np.random.default_rng(0).random((20, D)).astype(np.float32)
    settings = Settings(hidden=3, batch_size=8, chains="persistent", gibbs_steps=100)
    first = start(settings, images)
    assert first.chains.shape == (8, D) and start(Settings(), images).chains.shape == (0, D)
    second = step(first, images[:5], settings)
    for half, rows in enumerate((slice(0, 4), slice(4, 8))):
        rng = stream(settings.seed, "gibbs", 0, half)
        alone = gibbs(rng, first.chains[rows], *first.params, 100)
        np.testing.assert_array_equal(second.chains[rows], alone)
    v = (images[:5] >= 0.5).astype(np.float32)
    gradient = nll_gradient(v, second.chains, *first.params)
    moved = second.params.W - first.params.W
    np.testing.assert_allclose(moved, -settings.learning_rate * gradient.W, rtol=1e-5, atol=1e-7)
