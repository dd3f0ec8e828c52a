"""Laws of the likelihoods of pixels: Bernoulli, squared error, Gauss and Laplace."""

import math
from typing import Any

import numpy as np
from hypothesis import strategies as st

from autograd_lite.tape import gradient as slope
from grading.oracles.quadrature import log_normal
from tests.laws.draws import close, cut, numbers, sizes, states
from tests.laws.law import law

SQUARED, SQUARED_VJP = "vae.elbo.squared_error", "vae.elbo.squared_error_vjp"
LINEAR, GAUSS, LAPLACE = (
    "vae.elbo.linear_squared_error",
    "vae.densities.gaussian_nll",
    "vae.densities.laplace_nll",
)
GAUSS_VJP, LAPLACE_VJP = GAUSS + "_vjp", LAPLACE + "_vjp"
BERNOULLI = "autograd_lite.losses.bernoulli_nll"
one = numbers(4)
T, W = np.polynomial.legendre.leggauss(80)  # nodes between -1 and 1


@st.composite
def pixels(draw: Any, scales: int = 0) -> Any:
    """Outputs (B, D) or (B, D + 1), and images (B, D)."""
    B, D = draw(sizes), draw(sizes)
    return draw(cut((B, D + scales), low=4.0)) + draw(cut((B, D), low=0.02, high=0.98))


def sigmoid(a: Any) -> Any:
    return 1 / (1 + np.exp(-a))


@law("vae.16", SQUARED, drawn=pixels())
def squared_error_is_a_gaussian_of_variance_one_half_but_for_a_constant(squared_error, drawn):
    logits, x = drawn
    density = log_normal(x, sigmoid(logits), math.sqrt(0.5)).sum(axis=1)
    assert close(squared_error(logits, x), -density - x.shape[1] / 2 * math.log(math.pi))


@law("vae.17", SQUARED, SQUARED_VJP, drawn=pixels(), weight=one)
def the_rule_of_the_squared_error_is_its_slope(squared_error, vjp, drawn, weight):
    logits, x = drawn
    (by_tape,) = slope(lambda a: weight * squared_error(a, x).sum(), logits)
    assert close(vjp(np.full(len(x), weight), logits, x), by_tape)


@law("vae.18 vae.19", LINEAR, LINEAR + "_vjp", drawn=pixels(), moved=st.integers(0, 9))
def linear_squared_error_is_its_tangent_and_the_square_of_the_way(error, vjp, drawn, moved):
    means, x = drawn
    way = np.roll(means, moved) - 0.5
    tangent = error(means, x) + (vjp(np.ones(len(x)), means, x) * way).sum(axis=1)
    assert close(error(means + way, x), tangent + (way * way).sum(axis=1))


@law("vae.20 vae.18", LINEAR, drawn=pixels())
def from_any_image_the_mean_square_is_that_from_the_mean_and_the_distance_to_it(error, drawn):
    means, x = drawn
    mean = x.mean(axis=0)
    from_means = np.array([error(np.tile(m, (len(x), 1)), x).mean() for m in means])
    spread = error(np.tile(mean, (len(x), 1)), x).mean()
    assert close(from_means, error(means, mean) + spread)


@law("vae.20", SQUARED, drawn=pixels())
def no_image_is_nearer_in_squares_to_all_images_than_their_mean(squared_error, drawn):
    logits, x = drawn
    mean = x.mean(axis=0)
    best = squared_error(np.log(mean / (1 - mean)), x).sum()
    assert all(squared_error(other, x).sum() >= best - 1e-12 for other in logits)


@law("vae.21", LAPLACE, drawn=pixels(1))
def no_image_is_nearer_in_absolute_error_to_all_images_than_their_median(laplace_nll, drawn):
    outputs, x = drawn
    median, mean = np.median(x, axis=0), x.mean(axis=0)
    # The mean is among the others: squares would put it before the median.
    for other in (*outputs, np.append(np.log(mean / (1 - mean)), outputs[0, -1])):
        best = np.append(np.log(median / (1 - median)), other[-1])
        assert laplace_nll(best, x).sum() <= laplace_nll(other, x).sum() + 1e-9


@law("vae.16 vae.22 vae.24", SQUARED, GAUSS, LAPLACE, drawn=pixels(1))
def the_negative_of_an_image_costs_under_the_negated_logits_what_the_image_costs(
    squared_error, gaussian_nll, laplace_nll, drawn
):
    outputs, x = drawn
    negated = np.append(-outputs[:, :-1], outputs[:, -1:], axis=1)
    assert close(squared_error(negated[:, :-1], 1 - x), squared_error(outputs[:, :-1], x))
    for nll in (gaussian_nll, laplace_nll):
        assert close(nll(negated, 1 - x), nll(outputs, x))


@law("vae.22 vae.24", GAUSS, LAPLACE, logit=numbers(600), log_scale=one)
def a_density_of_a_pixel_integrates_to_one_and_has_the_scale_it_says(
    gaussian_nll, laplace_nll, logit, log_scale
):
    scale, outputs = math.exp(log_scale), np.full((80, 2), logit)
    distance, weights = 20 * scale * (T + 1), 20 * scale * W  # from 0 to 40 scales on either side
    for nll, power in ((gaussian_nll, 2), (laplace_nll, 1)):
        outputs[:, 1] = power * log_scale  # of the variance, or of the mean absolute deviation
        sides = [sigmoid(logit) + sign * distance[:, None] for sign in (1, -1)]
        density = sum(np.exp(-nll(outputs, side)) for side in sides)
        assert close(weights @ density, 1.0, 1e-8)
        assert close(weights @ (density * distance**power) / scale**power, 1.0, 1e-8)


@law("vae.22 vae.24", GAUSS, LAPLACE, drawn=pixels(1))
def pixels_of_one_scale_are_independent(gaussian_nll, laplace_nll, drawn):
    outputs, x = drawn
    for nll in (gaussian_nll, laplace_nll):
        alone = [nll(outputs[:, [i, -1]], x[:, [i]]) for i in range(x.shape[1])]
        assert close(nll(outputs, x), sum(alone))


@law("vae.23 vae.25", GAUSS, GAUSS_VJP, LAPLACE, LAPLACE_VJP, drawn=pixels(1), weight=one)
def the_rules_of_both_densities_are_their_slopes(
    gaussian_nll, gaussian_vjp, laplace_nll, laplace_vjp, drawn, weight
):
    outputs, x = drawn
    for nll, vjp in ((gaussian_nll, gaussian_vjp), (laplace_nll, laplace_vjp)):
        (by_tape,) = slope(lambda a, nll=nll: weight * nll(a, x).sum(), outputs)
        assert close(vjp(np.full(len(x), weight), outputs, x), by_tape)


@law("vae.23 vae.25", GAUSS, GAUSS_VJP, LAPLACE, LAPLACE_VJP, drawn=pixels(1))
def the_best_scale_is_the_mean_square_or_the_mean_absolute_error_and_there_the_slope_is_0(
    gaussian_nll, gaussian_vjp, laplace_nll, laplace_vjp, drawn
):
    outputs, x = drawn
    error = np.abs(sigmoid(outputs[:, :-1]) - x) + 1e-300
    rules = ((gaussian_nll, gaussian_vjp, error**2), (laplace_nll, laplace_vjp, error))
    for nll, vjp, size in rules:
        log_scale = np.log(np.maximum(size.mean(axis=1, keepdims=True), 1e-30))
        best = np.append(outputs[:, :-1], log_scale, axis=1)
        assert (nll(best, x) <= nll(outputs, x) + 1e-9).all()
        met = size.mean(axis=1) <= 1e-20  # then there is no best scale
        assert (met | (np.abs(vjp(np.ones(len(x)), best, x)[:, -1]) < 1e-9)).all()


@law("ad.18", BERNOULLI, drawn=pixels())
def binary_images_share_one_probability_and_a_grey_image_costs_their_mean(nll, drawn):
    logits, grey = (a[0] for a in drawn)
    images = states(len(grey))
    costs = nll(np.broadcast_to(logits, images.shape), images)
    assert close(np.exp(-costs).sum(), 1.0)
    drawn_from_it = np.where(images == 1, grey, 1 - grey).prod(axis=1)
    assert close(drawn_from_it @ costs, nll(logits, grey))
