"""Every gradient by three witnesses: the hand-written rule, the tape, finite differences."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_lite import losses, ops, optim, tape
from autograd_lite.gradcheck import directional_error
from autograd_lite.tree import leaves, tree_map
from rbm.gradient import nll_gradient, statistics
from rbm.model import Params as RbmParams
from rbm.model import free_energy
from vae import densities, elbo, mlp, objective
from vae.networks import Dense


def away_from_zero(rng, *shape):
    x = rng.normal(size=shape)
    return x + np.copysign(0.05, x)


def _vae_params(r, seen, scales=0):
    """Weights and biases away from where a network starts, and no unit near the kink of a ReLU."""
    while True:
        start = mlp.init(r, 4, 7, 3, float, scales)
        params = tree_map(lambda w: w + 0.3 * r.normal(size=w.shape), start)
        _, trace = mlp.forward(seen, EPS, params)
        units = ops.affine(seen, params.W1, params.b1), ops.affine(trace.z, params.W2, params.b2)
        if min(np.abs(u).min() for u in units) > 0.02:
            return (params,)


def _vae_cost(params, likelihood, activation, target, seen):
    """Minus the bound of `target`, from codes of what the encoder has `seen`."""
    outputs, _ = mlp.forward(seen, EPS, params, activation)
    nll, _ = objective.LIKELIHOODS[likelihood]
    kl = elbo.kl_diag_gaussian(outputs.mu, outputs.logvar)
    return elbo.neg_elbo(nll(outputs.logits, target), kl).mean()


def _affine_vjp(dy, x, W, b):
    return (ops.affine_vjp_x(dy, W), *ops.affine_vjp_Wb(dy, x))


# name: (forward, its rule as (dy, *args) -> gradients of args, args from a generator)
PAIRS = {
    "affine": (
        ops.affine,
        _affine_vjp,
        lambda r: (r.normal(size=(2, 5, 4)), r.normal(size=(4, 3)), r.normal(size=3)),
    ),
    "relu": (
        ops.relu,
        lambda dy, x: (ops.relu_vjp(dy, ops.relu(x)),),
        lambda r: (away_from_zero(r, 5, 4),),
    ),
    "leaky_relu": (
        lambda x: ops.leaky_relu(x, 0.3),
        lambda dy, x: (ops.leaky_relu_vjp(dy, ops.leaky_relu(x, 0.3), 0.3),),
        lambda r: (away_from_zero(r, 5, 4),),
    ),
    "tanh": (
        ops.tanh,
        lambda dy, x: (ops.tanh_vjp(dy, ops.tanh(x)),),
        lambda r: (2 * r.normal(size=(5, 4)),),
    ),
    "sigmoid": (
        ops.sigmoid,
        lambda dy, x: (ops.sigmoid_vjp(dy, ops.sigmoid(x)),),
        lambda r: (2 * r.normal(size=(5, 4)),),
    ),
    "softplus": (
        ops.softplus,
        lambda dy, x: (ops.softplus_vjp(dy, x),),
        lambda r: (2 * away_from_zero(r, 5, 4),),
    ),
    "log_sigmoid": (
        ops.log_sigmoid,
        lambda dy, x: (ops.sigmoid(-x) * dy,),
        lambda r: (2 * away_from_zero(r, 5, 4),),
    ),
    "bernoulli_nll": (
        lambda a: losses.bernoulli_nll(a, GREY),
        lambda dy, a: (losses.bernoulli_nll_vjp(dy, a, GREY),),
        lambda r: (3 * away_from_zero(r, 2, 5, 4),),
    ),
    "squared_error": (
        lambda a: elbo.squared_error(a, GREY),
        lambda dy, a: (elbo.squared_error_vjp(dy, a, GREY),),
        lambda r: (2 * r.normal(size=(2, 5, 4)),),
    ),
    "gaussian_nll": (
        lambda a: densities.gaussian_nll(a, GREY),
        lambda dy, a: (densities.gaussian_nll_vjp(dy, a, GREY),),
        lambda r: (r.normal(size=(2, 5, 5)),),
    ),
    "laplace_nll": (
        lambda a: densities.laplace_nll(a, GREY),
        lambda dy, a: (densities.laplace_nll_vjp(dy, a, GREY),),
        lambda r: (LOGITS_OF_GREY + away_from_zero(r, 2, 5, 5),),  # no centre at its pixel
    ),
    "kl_diag_gaussian": (
        elbo.kl_diag_gaussian,
        lambda dy, mu, logvar: elbo.kl_diag_gaussian_vjp(dy, mu, logvar),
        lambda r: (r.normal(size=(5, 3)), r.normal(size=(5, 3))),
    ),
    "reparameterise": (
        lambda mu, logvar: elbo.reparameterise(mu, logvar, EPS),
        lambda dz, mu, logvar: elbo.reparameterise_vjp(dz, logvar, EPS),
        lambda r: (r.normal(size=(5, 3)), r.normal(size=(5, 3))),
    ),
    "free_energy": (
        lambda p: free_energy(V, *p).mean(),
        lambda dy, p: (tree_map(lambda s: -dy * s, statistics(V, p.W, p.c)),),
        lambda r: (RbmParams(r.normal(size=(4, 3)), r.normal(size=4), r.normal(size=3)),),
    ),
    "nll": (
        lambda p: free_energy(V, *p).mean() - free_energy(V_MODEL, *p).mean(),
        lambda dy, p: (tree_map(lambda s: dy * s, nll_gradient(V, V_MODEL, *p)),),
        lambda r: (RbmParams(r.normal(size=(4, 3)), r.normal(size=4), r.normal(size=3)),),
    ),
}
_fixed = np.random.default_rng(7)
GREY = _fixed.random((5, 4))
BINARY = GREY.round()
LOGITS_OF_GREY = np.append(np.log(GREY / (1 - GREY)), np.zeros((5, 1)), axis=1)  # and log scale 0
EPS = _fixed.normal(size=(2, 5, 3))
V = _fixed.integers(0, 2, (5, 4)).astype(float)
V_MODEL = _fixed.integers(0, 2, (8, 4)).astype(float)

DAMAGED = GREY * (_fixed.random((5, 4)) < 0.7)


def _vae_pair(likelihood, activation, damaged):
    # Black and white pixels have no centre on them, where the Laplace density has its kink.
    target = BINARY if likelihood == "laplace" else GREY
    seen = DAMAGED if damaged else target

    def forward(p):
        if damaged:
            return _vae_cost(p, likelihood, activation, target, seen)
        costs = objective.costs(target, EPS, Dense(p, activation), likelihood)
        return elbo.neg_elbo(*costs).mean()

    def rule(dy, p):
        given = (DAMAGED,) if damaged else ()
        grads = objective.gradient(target, EPS, Dense(p, activation), likelihood, 1.0, *given)
        return (tree_map(lambda g: dy * g, grads),)

    return forward, rule, lambda r: _vae_params(r, seen, objective.SCALES[likelihood])


for _likelihood in objective.LIKELIHOODS:
    for _activation in mlp.ACTIVATIONS:
        for _damaged in (False, True):
            _name = f"vae {_likelihood} {_activation}" + " damaged" * _damaged
            PAIRS[_name] = _vae_pair(_likelihood, _activation, _damaged)


@pytest.mark.parametrize("name", PAIRS)
@given(seed=st.integers(0, 2**32 - 1))
def test_hand_written_rule_agrees_with_the_tape(name, seed):
    rng = np.random.default_rng(seed)
    forward, vjp, draw = PAIRS[name]
    args = draw(rng)
    dy = rng.normal(size=np.shape(forward(*args)))
    traced = tape.gradient(lambda *a: (forward(*a) * dy).sum(), *args)
    for by_hand, by_tape in zip(leaves(tuple(vjp(dy, *args))), leaves(traced), strict=True):
        assert by_hand.shape == by_tape.shape
        size = max(1, np.abs(by_tape).max())
        assert np.abs(by_hand - by_tape).max() < 1e-13 * size


@pytest.mark.parametrize("name", PAIRS)
def test_hand_written_rule_agrees_with_finite_differences(name):
    forward, vjp, draw = PAIRS[name]
    for seed in range(10):
        rng = np.random.default_rng([seed, 1])
        args = draw(rng)
        error = directional_error(rng, forward, lambda dy, a=args: vjp(dy, *a), *args)
        assert error < 1e-9


@pytest.mark.parametrize("ufunc", tape.UFUNCS, ids=lambda u: u.__name__)
def test_the_tape_s_own_rules_agree_with_finite_differences(ufunc):
    rng = np.random.default_rng(3)
    if ufunc is np.matmul:
        args = [rng.normal(size=(2, 5, 4)), rng.normal(size=(4, 3))]
    else:  # shapes that have to be broadcast, in both directions
        args = [0.5 + rng.random((5, 1, 3)), 0.9 + 0.2 * rng.random((4, 3))][: ufunc.nin]
        args[0] = args[0] * (1 if ufunc in (np.log, np.log1p) else rng.choice([-1, 1], (5, 1, 3)))

    def rule(dy):
        return tape.gradient(lambda *a: (ufunc(*a) * dy).sum(), *args)

    assert directional_error(rng, ufunc, rule, *args) < 1e-10


def test_the_tape_multiplies_a_matrix_and_a_vector():
    rng = np.random.default_rng(4)
    args = rng.normal(size=(2, 5, 4)), rng.normal(size=4)

    def rule(dy):
        return tape.gradient(lambda a, b: ((a @ b) * dy).sum(), *args)

    assert directional_error(rng, np.matmul, rule, *args) < 1e-10


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_the_error_is_relative_to_the_gradient_and_the_direction(scale):
    """A rule that is 1 % too large, on one number: |1.01 g - g| / |1.01 g| whatever the scale."""
    x = np.array([0.7])
    for seed in range(3):
        rng = np.random.default_rng(seed)
        error = directional_error(rng, lambda x: scale * x, lambda dy: (1.01 * scale * dy,), x)
        assert error == pytest.approx(0.01 / 1.01, rel=1e-6)


def test_the_tape_follows_indexing_where_sums_and_shared_values():
    rng = np.random.default_rng(5)
    x = rng.normal(size=(5, 4))

    def f(x):
        y = np.where(V > 0, x, x * x) + x[:, [0, 0, 1, 2]]
        z = y.reshape(-1, 2).T @ y[::-1].reshape(-1, 2)
        return z.sum(axis=0, keepdims=True) / (1 + np.square(x[1:3].mean())) - y.mean(axis=(0, 1))

    def rule(dy):
        return tape.gradient(lambda a: (f(a) * dy).sum(), x)

    assert directional_error(rng, f, rule, x) < 1e-10


def test_the_tape_follows_arrays_that_are_filled_piece_by_piece():
    """Overlapping sums, entries that are overwritten, reading in between."""
    rng = np.random.default_rng(6)
    x = rng.normal(size=(5, 4))

    def f(x):
        total = np.zeros_like(x, shape=(7, 4))
        for i in range(3):
            total[i : i + 5] += x * x
        early = total[1:3] * 2  # of the values that stand there now
        total[2, ::2] = x[0, :2] * early[1, 1]
        total[3] = 5.0
        row = np.empty_like(total, shape=4)
        row[:] = total[:, 1].sum()  # one number, stretched
        return total * row + early.sum()

    def rule(dy):
        return tape.gradient(lambda a: (f(a) * dy).sum(), x)

    assert directional_error(rng, f, rule, x) < 1e-10


def test_filling_an_argument_leaves_the_argument_of_the_gradient_alone():
    x = np.array([2.0, 3.0])

    def f(x):
        square = (x * x).sum()
        x[0] = 10 * x[1]
        return square + x.sum()

    np.testing.assert_array_equal(tape.gradient(f, x.copy())[0], [4, 6 + 10 + 1])
    np.testing.assert_array_equal(x, [2, 3])


def test_the_tape_refuses_what_it_cannot_differentiate():
    with pytest.raises(ValueError, match="scalar"):
        tape.gradient(lambda x: x * 2, np.ones(3))
    with pytest.raises(TypeError, match=r"no rule for np\.sinh"):
        tape.gradient(lambda x: np.sinh(x).sum(), np.ones(3))
    with pytest.raises(TypeError):
        tape.gradient(lambda x: np.add(x, 1, out=np.zeros(3)).sum(), np.ones(3))


def test_finite_differences_see_a_rule_that_is_off_in_one_entry():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(5, 4))

    def wrong(dy):
        g = ops.softplus_vjp(dy, x)
        g[3, 2] *= 1.001
        return (g,)

    assert directional_error(rng, ops.softplus, wrong, x) > 1e-7


def test_adam_finds_the_minimum_and_its_first_step_has_the_size_of_the_rate():
    x, state = np.array([3.0, -20.0]), optim.adam_start(np.zeros(2))
    first, _ = optim.adam_step(x, state, 2 * x, learning_rate=0.1)
    np.testing.assert_allclose(x - first, 0.1 * np.sign(x), rtol=1e-8)
    for _ in range(2000):
        x, state = optim.adam_step(x, state, 2 * (x - [1, 2]), learning_rate=0.1)
    np.testing.assert_allclose(x, [1, 2], atol=1e-3)
    assert state.step == 2000


@pytest.mark.eq("ad.31")
def test_rmsprop_is_five_steps_of_a_loop_over_numbers():
    rng = np.random.default_rng(0)
    params, state = rng.normal(size=(3, 2)), optim.rmsprop_start(np.zeros((3, 2)))
    theta, square = params.ravel().tolist(), [0.0] * 6
    for _ in range(5):
        grads = rng.normal(size=(3, 2))
        params, state = optim.rmsprop_step(params, state, grads, 0.01, 0.8, 1e-3)
        for i, g in enumerate(grads.ravel().tolist()):
            square[i] = 0.8 * square[i] + 0.2 * g**2
            theta[i] -= 0.01 * g / (math.sqrt(square[i]) + 1e-3)
    np.testing.assert_allclose(params.ravel(), theta, rtol=1e-13)
    np.testing.assert_allclose(state.square.ravel(), square, rtol=1e-13)


@pytest.mark.eq("ad.31")
@pytest.mark.parametrize("g", [1e-3, 5.0, 1e6])
def test_the_first_steps_of_rmsprop_are_larger_than_its_rate(g):
    """With a gradient that stays the same, step t is rate / sqrt(1 - rho^t)."""
    x, state = np.zeros(1), optim.rmsprop_start(np.zeros(1))
    for t in range(1, 60):
        before = x
        x, state = optim.rmsprop_step(x, state, np.array([-g]), learning_rate=0.1)
        expected = 0.1 / math.sqrt(1 - 0.9**t)
        assert (x - before)[0] == pytest.approx(expected, rel=1e-3 if g < 1 else 1e-6)
        if t == 1:
            assert (x - before)[0] == pytest.approx(0.3162, abs=2e-4)
    assert (x - before)[0] == pytest.approx(0.1, rel=2e-3)


@pytest.mark.eq("ad.15")
def test_the_categorical_rule_agrees_with_finite_differences():
    """The tape has no maximum along an axis; the complex step of its check is the other witness."""
    rng = np.random.default_rng(0)
    logits, labels = 3 * rng.normal(size=(5, 4)), rng.integers(0, 4, 5)

    def rule(dy):
        return (losses.categorical_nll_vjp(dy, logits, labels),)

    error = directional_error(rng, lambda a: losses.categorical_nll(a, labels), rule, logits)
    assert error < 1e-10
