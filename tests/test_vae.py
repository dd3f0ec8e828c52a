"""The variational autoencoder: the bound against quadrature, the costs against identities."""

import itertools
import math
import pickle
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_runs import same_bits, spy_on
from witnesses import assert_close

import vae.train
from autograd_lite.losses import bernoulli_nll
from autograd_lite.optim import adam_start, adam_step
from autograd_lite.tree import leaves, tree_map
from data.pixels import binarise
from grading.oracles import quadrature
from training.images import training_images
from training.run import RunError
from training.streams import stream
from vae.densities import gaussian_nll, gaussian_nll_vjp, laplace_nll, laplace_nll_vjp
from vae.elbo import kl_diag_gaussian, neg_elbo, reparameterise, squared_error
from vae.mlp import decode, encode, init
from vae.networks import Dense
from vae.objective import LIKELIHOODS, SCALES, costs, gradient
from vae.train import Settings, evaluate, measure, noise, start, step
from vae.weights import NAMES, load_weights, read_weights, save_weights

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


def tiny(seed=0, D=6, H=5, Z=1, likelihood="bernoulli"):
    rng = np.random.default_rng(seed)
    params = init(rng, D, H, Z, np.float64, SCALES[likelihood])
    return params._replace(b2=rng.normal(size=H), W3=2 * params.W3), rng


def on_the_line(params, x):
    """For one code unit: z and dz of a grid, and -log p(x|z), log p(x, z) there and log p(x)."""
    z = np.linspace(-40, 40, 40_001)
    logits, _ = decode(z[:, None], params, "relu")
    nll = bernoulli_nll(logits[:, None], x)
    log_joint = quadrature.log_normal(z, 0.0, 1.0)[:, None] - nll
    dz = z[1] - z[0]
    return z, dz, nll, log_joint, np.log(np.exp(log_joint).sum(axis=0) * dz)


@pytest.mark.eq("vae.5")
@pytest.mark.parametrize("seed", range(5))
def test_the_bound_is_below_log_p_by_the_kl_to_the_posterior(seed):
    """One code unit, so log p(x) and the posterior are integrals over a line."""
    params, rng = tiny(seed)
    x = rng.integers(0, 2, (3, 6)).astype(float)
    z, dz, nll, log_joint, log_p = on_the_line(params, x)
    mu, logvar, _ = encode(x, params, "relu")
    log_q = quadrature.log_normal(z[:, None], mu[:, 0], np.exp(0.5 * logvar[:, 0]))
    q = np.exp(log_q)
    expected = (q * nll).sum(axis=0) * dz  # E_q, in place of samples
    bound = -neg_elbo(expected[None], kl_diag_gaussian(mu, logvar))
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
    z = reparameterise(np.array([mu]), np.array([2 * np.log(sigma)]), eps)
    exact = np.cos(mu) * np.exp(-(sigma**2) / 2)
    pathwise, score = np.cos(z), np.sin(z) * eps / sigma
    for estimate in (pathwise, score):
        assert abs(estimate.mean() - exact) < 6 * estimate.std() / np.sqrt(n)
    assert score.var() > 10 * pathwise.var()


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


DENSITIES = {"gaussian": gaussian_nll, "laplace": laplace_nll}


@pytest.mark.eq("vae.24")
@pytest.mark.eq("vae.26")
@pytest.mark.parametrize("logit", [-2.0, 0.3, 800.0])
@pytest.mark.parametrize("scale", [0.05, 0.7, 3.0])
@pytest.mark.parametrize("likelihood", DENSITIES)
def test_a_density_of_one_pixel_integrates_to_one_and_has_the_scale_it_says(
    likelihood, scale, logit
):
    """Gauss-Legendre on either side of the centre, where the Laplace density has its kink."""
    t, w = np.polynomial.legendre.leggauss(80)
    distance, w = 20 * scale * (t + 1), 20 * scale * w  # from 0 to 40 scales
    centre = 1 / (1 + math.exp(-logit))
    power = 2 if likelihood == "gaussian" else 1  # its variance, or its mean absolute deviation
    total = spread = 0.0
    for sign in (-1, 1):
        x = (centre + sign * distance)[:, None]
        p = np.exp(-DENSITIES[likelihood](np.array([logit, power * math.log(scale)]), x))
        total += (w * p).sum()
        spread += (w * p * distance**power).sum()
    assert total == pytest.approx(1, rel=1e-11)
    assert spread == pytest.approx(scale**power, rel=1e-11)


@pytest.mark.eq("vae.25")
@pytest.mark.eq("vae.27")
@pytest.mark.parametrize("likelihood", DENSITIES)
def test_the_best_scale_is_the_mean_square_or_the_mean_absolute_deviation(likelihood):
    rng = np.random.default_rng(0)
    logits, x = rng.normal(size=(5, 6)), rng.random((5, 6))
    error = 1 / (1 + np.exp(-logits)) - x
    squares, distances = (error**2).mean(axis=1), np.abs(error).mean(axis=1)
    best = np.log(squares if likelihood == "gaussian" else distances)
    nll, rule = LIKELIHOODS[likelihood]

    def at(shift):
        outputs = np.append(logits, best[:, None] + shift, axis=1)
        return nll(outputs, x), rule(np.ones(5), outputs, x)[:, -1]

    least, slope = at(0.0)
    assert np.abs(slope).max() < 1e-13
    for shift in (-0.1, 0.1):
        cost, slope = at(shift)
        assert (cost > least).all() and (np.sign(slope) == np.sign(shift)).all()
    # At the best scale the mean square, or distance, over the scale is 1: what is left is this.
    per_pixel = (best + math.log(2 * math.pi) + 1) / 2
    per_pixel = per_pixel if likelihood == "gaussian" else best + math.log(2) + 1
    np.testing.assert_allclose(least, 6 * per_pixel, rtol=1e-12)


@pytest.mark.eq("vae.27")
def test_a_pixel_that_is_met_exactly_sends_nothing_back():
    outputs, x = np.array([[0.0, 0.0, 0.3]]), np.array([[0.5, 0.1]])
    dlogits = laplace_nll_vjp(np.ones(1), outputs, x)[0, :2]
    assert dlogits[0] == 0 and dlogits[1] == pytest.approx(0.25 * math.exp(-0.3))


@pytest.mark.eq("vae.28")
@pytest.mark.parametrize("variance", [0.05, 0.5, 2.0])
def test_a_fixed_variance_is_squared_error_with_another_beta(variance):
    """The learned log-variance is held at one value: no weight reaches it, its bias is that."""
    params, rng = tiny(Z=2, likelihood="gaussian")
    x, eps = rng.random((4, 6)), rng.normal(size=(3, 4, 2))
    params.W3[:, -1], params.b3[-1] = 0, math.log(variance)
    squared = params._replace(W3=params.W3[:, :-1], b3=params.b3[:-1])
    gauss = gradient(x, eps, Dense(params, "relu"), "gaussian")
    gauss = gauss._replace(W3=gauss.W3[:, :-1], b3=gauss.b3[:-1])
    by_beta = gradient(x, eps, Dense(squared, "relu"), "squared", beta=2 * variance)
    assert_close(tree_map(lambda g: 2 * variance * g, gauss), by_beta)
    nll, _ = costs(x, eps, Dense(params, "relu"), "gaussian")
    squares, _ = costs(x, eps, Dense(squared, "relu"), "squared")
    constant = 3 * math.log(2 * math.pi * variance)  # D / 2 = 3
    np.testing.assert_allclose(nll, squares / (2 * variance) + constant, rtol=1e-12)
    # Adam divides the factor out again, but for epsilon.
    one, _ = adam_step(squared, adam_start(squared), gauss, epsilon=1e-8)
    other, _ = adam_step(squared, adam_start(squared), by_beta, epsilon=2 * variance * 1e-8)
    assert_close(one, other, 1e-9)


@pytest.mark.eq("vae.29")
@pytest.mark.parametrize("seed", range(3))
def test_codes_of_a_damaged_image_give_a_bound_too(seed):
    """All 64 masks of six pixels; one code unit, so that log p(x) is an integral over a line."""
    params, _ = tiny(seed)
    x = np.array([[1.0, 1, 0, 1, 1, 0]])
    masks = np.array(list(itertools.product([0.0, 1.0], repeat=6)))
    probs = np.prod(np.where(masks == 1, 0.7, 0.3), axis=1)
    z, dz, nll, log_joint, log_p = on_the_line(params, x)
    nll, log_joint = nll[:, 0], log_joint[:, 0]
    mu, logvar, _ = encode(x * masks, params, "relu")
    log_q = quadrature.log_normal(z, mu, np.exp(0.5 * logvar))  # (64, line)
    q = np.exp(log_q)
    bounds = -neg_elbo((q * nll).sum(axis=1)[None] * dz, kl_diag_gaussian(mu, logvar))
    gaps = (q * (log_q - (log_joint - log_p))).sum(axis=1) * dz
    assert (bounds < log_p).all() and np.ptp(bounds) > 1e-3
    assert probs @ bounds + probs @ gaps == pytest.approx(log_p[0], abs=1e-9)
    mixture = probs @ q  # the density of codes when the mask is drawn too
    of_mixture = (mixture * (log_joint - np.log(np.maximum(mixture, 1e-300)))).sum() * dz
    assert probs @ bounds < of_mixture < log_p


def variance_and_error(values):
    """The variance of a sample, and the standard error of that variance."""
    squares = (values - values.mean()) ** 2
    return squares.mean(), squares.std() / math.sqrt(len(values))


def projected(gradients, direction):
    """The component of each gradient along a direction: one number each."""
    pairs = zip(leaves(gradients), leaves(direction), strict=True)
    return float(sum((a * b).sum() for a, b in pairs))


@pytest.mark.eq("vae.30")
def test_m_samples_leave_the_mean_and_divide_the_sampling_part_of_the_variance_by_m():
    """2,000 draws of each kind; every bound is six standard errors."""
    params, rng = tiny(Z=2)
    direction = tree_map(lambda w: rng.normal(size=w.shape), params)
    images, N, B, m = rng.random((3, 6)), 2000, 2, 8

    def draw(rows, K):
        x = images[rows]
        eps = rng.normal(size=(K, len(x), 2))
        return projected(gradient(x, eps, Dense(params, "relu"), "bernoulli"), direction)

    def close(a, b, error):
        return abs(a - b) < 6 * error

    one = np.array([[draw([i], 1) for _ in range(N)] for i in range(3)])  # by image
    many = np.array([draw([0], m) for _ in range(N)])
    (var, error), (var_m, error_m) = variance_and_error(one[0]), variance_and_error(many)
    assert close(one[0].mean(), many.mean(), math.sqrt((var + var_m) / N))
    assert close(var / m, var_m, math.hypot(error / m, error_m))
    between = one.mean(axis=1).var()
    within, within_error = np.mean([variance_and_error(row) for row in one], axis=0)
    between_error = 2 * math.sqrt(between * within / (3 * N))
    assert between > within / m  # else the part that more samples cannot lower would not show
    for K in (1, m):
        batches = [draw(rng.integers(0, 3, B), K) for _ in range(N)]
        var, error = variance_and_error(np.array(batches))
        whole_error = math.hypot(error, between_error / B, within_error / (K * B))
        assert close(var, (between + within / K) / B, whole_error)


SIZES = [
    (256, 2, 201_988, 202_256),
    (256, 8, 205_072, 203_792),
    (256, 16, 209_184, 205_840),
    (500, 2, 394_504, 394_284),
]


@pytest.mark.parametrize("hidden, codes, encoder, decoder", SIZES)
def test_numbers_of_parameters_are_the_sources(hidden, codes, encoder, decoder):
    params = init(np.random.default_rng(0), 784, hidden, codes)
    sizes = [x.size for x in params]
    assert (sum(sizes[:6]), sum(sizes[6:])) == (encoder, decoder)
    scaled = init(np.random.default_rng(0), 784, hidden, codes, scales=1)
    assert sum(x.size for x in scaled) == encoder + decoder + hidden + 1
    limit = np.sqrt(6 / (784 + hidden))
    assert 0.95 * limit < np.abs(params.W1).max() <= limit
    assert not params.b1.any() and {x.dtype for x in params} == {np.dtype(np.float32)}


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


@pytest.mark.parametrize("likelihood, log_scale", [("gaussian", -4.6), ("laplace", -2.5)])
def test_training_learns_the_scale(likelihood, log_scale):
    """Noise of deviation 0.1 around one image: log 0.01, and log(0.1 sqrt(2 / pi)) = -2.5283."""
    rng = np.random.default_rng(0)
    images = (0.5 + 0.1 * rng.normal(size=(500, 30))).astype(np.float32)
    settings = Settings(codes=1, hidden=8, learning_rate=0.01, likelihood=likelihood)
    state = start(settings, images)
    for _ in range(400):
        state = step(state, images, settings)
    network, code = vae.train.network(state.params, settings), np.zeros((1, 1), np.float32)
    assert network.decode(code)[0, -1] == pytest.approx(log_scale, abs=0.15)
    np.testing.assert_allclose(network.pixels(code), 0.5, atol=0.03)


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


def test_pixels_drawn_once_are_the_same_in_every_epoch_and_for_every_seed_others():
    parts = [training_images("digits", 60, 100, seed) for seed in (0, 0, 1)]
    for part in parts:
        assert set(np.unique(part.train)) == set(np.unique(part.validation)) == {0, 1}
    np.testing.assert_array_equal(parts[0].train, parts[1].train)
    assert not np.array_equal(parts[0].train, parts[2].train)
    once = binarise(np.random.default_rng(0), parts[0].train, "once")
    np.testing.assert_array_equal(once, parts[0].train)


def test_a_few_steps_of_the_convolutional_network_lower_its_cost():
    settings = Settings(network="conv", likelihood="squared", optimiser="rmsprop")
    images = training_images("digits", 200, 50).train
    state = start(settings, images)
    found = [sum(evaluate(state.params, images, settings))]
    for i in range(14):  # two passes
        state = step(state, images[32 * (i % 7) : 32 * (i % 7) + 32], settings)
        found += [sum(evaluate(state.params, images, settings))] if i % 7 == 6 else []
    assert found[1] < 0.75 * found[0] and found[2] < found[1]
