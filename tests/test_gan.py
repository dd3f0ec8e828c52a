"""The GAN: its networks, steps that change one player, what training does."""

import math
from dataclasses import replace

import numpy as np
import pytest
from small_runs import QUICK, assert_close, images, same_bits, spy_on

import gan.train
from autograd_lite.tree import leaves, tree_map
from gan.losses import LOSSES, discriminator_loss
from gan.mlp import NO_DROPOUT, forward
from gan.players import generate, sample_images
from gan.train import (
    Players,
    Settings,
    averaged,
    discriminator_step,
    generator_step,
    measure,
    noise,
    start,
    step,
)
from training.settings import SettingsError
from training.streams import stream

# --- networks and players ---


def test_numbers_of_parameters_are_the_sources():
    state = start(Settings(), np.zeros((2, 784), np.float32))
    G, D, average = state.params
    assert sum(x.size for x in leaves(D)) == 110_849
    assert sum(x.size for x in leaves(G)) == sum(x.size for x in leaves(average)) == 114_800
    assert [layer.W.shape for layer in G] == [(100, 32), (32, 64), (64, 128), (128, 784)]
    assert [layer.W.shape for layer in D] == [(784, 128), (128, 64), (64, 32), (32, 1)]
    for layer in (*G, *D):
        limit = 1 / math.sqrt(len(layer.W))
        assert layer.W.dtype == layer.b.dtype == np.float32
        assert 0.9 * limit < np.abs(layer.W).max() <= limit * 1.000001
        assert 0 < np.abs(layer.b).max() <= limit * 1.000001
    assert not np.array_equal(G[0].b, D[2].b) and not np.array_equal(D[0].W[:, 0], D[0].W[:, 1])


def every_array_differs(a, b):
    return not any(np.array_equal(p, q) for p, q in zip(leaves(a), leaves(b), strict=True))


def test_noise_is_uniform_from_minus_one_to_one():
    z = noise(np.random.default_rng(0), 2000, Settings(noise=50))
    assert z.shape == (2000, 50) and z.dtype == np.float32
    counts = np.histogram(z, np.linspace(-1, 1, 21))[0] / z.size
    assert np.abs(counts - 0.05).max() < 6 * math.sqrt(0.05 * 0.95 / z.size)
    assert -1 <= z.min() and z.max() <= 1


# --- training ---


@pytest.mark.parametrize("average", [0.0, 0.9])
def test_each_step_changes_its_own_player_alone(average):
    settings = replace(QUICK, average=average)
    state = step(start(settings, images()), images()[:8], settings)
    kept = [np.array(x) for x in leaves(state)]
    after_d = discriminator_step(state, images()[8:16], settings)
    assert same_bits(after_d.params.G, state.params.G) and same_bits(after_d.adam_g, state.adam_g)
    assert same_bits(after_d.params.average, state.params.average)
    assert every_array_differs(after_d.params.D, state.params.D)
    assert every_array_differs(after_d.adam_d, state.adam_d)
    assert after_d.step == state.step
    after_g = generator_step(state, 8, settings)
    assert same_bits(after_g.params.D, state.params.D) and same_bits(after_g.adam_d, state.adam_d)
    assert every_array_differs(after_g.params.G, state.params.G)
    assert every_array_differs(after_g.params.average, state.params.average)
    assert every_array_differs(after_g.adam_g, state.adam_g)
    assert after_g.step == state.step + 1
    assert same_bits(tuple(kept), tuple(leaves(state)))  # what somebody kept does not change
    both = step(state, images()[8:16], settings)
    assert same_bits(both, generator_step(after_d, 8, settings))


@pytest.mark.parametrize("loss", LOSSES)
def test_training_brings_the_generator_to_the_images(loss):
    """One black-and-white pattern: after 300 steps the generator draws it, or nearly so."""
    x = np.tile(np.array([1, 0, 0, 1, 1, 0], np.float32), (16, 1))
    settings = replace(
        QUICK, loss=loss, generator_dropout=0.0, discriminator_dropout=0.0, learning_rate=5e-3
    )
    first = state = start(settings, x)
    for _ in range(300):
        state = step(state, x, settings)
    z = noise(np.random.default_rng(0), 100, settings)
    far, near = (np.abs(sample_images(z, s.params.G) - x[0]).mean() for s in (first, state))
    assert far > 0.4 and near < 0.1


@pytest.mark.eq("gan.25")
def test_the_averaged_generator_is_a_weighted_mean_of_all_there_were():
    settings = replace(QUICK, average=0.8)
    state = start(settings, images())
    assert same_bits(state.params.average, state.params.G)
    closed = tree_map(lambda a: 0.8**10 * a.astype(float), state.params.G)
    for t in range(1, 11):
        state = step(state, images()[:8], settings)
        closed = tree_map(lambda c, g, w=0.2 * 0.8 ** (10 - t): c + w * g, closed, state.params.G)
    assert_close(state.params.average, closed, 1e-6)
    assert every_array_differs(state.params.average, state.params.G)
    still = tree_map(np.ones_like, state.params.G)
    assert same_bits(averaged(still, still, 0.5), still)


@pytest.mark.eq("gan.23")
def test_with_a_rate_that_has_fallen_to_zero_nothing_moves():
    falling = replace(QUICK, decay=100)
    state = start(falling, images())._replace(step=100)
    stopped = step(state, images()[:8], falling)
    assert same_bits(stopped.params, state.params)

    start(replace(QUICK, decay=8), images())  # 2 epochs of 4 steps, the last of them short
    with pytest.raises(SettingsError, match="--decay is 7; expected 0, or at least the 8 steps"):
        start(replace(QUICK, decay=7), images())


def test_a_step_has_fresh_noise_and_masks_for_each_player_and_each_step(monkeypatch):
    """And the label, the loss, the rates of dropout and of Adam that the settings say."""
    settings = replace(
        QUICK, generator_dropout=0.2, discriminator_dropout=0.5, label=0.8, loss="saturating",
        beta1=0.5, learning_rate=0.004, decay=8,
    )  # fmt: skip
    names = "discriminator_gradient", "generator_gradient", "dropout", "noise", "adam_step"
    calls = spy_on(monkeypatch, gan.train, *names)
    state = start(settings, images())
    for _ in range(2):
        state = step(state, images()[:8], settings)
    dropped = [(batch, len(p[0].W), rate) for (_, batch, p, rate), _ in calls["dropout"]]
    by_g, by_d = (8, 4, 0.2), (8, 12, 0.5)
    assert dropped == 2 * [by_g, by_d, by_d, by_g, by_d]
    for (x, fake, masks, _, label), _ in calls["discriminator_gradient"]:
        np.testing.assert_array_equal(x, 2 * images()[:8] - 1)
        assert (np.abs(fake) <= 1).all() and fake.shape == x.shape and label == 0.8
        assert every_array_differs(*masks)  # real and generated images have masks of their own
    assert {words[-1] for words, _ in calls["generator_gradient"]} == {"saturating"}
    for name, masks in (("discriminator_gradient", 2), ("generator_gradient", 1)):
        (first, _), (second, _) = calls[name]
        assert every_array_differs(first[masks], second[masks])
    drawn = [z[0, :2] for _, z in calls["noise"]]
    assert len(np.unique(drawn)) == 8  # noise: other for D and for G, in both steps
    rates = [words[3:] for words, _ in calls["adam_step"]]
    assert rates == [(0.004, 0.5), (0.004, 0.5), (0.0035, 0.5), (0.0035, 0.5)]


@pytest.mark.parametrize("loss", LOSSES)
def test_what_is_measured_is_the_mean_loss_of_both_players(loss):
    settings = replace(QUICK, loss=loss, generator_dropout=0.0, discriminator_dropout=0.0)
    G, D, _ = start(settings, images()).params
    other = tree_map(lambda p: p + 1, G)  # the averaged generator is not the one that plays
    row = measure(Players(G, D, other), images(), images(7), settings)
    for name, x in (("train", images()), ("validation", images(7))):
        z = noise(stream(settings.seed, "measure"), len(x), settings)
        off = NO_DROPOUT, NO_DROPOUT
        fake, _ = generate(z, off, G)
        real, generated = (forward(i, off, D)[0][:, 0] for i in (2 * x - 1, fake))
        d_loss = discriminator_loss(real, generated, 0.9).mean()
        assert row[f"{name}_discriminator [nats/image]"] == pytest.approx(d_loss, rel=1e-6)
        g_loss = LOSSES[loss][0](generated).mean()
        assert row[f"{name}_generator [nats/image]"] == pytest.approx(g_loss, rel=1e-6)
    wet = measure(Players(G, D, G), images(), images(7), replace(settings, generator_dropout=0.5))
    assert wet["train_generator [nats/image]"] != row["train_generator [nats/image]"]
