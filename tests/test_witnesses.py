"""Every gradient by three witnesses: the hand-written rule, the tape, finite differences."""

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
from vae import elbo, mlp, objective


def away_from_zero(rng, *shape):
    x = rng.normal(size=shape)
    return x + np.copysign(0.05, x)


def _vae_params(r):
    """Weights and biases away from where a network starts."""
    return (tree_map(lambda w: w + 0.3 * r.normal(size=w.shape), mlp.init(r, 4, 7, 3, float)),)


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
EPS = _fixed.normal(size=(2, 5, 3))
V = _fixed.integers(0, 2, (5, 4)).astype(float)
V_MODEL = _fixed.integers(0, 2, (8, 4)).astype(float)

for _likelihood in ("bernoulli", "squared"):
    PAIRS[f"vae {_likelihood}"] = (
        lambda p, lik=_likelihood: elbo.neg_elbo(*objective.costs(GREY, EPS, p, lik)).mean(),
        lambda dy, p, lik=_likelihood: (
            tree_map(lambda g: dy * g, objective.gradient(GREY, EPS, p, lik)),
        ),
        _vae_params,
    )


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
        if name.startswith("vae"):  # a ReLU's kink may lie within the step; then it is not close
            errors = sorted([error, _again(name, seed, 100), _again(name, seed, 200)])
            error = errors[1]
        assert error < 1e-9


def _again(name, seed, offset):
    forward, vjp, draw = PAIRS[name]
    rng = np.random.default_rng([seed + offset, 1])
    args = draw(rng)
    return directional_error(rng, forward, lambda dy: vjp(dy, *args), *args)


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


@pytest.mark.eq("ad.15")
def test_the_categorical_rule_agrees_with_finite_differences():
    """The tape has no maximum along an axis; the complex step of its check is the other witness."""
    rng = np.random.default_rng(0)
    logits, labels = 3 * rng.normal(size=(5, 4)), rng.integers(0, 4, 5)

    def rule(dy):
        return (losses.categorical_nll_vjp(dy, logits, labels),)

    error = directional_error(rng, lambda a: losses.categorical_nll(a, labels), rule, logits)
    assert error < 1e-10
