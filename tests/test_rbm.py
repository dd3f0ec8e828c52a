"""The restricted Boltzmann machine against a machine of 4 x 3 units that is written out in full."""

from itertools import pairwise
from math import comb, floor, log
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_machine import HS, VS, D, H, expected_cd, log_likelihood, machine, p_visible
from small_runs import same_bits, spy_on

import rbm.train
from grading.oracles import enumeration
from grading.oracles.differences import gradient
from rbm import exact
from rbm.exact import conditional, log_marginal
from rbm.gibbs import bernoulli, gibbs
from rbm.gradient import nll_gradient, statistics
from rbm.inpaint import chain_mean, inpaint
from rbm.model import Params, energy, free_energy, init, init_truncated, prob_v
from rbm.pseudo import log_pseudo_likelihood, log_pseudo_likelihood_estimate
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


@pytest.mark.eq("rbm.10")
def test_the_gradient_is_that_of_the_enumerated_log_likelihood():
    """The model's phase weighted by its exact p(v): no sampling is left."""
    params = machine()
    v = np.random.default_rng(1).integers(0, 2, (7, D)).astype(float)
    exact = gradient(lambda W, b, c: -log_likelihood(W, b, c, v), tuple(params))
    p = p_visible(params)
    by_state = [statistics(row[None], params.W, params.c) for row in VS]
    data = statistics(v, params.W, params.c)
    for name, true in zip(Params._fields, exact, strict=True):
        model = sum(w * getattr(s, name) for w, s in zip(p, by_state, strict=True))
        np.testing.assert_allclose(model - getattr(data, name), true, atol=1e-13)


@pytest.mark.eq("rbm.10")
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


@pytest.mark.eq("rbm.13")
@pytest.mark.eq("rbm.19")
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


@pytest.mark.eq("rbm.16")
def test_the_kernel_has_real_eigenvalues_in_the_unit_interval():
    """It is a draw of h followed by its reverse, so no eigenvalue is negative."""
    params = machine(3)
    p, T = p_visible(params), enumeration.kernel(*params)
    root = np.sqrt(p)
    values = np.linalg.eigvalsh(root[:, None] * T / root)
    assert values.min() > -1e-14 and abs(values.max() - 1) < 1e-13


@pytest.mark.eq("rbm.11")
def test_z_is_the_same_summed_over_both_layers_or_over_either():
    W, b, c = machine(2)
    pairs = np.repeat(VS, len(HS), axis=0), np.tile(HS, (len(VS), 1))
    both = np.exp(-energy(*pairs, W, b, c)).sum()
    np.testing.assert_allclose(np.exp(-free_energy(VS, W, b, c)).sum(), both, rtol=1e-13)
    np.testing.assert_allclose(np.exp(-free_energy(HS, W.T, c, b)).sum(), both, rtol=1e-13)


@pytest.mark.eq("rbm.22")
def test_a_grey_image_has_no_lower_free_energy_than_the_binary_ones_it_stands_for():
    """softplus is convex: F at the mean is above the mean of F, where (ad.12) has equality."""
    grey = np.random.default_rng(0).random((1, D))
    weights = np.prod(np.where(VS == 1, grey, 1 - grey), axis=1)
    mean = weights @ free_energy(VS, *machine(1))
    assert free_energy(grey, *machine(1))[0] > mean + 0.01


@pytest.mark.eq("rbm.10")
def test_probabilities_of_h_make_for_less_noise_than_draws_of_h():
    """Variance of v h over chains in p(v, h), exactly: by the joint, and with h's mean for h."""
    params = machine(3)
    p = enumeration.joint(*params)
    h_mean = (p / p.sum(axis=1, keepdims=True)) @ HS
    for i in range(D):
        for j in range(H):
            drawn = VS[:, i, None] * HS[None, :, j]
            mean = (p * drawn).sum()
            smooth = VS[:, i] * h_mean[:, j]
            assert (p.sum(axis=1) * smooth).sum() == pytest.approx(mean, abs=1e-14)
            variance = (p * drawn**2).sum() - mean**2
            assert (p.sum(axis=1) * smooth**2).sum() - mean**2 < variance


@pytest.mark.eq("rbm.13")
@pytest.mark.parametrize("sweeps", [1, 4])
def test_gibbs_keeps_p_of_v(sweeps):
    """100,000 chains that start in p(v) are in p(v) after any number of sweeps."""
    params, rng = machine(), np.random.default_rng(3)
    p = p_visible(params)
    end = gibbs(rng, VS[rng.choice(len(VS), size=100_000, p=p)], *params, sweeps)
    assert enumeration.frequency_error(end, p, comparisons=len(p)) < 1


@pytest.mark.eq("rbm.13")
def test_clamped_gibbs_keeps_p_of_the_missing_given_the_known():
    params, rng = machine(), np.random.default_rng(4)
    known = np.array([True, False, False, True])
    p = p_visible(params) * (VS[:, [0, 3]] == [1, 0]).all(axis=1)
    p /= p.sum()
    rows = 100_000
    start_at = VS[rng.choice(len(VS), size=rows, p=p)]
    end = gibbs(rng, start_at, *params, 3, np.tile(known, (rows, 1)))
    assert enumeration.frequency_error(end, p, comparisons=len(p)) < 1


@given(seed=st.integers(0, 2**32 - 1), steps=st.integers(1, 5))
def test_no_given_pixel_ever_moves(seed, steps):
    rng = np.random.default_rng(seed)
    D, H, B = rng.integers(1, 9, size=3)
    params = Params(*(3 * rng.normal(size=n) for n in ((D, H), D, H)))
    v = rng.integers(0, 2, (B, D)).astype(float)
    known = rng.random((B, D)) < rng.random()
    before = v.copy()
    end = gibbs(rng, v, *params, steps, known)
    filled = inpaint(rng, v, known, *params, burn_in=steps, average=2)
    np.testing.assert_array_equal(v, before)
    np.testing.assert_array_equal(end[known], v[known])
    np.testing.assert_array_equal(filled[known], v[known])
    assert np.isin(end, (0, 1)).all() and filled.min() >= 0 and filled.max() <= 1


@pytest.mark.eq("rbm.14")
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


@pytest.mark.eq("rbm.20")
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


@pytest.mark.eq("rbm.26")
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


@pytest.mark.eq("rbm.25")
@pytest.mark.eq("rbm.26")
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


@pytest.mark.eq("rbm.25")
def test_exact_answers_stay_finite_where_exponentials_overflow():
    params, (v, known) = Params(*(1e4 * p for p in machine(7))), masked()
    truth = [enumeration.log_marginal(*pair, *params) for pair in zip(v, known, strict=True)]
    np.testing.assert_allclose(log_marginal(v, known, *params), truth, rtol=1e-14)
    assert np.abs(truth).max() > 1e4
    probs = conditional(v, known, *params)
    assert np.isfinite(probs).all() and probs.min() >= 0 and probs.max() <= 1 + 1e-12
    with pytest.raises(ValueError, match="31 hidden units have"):
        log_marginal(v, known, *machine(0, D, 31))


@pytest.mark.eq("rbm.27")
@pytest.mark.parametrize("removal", [0.2, 0.5, 0.8])
def test_a_removal_that_takes_ink_alone_is_a_change_of_the_visible_biases(removal):
    """All 16 damaged pictures of a small machine, against every image under every removal."""
    W, b, c = machine(9)
    known = VS == 1
    told = conditional(VS, known, W, b + log(removal), c)
    truth = [enumeration.ink_posterior(damaged, removal, W, b, c) @ VS for damaged in VS]
    np.testing.assert_allclose(told, truth, atol=1e-14)
    # Not told, the dark pixels come out with too much ink.
    untold = conditional(VS, known, W, b, c)
    assert (untold - told)[~known].min() > 0 and (untold - told).max() > 0.05


@pytest.mark.eq("rbm.27")
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


@pytest.mark.eq("rbm.18")
def test_the_estimate_is_unbiased_where_the_exact_value_is_known():
    W, b, c = machine(5)
    rng = np.random.default_rng(6)
    v = np.tile(rng.integers(0, 2, (1, D)).astype(float), (100_000, 1))
    draws = log_pseudo_likelihood_estimate(rng, v, W, b, c)
    exact = log_pseudo_likelihood(v[:1], W, b, c)[0]
    span = draws.max() - draws.min()
    assert abs(draws.mean() - exact) < enumeration.bound(draws.var(), span, len(draws), 1)
    assert exact <= 0


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


@pytest.mark.eq("rbm.24")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_first_weights_of_the_sources_are_a_cut_normal(dtype):
    images = np.zeros((3, 300), dtype)
    params = init_truncated(np.random.default_rng(0), images, hidden=400)
    started = start(Settings(hidden=400, init="truncated"), images).params
    assert (started.b == dtype(0.1)).all() and np.abs(started.W).max() <= dtype(0.2)
    assert {x.dtype for x in params} == {np.dtype(dtype)}
    assert [x.shape for x in params] == [(300, 400), (300,), (400,)]
    W = params.W.astype(np.float64)
    assert np.abs(W).max() <= dtype(0.2) and (np.abs(W) > 0.199).any()
    assert (params.b == dtype(0.1)).all() and (params.c == dtype(0.1)).all()
    normal = NormalDist()
    variance = 1 - 4 * normal.pdf(2) / (2 * normal.cdf(2) - 1)
    shares, by_quadrature = enumeration.truncated_normal([-2.0, 2.0], 1.0, 2.0)
    assert variance == pytest.approx(by_quadrature, abs=1e-14) and shares == [pytest.approx(1)]
    # The standard error of a mean of squares, from their own deviation; six of them.
    squares = (W / 0.1) ** 2
    assert abs(squares.mean() - variance) < 6 * squares.std() / W.size**0.5
    assert abs(W.mean() / 0.1) < 6 * (variance / W.size) ** 0.5


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


@pytest.mark.eq("rbm.23")
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
