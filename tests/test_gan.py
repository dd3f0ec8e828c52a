"""The GAN: the theory on five images, both players by three witnesses, steps that change one."""

import math
from dataclasses import replace

import numpy as np
import pytest
from small_runs import QUICK, images, layers, same_bits, spy_on
from witnesses import assert_close, assert_gradient

import gan.train
from autograd_lite import tape
from autograd_lite.tree import leaves, tree_map
from gan.losses import (
    LOSSES,
    discriminator_loss,
    discriminator_loss_vjp,
    non_saturating,
    non_saturating_vjp,
    saturating,
    saturating_vjp,
)
from gan.mlp import NO_DROPOUT, dropout, forward
from gan.players import discriminator_gradient, generate, generator_gradient, sample_images
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
from grading.oracles import game
from grading.oracles.differences import gradient
from training.settings import SettingsError
from training.streams import stream

# --- the theory, on five images ---

P_DATA = np.array([0.30, 0.05, 0.25, 0.30, 0.10])
THETA = np.array([-0.5, 1.1, 0.3, -1.0, 0.2])  # of a generator that is a softmax over the images
P_MODEL = game.softmax(THETA)
LABELS = (0.7, 0.9, 1.0)


def entropy(p):
    """Of a coin that shows heads with probability p, in nats."""
    return -p * math.log(p) - (1 - p) * math.log(1 - p) if p < 1 else 0.0


def best(p_model, label=1.0):
    """The formula of (gan.2) and (gan.7)."""
    return label * P_DATA / (P_DATA + p_model)


def logit(D):
    return np.log(D) - np.log(1 - D)


def mean_loss(p_model, D, label=1.0):
    """The discriminator's mean loss, by the code, for logits of real and of generated images."""
    real = discriminator_loss(logit(D), np.full(5, -800.0), label)  # the other term is 0
    fake = discriminator_loss(np.full(5, 800.0), logit(D), 1.0)
    return P_DATA @ real + p_model @ fake


@pytest.mark.eq("gan.8")
@pytest.mark.parametrize("label", LABELS)
def test_smoothing_leaves_the_minimum_where_it_is_and_makes_it_shallower(label):
    def mixed(p):
        return ((1 - label) * P_DATA + p) / (2 - label)

    least = 2 * entropy(label / 2)
    for p in (P_MODEL, game.softmax(-THETA), 0.98 * P_DATA + 0.02 * P_MODEL):
        formula = least - 2 * game.js(P_DATA, mixed(p), label / 2)
        assert mean_loss(p, best(p, label), label) == pytest.approx(formula, rel=1e-13)
        assert formula < least - 1e-6
    assert mean_loss(P_DATA, best(P_DATA, label), label) == pytest.approx(least, rel=1e-14)
    # Where no image is both real and generated, D says `label` or 0: what the labels cost.
    sure = np.array([math.log(label / (1 - label)) if label < 1 else 800.0])
    apart = discriminator_loss(sure, np.array([-800.0]), label)[0]
    assert apart == pytest.approx(entropy(label), abs=1e-14)
    # The curvature at the minimum, by the second difference along a direction.
    direction, h = P_MODEL - P_DATA, 1e-3
    ends = [mean_loss(P_DATA + t * direction, best(P_DATA + t * direction, label), label)
            for t in (-h, 0, h)]  # fmt: skip
    bend = (2 * ends[1] - ends[0] - ends[2]) / h**2
    chi = (direction**2 / P_DATA).sum()
    assert bend == pytest.approx(label / (2 * (2 - label)) * chi, rel=1e-4)


@pytest.mark.parametrize("label, d_loss, g_loss", [(0.9, 1.3763, 0.7985), (1.0, 1.3863, 0.6931)])
def test_the_losses_where_nothing_can_be_told_apart(label, d_loss, g_loss):
    a = np.array([math.log(label / (2 - label))])  # the logit of label / 2
    assert round(discriminator_loss(a, a, label)[0], 4) == d_loss
    assert round(non_saturating(a)[0], 4) == g_loss
    assert discriminator_loss(a, a, label)[0] == pytest.approx(2 * entropy(label / 2), rel=1e-14)
    for moved in (a - 0.01, a + 0.01):
        assert discriminator_loss(moved, moved, label)[0] > discriminator_loss(a, a, label)[0]


def expected_gradient(loss, label=1.0, p=P_MODEL):
    """By theta of the mean loss over generated images, D held where it is best."""
    value, _ = LOSSES[loss]
    costs = value(logit(best(p, label)))
    return p * (costs - p @ costs)  # of sum_i softmax(theta)_i cost_i


def by_complex_step(divergence):
    return gradient(lambda theta: divergence(game.softmax(theta)), (THETA,))[0]


@pytest.mark.eq("gan.8")
@pytest.mark.eq("gan.14")
def test_smoothing_leaves_the_gradient_of_the_non_saturating_loss_and_weakens_the_other():
    plain = expected_gradient("non-saturating")
    np.testing.assert_allclose(expected_gradient("non-saturating", 0.9), plain, atol=1e-15)
    mixture = by_complex_step(lambda p: 2 * game.js(P_DATA, (0.1 * P_DATA + p) / 1.1, 0.45))
    np.testing.assert_allclose(expected_gradient("saturating", 0.9), mixture, atol=1e-15)
    assert np.abs(mixture).max() < 0.95 * np.abs(expected_gradient("saturating")).max()


@pytest.mark.eq("gan.14")
def test_a_missing_digit_is_cheap_and_a_wrong_one_is_not():
    """Ten digits, equally frequent: one of them only; or all ten, and a little that is none."""
    middle = np.array([0.55, *9 * [0.05]])
    assert round(2 * game.kl(middle, np.full(10, 0.1)), 4) == 1.2514
    drawn = np.array([0.999, 1e-3])
    for real, cost in ((1e-3, 0.0), (1e-30, 0.060), (1e-300, 0.682)):  # ever rarer: no bound
        p = np.array([1 - real, real])
        assert 2 * game.kl((p + drawn) / 2, p) == pytest.approx(cost, abs=5e-4)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_losses_are_finite_at_logits_of_ten_thousand(dtype):
    a, b = np.array([1e4, -1e4], dtype), np.array([-1e4, 1e4], dtype)
    one = np.ones(2, dtype)
    np.testing.assert_array_equal(discriminator_loss(a, b), [0, 2e4])
    np.testing.assert_allclose(discriminator_loss(a, b, 0.9), [1e3, 1.9e4], rtol=1e-6)
    np.testing.assert_array_equal(saturating(a), [-1e4, 0])
    np.testing.assert_array_equal(non_saturating(a), [0, 1e4])
    np.testing.assert_array_equal(saturating_vjp(one, a), [-1, 0])
    np.testing.assert_array_equal(non_saturating_vjp(one, a), [0, -1])
    dreal, dfake = discriminator_loss_vjp(one, a, b)
    np.testing.assert_array_equal(dreal, [0, -1])
    np.testing.assert_array_equal(dfake, [0, 1])
    for result in (discriminator_loss(a, b, 0.9), saturating(a), non_saturating(a), dreal, dfake):
        assert result.dtype == dtype


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


B = 6


def drawn(seed, share=0.4):
    """Both players away from where they start, noise, images, and masks for both, all float64; no
    unit is so near the kink of its leaky ReLU that a finite difference would cross it.
    """
    rng = np.random.default_rng(seed)
    while True:
        G, D = layers(rng, (3, 6, 4, 5)), layers(rng, (5, 7, 3, 1))
        z, x = rng.uniform(-1, 1, (B, 3)), rng.uniform(-1, 1, (B, 5))
        mg, mreal, mfake = (dropout(rng, B, p, share) for p in (G, D, D))
        fake, g_trace = generate(z, mg, G)
        traces = g_trace, forward(x, mreal, D)[1], forward(fake, mfake, D)[1]
        if min(np.abs(h).min() for trace in traces for _, h, _ in trace.hidden) > 0.005:
            return G, D, z, x, fake, (mg, mreal, mfake)


def d_cost(x, fake, masks, D, label):
    """The discriminator's mean loss, by the forward pass alone."""
    real, generated = (forward(i, m, D)[0][:, 0] for i, m in zip((x, fake), masks, strict=True))
    return discriminator_loss(real, generated, label).mean()


def g_cost(z, masks, G, D, loss):
    """The generator's mean loss, by the forward passes alone."""
    images, _ = generate(z, masks[0], G)
    return LOSSES[loss][0](forward(images, masks[1], D)[0][:, 0]).mean()


@pytest.mark.eq("gan.21")
@pytest.mark.parametrize("label", [0.9, 1.0])
@pytest.mark.parametrize("seed", range(5))
def test_the_discriminator_s_gradient_by_three_witnesses(seed, label):
    _, D, _, x, fake, (_, *masks) = drawn(seed)
    loss, by_hand = discriminator_gradient(x, fake, masks, D, label)
    assert loss.mean() == pytest.approx(d_cost(x, fake, masks, D, label), rel=1e-14)
    assert_gradient(by_hand, lambda D: d_cost(x, fake, masks, D, label), D)


@pytest.mark.eq("gan.22")
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("seed", range(5))
def test_the_generator_s_gradient_by_three_witnesses(seed, loss):
    G, D, z, _, _, (mg, _, mfake) = drawn(seed)
    losses, by_hand = generator_gradient(z, (mg, mfake), G, D, loss)
    assert losses.mean() == pytest.approx(g_cost(z, (mg, mfake), G, D, loss), rel=1e-14)
    assert_gradient(by_hand, lambda G: g_cost(z, (mg, mfake), G, D, loss), G)


@pytest.mark.eq("gan.1")
def test_the_first_term_of_the_value_does_not_reach_the_generator():
    """The discriminator's loss of real images alone, differentiated by G on the tape: zeros."""
    G, D, z, x, _, (mg, mreal, mfake) = drawn(0)

    def value(G, real):
        fake, _ = generate(z, mg, G)
        ours = forward(x, mreal, D)[0][:, 0] * real
        return discriminator_loss(ours, forward(fake, mfake, D)[0][:, 0]).mean()

    (whole,), (without,) = (tape.gradient(lambda G, r=r: value(G, r), G) for r in (1.0, 0.0))
    assert_close(whole, without, 1e-30)
    _, minimax = generator_gradient(z, (mg, mfake), G, D, "saturating")
    assert_close(tree_map(lambda g: -g, whole), minimax, 1e-13)


@pytest.mark.eq("gan.16")
def test_masks_are_ones_without_dropout_and_have_the_dtype_of_the_parameters():
    G = drawn(4)[0]
    assert all(m == 1 and m.dtype == np.float32 for m in dropout(np.random.default_rng(0), 4, G, 0))
    for dtype in (np.float32, np.float64):
        masks = dropout(np.random.default_rng(0), 40, tree_map(dtype, G), 0.3)
        assert [m.dtype for m in masks] == 2 * [np.dtype(dtype)]
        assert [set(np.unique(m)) for m in masks] == 2 * [{0, dtype(1 / 0.7)}]


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
