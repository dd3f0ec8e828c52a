"""Laws of the bound: the KL of Gaussians, reparameterised samples, the gap to log p(x)."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from autograd_lite.tape import gradient as slope
from grading.oracles.quadrature import NODES, WEIGHTS, kl_normals
from tests.laws.draws import close, cut, numbers, sizes, tables
from tests.laws.law import law

E = "vae.elbo."
KL, KL_VJP, KL_TWO = E + "kl_diag_gaussian", E + "kl_diag_gaussian_vjp", E + "kl_gaussians"
SAMPLE, SAMPLE_VJP, NEG_ELBO = E + "reparameterise", E + "reparameterise_vjp", E + "neg_elbo"
shapes = st.tuples(sizes, sizes, sizes)  # K, B, Z
scales, one = numbers(0.25, 4.0), numbers(4)
cubics = cut((3,))  # f(z) = a z + b z^2 + c z^3


@law("vae.8", KL, q=tables(2))
def the_kl_is_the_mean_of_the_logarithm_of_the_ratio_of_the_densities(kl, q):
    assert close(kl(*q), kl_normals(*q, 0.0, 0.0))


@law("vae.8", KL, mean=numbers(30), logvar=numbers(-20, 20))
def the_kl_is_never_negative_and_zero_only_at_the_prior(kl, mean, logvar):
    found = kl(np.array([[mean]]), np.array([[logvar]]))[0]
    assert found >= 0.5 * mean * mean - 1e-15
    assert found > 0 or max(abs(mean), abs(logvar)) < 1e-7


@law("vae.8", KL, q=tables(2))
def the_kl_of_independent_codes_is_the_sum_of_their_kls(kl, q):
    alone = [kl(mu[:, None], logvar[:, None]) for mu, logvar in zip(*(a.T for a in q), strict=True)]
    assert close(kl(*q), sum(alone))


@law("vae.34", KL, q=tables(2, 6.0))
def over_images_a_mean_varies_by_at_most_twice_the_mean_kl(kl, q):
    for mu, logvar in zip(*(a.T[..., None] for a in q), strict=True):  # one code at a time
        assert mu.var() <= 2 * kl(mu, logvar).mean() + 1e-12


@law("vae.12", KL, KL_VJP, q=tables(2), weight=one)
def the_rule_of_the_kl_is_its_slope(kl, vjp, q, weight):
    found = vjp(np.full(len(q[0]), weight), *q)
    by_tape = slope(lambda mu, logvar: weight * kl(mu, logvar).sum(), *q)
    assert all(map(close, found, by_tape))


@law("vae.11", KL_TWO, both=tables(4, 3.0))
def the_kl_of_two_gaussians_is_the_mean_of_the_logarithm_of_the_ratio(kl, both):
    assert close(kl(*both), kl_normals(*both))


@law("vae.11", KL_TWO, both=tables(4))
def the_kl_of_two_gaussians_is_never_negative_and_zero_between_equals(kl, both):
    mu, logvar, *_ = both
    assert (kl(*both) >= -1e-14).all()
    assert close(kl(mu, logvar, mu, logvar), np.zeros(len(mu)), 1e-14)


@law("vae.11", KL_TWO, both=tables(4), shift=one, scale=scales)
def the_kl_stays_when_both_gaussians_are_shifted_and_stretched_alike(kl, both, shift, scale):
    mu, logvar, mu2, logvar2 = both
    wider = 2 * np.log(scale)
    moved = scale * mu + shift, logvar + wider, scale * mu2 + shift, logvar2 + wider
    assert close(kl(*moved), kl(*both))


@law("vae.11", KL_TWO, mean=one, logvar=one, wider=numbers(0.01, 4.0))
def of_two_gaussians_around_one_mean_the_kl_of_the_wider_to_the_narrower_is_the_larger(
    kl, mean, logvar, wider
):
    mu, narrow, wide = (np.array([[a]]) for a in (mean, logvar, logvar + wider))
    assert kl(mu, wide, mu, narrow) > kl(mu, narrow, mu, wide)


@law("vae.11 vae.36", KL_TWO, both=tables(4))
def the_mean_kl_splits_at_the_gaussian_that_has_the_moments_of_all(kl, both):
    mu, logvar, *p = both
    to = [a[:1] for a in p]
    mean, mean_square = mu.mean(axis=0), (np.exp(logvar) + mu * mu).mean(axis=0)
    middle = mean[None], np.log(mean_square - mean * mean)[None]
    assert close(kl(mu, logvar, *to).mean(), kl(mu, logvar, *middle).mean() + kl(*middle, *to)[0])


@law("vae.8 vae.11", KL, KL_TWO, q=tables(2))
def the_kl_to_the_prior_is_that_to_a_gaussian_of_mean_0_and_variance_1(kl, kl_two, q):
    assert close(kl(*q), kl_two(*q, np.zeros_like(q[0]), np.zeros_like(q[0])))


# --- samples ---


@law("vae.14", SAMPLE, q=tables(2))
def samples_have_the_mean_and_the_variance_of_the_posterior(sample, q):
    mu, logvar = q
    z = sample(mu, logvar, np.ones_like(mu) * NODES[:, None, None])
    mean = np.tensordot(WEIGHTS, z, axes=1)
    assert close(mean, mu, 1e-12)
    assert close(np.tensordot(WEIGHTS, (z - mean) ** 2, axes=1), np.exp(logvar), 1e-12)


@law("vae.13 vae.14", SAMPLE, q=tables(3), shift=one, scale=scales)
def samples_of_a_shifted_and_stretched_gaussian_are_shifted_and_stretched(sample, q, shift, scale):
    mu, logvar, eps = q
    moved = sample(scale * mu + shift, logvar + 2 * np.log(scale), eps)
    assert close(moved, scale * sample(mu, logvar, eps) + shift)


@law("vae.15", SAMPLE, SAMPLE_VJP, drawn=shapes.flatmap(lambda s: cut(s, s, s[1:], s[1:])))
def the_rule_of_the_samples_is_their_slope(sample, vjp, drawn):
    dz, eps, mu, logvar = drawn
    by_tape = slope(lambda mu, logvar: (dz * sample(mu, logvar, eps)).sum(), mu, logvar)
    assert all(map(close, vjp(dz, logvar, eps), by_tape))


def of_cubic(f: Any, mu: Any, variance: Any) -> Any:
    """Derivatives of E f(z) = a mu + b (mu^2 + v) + c (mu^3 + 3 mu v) by mu and by log v."""
    a, b, c = f
    return a + 2 * b * mu + 3 * c * (mu * mu + variance), (b + 3 * c * mu) * variance


@law("vae.15", SAMPLE, SAMPLE_VJP, q=tables(2, 2.0), f=cubics)
def the_gradient_through_the_samples_is_that_of_the_mean_over_the_posterior(sample, vjp, q, f):
    mu, logvar = q
    eps = np.ones_like(mu) * NODES[:, None, None]
    z = sample(mu, logvar, eps)
    dz = WEIGHTS[:, None, None] * (f[0][0] + 2 * f[0][1] * z + 3 * f[0][2] * z * z)
    assert all(map(close, vjp(dz, logvar, eps), of_cubic(f[0], mu, np.exp(logvar))))


@law("vae.39", SAMPLE, q=tables(2, 2.0), f=cubics)
def the_score_function_estimator_has_the_mean_of_the_gradient_through_the_samples(sample, q, f):
    mu, logvar = q
    (a, b, c), variance = f[0], np.exp(logvar)
    z = sample(mu, logvar, np.ones_like(mu) * NODES[:, None, None])
    scores = (a * z + b * z**2 + c * z**3) * (z - mu) / variance
    assert close(np.tensordot(WEIGHTS, scores, axes=1), of_cubic(f[0], mu, variance)[0])


@law("vae.5", NEG_ELBO, parts=shapes.flatmap(lambda s: cut(s[:2], s[1:2], s[1:2])))
def what_is_added_to_the_kl_or_to_every_sample_of_an_image_is_added_to_its_bound(neg_elbo, parts):
    nll, kl, more = parts
    assert close(neg_elbo(nll + more, kl), neg_elbo(nll, kl) + more)
    assert close(neg_elbo(nll, kl + more), neg_elbo(nll, kl) + more)
