"""The GAN: sizes, steps of both players, what is measured, and the penalty in training."""

from dataclasses import replace

import numpy as np
import pytest
from small_runs import QUICK, assert_close, images, same_bits, spy_on

import gan.train
from autograd_lite import tape
from autograd_lite.tree import leaves, tree_map
from gan.losses import LOSSES, discriminator_loss
from gan.mlp import NO_DROPOUT, forward
from gan.penalty import image_gradient
from gan.players import generate
from gan.train import Players, Settings, discriminator_step, measure, noise, start, step
from training.streams import stream


def test_numbers_of_parameters_are_the_sources():
    state = start(Settings(), np.zeros((2, 784), np.float32))
    G, D, average = state.params
    assert sum(x.size for x in leaves(D)) == 110_849
    assert sum(x.size for x in leaves(G)) == sum(x.size for x in leaves(average)) == 114_800
    assert [layer.W.shape for layer in G] == [(100, 32), (32, 64), (64, 128), (128, 784)]
    assert [layer.W.shape for layer in D] == [(784, 128), (128, 64), (64, 32), (32, 1)]
    assert {x.dtype for x in leaves(state.params)} == {np.dtype(np.float32)}
    assert not np.array_equal(G[0].b, D[2].b) and not np.array_equal(D[0].W[:, 0], D[0].W[:, 1])


def every_array_differs(a, b):
    return not any(np.array_equal(p, q) for p, q in zip(leaves(a), leaves(b), strict=True))


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
    after_g = gan.train.generator_step(state, 8, settings)
    assert same_bits(after_g.params.D, state.params.D) and same_bits(after_g.adam_d, state.adam_d)
    assert every_array_differs(after_g.params.G, state.params.G)
    assert every_array_differs(after_g.params.average, state.params.average)
    assert every_array_differs(after_g.adam_g, state.adam_g)
    assert after_g.step == state.step + 1
    assert same_bits(tuple(kept), tuple(leaves(state)))  # what somebody kept does not change
    both = step(state, images()[8:16], settings)
    assert same_bits(both, gan.train.generator_step(after_d, 8, settings))


def test_the_averaged_generator_is_a_weighted_mean_of_all_there_were():  # (gan.25)
    settings = replace(QUICK, average=0.8)
    state = start(settings, images())
    assert same_bits(state.params.average, state.params.G)
    closed = tree_map(lambda a: 0.8**10 * a.astype(float), state.params.G)
    for t in range(1, 11):
        state = step(state, images()[:8], settings)
        closed = tree_map(lambda c, g, w=0.2 * 0.8 ** (10 - t): c + w * g, closed, state.params.G)
    assert_close(state.params.average, closed, 1e-6)
    assert every_array_differs(state.params.average, state.params.G)


def test_a_step_has_fresh_noise_and_masks_for_each_player_and_each_step(monkeypatch):
    """And the label, the loss, the rates of dropout and of Adam that the settings say."""
    settings = replace(
        QUICK, generator_dropout=0.2, discriminator_dropout=0.5, label=0.8,
        beta1=0.5, learning_rate=0.004, decay=8,
    )  # fmt: skip
    names = "discriminator_gradient", "generator_gradient", "dropout", "noise", "adam_step"
    calls = spy_on(monkeypatch, gan.train, *names)
    state = start(settings, images())
    for loss in LOSSES:
        state = step(state, images()[:8], replace(settings, loss=loss))
    dropped = [(batch, len(p[0].W), rate) for (_, batch, p, rate), _ in calls["dropout"]]
    by_g, by_d = (8, 4, 0.2), (8, 12, 0.5)
    assert dropped == 2 * [by_g, by_d, by_d, by_g, by_d]
    for (x, fake, masks, _, label), _ in calls["discriminator_gradient"]:
        np.testing.assert_array_equal(x, 2 * images()[:8] - 1)
        assert (np.abs(fake) <= 1).all() and fake.shape == x.shape and label == 0.8
        assert every_array_differs(*masks)  # real and generated images have masks of their own
    assert [words[-1] for words, _ in calls["generator_gradient"]] == list(LOSSES)
    for turn, (name, masks) in enumerate((("discriminator", 2), ("generator", 1))):
        (first, (_, grads)), (second, _) = calls[f"{name}_gradient"]
        assert every_array_differs(first[masks], second[masks])
        assert same_bits(calls["adam_step"][turn][0][2], grads)
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
    assert row == measure(Players(G, D, G), images(), images(7), replace(settings, penalty=10.0))
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


@pytest.mark.parametrize("weight", [0.7, 0.0])
def test_the_discriminator_s_step_adds_the_weighted_penalty_at_the_real_images(weight, monkeypatch):
    """By the tape, with the masks of the real images; of weight 0, nothing is added. (gan.32)"""
    calls = spy_on(monkeypatch, gan.train, "adam_step", "discriminator_gradient", "slope_penalty")
    settings = replace(QUICK, penalty=weight)
    state, x = start(settings, images()), images()[:8]
    discriminator_step(state, x, settings)
    ((_, _, masks, *_), (_, grads)), (given, _) = (
        calls[name][0] for name in ("discriminator_gradient", "adam_step")
    )
    if not weight:
        assert Settings().penalty == 0 and not calls["slope_penalty"]
        assert same_bits(given[2], grads)
        return

    def mean_penalty(D):
        g, _, _ = image_gradient(2 * x - 1, masks[0], D)
        return (g * g).sum() / (2 * len(x))

    (by_slope,) = tape.gradient(mean_penalty, state.params.D)
    for got, g, s in zip(leaves(given[2]), leaves(grads), leaves(by_slope), strict=True):
        assert got.dtype == np.float32
        np.testing.assert_allclose(got, g + weight * s, rtol=1e-5, atol=1e-7)
    assert max(np.abs(s).max() for s in leaves(by_slope)) > 1e-3
