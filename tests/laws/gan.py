"""Laws of the game: the best discriminator, and what its loss measures.

The game is played for finitely many images, so that every mean is a sum.
"""

import math
from typing import Any

import numpy as np
from hypothesis import strategies as st

from grading.oracles import game
from tests.laws.draws import close, cut, numbers
from tests.laws.law import law

L = "gan.losses."
LOSS, LOSS_VJP = L + "discriminator_loss", L + "discriminator_loss_vjp"
SATURATING, OTHER = L + "saturating", L + "non_saturating"
labels = numbers(0.5, 1.0)


@st.composite
def images(draw: Any) -> Any:
    """p of real and of generated images (n,), theta of the latter, other logits (n,)."""
    n = draw(st.integers(1, 5))
    data, theta, other = draw(cut((n,), (n,), (n,), low=4.0))
    return game.softmax(data), game.softmax(theta), theta, other


def js(p: Any, q: Any, share: float = 0.5) -> Any:
    """The Jensen-Shannon divergence, p having the weight `share` in the middle."""
    middle = share * p + (1 - share) * q
    return share * game.kl(p, middle) + (1 - share) * game.kl(q, middle)


def mean_loss(loss: Any, p: Any, q: Any, real: Any, generated: Any, label: float) -> Any:
    """The mean of the discriminator's loss over a real and a generated image, drawn apart."""
    return p @ loss(real[:, None], generated, label) @ q


def best(p: Any, q: Any, label: float = 1.0) -> Any:
    """The logits of D = label p / (p + q)."""
    return np.log(label * p) - np.log((1 - label) * p + q)


@law("gan.2 gan.7", LOSS, drawn=images(), label=labels)
def no_logits_lose_less_than_those_of_the_share_of_real_images_times_the_label(loss, drawn, label):
    p, q, _, other = drawn
    a = best(p, q, label)
    least = mean_loss(loss, p, q, a, a, label)
    for logits in (other, a + other, a + other / 100):
        assert mean_loss(loss, p, q, logits, logits, label) >= least - 1e-12


@law("gan.3 gan.5", LOSS, drawn=images())
def the_least_loss_is_log_4_less_twice_the_divergence_of_jensen_and_shannon(loss, drawn):
    p, q, *_ = drawn
    a = best(p, q)
    assert close(mean_loss(loss, p, q, a, a, 1.0), math.log(4) - 2 * js(p, q))


@law("gan.8", LOSS, drawn=images(), label=labels)
def with_a_smoothed_label_the_least_loss_measures_the_distance_to_a_mixture(loss, drawn, label):
    p, q, *_ = drawn
    a, mixture = best(p, q, label), ((1 - label) * p + q) / (2 - label)
    apart = js(p, mixture, label / 2)
    entropy = game.cross_entropy(np.log(label / (2 - label)), label / 2)
    assert close(mean_loss(loss, p, q, a, a, label), 2 * (entropy - apart))


@law("gan.2 gan.3", LOSS, drawn=images())
def the_least_loss_lies_between_0_and_log_4_and_is_log_4_only_between_equals(loss, drawn):
    p, q, *_ = drawn
    a, zero = best(p, q), np.zeros_like(p)
    least = mean_loss(loss, p, q, a, a, 1.0)
    assert 0 <= least <= math.log(4) + 1e-12
    assert close(mean_loss(loss, p, p, zero, zero, 1.0), math.log(4))
    assert least < math.log(4) or np.abs(p - q).max() < 1e-6


@law("gan.4", LOSS, sure=numbers(0.0, 700.0))
def where_no_image_is_both_real_and_made_a_surer_discriminator_loses_ever_less(loss, sure):
    found = loss(np.array([sure]), np.array([-sure]))[0]
    assert close(found, 2 * math.log1p(math.exp(-sure)))


@law("gan.6 gan.7", LOSS_VJP, drawn=images(), label=labels)
def the_best_discriminator_s_mean_gradient_is_0_at_every_image(vjp, drawn, label):
    p, q, *_ = drawn
    a = best(p, q, label)
    real, generated = vjp(np.ones(len(a)), a, a, label)
    assert close(p * real + q * generated, np.zeros(len(a)), 1e-12)


def pull(loss: Any, p: Any, q: Any, label: float) -> Any:
    """The gradient by theta of the mean loss, D held where it is best; q is softmax(theta)."""
    costs = loss(best(p, q, label))
    return q * (costs - q @ costs)


def by_complex_step(divergence: Any, theta: Any) -> Any:
    return game.gradient(lambda theta: divergence(game.softmax(theta)), (theta,))[0]


@law("gan.14", SATURATING, OTHER, drawn=images())
def against_the_best_discriminator_both_losses_descend_divergences(saturating, other, drawn):
    p, q, theta, _ = drawn
    jensen_shannon = by_complex_step(lambda q: 2 * js(p, q), theta)
    assert close(pull(saturating, p, q, 1.0), jensen_shannon)
    to_the_middle = by_complex_step(lambda q: 2 * game.kl((p + q) / 2, p), theta)
    assert close(pull(other, p, q, 1.0), to_the_middle)


@law("gan.13 gan.14", SATURATING, OTHER, drawn=images(), label=labels)
def both_losses_rest_where_every_image_is_made_as_often_as_it_is_real_and_there_alone(
    saturating, other, drawn, label
):
    p, q, *_ = drawn
    for loss in (saturating, other):
        assert close(pull(loss, p, p, label), np.zeros_like(p), 1e-14)
        away = pull(loss, p, q, label) @ (np.log(q) - np.log(p))
        assert away > 0 or np.abs(q / p - 1).max() < 1e-6
