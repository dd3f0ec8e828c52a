"""The variational autoencoder: the bound against quadrature, the costs against identities."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_lite.losses import bernoulli_nll
from autograd_lite.tree import leaves
from grading.oracles import quadrature
from training.streams import stream
from vae.elbo import kl_diag_gaussian, neg_elbo, reparameterise, squared_error
from vae.mlp import decode, encode, init
from vae.objective import costs, gradient
from vae.train import Settings, evaluate, measure, noise, start, step

finite = st.floats(-6, 6)


@pytest.mark.eq("vae.8")
@given(mu=finite, logvar=finite)
def test_kl_is_never_negative_and_zero_only_at_the_prior(mu, logvar):
    kl = kl_diag_gaussian(np.array([[mu]]), np.array([[logvar]]))[0]
    assert kl >= 0.5 * mu * mu - 1e-15
    assert kl > 1e-7 or max(abs(mu), abs(logvar)) < 1e-3
    assert kl_diag_gaussian(np.zeros((1, 3)), np.zeros((1, 3)))[0] == 0


@pytest.mark.eq("vae.8")
def test_kl_by_monte_carlo():
    """100,000 draws; the bound is six standard errors."""
    rng = np.random.default_rng(0)
    mu, logvar = rng.normal(size=(1, 3)), rng.normal(size=(1, 3))
    z = reparameterise(mu, logvar, rng.normal(size=(100_000, 1, 3)))
    log_q = quadrature.log_normal(z, mu, np.sqrt(np.exp(logvar))).sum(axis=(1, 2))
    log_ratio = log_q - quadrature.log_normal(z, 0.0, 1.0).sum(axis=(1, 2))
    error = log_ratio.std() / np.sqrt(len(log_ratio))
    assert abs(log_ratio.mean() - kl_diag_gaussian(mu, logvar)[0]) < 6 * error


@pytest.mark.eq("vae.12")
def test_samples_have_the_mean_and_the_variance_they_should():
    """With quadrature nodes for noise, both moments are exact: no sampling error is left."""
    rng = np.random.default_rng(0)
    mu, logvar = rng.normal(size=(5, 2)), rng.normal(size=(5, 2))
    nodes = np.broadcast_to(quadrature.NODES[:, None, None], (len(quadrature.NODES), 5, 2))
    z = reparameterise(mu, logvar, nodes)
    mean = np.tensordot(quadrature.WEIGHTS, z, axes=1)
    variance = np.tensordot(quadrature.WEIGHTS, (z - mean) ** 2, axes=1)
    np.testing.assert_allclose(mean, mu, atol=1e-13)
    np.testing.assert_allclose(variance, np.exp(logvar), rtol=1e-13)


def tiny(seed=0, D=6, H=5, Z=1):
    rng = np.random.default_rng(seed)
    params = init(rng, D, H, Z, np.float64)
    return params._replace(b2=rng.normal(size=H), W3=2 * params.W3), rng


@pytest.mark.eq("vae.5")
@pytest.mark.parametrize("seed", range(5))
def test_the_bound_is_below_log_p_by_the_kl_to_the_posterior(seed):
    """One code unit, so log p(x) and the posterior are integrals over a line."""
    params, rng = tiny(seed)
    x = rng.integers(0, 2, (3, 6)).astype(float)
    z = np.linspace(-40, 40, 40_001)
    logits, _ = decode(z[:, None], params)
    log_joint = quadrature.log_normal(z, 0.0, 1.0)[:, None] - bernoulli_nll(logits[:, None], x)
    dz = z[1] - z[0]
    log_p = np.log(np.exp(log_joint).sum(axis=0) * dz)
    mu, logvar, _ = encode(x, params)
    log_q = quadrature.log_normal(z[:, None], mu[:, 0], np.exp(0.5 * logvar[:, 0]))
    q = np.exp(log_q)
    nll = (q * bernoulli_nll(logits[:, None], x)).sum(axis=0) * dz  # E_q, in place of samples
    bound = -neg_elbo(nll[None], kl_diag_gaussian(mu, logvar))
    gap = (q * (log_q - (log_joint - log_p))).sum(axis=0) * dz
    assert (bound < log_p).all() and (gap > 1e-3).all()
    np.testing.assert_allclose(log_p - bound, gap, atol=1e-9)


@pytest.mark.eq("vae.9")
def test_kl_for_any_covariance_by_quadrature_in_the_plane():
    mean, L = np.array([0.4, -1.1]), np.array([[0.9, 0.0], [-0.5, 0.6]])
    S = L @ L.T
    total = 0.0
    for s, ws in zip(quadrature.NODES, quadrature.WEIGHTS, strict=True):
        for t, wt in zip(quadrature.NODES, quadrature.WEIGHTS, strict=True):
            z = mean + L @ [s, t]
            log_q = -0.5 * (s * s + t * t) - np.log(np.linalg.det(L))
            total += ws * wt * (log_q + 0.5 * z @ z)
    formula = 0.5 * (np.trace(S) + mean @ mean - 2 - np.log(np.linalg.det(S)))
    assert total == pytest.approx(formula, rel=1e-13)
    diagonal = kl_diag_gaussian(mean[None], np.log(np.diag(S))[None])[0]
    assert formula - diagonal > 0.1  # the diagonal formula leaves the correlation out


@pytest.mark.eq("vae.14")
def test_both_estimators_have_the_same_mean_and_the_pathwise_one_less_variance():
    """f = sin, q = N(mu, 1/4): d/dmu E sin z = cos(mu) exp(-1/8). 200,000 draws, six errors."""
    mu, sigma, n = 0.7, 0.5, 200_000
    eps = np.random.default_rng(0).normal(size=n)
    z = reparameterise(np.array([[mu]]), np.array([[2 * np.log(sigma)]]), eps[:, None, None])[
        :, 0, 0
    ]
    exact = np.cos(mu) * np.exp(-(sigma**2) / 2)
    pathwise, score = np.cos(z), np.sin(z) * eps / sigma
    for estimate in (pathwise, score):
        assert abs(estimate.mean() - exact) < 6 * estimate.std() / np.sqrt(n)
    assert score.var() > 10 * pathwise.var()


@pytest.mark.eq("vae.15")
def test_the_variance_of_the_bound_falls_as_one_over_the_samples():
    params, rng = tiny(Z=2)
    x = rng.random((1, 6))

    def variance(K):
        draws = [
            neg_elbo(*costs(x, rng.normal(size=(K, 1, 2)), params, "bernoulli"))[0]
            for _ in range(4000)
        ]
        return np.var(draws)

    # The relative error of a variance of 4,000 draws is about sqrt(kurtosis / 4000), below 5 %.
    assert variance(1) / variance(8) == pytest.approx(8, rel=0.3)


@pytest.mark.eq("vae.16")
def test_squared_error_is_a_gaussian_with_variance_one_half():
    rng = np.random.default_rng(0)
    logits, x = rng.normal(size=(2, 784)), rng.random((2, 784))
    mean = 1 / (1 + np.exp(-logits))
    log_p = quadrature.log_normal(x, mean, np.sqrt(0.5)).sum(axis=1)
    constant = 392 * np.log(np.pi)
    assert round(constant, 2) == 448.73
    np.testing.assert_allclose(squared_error(logits, x) + constant, -log_p, rtol=1e-13)


@pytest.mark.eq("ad.12")
def test_grey_pixels_cost_the_mean_of_the_binary_ones():
    """All 2^4 binary images of four grey pixels, weighted by their probabilities."""
    rng = np.random.default_rng(0)
    logits, grey = 3 * rng.normal(size=4), rng.random(4)
    total = 0.0
    for number in range(16):
        x = np.array([number >> i & 1 for i in range(4)], float)
        total += np.prod(np.where(x == 1, grey, 1 - grey)) * bernoulli_nll(logits, x)
    np.testing.assert_allclose(bernoulli_nll(logits, grey), total, rtol=1e-13)


@pytest.mark.parametrize("likelihood", ["bernoulli", "squared"])
def test_costs_are_per_image_whatever_the_batch(likelihood):
    params, rng = tiny(Z=2)
    x, eps = rng.random((4, 6)), rng.normal(size=(3, 4, 2))
    nll, kl = costs(x, eps, params, likelihood)
    for i in range(4):
        one = costs(x[i : i + 1], eps[:, i : i + 1], params, likelihood)
        np.testing.assert_allclose(one.nll[:, 0], nll[:, i], rtol=1e-13)
        np.testing.assert_allclose(one.kl[0], kl[i], rtol=1e-13)
    once = gradient(x, eps, params, likelihood)
    twice = gradient(np.tile(x, (2, 1)), np.tile(eps, (1, 2, 1)), params, likelihood)
    for a, b in zip(once, twice, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_losses_stay_finite_at_logits_of_ten_thousand(dtype):
    logits = np.array([[1e4, -1e4, 1e4, -1e4]], dtype)
    x = np.array([[1, 0, 0, 1]], dtype)
    assert bernoulli_nll(logits, x)[0] == 2e4
    assert squared_error(logits, x)[0] == 2


@pytest.mark.parametrize("codes, total", [(2, 404_244), (8, 408_864), (16, 415_024)])
def test_numbers_of_parameters_are_the_sources(codes, total):
    params = init(np.random.default_rng(0), 784, 256, codes)
    assert sum(x.size for x in params) == total
    limit = np.sqrt(6 / (784 + 256))
    assert 0.95 * limit < np.abs(params.W1).max() <= limit
    assert not params.b1.any() and {x.dtype for x in params} == {np.dtype(np.float32)}


def test_training_lowers_the_cost_and_leaves_old_states_alone():
    rng = np.random.default_rng(0)
    images = np.repeat(rng.random((2, 50)).round(), 100, axis=0).astype(np.float32)
    settings = Settings(codes=2, hidden=20, learning_rate=0.01, samples=2)
    state = first = start(settings, images)
    kept = [x.copy() for x in leaves(first) if isinstance(x, np.ndarray)]
    before = sum(evaluate(state.params, images, settings))
    for _ in range(200):
        state = step(state, images[::4], settings)
    assert sum(evaluate(state.params, images, settings)) < before / 5
    arrays = [x for x in leaves(first) if isinstance(x, np.ndarray)]
    assert all(np.array_equal(a, b) for a, b in zip(kept, arrays, strict=True))
    again = step(first, images[::4], settings)
    np.testing.assert_array_equal(again.params.W1, step(first, images[::4], settings).params.W1)


def test_costs_are_measured_with_sampled_codes_on_every_image():
    """Against 300 fresh samples an image; without sampling the cost would be another, and lower."""
    params, rng = tiny(Z=2)
    images = rng.random((1500, 6))
    settings = Settings(codes=2, hidden=5)
    nll, kl = evaluate(params, images, settings)
    fresh, exact_kl = costs(images, rng.normal(size=(300, 1500, 2)), params, "bernoulli")
    still, _ = costs(images, np.zeros((1, 1500, 2)), params, "bernoulli")
    error = fresh.std(axis=0).mean() / np.sqrt(1500)  # of a mean with one sample an image
    assert abs(nll - fresh.mean()) < 6 * error < abs(still.mean() - fresh.mean()) / 2
    assert kl == pytest.approx(exact_kl.mean(), rel=1e-12)


def test_the_noise_is_as_large_as_the_settings_say():
    x = np.zeros((2000, 6), np.float32)
    for size in (1.0, 0.5, 0.0):
        eps = noise(np.random.default_rng(0), x, Settings(codes=3, samples=2, noise=size))
        assert eps.shape == (2, 2000, 3) and eps.dtype == np.float32
        assert abs(eps.std() - size) <= 6 * size / np.sqrt(2 * eps.size)


def test_what_is_measured_weighs_every_image_and_every_sample_alike():
    params, rng = tiny(Z=2)
    images = rng.random((1300, 6))  # more than one batch, and the last one is short
    settings = Settings(codes=2, hidden=5, samples=3)
    total = np.zeros(2)
    for first in (0, 1000):
        x = images[first : first + 1000]
        eps = noise(stream(settings.seed, "measure", first), x, settings)
        nll, kl = costs(x, eps, params, "bernoulli")
        total += nll.sum() / 3, kl.sum()
    np.testing.assert_allclose(evaluate(params, images, settings), total / 1300, rtol=1e-12)
    row = measure(params, images, images[:5], settings)
    for part in ("train", "validation"):
        cost, nll, kl = (row[f"{part}_{name} [nats/image]"] for name in ("cost", "nll", "kl"))
        assert cost == nll + kl
