"""Laws of first weights and of optimisers: what steps come to, and what does not change them."""

import math
from itertools import accumulate

import numpy as np
from hypothesis import strategies as st

from tests.laws.draws import arrays, close, numbers, seeds, share_error, sizes
from tests.laws.law import law

P = "autograd_lite.optim."
MOMENTUM, ADAM, RMSPROP = P + "momentum_step", P + "adam_step", P + "rmsprop_step"
ADAM_START, RMSPROP_START = P + "adam_start", P + "rmsprop_start"

lengths = st.integers(1, 6)
rate, share = numbers(0.001, 1), numbers(0, 0.95)
# Gradients (T, n) of a run of T steps, to three digits, so that no square is lost to underflow.
runs = st.tuples(lengths, sizes).flatmap(lambda shape: arrays(shape, 100)).map(lambda g: g.round(3))
gradient = (numbers(1e-3, 1e6) | numbers(-1e6, -1e-3)).map(lambda g: np.array([g]))


def run(step, state, gradients, *settings):
    """How far each step went, and the last moments."""
    steps, params = [], np.zeros_like(gradients[0])
    for g in gradients:
        before = params
        params, state = step(params, state, g, *settings)
        steps.append(params - before)
    return np.array(steps), state


def running_means(values, beta):
    """Of the values so far, with weights beta^age that sum to 1: (T, n) -> (T, n)"""
    T = len(values)
    age = np.arange(T)[:, None] - np.arange(T)
    weights = np.where(age >= 0, beta ** np.maximum(age, 0.0), 0)
    return weights / weights.sum(axis=1, keepdims=True) @ values


@law("ad.25", MOMENTUM, gradients=runs, rate=rate, momentum=share)
def a_velocity_is_the_sum_of_past_gradients_that_fade(step, gradients, rate, momentum):
    steps, velocity = run(step, 0 * gradients[0], gradients, rate, momentum)
    sums = list(accumulate(gradients, lambda total, g: momentum * total + g))
    assert close(steps, -rate * np.array(sums), 1e-12) and close(velocity, -rate * sums[-1], 1e-12)


@law("ad.25", MOMENTUM, g=gradient, rate=rate, momentum=share, length=lengths)
def steps_down_a_steady_slope_grow_as_a_geometric_series(step, g, rate, momentum, length):
    steps, _ = run(step, 0 * g, [g] * length, rate, momentum)
    grown = (1 - momentum ** np.arange(1, length + 1)) / (1 - momentum)
    assert close(steps / (-rate * g), grown[:, None], 1e-12)


@law("ad.26", ADAM, ADAM_START, g=gradient, rate=rate, length=lengths)
def down_a_steady_slope_every_step_of_adam_has_the_length_of_the_rate(step, start, g, rate, length):
    steps, _ = run(step, start(g), [g] * length, rate, 0.9, 0.999, 0.0)
    assert close(steps, -rate * np.sign(g) * np.ones((length, 1)), 1e-12)


@law("ad.26 ad.27", ADAM, ADAM_START, gradients=runs, beta1=share, beta2=share)
def adam_steps_by_the_ratio_of_two_weighted_means(step, start, gradients, beta1, beta2):
    steps, _ = run(step, start(gradients[0]), gradients, 1.0, beta1, beta2, 0.01)
    mean, square = running_means(gradients, beta1), running_means(gradients**2, beta2)
    assert close(steps, -mean / (np.sqrt(square) + 0.01), 1e-10)


@law("ad.26", ADAM, ADAM_START, gradients=runs, power=st.integers(-20, 20))
def adam_does_not_see_the_unit_of_the_loss(step, start, gradients, power):
    unit, settings = 2.0**power, (0.1, 0.9, 0.999)
    steps, _ = run(step, start(gradients[0]), gradients, *settings, 0.01)
    others, _ = run(step, start(gradients[0]), unit * gradients, *settings, unit * 0.01)
    assert np.array_equal(steps, others)  # powers of two: nothing is rounded


@law("ad.26", ADAM, ADAM_START, gradients=runs, beta1=share, beta2=numbers(0.1, 0.999))
def no_step_of_adam_is_longer_than_cauchy_and_schwarz_allow(step, start, gradients, beta1, beta2):
    steps, _ = run(step, start(gradients[0]), gradients, 1.0, beta1, beta2, 1e-8)
    for t, moved in enumerate(steps, 1):
        first, second = (
            beta ** np.arange(t) * (1 - beta) / (1 - beta**t) for beta in (beta1, beta2)
        )
        assert np.all(abs(moved) <= np.sqrt((first**2 / second).sum()) * (1 + 1e-10))


@law("ad.28", RMSPROP, RMSPROP_START, g=gradient, rate=rate, rho=share, length=lengths)
def down_a_steady_slope_rmsprop_starts_fast_and_comes_to_its_rate(
    step, start, g, rate, rho, length
):
    steps, _ = run(step, start(g), [g] * length, rate, rho, 0.0)
    lengths = rate / np.sqrt(1 - rho ** np.arange(1, length + 1))
    assert close(steps, -np.sign(g) * lengths[:, None], 1e-12)


@law("ad.28", RMSPROP, RMSPROP_START, gradients=runs, power=st.integers(-20, 20))
def rmsprop_does_not_see_the_unit_of_the_loss(step, start, gradients, power):
    unit = 2.0**power
    steps, _ = run(step, start(gradients[0]), gradients, 0.1, 0.9, 0.01)
    others, _ = run(step, start(gradients[0]), unit * gradients, 0.1, 0.9, unit * 0.01)
    assert np.array_equal(steps, others)


@law("ad.28", RMSPROP, RMSPROP_START, gradients=runs, rho=share)
def no_step_of_rmsprop_is_longer_than_the_first_can_be(step, start, gradients, rho):
    steps, _ = run(step, start(gradients[0]), gradients, 1.0, rho, 1e-8)
    assert np.all(abs(steps) <= (1 + 1e-12) / np.sqrt(1 - rho))


@law("ad.26 ad.28", ADAM, ADAM_START, RMSPROP, RMSPROP_START, gradients=runs, rho=share)
def adam_without_momentum_is_rmsprop_with_its_early_steps_corrected(
    adam, adam_start, rmsprop, rmsprop_start, gradients, rho
):
    state, other = adam_start(gradients[0]), rmsprop_start(gradients[0])
    origin = 0 * gradients[0]
    for t, g in enumerate(gradients, 1):
        by_adam, state = adam(origin, state, g, 1.0, 0.0, rho, 0.01)
        shrink = np.sqrt(1 - rho**t)
        by_rmsprop, other = rmsprop(origin, other, g, shrink, rho, shrink * 0.01)
        assert close(by_adam, by_rmsprop, 1e-12) and close(state.square, other.square, 1e-12)


layers = st.tuples(st.sampled_from([(), (2, 2), (3, 3)]), st.integers(10, 50), st.integers(10, 50))


@law("ad.24", "autograd_lite.init.glorot_uniform", layer=layers, seed=seeds)
def glorot_s_weights_are_independent_and_uniform_with_the_variance_of_2_over_both_fans(
    glorot_uniform, layer, seed
):
    window, inputs, outputs = layer
    W = glorot_uniform(np.random.default_rng(seed), (*window, inputs, outputs))
    limit = math.sqrt(3 * 2 / (math.prod(window) * (inputs + outputs)))
    assert W.shape == (*window, inputs, outputs) and abs(W).max() <= limit
    assert share_error(W, np.linspace(-limit, limit, 41), np.linspace(0, 1, 41)) < 1
    assert len(np.unique(W.reshape(-1, outputs), axis=1).T) == outputs  # no two units are alike
