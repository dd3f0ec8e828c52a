"""The restricted Boltzmann machine against a machine of 4 x 3 units that is written out in full."""

from itertools import pairwise
from math import comb, floor, log

import numpy as np
import pytest
from small_machine import HS, VS, D, H, expected_cd, log_likelihood, machine, p_visible
from small_runs import same_bits, spy_on

import rbm.train
from grading.oracles import enumeration
from grading.oracles.differences import gradient
from rbm import exact
from rbm.exact import conditional, log_marginal
from rbm.gibbs import bernoulli, gibbs
from rbm.gradient import nll_gradient
from rbm.inpaint import chain_mean, inpaint
from rbm.model import Params, free_energy, init, init_truncated, prob_v
from rbm.pseudo import log_pseudo_likelihood
from rbm.train import Settings, measure, start, step
from training.streams import stream


def masked(rows=6, D=D, seed=0):
    """Images and which of their pixels are given: none of the first, all of the second."""
    rng = np.random.default_rng(seed)
    known = rng.random((rows, D)) < 0.5
    known[0], known[1] = False, True
    return rng.integers(0, 2, (rows, D)).astype(float), known


def test_hidden_units_are_independent_given_v_but_not_by_themselves():
    p = enumeration.joint(*machine())
    p_h = p.sum(axis=0)
    means = p_h @ HS
    products = np.prod(np.where(HS == 1, means, 1 - means), axis=1)
    assert np.abs(p_h - products).max() > 1e-3
    for row in p / p.sum(axis=1, keepdims=True):
        means = row @ HS
        products = np.prod(np.where(HS == 1, means, 1 - means), axis=1)
        np.testing.assert_allclose(row, products, atol=1e-14)


@pytest.mark.eq("rbm.15")
def test_the_bias_of_cd_k_falls_to_nothing_as_k_grows():
    params = machine(3)
    v = np.random.default_rng(1).integers(0, 2, (5, D)).astype(float)
    exact = gradient(lambda W, b, c: -log_likelihood(W, b, c, v), tuple(params))

    def bias(k):
        return max(
            np.abs(a - b).max() for a, b in zip(expected_cd(params, v, k), exact, strict=True)
        )

    biases = [bias(k) for k in (1, 2, 5, 10, 30)]
    assert biases[0] > 0.1 and biases[-1] < 1e-12
    assert all(later < sooner / 1.5 for sooner, later in pairwise(biases))


@pytest.mark.eq("rbm.8")
@pytest.mark.eq("rbm.28")
@pytest.mark.parametrize(
    "known", [4 * [False], [True, False, False, True]], ids=["free", "clamped"]
)
@pytest.mark.parametrize("seed", range(3))
def test_the_enumerated_kernel_is_reversible_and_keeps_p(seed, known):
    """Also with some pixels given, which then stay as they are."""
    params = machine(seed)
    p, T = p_visible(params), enumeration.kernel(*params, np.array(known))
    np.testing.assert_allclose(T.sum(axis=1), 1, rtol=1e-13)
    np.testing.assert_allclose(p[:, None] * T, (p[:, None] * T).T, atol=1e-15)
    np.testing.assert_allclose(p @ T, p, atol=1e-15)
    stays = (VS[:, None, known] == VS[None, :, known]).all(axis=2)
    assert (T[~stays] == 0).all()


@pytest.mark.eq("rbm.10")
@pytest.mark.parametrize("seed", range(5))
def test_the_second_eigenvalue_bounds_how_much_a_chain_remembers(seed):
    """From every start, after every sweep; the slowest part shrinks by lambda_2 exactly."""
    params = machine(seed)
    p, T = p_visible(params), enumeration.kernel(*params)
    root = np.sqrt(p)
    values, vectors = np.linalg.eigh(root[:, None] * T / root)
    assert values[0] > -1e-14 and abs(values[-1] - 1) < 1e-13 and values[-2] < 0.999
    distance = np.eye(len(p))
    for _ in range(4):
        before = ((distance - p) ** 2 / p).sum(axis=1)
        distance = distance @ T
        after = ((distance - p) ** 2 / p).sum(axis=1)
        assert (after <= values[-2] ** 2 * before * (1 + 1e-9) + 1e-15).all()
    slowest = root * vectors[:, -2]  # as a difference of two distributions
    np.testing.assert_allclose(slowest @ T, values[-2] * slowest, atol=1e-14)


@pytest.mark.eq("rbm.27")
@pytest.mark.parametrize("weight", [0.5, 3, 12])
def test_the_copying_machine_reconstructs_and_has_learned_nothing(weight):
    W, biases = weight * np.eye(D), np.full(D, -weight / 2)
    np.testing.assert_allclose(p_visible((W, biases, biases)), 2.0**-D, rtol=1e-12)
    copied = np.abs(prob_v(VS, W, biases) - (1 - VS))
    np.testing.assert_allclose(copied, 1 / (1 + np.exp(-weight / 2)), rtol=1e-12)
    values = np.linalg.eigvalsh(enumeration.kernel(W, biases, biases))  # p is even: T symmetric
    np.testing.assert_allclose(values[-5:-1], np.tanh(weight / 4) ** 2, rtol=1e-9)


@pytest.mark.eq("rbm.30")
@pytest.mark.parametrize("given", [[], [0, 3]])
def test_probabilities_along_a_chain_vary_together_as_draws_a_sweep_further_apart(given):
    """Covariances of P(v_i = 1 | h) from the chain of h, against those of v_i from that of v."""
    p = enumeration.joint(*machine(2))
    p = p[(VS[:, given] == 1).all(axis=1)]
    v = VS[(VS[:, given] == 1).all(axis=1)]
    p /= p.sum()
    p_v, p_h = p.sum(axis=1), p.sum(axis=0)
    to_h, to_v = p / p_v[:, None], (p / p_h).T
    for i in set(range(D)) - set(given):
        f = v[:, i] - p_v @ v[:, i]
        g, covariances = to_v @ f, []
        for distance in range(6):
            power = np.linalg.matrix_power
            drawn = p_v @ (f * (power(to_h @ to_v, distance + 1) @ f))
            smooth = p_h @ (g * (power(to_v @ to_h, distance) @ g))
            assert smooth == pytest.approx(drawn, abs=1e-15)
            covariances.append(drawn)
        assert all(later <= sooner for sooner, later in pairwise([p_v @ f**2, *covariances]))


@pytest.mark.eq("rbm.9")
def test_a_free_chain_forgets_its_start_given_pixels_and_all():
    """From two starts: after one sweep as the kernel says, after 60 at the marginals of p(v)."""
    params, rows = machine(3), 40_000
    marginals, T = p_visible(params) @ VS, enumeration.kernel(*params)
    allowed = enumeration.bound(0.25, 1.0, rows, D)  # a mean of probabilities varies less
    for number in (0, 6):
        rng, v = np.random.default_rng(number), np.tile(VS[number], (rows, 1))
        probs = chain_mean(rng, v, *params, burn_in=0, average=1)
        assert 0 < probs.min() and probs.max() < 1  # of probabilities the mean is taken, no draws
        once = probs.mean(axis=0)
        assert np.abs(once - T[number] @ VS).max() < allowed
        assert np.abs(once - marginals).max() > 5 * allowed
        later = chain_mean(rng, v, *params, burn_in=60, average=4).mean(axis=0)
        assert np.abs(later - marginals).max() < allowed


@pytest.mark.eq("rbm.29")
def test_a_clamped_chain_is_what_inpaints_and_its_start_does_not_matter():
    params, (v, known) = machine(2), masked()
    rng = np.random.default_rng(3)
    begin = np.where(known, v, bernoulli(rng, np.full_like(v, 0.5)))
    probs = chain_mean(rng, begin, *params, 5, 3, known)
    filled = inpaint(np.random.default_rng(3), v, known, *params, 5, 3)
    np.testing.assert_array_equal(filled, np.where(known, v, probs))
    rows = 20_000
    image, mask = np.array([1.0, 0, 1, 0]), np.array([True, True, False, False])
    truth = enumeration.conditional(image, mask, *params)
    for missing in (0.0, 1.0):
        begin = np.tile(np.where(mask, image, missing), (rows, 1))
        got = chain_mean(rng, begin, *params, 60, 4, np.tile(mask, (rows, 1))).mean(axis=0)
        allowed = enumeration.bound(truth * (1 - truth), 1.0, rows, D)
        assert (np.abs(got - truth)[~mask] < allowed[~mask]).all()


@pytest.mark.eq("rbm.32")
def test_long_clamped_chains_come_to_the_exact_conditional():
    """A machine of 7 x 5 units; four images, 10,000 chains each."""
    params, (v, known) = machine(4, 7, 5), masked(4, 7)
    rows = 10_000
    truth = conditional(v, known, *params)
    many, masks = np.repeat(v, rows, axis=0), np.repeat(known, rows, axis=0)
    got = inpaint(np.random.default_rng(5), many, masks, *params, burn_in=100, average=4)
    got = got.reshape(4, rows, 7).mean(axis=1)
    allowed = enumeration.bound(truth * (1 - truth), 1.0, rows, truth.size)
    assert (np.abs(got - truth) < allowed).all()
    assert allowed.max() < 0.05 and np.abs(truth[~known] - 0.5).max() > 0.2


@pytest.mark.eq("rbm.31")
@pytest.mark.eq("rbm.32")
@pytest.mark.parametrize("rising", [-1, 1])
@pytest.mark.parametrize("size", [1, 400])
def test_hidden_states_in_many_blocks_give_what_one_block_gives(monkeypatch, rising, size):
    """32 hidden states, three at a time; the largest weight comes early, or late."""
    W, b, _ = (size * p for p in machine(6, 4, 5))
    c = rising * size * np.array([0.5, 1, 1.5, 2, 2.5])
    v, known = masked()
    whole = log_marginal(v, known, W, b, c), conditional(v, known, W, b, c)
    monkeypatch.setattr(exact, "CHUNK", 3)
    np.testing.assert_allclose(log_marginal(v, known, W, b, c), whole[0], rtol=1e-14, atol=1e-13)
    np.testing.assert_allclose(conditional(v, known, W, b, c), whole[1], atol=1e-12)


@pytest.mark.eq("rbm.31")
def test_exact_answers_stay_finite_where_exponentials_overflow():
    params, (v, known) = Params(*(1e4 * p for p in machine(7))), masked()
    truth = [enumeration.log_marginal(*pair, *params) for pair in zip(v, known, strict=True)]
    np.testing.assert_allclose(log_marginal(v, known, *params), truth, rtol=1e-14)
    assert np.abs(truth).max() > 1e4
    probs = conditional(v, known, *params)
    assert np.isfinite(probs).all() and probs.min() >= 0 and probs.max() <= 1 + 1e-12
    with pytest.raises(ValueError, match="31 hidden units have"):
        log_marginal(v, known, *machine(0, D, 31))


@pytest.mark.eq("rbm.33")
@pytest.mark.parametrize("removal", [0.2, 0.5, 0.8])
def test_a_removal_that_takes_ink_alone_is_a_change_of_the_visible_biases(removal):
    """All 16 damaged pictures of a small machine, against every image under every removal."""
    W, b, c = machine(9)
    known = VS == 1
    told = conditional(VS, known, W, b + log(removal), c)
    truth = [enumeration.ink_posterior(damaged, removal, W, b, c) @ VS for damaged in VS]
    np.testing.assert_allclose(told, truth, atol=1e-14)
    # Not told, the blank pixels of this machine come out with too much ink.
    untold = conditional(VS, known, W, b, c)
    assert (untold - told)[~known].min() > 0 and (untold - told).max() > 0.05


@pytest.mark.eq("rbm.33")
def test_a_removal_of_an_exact_share_tells_how_much_ink_there_was():
    """floor(share * ink) pixels, every choice alike: p(v) over the number of choices."""
    share, params = 0.5, machine(9)
    damaged = np.array([0.0, 1, 0, 0])
    p, weights = p_visible(params), np.zeros(len(VS))
    for number, v in enumerate(VS):
        gone = [g for g in VS if g.sum() == floor(share * v.sum()) and (g <= v).all()]
        weights[number] = p[number] * np.mean([(v - g == damaged).all() for g in gone])
    ink = VS.sum(axis=1)
    agree = (VS >= damaged).all(axis=1) & (ink - np.floor(share * ink) == 1)
    closed = agree * p / [comb(int(n), floor(share * n)) for n in ink]
    np.testing.assert_allclose(weights, closed, atol=1e-16)
    assert set(ink[weights > 0]) == {1, 2}


def test_large_inputs_stay_finite():
    v = np.ones((3, D))
    W, b, c = np.full((D, H), 1e4), np.full(D, -1e4), np.full(H, -3e4)
    assert np.isfinite(free_energy(v, W, b, c)).all()
    assert np.isfinite(log_pseudo_likelihood(v, W, b, c)).all()


def test_first_biases_give_the_data_s_means_and_constant_pixels_are_safe():
    rng = np.random.default_rng(0)
    images = (rng.random((1000, 5)) < [0.0, 0.2, 0.5, 0.9, 1.0]).astype(np.float32)
    params = init(rng, images, hidden=3)
    mean = prob_v(np.zeros((1, 3), np.float32), 0 * params.W, params.b)[0]
    np.testing.assert_allclose(mean, np.clip(images.mean(axis=0), 0.001, 0.999), atol=1e-6)
    assert {x.dtype for x in params} == {np.dtype(np.float32)}
    W = init(rng, images, hidden=2000).W
    assert abs(W.std() / 0.01 - 1) < 6 / np.sqrt(2 * W.size)  # six standard errors


@pytest.mark.eq("rbm.23")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_truncated_first_weights_are_in_the_images_dtype_and_within_the_cut(dtype):
    images = np.zeros((3, 300), dtype)
    params = init_truncated(np.random.default_rng(0), images, hidden=400)
    started = start(Settings(hidden=400, init="truncated"), images).params
    assert not same_bits(tuple(params), tuple(started))  # of a stream of its own
    for W, b, c in (params, started):
        assert (W.dtype, b.dtype, c.dtype) == 3 * (np.dtype(dtype),)
        assert (W.shape, b.shape, c.shape) == ((300, 400), (300,), (400,))
        assert np.abs(W).max() <= dtype(0.2) and (np.abs(W) > 0.199).any()
        assert (b == dtype(0.1)).all() and (c == dtype(0.1)).all()


def test_training_raises_the_exact_likelihood_of_bars():
    """A 3 x 2 machine on two patterns: CD-5 must come close to the best possible, log(1/2)."""
    patterns = np.array([[1, 1, 0, 0], [0, 0, 1, 1]], float)
    images = patterns[np.random.default_rng(0).integers(0, 2, 200)]
    settings = Settings(hidden=3, gibbs_steps=5, learning_rate=0.1, momentum=0.5)
    state = start(settings, images)
    before = log_likelihood(*state.params, patterns)
    for i in range(1500):
        state = step(state, images[i % 10 :: 10], settings)
    after = log_likelihood(*state.params, patterns)
    assert before < -2 and after > -0.75


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
    alone = measure(params, images, images[:0], Settings(hidden=3))
    assert set(alone) == {name for name in row if name.startswith("train_")}


@pytest.mark.eq("rbm.21")
def test_every_step_draws_anew_and_does_as_the_settings_say(monkeypatch):
    """The learning rate at step t is r / (1 + t / halving)."""
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


@pytest.mark.eq("rbm.20")
def test_persistent_chains_go_on_and_others_begin_at_the_batch():
    images = np.random.default_rng(0).random((20, D)).astype(np.float32)
    settings = Settings(hidden=3, batch_size=8, chains="persistent", gibbs_steps=2)
    first = start(settings, images)
    assert first.chains.shape == (8, D) and start(Settings(), images).chains.shape == (0, D)
    second = step(first, images[:5], settings)
    rng = stream(settings.seed, "gibbs", 0)
    np.testing.assert_array_equal(second.chains, gibbs(rng, first.chains, *first.params, 2))
    v = (images[:5] >= 0.5).astype(np.float32)
    gradient = nll_gradient(v, second.chains, *first.params)
    moved = second.params.W - first.params.W
    np.testing.assert_allclose(moved, -settings.learning_rate * gradient.W, rtol=1e-5, atol=1e-7)
