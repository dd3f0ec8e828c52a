"""Every gradient by three witnesses: the hand-written rule, the tape, finite differences."""

from copy import copy, deepcopy
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from witnesses import assert_close

from autograd_lite import losses, ops, optim, record, tape
from autograd_lite.gradcheck import directional_error
from autograd_lite.tree import tree_map
from rbm.gradient import nll_gradient, statistics
from rbm.model import Params as RbmParams
from rbm.model import free_energy
from vae import densities, elbo, mlp, objective
from vae.networks import Dense

_fixed = np.random.default_rng(7)
GREY = _fixed.random((5, 4))
BINARY = GREY.round()
LOGITS_OF_GREY = np.append(np.log(GREY / (1 - GREY)), np.zeros((5, 1)), axis=1)  # and log scale 0
EPS = _fixed.normal(size=(2, 5, 3))
V = _fixed.integers(0, 2, (5, 4)).astype(float)
V_MODEL = _fixed.integers(0, 2, (8, 4)).astype(float)
DAMAGED = GREY * (_fixed.random((5, 4)) < 0.7)


def normal(*shapes, scale=1.0, gap=0.0):
    """Draws arrays of these shapes, no entry nearer to 0 than `gap`."""

    def draw(rng):
        arrays = tuple(rng.normal(size=shape) for shape in shapes)
        return tuple(scale * (x + np.copysign(gap, x)) for x in arrays)

    return draw


def machine(rng):
    return (RbmParams(*normal((4, 3), 4, 3)(rng)),)


def by_output(op, vjp):
    """An operation whose rule needs its output."""
    return op, lambda dy, x: (vjp(dy, op(x)),)


def by_input(op, vjp, *given):
    """An operation whose rule needs its input, and what is given beside it."""
    return lambda x: op(x, *given), lambda dy, x: (vjp(dy, x, *given),)


def _affine_vjp(dy, x, W, b):
    return (ops.affine_vjp_x(dy, W), *ops.affine_vjp_Wb(dy, x))


def _mean_statistics(dy, p):
    return (tree_map(lambda s: -dy * s, statistics(V, p.W, p.c)),)


def _nll_vjp(dy, p):
    return (tree_map(lambda s: dy * s, nll_gradient(V, V_MODEL, *p)),)


_leaky = partial(ops.leaky_relu, slope=0.3), partial(ops.leaky_relu_vjp, slope=0.3)
_codes = normal((5, 3), (5, 3))
# name: (forward, its rule as (dy, *args) -> gradients of args, args from a generator)
PAIRS = {
    "affine": (ops.affine, _affine_vjp, normal((2, 5, 4), (4, 3), 3)),
    "relu": (*by_output(ops.relu, ops.relu_vjp), normal((5, 4), gap=0.05)),
    "leaky_relu": (*by_output(*_leaky), normal((5, 4), gap=0.05)),
    "tanh": (*by_output(ops.tanh, ops.tanh_vjp), normal((5, 4), scale=2)),
    "sigmoid": (*by_output(ops.sigmoid, ops.sigmoid_vjp), normal((5, 4), scale=2)),
    "softplus": (*by_input(ops.softplus, ops.softplus_vjp), normal((5, 4), scale=2)),
    "log_sigmoid": (
        *by_input(ops.log_sigmoid, lambda dy, x: ops.sigmoid(-x) * dy),
        normal((5, 4), scale=2),
    ),
    "bernoulli_nll": (
        *by_input(losses.bernoulli_nll, losses.bernoulli_nll_vjp, GREY),
        normal((2, 5, 4), scale=3),
    ),
    "squared_error": (
        *by_input(elbo.squared_error, elbo.squared_error_vjp, GREY),
        normal((2, 5, 4), scale=2),
    ),
    "gaussian_nll": (
        *by_input(densities.gaussian_nll, densities.gaussian_nll_vjp, GREY),
        normal((2, 5, 5)),
    ),
    "laplace_nll": (
        *by_input(densities.laplace_nll, densities.laplace_nll_vjp, GREY),
        lambda rng: (LOGITS_OF_GREY + normal((2, 5, 5), gap=0.05)(rng)[0],),  # away from the kink
    ),
    "kl_diag_gaussian": (elbo.kl_diag_gaussian, elbo.kl_diag_gaussian_vjp, _codes),
    "reparameterise": (
        lambda mu, logvar: elbo.reparameterise(mu, logvar, EPS),
        lambda dz, mu, logvar: elbo.reparameterise_vjp(dz, logvar, EPS),
        _codes,
    ),
    "free_energy": (lambda p: free_energy(V, *p).mean(), _mean_statistics, machine),
    "nll": (
        lambda p: free_energy(V, *p).mean() - free_energy(V_MODEL, *p).mean(),
        _nll_vjp,
        machine,
    ),
}


def _vae_params(r, seen, scales=0):
    """Weights and biases away from where a network starts, and no unit near the kink of a ReLU."""
    while True:
        start = mlp.init(r, 4, 7, 3, float, scales)
        params = tree_map(lambda w: w + 0.3 * r.normal(size=w.shape), start)
        _, trace = mlp.forward(seen, EPS, params, "relu")
        units = ops.affine(seen, params.W1, params.b1), ops.affine(trace.z, params.W2, params.b2)
        if min(np.abs(u).min() for u in units) > 0.02:
            return (params,)


def _vae_pair(likelihood, activation, damaged):
    # Black and white pixels have no centre on them, where the Laplace density has its kink.
    target = BINARY if likelihood == "laplace" else GREY
    seen = DAMAGED if damaged else None

    def forward(p):
        """Minus the bound of `target`; where it is damaged, put together here from its parts."""
        network = Dense(p, activation)
        if not damaged:
            return elbo.neg_elbo(*objective.costs(target, EPS, network, likelihood)).mean()
        outputs, _ = network.forward(seen, EPS)
        nll, _ = objective.LIKELIHOODS[likelihood]
        kl = elbo.kl_diag_gaussian(outputs.mu, outputs.logvar)
        return elbo.neg_elbo(nll(outputs.logits, target), kl).mean()

    def rule(dy, p):
        network = Dense(p, activation)
        grads = objective.gradient(target, EPS, network, likelihood, seen=seen)
        return (tree_map(lambda g: dy * g, grads),)

    scales = objective.SCALES[likelihood]
    return forward, rule, lambda r: _vae_params(r, DAMAGED if damaged else target, scales)


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
    assert_close(vjp(dy, *args), tape.gradient(lambda *a: (forward(*a) * dy).sum(), *args))


@pytest.mark.parametrize("name", PAIRS)
def test_hand_written_rule_agrees_with_finite_differences(name):
    forward, vjp, draw = PAIRS[name]
    for seed in range(10):
        rng = np.random.default_rng([seed, 1])
        args = draw(rng)
        error = directional_error(rng, forward, lambda dy, a=args: vjp(dy, *a), *args)
        assert error < 1e-9


def tape_error(rng, f, *args):
    """How far the tape's gradient of f at args is from finite differences."""

    def rule(dy):
        return tape.gradient(lambda *a: (f(*a) * dy).sum(), *args)

    return directional_error(rng, f, rule, *args)


@pytest.mark.parametrize("ufunc", record.UFUNCS, ids=lambda u: u.__name__)
def test_the_tape_s_own_rules_agree_with_finite_differences(ufunc):
    rng = np.random.default_rng(3)
    # Shapes that have to be broadcast, in both directions.
    args = [0.5 + rng.random((5, 1, 3)), 0.9 + 0.2 * rng.random((4, 3))][: ufunc.nin]
    args[0] = args[0] * (1 if ufunc in (np.log, np.log1p) else rng.choice([-1, 1], (5, 1, 3)))
    cases = [args]
    if ufunc is np.matmul:
        x = rng.normal(size=(2, 5, 4))
        vector = rng.normal(size=4)
        cases = [(x, rng.normal(size=(4, 3))), (x, vector), (vector, x.swapaxes(1, 2))]
    for args in cases:
        assert tape_error(rng, ufunc, *args) < 1e-10


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

    assert tape_error(rng, f, x) < 1e-10


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

    assert tape_error(rng, f, x) < 1e-10


def through_views(x):
    y = x * 1
    v, w = y[1:4], y.reshape(2, 2).T
    v[1:] *= x[:2]  # a view of a view
    w[0] += x[1]
    y[2] = x[3] * x[0]  # which both views see
    return (v * v).sum() * w[1].sum()


def under_two_names(x):
    y = x * 1
    z, total = y, y.sum()
    same = total  # a number: what happens to `total` leaves it alone
    z *= x
    total += x[0]
    return (y * y).sum() + same * total


def into_copies(x):
    y = x * 1
    v = y[[0, 2]]  # no view
    v[0] = 5 * x[1]
    return (y * y).sum() * v.sum()


def in_a_used_buffer(x):
    buffer, index, mask, total = np.zeros(4), np.array([0, 1]), np.zeros(4, bool), 0
    for i in range(2):
        buffer[:], index[:], mask[i:] = i + 1, [i, i + 1], True
        total = total + (np.where(mask, x, x * x) * buffer)[index]
    return total.sum()


def of_copies(x):
    y = x * 1
    v, whole, part = y[1:], copy(y), deepcopy(y[1:])
    whole[1], part[0], y[2] = 7.0, x[0], x[0] * x[3]
    v[:] = (v * part)[None, None]  # the axes in front are dropped
    return (y * y).sum() + (whole * part.copy()[0]).sum()


def by_branches(x):
    return x[0] * x[1] if x[0] * 0 else np.where(x * 0, x, 2 * x).sum()


@pytest.mark.parametrize(
    "f", [through_views, under_two_names, into_copies, of_copies, in_a_used_buffer, by_branches]
)
def test_the_tape_changes_what_numpy_changes_and_nothing_else(f):
    x = np.array([1.5, -2.0, 3.0, 0.7])
    assert tape_error(np.random.default_rng(0), f, x) < 1e-9
    np.testing.assert_array_equal(x, [1.5, -2.0, 3.0, 0.7])


def filled(index, dtype=float):
    def f(x):
        y = np.zeros_like(x, dtype=dtype)
        y[index] = x
        return y.sum()

    return f


# What the tape cannot differentiate: a program, and what it says.
REFUSED = {
    "a real scalar": lambda x: x * 2,
    "real numbers, not complex128": lambda x: np.abs(x * 1j).sum(),
    "numbers in a list or a plain array": lambda x: (x * [x[1], x[0]]).sum(),
    "within another": lambda x: tape.gradient(lambda y: y * x.sum(), np.ones(()))[0],
    "no rule for np.sinh": lambda x: np.sinh(x).sum(),
    "no rule for np.max": np.max,
    "only as a plain call": lambda x: np.add(x, 1, out=np.zeros(2)).sum(),
    "cannot fill an entry twice": filled([0, 0]),
    "cannot fill an array of int64": filled(slice(None), int),
}


@pytest.mark.parametrize("message", REFUSED)
def test_the_tape_refuses_what_it_cannot_differentiate(message):
    with pytest.raises((TypeError, ValueError), match=message):
        tape.gradient(REFUSED[message], np.ones(2))


def test_the_tape_has_no_gradient_at_whole_numbers_and_a_constant_has_zero():
    with pytest.raises(TypeError, match="floating-point arrays, not int64"):
        tape.gradient(lambda x: (x * 1.5).sum(), np.array([1, 2]))
    assert not tape.gradient(lambda x: 3.0, np.ones(2))[0].any()


def test_a_number_is_no_array_that_changes():
    def f(x):
        y = x
        x += 1
        return x * y

    assert tape.gradient(f, 3.0)[0] == 2 * 3 + 1 and tape.gradient(f, np.array(3.0))[0] == 2 * 4


def test_at_kinks_the_tape_takes_the_mean_of_both_slopes_and_softplus_is_right():
    at = np.zeros(())
    for f, slope in ((np.abs, 0), (ops.relu, 0.5), (ops.softplus, 0.5), (ops.log_sigmoid, 0.5)):
        assert tape.gradient(f, at)[0] == slope
    assert tape.gradient(lambda x: np.maximum(x, 2 * x), at)[0] == 1.5


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
