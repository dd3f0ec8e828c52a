"""The GAN: the theory on five images, both players by three witnesses, steps that change one."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from small_game import QUICK, images, same_bits

import gan.train
from autograd_lite import tape
from autograd_lite.gradcheck import directional_error
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
from gan.mlp import WHOLE, Layer, dropout, forward, init
from gan.players import discriminator_gradient, generate, generator_gradient
from gan.train import (
    Players,
    Settings,
    averaged,
    discriminator_step,
    generator_step,
    learning_rate,
    measure,
    noise,
    start,
    step,
)
from grading.check import call, draw_cases, resolve, run
from grading.checks import gan as loss_checks
from grading.checks import gan_networks
from grading.oracles import game
from grading.oracles.differences import gradient
from training.checkpoint import load_checkpoint, load_params
from training.command import complain, train_command
from training.follow import follow
from training.follow import train as epochs_of
from training.images import Split
from training.run import create_run, open_run
from training.settings import SettingsError, check_settings
from training.streams import stream

# --- the theory, on five images ---

CHECKS = (*loss_checks.CHECKS, *gan_networks.CHECKS)
P_DATA = np.array([0.30, 0.05, 0.25, 0.30, 0.10])
THETA = np.array([-0.5, 1.1, 0.3, -1.0, 0.2])  # of a generator that is a softmax over the images
P_MODEL = game.softmax(THETA)
LABELS = (0.7, 0.9, 1.0)


def entropy(p):
    """Of a coin that shows heads with probability p, in nats."""
    return -p * math.log(p) - (1 - p) * math.log(1 - p) if p < 1 else 0.0


def best(p_model, label=1.0):
    """The formula of (gan.2) and (gan.6)."""
    return label * P_DATA / (P_DATA + p_model)


def logit(D):
    return np.log(D) - np.log(1 - D)


def mean_loss(p_model, D, label=1.0):
    """The discriminator's mean loss, by the code, for logits of real and of generated images."""
    real = discriminator_loss(logit(D), np.full(5, -800.0), label)  # the other term is 0
    fake = discriminator_loss(np.full(5, 800.0), logit(D), 1.0)
    return P_DATA @ real + p_model @ fake


@pytest.mark.eq("gan.2")
@pytest.mark.eq("gan.6")
@pytest.mark.parametrize("label", LABELS)
def test_the_best_discriminator_is_the_share_of_the_real_images_times_the_label(label):
    """Against golden section on each image's own cost; the loss is flat to 1e-16 within 1e-8."""
    D = best(P_MODEL, label)
    np.testing.assert_allclose(game.best_discriminator(P_DATA, P_MODEL, label), D, atol=1e-7)
    least = mean_loss(P_MODEL, D, label)
    rng = np.random.default_rng(0)
    for _ in range(20):
        other = np.clip(D + 0.05 * rng.normal(size=5), 0.01, 0.99)
        assert mean_loss(P_MODEL, other, label) > least
    assert best(P_DATA, 0.9) == pytest.approx(np.full(5, 0.45))


@pytest.mark.eq("gan.6")
@pytest.mark.parametrize("label", [0.9, 1.0])
def test_training_finds_the_best_discriminator(label):
    """A discriminator with a logit of its own for each of five images, on 20 of either kind."""
    counts, fakes = np.array([6, 4, 5, 3, 2]), np.array([2, 4, 3, 5, 6])
    images = [np.repeat(np.eye(5), n, axis=0) for n in (counts, fakes)]
    D = (Layer(np.zeros((5, 1)), np.zeros(1)),)
    for _ in range(400):
        _, grads = discriminator_gradient(*images, ((), ()), D, label)
        D = tree_map(lambda p, g: p - 2 * g, D, grads)
    logits, _ = forward(np.eye(5), (), D)
    truth = label * counts / (counts + fakes)
    np.testing.assert_allclose(1 / (1 + np.exp(-logits[:, 0])), truth, atol=1e-6)


@pytest.mark.eq("gan.1")
@pytest.mark.eq("gan.3")
def test_the_value_at_the_best_discriminator_is_that_of_jensen_and_shannon():
    for p in (P_MODEL, P_DATA, game.softmax(-THETA)):
        D = best(p)
        value = P_DATA @ np.log(D) + p @ np.log(1 - D)
        assert value == pytest.approx(-2 * math.log(2) + 2 * game.js(P_DATA, p), rel=1e-14)
        assert mean_loss(p, D) == pytest.approx(-value, rel=1e-14)
    assert 0.1 < game.js(P_DATA, P_MODEL) < math.log(2)
    assert game.js(P_DATA, P_DATA) == 0


@pytest.mark.eq("gan.7")
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


@pytest.mark.eq("gan.13")
def test_the_expected_gradients_are_those_of_divergences():
    """D is held fixed on the left; on the right nothing is."""
    saturated = by_complex_step(lambda p: 2 * game.js(P_DATA, p))
    np.testing.assert_allclose(expected_gradient("saturating"), saturated, atol=1e-15)
    other = by_complex_step(lambda p: game.kl(p, P_DATA) - 2 * game.js(P_DATA, p))
    np.testing.assert_allclose(expected_gradient("non-saturating"), other, atol=1e-15)
    middle = by_complex_step(lambda p: 2 * game.kl((p + P_DATA) / 2, P_DATA))
    np.testing.assert_allclose(middle, other, atol=1e-15)
    both = game.kl(P_MODEL, P_DATA) - 2 * game.js(P_DATA, P_MODEL)
    assert both == pytest.approx(2 * game.kl((P_MODEL + P_DATA) / 2, P_DATA), rel=1e-13)
    assert np.abs(other - saturated).max() > 0.05


@pytest.mark.eq("gan.7")
@pytest.mark.eq("gan.13")
def test_smoothing_leaves_the_gradient_of_the_non_saturating_loss_and_weakens_the_other():
    plain = expected_gradient("non-saturating")
    np.testing.assert_allclose(expected_gradient("non-saturating", 0.9), plain, atol=1e-15)
    mixture = by_complex_step(lambda p: 2 * game.js(P_DATA, (0.1 * P_DATA + p) / 1.1, 0.45))
    np.testing.assert_allclose(expected_gradient("saturating", 0.9), mixture, atol=1e-15)
    assert np.abs(mixture).max() < 0.95 * np.abs(expected_gradient("saturating")).max()


@pytest.mark.eq("gan.12")
def test_the_slopes_have_one_sign_and_the_ratio_exp_of_minus_the_logit():
    a = np.array([-6.0, -2, 0, 2, 6])
    one = np.ones(5)
    slow, fast = saturating_vjp(one, a), non_saturating_vjp(one, a)
    assert (slow < 0).all() and (fast < 0).all()
    np.testing.assert_allclose(fast / slow, np.exp(-a), rtol=1e-12)
    assert (round(slow[0], 4), round(fast[0], 4)) == (-0.0025, -0.9975)


@pytest.mark.eq("gan.12")
@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("loss", LOSSES)
def test_both_losses_rest_where_the_laws_are_equal_and_there_alone(loss, label):
    assert np.abs(expected_gradient(loss, label, P_DATA)).max() < 1e-15
    assert np.abs(expected_gradient(loss, label, 0.9 * P_DATA + 0.1 * P_MODEL)).max() > 1e-3


@pytest.mark.eq("gan.13")
def test_a_missing_digit_is_cheap_and_a_wrong_one_is_not():
    """Ten digits, equally frequent: one of them only; or all ten, and a little that is none."""
    middle = np.array([0.55, *9 * [0.05]])
    assert round(2 * game.kl(middle, np.full(10, 0.1)), 4) == 1.2514
    drawn = np.array([0.999, 1e-3])
    for real, cost in ((1e-3, 0.0), (1e-30, 0.060), (1e-300, 0.682)):  # ever rarer: no bound
        p = np.array([1 - real, real])
        assert 2 * game.kl((p + drawn) / 2, p) == pytest.approx(cost, abs=5e-4)


# --- losses ---


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


@pytest.mark.eq("gan.4")
@pytest.mark.eq("gan.10")
def test_the_losses_are_cross_entropies_of_labels():
    """Of real images called 1 or `label` and generated ones called 0; for G, called 1."""
    a, b = np.array([-2.0, 0.3, 1.7]), np.array([0.4, -1.1, 2.2])
    D, F = 1 / (1 + np.exp(-a)), 1 / (1 + np.exp(-b))
    value = np.log(D) + np.log(1 - F)
    np.testing.assert_allclose(discriminator_loss(a, b), -value, rtol=1e-13)
    smoothed = -(0.9 * np.log(D) + 0.1 * np.log(1 - D) + np.log(1 - F))
    np.testing.assert_allclose(discriminator_loss(a, b, 0.9), smoothed, rtol=1e-13)
    np.testing.assert_allclose(saturating(b), np.log(1 - F), rtol=1e-13)
    np.testing.assert_allclose(non_saturating(b), -np.log(F), rtol=1e-13)


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


SIZES_G, SIZES_D, B = (3, 6, 4, 5), (5, 7, 3, 1), 6


def drawn(seed, share=0.4):
    """Both players away from where they start, noise, images, and masks for both, all float64; no
    unit is so near the kink of its leaky ReLU that a finite difference would cross it.
    """
    rng = np.random.default_rng(seed)
    while True:
        G, D = (
            tuple(
                Layer(0.8 * rng.normal(size=(i, o)), 0.5 * rng.normal(size=o))
                for i, o in pairwise(sizes)
            )
            for sizes in (SIZES_G, SIZES_D)
        )
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


def assert_same_gradients(by_hand, witness, tolerance):
    for a, b in zip(leaves(by_hand), leaves(witness), strict=True):
        assert a.shape == b.shape
        assert np.abs(a - b).max() < tolerance * max(1, np.abs(b).max())


@pytest.mark.eq("gan.18")
@pytest.mark.parametrize("label", [0.9, 1.0])
@pytest.mark.parametrize("seed", range(5))
def test_the_discriminator_s_gradient_by_three_witnesses(seed, label):
    _, D, _, x, fake, (_, *masks) = drawn(seed)
    loss, by_hand = discriminator_gradient(x, fake, masks, D, label)
    assert loss.mean() == pytest.approx(d_cost(x, fake, masks, D, label), rel=1e-14)
    (by_tape,) = tape.gradient(lambda D: d_cost(x, fake, masks, D, label), D)
    assert_same_gradients(by_hand, by_tape, 1e-13)
    error = directional_error(
        np.random.default_rng(seed),
        lambda D: d_cost(x, fake, masks, D, label),
        lambda dy: (tree_map(lambda g: dy * g, by_hand),),
        D,
    )
    assert error < 1e-9


@pytest.mark.eq("gan.19")
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("seed", range(5))
def test_the_generator_s_gradient_by_three_witnesses(seed, loss):
    G, D, z, _, _, (mg, _, mfake) = drawn(seed)
    masks = mg, mfake
    losses, by_hand = generator_gradient(z, masks, G, D, loss)
    assert losses.mean() == pytest.approx(g_cost(z, masks, G, D, loss), rel=1e-14)
    (by_tape,) = tape.gradient(lambda G: g_cost(z, masks, G, D, loss), G)
    assert_same_gradients(by_hand, by_tape, 1e-13)
    error = directional_error(
        np.random.default_rng(seed),
        lambda G: g_cost(z, masks, G, D, loss),
        lambda dy: (tree_map(lambda g: dy * g, by_hand),),
        G,
    )
    assert error < 1e-9


@pytest.mark.eq("gan.1")
def test_the_first_term_of_the_value_does_not_reach_the_generator():
    """The discriminator's loss of real images alone, differentiated by G on the tape: zeros."""
    G, D, z, x, _, (mg, mreal, mfake) = drawn(0)

    def value(G, real):
        fake, _ = generate(z, mg, G)
        ours = forward(x, mreal, D)[0][:, 0] * real
        return discriminator_loss(ours, forward(fake, mfake, D)[0][:, 0]).mean()

    (whole,), (without,) = (tape.gradient(lambda G, r=r: value(G, r), G) for r in (1.0, 0.0))
    assert_same_gradients(whole, without, 1e-30)
    _, minimax = generator_gradient(z, (mg, mfake), G, D, "saturating")
    assert_same_gradients(tree_map(lambda g: -g, whole), minimax, 1e-13)


@pytest.mark.eq("gan.18")
def test_the_discriminator_s_gradient_is_the_sum_of_two_that_know_nothing_of_each_other():
    _, D, _, x, fake, (_, *masks) = drawn(1)
    whole = discriminator_gradient(x, fake, masks, D, 0.9)[1]
    one = tape.gradient(lambda D: (_softplus_loss(x, masks[0], D, 0.9)).mean(), D)[0]
    other = tape.gradient(lambda D: (_softplus_loss(fake, masks[1], D, 0.0)).mean(), D)[0]
    assert_same_gradients(whole, tree_map(np.add, one, other), 1e-13)
    assert min(np.abs(g).max() for part in (one, other) for g in leaves(part)) > 1e-3


def _softplus_loss(images, masks, D, label):
    a = forward(images, masks, D)[0][:, 0]
    return np.maximum(a, 0) + np.log1p(np.exp(-np.abs(a))) - label * a


def test_gradients_are_means_over_the_batch():
    G, D, z, x, fake, (mg, mreal, mfake) = drawn(2)
    twice = [tree_map(lambda m: np.tile(m, (2, 1)), m) for m in (mg, mreal, mfake)]
    once = discriminator_gradient(x, fake, (mreal, mfake), D, 0.9)[1]
    again = discriminator_gradient(*(np.tile(i, (2, 1)) for i in (x, fake)), twice[1:], D, 0.9)[1]
    assert_same_gradients(once, again, 1e-14)
    once = generator_gradient(z, (mg, mfake), G, D, "saturating")[1]
    again = generator_gradient(np.tile(z, (2, 1)), twice[::2], G, D, "saturating")[1]
    assert_same_gradients(once, again, 1e-14)


@pytest.mark.eq("gan.17")
def test_images_lie_between_minus_one_and_one_and_reach_towards_both():
    for scale in (1.0, 30.0):
        G, _, z, *_ = drawn(3)
        images, _ = generate(z, (WHOLE, WHOLE), tree_map(lambda p, s=scale: s * p, G))
        assert (np.abs(images) <= 1).all()
    assert images.min() < -0.999 and images.max() > 0.999
    state = start(Settings(), np.zeros((2, 784), np.float32))
    noises = noise(np.random.default_rng(0), 500, Settings())
    images, _ = generate(noises, (WHOLE,) * 3, state.params.G)
    assert images.dtype == np.float32 and (np.abs(images) <= 1).all()


@pytest.mark.eq("gan.15")
def test_dropout_preserves_the_mean_and_without_it_the_masks_are_ones():
    """200,000 images; a unit's mean is within six standard errors of what it is without."""
    rng = np.random.default_rng(0)
    G = drawn(4)[0]
    z = np.tile(rng.uniform(-1, 1, (1, 3)), (200_000, 1))
    _, whole = forward(z[:1], (WHOLE, WHOLE), G)
    masks = dropout(rng, len(z), G, 0.3)
    first = whole.hidden[0].h * masks[0]
    error = first.std(axis=0) / math.sqrt(len(z))
    assert (np.abs(first.mean(axis=0) - whole.hidden[0].h[0]) < 6 * error + 1e-6).all()
    assert [set(np.unique(m)) for m in masks] == 2 * [{0.0, 1 / 0.7}]
    assert all(m == 1 and m.dtype == np.float32 for m in dropout(rng, 4, G, 0.0))
    low = dropout(rng, 4, tree_map(np.float32, G), 0.3)
    assert [m.dtype for m in low] == 2 * [np.dtype(np.float32)]


def test_noise_is_uniform_from_minus_one_to_one():
    z = noise(np.random.default_rng(0), 2000, Settings(noise=50))
    assert z.shape == (2000, 50) and z.dtype == np.float32
    counts = np.histogram(z, np.linspace(-1, 1, 21))[0] / z.size
    assert np.abs(counts - 0.05).max() < 6 * math.sqrt(0.05 * 0.95 / z.size)
    assert -1 <= z.min() and z.max() <= 1


# --- training ---


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
    after_g = generator_step(state, 8, settings)
    assert same_bits(after_g.params.D, state.params.D) and same_bits(after_g.adam_d, state.adam_d)
    assert every_array_differs(after_g.params.G, state.params.G)
    assert every_array_differs(after_g.params.average, state.params.average)
    assert every_array_differs(after_g.adam_g, state.adam_g)
    assert after_g.step == state.step + 1
    assert same_bits(tuple(kept), tuple(leaves(state)))  # what somebody kept does not change
    both = step(state, images()[8:16], settings)
    assert same_bits(both, generator_step(after_d, 8, settings))


def test_the_same_seed_gives_the_same_bits_and_another_one_others():
    def run_of(seed):
        settings = replace(QUICK, seed=seed)
        states = epochs_of(step, start(settings, images()), images(), settings)
        return list(states)[-1]

    assert same_bits(run_of(1), run_of(1))
    assert every_array_differs(run_of(1).params, run_of(2).params)


@pytest.mark.parametrize("average", [0.0, 0.9])
def test_training_keeps_float32(average):
    settings = replace(QUICK, average=average, decay=8)
    for state in epochs_of(step, start(settings, images()), images(), settings):
        found = {x.dtype for x in leaves(state) if isinstance(x, np.ndarray)}
        assert found == {np.dtype(np.float32)}


def test_steps_of_the_discriminator_lower_its_loss_and_steps_of_the_generator_its_own():
    """Each player alone, the other held; the same noise and masks are measured with each time."""
    settings = replace(QUICK, learning_rate=5e-3, label=1.0)
    state = first = start(settings, images())
    for _ in range(60):
        state = discriminator_step(state, images(), settings)._replace(step=state.step + 1)
    row, before = (measure(s.params, images(), images()[:0], settings) for s in (state, first))
    d_loss, g_loss = "train_discriminator [nats/image]", "train_generator [nats/image]"
    assert row.keys() == {d_loss, g_loss}
    assert row[d_loss] < before[d_loss] - 0.3
    assert row[g_loss] > before[g_loss]
    fooled = state
    for _ in range(60):
        fooled = generator_step(fooled, 30, settings)
    assert measure(fooled.params, images(), images()[:0], settings)[g_loss] < row[g_loss] - 0.1


@pytest.mark.parametrize("loss", LOSSES)
def test_training_brings_the_generator_to_the_images(loss):
    """One black-and-white pattern: after 300 steps the generator draws it, or nearly so."""
    pattern = np.array([1, 0, 0, 1, 1, 0], np.float32)
    settings = replace(
        QUICK, loss=loss, generator_dropout=0.0, discriminator_dropout=0.0, learning_rate=5e-3
    )
    x = np.tile(pattern, (16, 1))
    state = start(settings, x)
    z = noise(np.random.default_rng(0), 100, settings)

    def distance(params):
        made, _ = generate(z, (WHOLE, WHOLE), params.G)
        return np.abs((made + 1) / 2 - pattern).mean()

    assert distance(state.params) > 0.4
    for _ in range(300):
        state = step(state, x, settings)
    assert distance(state.params) < 0.1


@pytest.mark.eq("gan.20")
def test_the_averaged_generator_is_a_weighted_mean_of_all_there_were():
    share, settings = 0.8, replace(QUICK, average=0.8)
    state = start(settings, images())
    were = [state.params.G]
    assert same_bits(state.params.average, state.params.G)
    for _ in range(10):
        state = step(state, images()[:8], settings)
        were.append(state.params.G)
    weights = [share**10, *((1 - share) * share ** (10 - t) for t in range(1, 11))]
    assert sum(weights) == pytest.approx(1, rel=1e-14)

    def weighted(*arrays):
        return sum(w * a.astype(float) for w, a in zip(weights, arrays, strict=True))

    closed = tree_map(weighted, *were)
    for a, b in zip(leaves(state.params.average), leaves(closed), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-6)
    assert every_array_differs(state.params.average, state.params.G)
    still = tree_map(np.ones_like, were[0])
    assert same_bits(averaged(still, still, 0.5), still)


def test_the_rate_falls_evenly_to_zero_or_not_at_all():
    even = replace(QUICK, learning_rate=0.01)
    assert {learning_rate(t, even) for t in (0, 10, 10**9)} == {0.01}
    falling = replace(even, decay=100)
    assert [learning_rate(t, falling) for t in (0, 25, 100, 150)] == [0.01, 0.0075, 0, 0]
    state = start(falling, images())._replace(step=100)
    stopped = step(state, images()[:8], falling)
    assert same_bits(stopped.params, state.params)


def test_a_rate_that_would_be_zero_before_the_end_is_refused():
    start(replace(QUICK, decay=8), images())  # 2 epochs of 4 steps, the last of them short
    with pytest.raises(SettingsError, match="--decay is 7; expected 0, or at least the 8 steps"):
        start(replace(QUICK, decay=7), images())


def test_adam_takes_the_settings_of_the_run(monkeypatch):
    seen = []

    def spy(params, state, grads, learning_rate, beta1):
        seen.append((learning_rate, beta1))
        return params, state

    monkeypatch.setattr(gan.train, "adam_step", spy)
    settings = replace(QUICK, beta1=0.5, learning_rate=0.004, decay=8)
    step(start(settings, images())._replace(step=2), images()[:8], settings)
    assert seen == 2 * [(0.003, 0.5)]


def test_a_step_has_fresh_noise_and_masks_for_each_player_and_each_step(monkeypatch):
    """And the label, the loss and the shares that the settings say."""
    settings = replace(
        QUICK, generator_dropout=0.2, discriminator_dropout=0.5, label=0.8, loss="saturating"
    )
    calls = {"d": [], "g": []}
    dropped, drawn = [], []

    def spy_d(x, fake, masks, D, label):
        calls["d"].append((x, fake, masks))
        assert label == 0.8
        return discriminator_gradient(x, fake, masks, D, label)

    def spy_g(z, masks, G, D, loss):
        calls["g"].append((z, masks))
        assert loss == "saturating"
        return generator_gradient(z, masks, G, D, loss)

    def spy_dropout(rng, batch, params, share):
        dropped.append((batch, len(params[0].W), share))
        return dropout(rng, batch, params, share)

    monkeypatch.setattr(gan.train, "discriminator_gradient", spy_d)
    monkeypatch.setattr(gan.train, "generator_gradient", spy_g)

    def spy_noise(rng, count, settings):
        z = noise(rng, count, settings)
        drawn.extend(z[0, :2])
        return z

    monkeypatch.setattr(gan.train, "dropout", spy_dropout)
    monkeypatch.setattr(gan.train, "noise", spy_noise)
    state = start(settings, images())
    for _ in range(2):
        state = step(state, images()[:8], settings)
    by_g, by_d = (8, 4, 0.2), (8, 12, 0.5)
    assert dropped == 2 * [by_g, by_d, by_d, by_g, by_d]
    for x, fake, masks in calls["d"]:
        np.testing.assert_array_equal(x, 2 * images()[:8] - 1)
        assert (np.abs(fake) <= 1).all() and fake.shape == x.shape
        assert every_array_differs(*masks)  # real and generated images have masks of their own
    assert every_array_differs(calls["d"][0][2], calls["d"][1][2])
    assert every_array_differs(calls["g"][0], calls["g"][1])
    assert len(np.unique(drawn)) == len(drawn) == 8  # noise: other for D and for G, in both steps


@pytest.mark.parametrize("loss", LOSSES)
def test_what_is_measured_is_the_mean_loss_of_both_players(loss):
    settings = replace(QUICK, loss=loss, generator_dropout=0.0, discriminator_dropout=0.0)
    G, D, _ = start(settings, images()).params
    other = tree_map(lambda p: p + 1, G)  # the averaged generator is not the one that plays
    row = measure(Players(G, D, other), images(), images(7), settings)
    for name, x in (("train", images()), ("validation", images(7))):
        z = noise(stream(settings.seed, "measure"), len(x), settings)
        fake, _ = generate(z, (WHOLE, WHOLE), G)
        real, generated = (forward(i, (WHOLE, WHOLE), D)[0][:, 0] for i in (2 * x - 1, fake))
        d_loss = discriminator_loss(real, generated, 0.9).mean()
        assert row[f"{name}_discriminator [nats/image]"] == pytest.approx(d_loss, rel=1e-6)
        g_loss = LOSSES[loss][0](generated).mean()
        assert row[f"{name}_generator [nats/image]"] == pytest.approx(g_loss, rel=1e-6)
    wet = measure(Players(G, D, G), images(), images(7), replace(settings, generator_dropout=0.5))
    assert wet["train_generator [nats/image]"] != row["train_generator [nats/image]"]


def go(folder, settings, split, stop=None):
    held = open_run(folder) if folder.exists() else create_run(folder, "x", settings)
    first, rows = load_checkpoint(folder, start(settings, split.train))

    def states():
        for state in epochs_of(step, first, split.train, settings):
            yield state
            if state.step == stop:
                raise KeyboardInterrupt

    try:
        return follow(held, first, rows, states(), split, settings, measure)
    finally:
        held.lock.close()


@pytest.mark.parametrize("stop", [1, 3, 4])
def test_a_run_that_was_stopped_goes_on_to_the_same_bits(stop, tmp_path):
    settings = replace(QUICK, average=0.9, snapshots=1)
    split = Split("drawn digits", "digits", images(24), images(6))
    whole = go(tmp_path / "whole", settings, split)
    with pytest.raises(SystemExit):
        go(tmp_path / "cut", settings, split, stop)
    assert same_bits(go(tmp_path / "cut", settings, split), whole)
    kept = load_params(tmp_path / "cut", 2, start(settings, split.train).params)
    assert isinstance(kept, Players) and same_bits(kept, whole.params)
    lines = (tmp_path / "cut" / "metrics.csv").read_text().splitlines()
    assert lines[0] == (
        "epoch,seconds,train_discriminator [nats/image],train_generator [nats/image],"
        "validation_discriminator [nats/image],validation_generator [nats/image]"
    )
    assert len(lines) == 3


BAD = [
    (("--generator", "a,b"), "--generator is 'a,b'; expected whole numbers from 1 on, such as "),
    (("--generator", ""), "--generator is ''; expected whole numbers from 1 on, such as "),
    (("--generator", "32,,64"), "--generator is '32,,64'; expected whole numbers from 1 on"),
    (("--discriminator", "32,0"), "--discriminator is '32,0'; expected whole numbers from 1 on"),
    (("--discriminator", "-4"), "--discriminator is '-4'; expected whole numbers from 1 on"),
    (("--label", "1.2"), "--label is 1.2; expected at least 0 and at most 1."),
    (("--label", "nan"), "--label is nan; expected at least 0 and at most 1."),
    (
        ("--generator-dropout", "1"),
        "--generator-dropout is 1.0; expected at least 0 and less than 1.",
    ),
    (
        ("--discriminator-dropout", "nan"),
        "--discriminator-dropout is nan; expected at least 0 and less than 1.",
    ),
    (("--beta1", "1"), "--beta1 is 1.0; expected at least 0 and less than 1."),
    (("--average", "1"), "--average is 1.0; expected at least 0 and less than 1."),
    (("--average", "-0.5"), "--average is -0.5; expected at least 0 and less than 1."),
    (("--loss", "hinge"), "--loss is 'hinge'; expected one of non-saturating, saturating."),
]


@pytest.mark.parametrize("words, sentence", BAD, ids=lambda x: " ".join(x)[:40])
def test_settings_that_make_no_sense_are_one_sentence_and_status_2(
    words, sentence, capsys, tmp_path, monkeypatch
):
    def program(argv):
        train_command(argv, gan.train, "gan-{loss}")

    folder = tmp_path / "run"
    with pytest.raises(SystemExit) as stopped:
        complain(program, ["train", *words, "--out", str(folder)])
    err = capsys.readouterr().err
    assert stopped.value.code == 2 and err.startswith(sentence) and len(err.splitlines()) == 1
    assert not folder.exists()


def test_settings_of_the_wrong_type_are_one_sentence():
    with pytest.raises(SettingsError, match="--noise is '5'; expected a value of type int"):
        check_settings(Settings(noise="5"))
    check_settings(Settings())


# --- the checks take other right answers ---


def _dropout_by_choice(rng, batch, params, share):
    values = np.array([0, 1 / (1 - share)], np.float32)
    return tuple(rng.choice(values, (batch, b.size), p=[share, 1 - share]) for _, b in params[:-1])


def _discriminator_gradient_in_one_pass(x, fake, masks, D, label):
    """Real and generated images as one batch of twice the size; loss and gradient by hand."""
    both = tuple(np.concatenate(pair) for pair in zip(*masks, strict=True))
    target = np.repeat([label, 0.0], len(x))
    hidden, inputs = [], np.concatenate([x, fake])
    for (W, b), mask in zip(D[:-1], both, strict=True):
        u = inputs @ W + b
        hidden.append((inputs, np.where(u < 0, 0.2, 1.0) * mask))
        inputs = u * hidden[-1][1]
    a = (inputs @ D[-1].W + D[-1].b)[:, 0]
    loss = np.logaddexp(0, a) - target * a
    back = ((1 / (1 + np.exp(-a)) - target) / len(x))[:, None]
    grads = [(inputs.T @ back, back.sum(axis=0))]
    back = back @ D[-1].W.T
    for (inputs, slope), (W, _) in zip(hidden[::-1], D[-2::-1], strict=True):
        back = back * slope
        grads.append((inputs.T @ back, back.sum(axis=0)))
        back = back @ W.T
    return loss[: len(x)] + loss[len(x) :], tuple(grads[::-1])


RIGHT = {
    "discriminator_loss": lambda real, fake, label: (
        label * np.logaddexp(0, -real) + (1 - label) * np.logaddexp(0, real) + np.logaddexp(0, fake)
    ),
    "dropout": _dropout_by_choice,
    "discriminator_gradient": _discriminator_gradient_in_one_pass,
}


@pytest.mark.parametrize("name", RIGHT)
def test_other_right_versions_pass(name):
    (check,) = (c for c in CHECKS if c.function.endswith("." + name))
    outcome = run(check, RIGHT[name], resolve(check.function)[1])
    assert outcome.passed, outcome


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.equation)
def test_a_check_leaves_its_inputs_as_they_are_and_nested_records_arrive(check):
    function, module = resolve(check.function)
    (inputs,) = draw_cases(check, count=1)
    kept = [np.array(x) for x in leaves(inputs) if isinstance(x, np.ndarray)]
    call(function, inputs, module)
    now = [x for x in leaves(inputs) if isinstance(x, np.ndarray)]
    assert all(np.array_equal(a, b) for a, b in zip(kept, now, strict=True))


def test_the_seed_of_init_is_used_layer_by_layer():
    G = init(np.random.default_rng(0), (3, 4, 4))
    assert not np.array_equal(G[0].W[:, 0], G[0].W[:, 1])
    assert not np.array_equal(G[0].b, G[1].b)
