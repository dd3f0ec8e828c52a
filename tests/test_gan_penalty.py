"""The penalty on the discriminator's slope: kinks, the smallest game, and training."""

import math
from dataclasses import replace

import numpy as np
import pytest
from small_runs import QUICK, images, same_bits, spy_on

import gan.train
from autograd_lite import tape
from autograd_lite.optim import adam_step, momentum_step
from autograd_lite.tree import leaves
from gan.losses import saturating_vjp
from gan.mlp import NO_DROPOUT, Layer, dropout
from gan.penalty import image_gradient, slope_penalty
from gan.players import discriminator_gradient, generate
from gan.train import Settings, discriminator_step, measure, noise, start, step
from training.streams import stream


def test_the_jumps_at_the_kinks_are_not_in_the_gradient():
    """a(x) = leaky(x + b), pixels even from -1 to 1: their density is 1/2."""
    x = np.linspace(-1, 1, 200_001)[:, None]

    def at(b):
        D = (Layer(np.ones((1, 1)), np.array([b])), Layer(np.ones((1, 1)), np.zeros(1)))
        values, grads = slope_penalty(x, (NO_DROPOUT,), D)
        return values, grads[0].b.item()

    values, by_rule = at(0.3)
    assert set(values.round(15)) == {0.02, 0.5} and by_rule == 0
    true = (at(0.4)[0].mean() - at(0.2)[0].mean()) / 0.2
    assert true == pytest.approx(0.48 / 2, rel=1e-3)


# --- the smallest game: all images are the pixel 0, the generator makes the pixel theta ---


def downhill(psi, theta, gamma):
    """Minus the gradients of both losses, by the code: each player's direction."""
    D, zero = (Layer(np.array([[psi]]), np.zeros(1)),), np.zeros((1, 1))
    _, (loss,) = discriminator_gradient(zero, np.array([[theta]]), ((), ()), D, 1.0)
    _, (slope,) = slope_penalty(zero, (), D)
    return np.array([-(loss.W + gamma * slope.W).item(), -psi * saturating_vjp(1.0, psi * theta)])


def moved(point, gamma, eta, turns):
    psi, theta = point
    by_d, by_g = downhill(psi, theta, gamma)
    psi += eta * by_d
    return psi, theta + eta * (downhill(psi, theta, gamma)[1] if turns else by_g)


def eigenvalues(f, size=2):
    """Of the Jacobian at 0 of f, which takes as many numbers to as many."""
    h = 1e-6
    columns = [(np.array(f(*e)) - np.array(f(*-e))) / (2 * h) for e in h * np.eye(size)]
    return np.linalg.eigvals(np.array(columns).T)


STEPS = [(0.0, 0.2), (0.05, 0.19), (0.05, 0.21), (0.6, 0.2), (0.9, 0.39), (0.9, 0.41)]
STRONG = [(1.25, 1.9), (1.25, 2.1), (4.0, 0.49), (4.0, 0.5), (4.0, 0.51), (4.0, 0.6)]


@pytest.mark.eq("gan.27")
@pytest.mark.eq("gan.26")
@pytest.mark.parametrize("gamma, eta", STEPS + STRONG)
def test_which_steps_come_nearer_to_the_goal(gamma, eta):
    def found(turns):
        return eigenvalues(lambda *p: moved(p, gamma, eta, turns))

    limit = 4 * gamma if gamma < 1 else 4 / (gamma + math.sqrt(gamma**2 - 1))
    assert (np.abs(found(turns=False)).max() < 1) == (eta < limit)
    in_turns = found(turns=True)
    pair = gamma < 1 - eta / 4
    assert np.iscomplex(in_turns).all() == pair
    if pair:
        np.testing.assert_allclose(np.abs(in_turns), math.sqrt(1 - eta * gamma), rtol=1e-8)
    if gamma > 0:
        limit = 4 / (gamma + math.sqrt(gamma**2 + 1))
        assert (np.abs(in_turns).max() < 1) == (eta < limit)
    if (gamma, eta) == (4.0, 0.6):
        assert min(in_turns) == pytest.approx(-1.4533, abs=5e-5)


@pytest.mark.eq("gan.28")
@pytest.mark.parametrize("gamma, momentum", [(0.05, 0.5), (0.6, 0.0), (0.6, 0.9), (1.25, 0.5)])
def test_how_small_the_steps_with_momentum_have_to_be(gamma, momentum):
    out, flat = 1 + momentum, 1 - momentum
    if gamma < 1:
        limit = 4 * gamma * out * flat**2 / ((gamma * flat) ** 2 + (1 - gamma**2) * out**2)
    else:
        limit = 4 * out / (gamma + math.sqrt(gamma**2 - 1))

    def step(eta, psi, theta, *last):
        grads = -downhill(psi, theta, gamma)
        after = momentum_step(np.array([psi, theta]), np.array(last), grads, eta, momentum)
        return np.concatenate(after)

    for eta in (0.99 * limit, 1.01 * limit):
        modulus = np.abs(eigenvalues(lambda *p, eta=eta: step(eta, *p), 4)).max()
        assert (modulus < 1) == (eta < limit), modulus


# --- training ---


def parts(state, x, settings):
    """What the discriminator's step draws, and its loss's gradient, written out."""
    G, D, _ = state.params
    rng = stream(settings.seed, "discriminator step", state.step)
    z = noise(rng, len(x), settings)
    fake, _ = generate(z, dropout(rng, len(x), G, settings.generator_dropout), G)
    masks = [dropout(rng, len(x), D, settings.discriminator_dropout) for _ in range(2)]
    return masks, discriminator_gradient(2 * x - 1, fake, masks, D, settings.label)[1]


def test_without_a_penalty_a_step_is_what_it_was_bit_for_bit(monkeypatch):
    def never(*args):
        raise AssertionError("a penalty of weight 0 was computed")

    monkeypatch.setattr(gan.train, "slope_penalty", never)
    assert Settings().penalty == 0
    state = step(start(QUICK, images()), images()[:8], QUICK)
    _, grads = parts(state, images()[8:16], QUICK)
    D, adam_d = adam_step(state.params.D, state.adam_d, grads, QUICK.learning_rate, QUICK.beta1)
    after = discriminator_step(state, images()[8:16], QUICK)
    assert same_bits(after.params.D, D) and same_bits(after.adam_d, adam_d)


@pytest.mark.eq("gan.32")
def test_the_discriminator_s_step_adds_the_weighted_penalty_at_the_real_images(monkeypatch):
    """The penalty by the tape; real images, with their masks of that step, pixels in [-1, 1]."""
    calls = spy_on(monkeypatch, gan.train, "adam_step")["adam_step"]
    settings = replace(QUICK, penalty=0.7)
    state, x = start(settings, images()), images()[:8]
    masks, grads = parts(state, x, settings)  # the same draws as without a penalty

    def mean_penalty(D):
        g, _, _ = image_gradient(2 * x - 1, masks[0], D)
        return (g * g).sum() / (2 * len(x))

    (by_slope,) = tape.gradient(mean_penalty, state.params.D)
    after = discriminator_step(state, x, settings)
    assert same_bits(after.params.G, state.params.G)
    for got, g, s in zip(leaves(calls[0][0][2]), leaves(grads), leaves(by_slope), strict=True):
        assert got.dtype == np.float32
        np.testing.assert_allclose(got, g + 0.7 * s, rtol=1e-5, atol=1e-7)
    assert max(np.abs(s).max() for s in leaves(by_slope)) > 1e-3


def test_a_penalty_makes_the_discriminator_flatter_and_the_printed_loss_is_without_it():
    x, settings = images(), replace(QUICK, discriminator_dropout=0.0, learning_rate=0.01)
    slopes = []
    for penalty in (0.0, 10.0):
        state = start(settings, x)
        for _ in range(100):
            state = step(state, x, replace(settings, penalty=penalty))
        values, _ = slope_penalty(2 * x - 1, (NO_DROPOUT, NO_DROPOUT), state.params.D)
        slopes.append(values.mean())
        row = measure(state.params, x, x[:0], settings)
        assert measure(state.params, x, x[:0], replace(settings, penalty=10.0)) == row
    assert slopes[1] < slopes[0] / 10
