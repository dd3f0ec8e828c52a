"""Every gradient by three witnesses: the hand-written rule, the tape, finite differences."""

import math
from functools import partial
from itertools import product

import numpy as np
import pytest
from small_runs import assert_close, layers

from autograd_lite import losses, ops, tape
from autograd_lite.gradcheck import directional_error
from autograd_lite.tree import tree_map
from gan.losses import LOSSES, discriminator_loss
from gan.mlp import dropout, forward
from gan.penalty import image_gradient, slope_penalty
from gan.players import discriminator_gradient, generate, generator_gradient
from rbm.gradient import nll_gradient, statistics
from rbm.model import Params as RbmParams
from rbm.model import free_energy
from vae import conv, densities, elbo, mlp, objective
from vae.importance import importance_gradient, log_weights, neg_iwae, shares
from vae.networks import Conv, Dense

_fixed = np.random.default_rng(7)
GREY, EPS = _fixed.random((5, 4)), _fixed.normal(size=(2, 5, 3))
DAMAGED = GREY * (_fixed.random((5, 4)) < 0.7)
V, V_MODEL = (_fixed.integers(0, 2, (rows, 4)).astype(float) for rows in (5, 8))


def normal(*shapes, scale=1.0):
    """Draws arrays of these shapes."""
    return lambda rng: tuple(scale * rng.normal(size=shape) for shape in shapes)


def by_output(op, vjp):
    """An operation whose rule needs its output."""
    return op, lambda dy, x: (vjp(dy, op(x)),)


def by_input(op, vjp, *given):
    """An operation whose rule needs its input, and what is given beside it."""
    return lambda x: op(x, *given), lambda dy, x: (vjp(dy, x, *given),)


def of_a_mean(cost, gradient, draw):
    """A mean cost and its gradient by the parameters that `draw` draws."""
    vjp = lambda dy, p: (tree_map(lambda g: dy * g, gradient(p)),)  # noqa: E731
    return cost, vjp, lambda rng: (draw(rng),)


def _affine_vjp(dy, x, W, b):
    return (ops.affine_vjp_x(dy, W), *ops.affine_vjp_Wb(dy, x))


_leaky = partial(ops.leaky_relu, slope=0.3), partial(ops.leaky_relu_vjp, slope=0.3)
_log_sigmoid = ops.log_sigmoid, lambda dy, x: ops.sigmoid(-x) * dy
_one, _codes, _pixels = normal((5, 4), scale=2), normal((5, 3), (5, 3)), normal((2, 5, 4), scale=2)
_scaled, _machine = normal((2, 5, 5)), lambda rng: RbmParams(*normal((4, 3), 4, 3)(rng))
# name: (forward, its rule as (dy, *args) -> gradients of args, args from a generator)
PAIRS = {
    "affine": (ops.affine, _affine_vjp, normal((2, 5, 4), (4, 3), 3)),
    "relu": (*by_output(ops.relu, ops.relu_vjp), _one),
    "leaky_relu": (*by_output(*_leaky), _one),
    "tanh": (*by_output(ops.tanh, ops.tanh_vjp), _one),
    "sigmoid": (*by_output(ops.sigmoid, ops.sigmoid_vjp), _one),
    "softplus": (*by_input(ops.softplus, ops.softplus_vjp), _one),
    "log_sigmoid": (*by_input(*_log_sigmoid), _one),
    "bernoulli_nll": (*by_input(losses.bernoulli_nll, losses.bernoulli_nll_vjp, GREY), _pixels),
    "squared_error": (*by_input(elbo.squared_error, elbo.squared_error_vjp, GREY), _pixels),
    "gaussian_nll": (*by_input(densities.gaussian_nll, densities.gaussian_nll_vjp, GREY), _scaled),
    "laplace_nll": (*by_input(densities.laplace_nll, densities.laplace_nll_vjp, GREY), _scaled),
    "kl_diag_gaussian": (elbo.kl_diag_gaussian, elbo.kl_diag_gaussian_vjp, _codes),
    "reparameterise": (
        lambda mu, logvar: elbo.reparameterise(mu, logvar, EPS),
        lambda dz, mu, logvar: elbo.reparameterise_vjp(dz, logvar, EPS),
        _codes,
    ),
    "free_energy": of_a_mean(
        lambda p: free_energy(V, *p).mean(),
        lambda p: tree_map(np.negative, statistics(V, p.W, p.c)),
        _machine,
    ),
    "nll": of_a_mean(
        lambda p: free_energy(V, *p).mean() - free_energy(V_MODEL, *p).mean(),
        lambda p: nll_gradient(V, V_MODEL, *p),
        _machine,
    ),
}


def _vae_pair(likelihood, network, start, x, eps, seen=None, bound=objective.gradient):
    """Minus the bound of x, also where the encoder is given other images than those."""
    nll, _ = objective.LIKELIHOODS[likelihood]

    def cost(p):
        outputs, _ = network(p).forward(x if seen is None else seen, eps)
        costs = nll(outputs.logits, x)
        if bound is importance_gradient:
            z = elbo.reparameterise(outputs.mu, outputs.logvar, eps)
            return neg_iwae(log_weights(costs, z, eps, outputs.logvar)).mean()
        return elbo.neg_elbo(costs, elbo.kl_diag_gaussian(outputs.mu, outputs.logvar)).mean()

    def gradient(p):
        return bound(x, eps, network(p), likelihood, seen=seen)

    return of_a_mean(cost, gradient, partial(away, start=start))


def away(rng, start):
    """Weights and biases away from where a network starts."""
    return tree_map(lambda w: w + 0.3 * rng.normal(size=w.shape), start(rng))


VAES = {}  # name: (likelihood, network, what draws its parameters, images, noise)
for _likelihood, _activation in product(objective.LIKELIHOODS, mlp.ACTIVATIONS):
    _network, _scales = partial(Dense, activation=_activation), objective.SCALES[_likelihood]
    _start = lambda rng, scales=_scales: mlp.init(rng, 4, (7, 5), 3, float, scales)  # noqa: E731
    for _word, _seen in (("", None), (" damaged", DAMAGED)):
        _pair = _vae_pair(_likelihood, _network, _start, GREY, EPS, _seen)
        PAIRS[f"vae {_likelihood} {_activation}{_word}"] = _pair
    _pair = _vae_pair(_likelihood, _network, _start, GREY, EPS, DAMAGED, importance_gradient)
    PAIRS[f"iwae {_likelihood} {_activation}"] = _pair
    VAES[_likelihood] = _likelihood, _network, _start, GREY, EPS


def _conv_pair(likelihood, size, **bound):
    start = lambda rng: conv.init(rng, size, 2, np.float64, (2, 3), 5)  # noqa: E731
    given = _fixed.random((2, math.prod(size))), _fixed.normal(size=(2, 2, 2))
    VAES["conv"] = vae = likelihood, partial(Conv, size=size), start, *given
    return _vae_pair(*vae, **bound)


PAIRS["vae bernoulli conv"] = _conv_pair("bernoulli", (3, 6))
PAIRS["iwae bernoulli conv"] = _conv_pair("bernoulli", (3, 6), bound=importance_gradient)
PAIRS["vae squared conv"] = _conv_pair("squared", (5, 1))

G_WIDTHS, D_WIDTHS = (3, 6, 4, 5), (5, 7, 3, 1)
G, D = layers(_fixed, G_WIDTHS), layers(_fixed, D_WIDTHS)
Z, REAL = _fixed.uniform(-1, 1, (6, 3)), _fixed.uniform(-1, 1, (6, 5))
OF_G, OF_REAL, OF_FAKE = (dropout(_fixed, 6, params, 0.4) for params in (G, D, D))
FAKE, _ = generate(Z, OF_G, G)


def _d_cost(D):
    real, fake = (forward(x, m, D)[0][:, 0] for x, m in ((REAL, OF_REAL), (FAKE, OF_FAKE)))
    return discriminator_loss(real, fake, 0.9).mean()


def _g_cost(loss, G):
    return LOSSES[loss][0](forward(generate(Z, OF_G, G)[0], OF_FAKE, D)[0][:, 0]).mean()


def _penalty(D):
    slope, _, _ = image_gradient(REAL, OF_REAL, D)
    return (slope * slope).sum() / (2 * len(REAL))


_generator, _discriminator = (partial(layers, sizes=widths) for widths in (G_WIDTHS, D_WIDTHS))
PAIRS["discriminator"] = of_a_mean(
    _d_cost,
    lambda D: discriminator_gradient(REAL, FAKE, (OF_REAL, OF_FAKE), D, 0.9)[1],
    _discriminator,
)
PAIRS["penalty"] = of_a_mean(_penalty, lambda D: slope_penalty(REAL, OF_REAL, D)[1], _discriminator)
for _loss in LOSSES:
    PAIRS[f"generator {_loss}"] = of_a_mean(
        partial(_g_cost, _loss),
        lambda G, loss=_loss: generator_gradient(Z, (OF_G, OF_FAKE), G, D, loss)[1],
        _generator,
    )


@pytest.mark.parametrize("name", PAIRS)
def test_three_witnesses_agree_on_every_gradient(name):
    forward, vjp, draw = PAIRS[name]
    agree(lambda rng: (forward, vjp, draw(rng)))


def agree(drawn):
    """Finite differences in three draws of ten: in the others a unit may cross its kink."""
    errors = []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        forward, vjp, args = drawn(rng)
        dy = rng.normal(size=np.shape(forward(*args)))
        by_tape = tape.gradient(lambda *a, f=forward, dy=dy: (f(*a) * dy).sum(), *args)
        assert_close(vjp(dy, *args), by_tape)
        rule = lambda dy, vjp=vjp, args=args: vjp(dy, *args)  # noqa: E731
        errors.append(directional_error(rng, forward, rule, *args))
    assert sorted(errors)[2] < 1e-9, errors


@pytest.mark.parametrize("name", VAES)
def test_three_witnesses_agree_on_the_doubly_reparameterised_gradient(name):
    """It is the slope of a cost in which the shares are constants, q(z|x) is one where codes move,
    and so are the codes where the decoder moves.
    """
    likelihood, network, start, x, eps = VAES[name]
    nll, _ = objective.LIKELIHOODS[likelihood]

    def drawn(rng):
        at = network(p := away(rng, start))
        (logits, mu, logvar), _ = at.forward(x, eps)
        codes = elbo.reparameterise(mu, logvar, eps)
        share = shares(log_weights(nll(logits, x), codes, eps, logvar))

        def cost(moved):
            z = elbo.reparameterise(*network(moved).encode(x), eps)
            log_ratio = 0.5 * (z * z - (z - mu) * (z - mu) * np.exp(-logvar)).sum(axis=-1)
            by_paths = share * share * (nll(at.decode(z), x) + log_ratio)
            by_decoder = share * nll(network(moved).decode(codes), x)
            return (by_paths + by_decoder).sum(axis=0).mean()

        gradient = lambda p: importance_gradient(x, eps, network(p), likelihood, True)  # noqa: E731
        return *of_a_mean(cost, gradient, None)[:2], (p,)

    agree(drawn)


@pytest.mark.parametrize("size", [(7, 13), (8, 8), (20, 20), (32, 32)])
def test_the_tape_agrees_on_images_of_any_size(size):
    """Finite differences would not: among so many units some cross their kinks."""
    cost, vjp, draw = _conv_pair("bernoulli", size)
    args = draw(np.random.default_rng(0))
    assert_close(vjp(1.0, *args), tape.gradient(cost, *args))


def tape_error(rng, f, *args):
    """How far the tape's gradient of f at args is from finite differences."""

    def rule(dy):
        return tape.gradient(lambda *a: (f(*a) * dy).sum(), *args)

    return directional_error(rng, f, rule, *args)


def in_a_used_buffer(x):
    buffer, index, mask, total = np.zeros(4), np.array([0, 1]), np.zeros(4, bool), 0
    for i in range(2):
        buffer[:], index[:], mask[i:] = i + 1, [i, i + 1], True
        total = total + (np.where(mask, x, x * x) * buffer)[index]
    return total.sum()


def by_branches(x):
    return x[0] * x[1] if x[0] * 0 else np.where(x * 0, x, 2 * x).sum()


def over_axes(x):
    y = x.reshape(2, 2) * np.where(x[:2] > 0, 2.0, x[2:])
    return (y.mean(axis=0) * y.sum(axis=-1, keepdims=True) / (1 + y.mean(axis=(0, 1)))).sum()


def stretched(x):
    return (np.log(3 + x.reshape(2, 1, 2)) * x.reshape(2, 2)).sum()


def largest(x):
    y = x.reshape(2, 2) * x[:2]
    return (y.max(axis=0) * y.max(axis=-1, keepdims=True) / y.max()).sum()


@pytest.mark.parametrize("f", [in_a_used_buffer, by_branches, over_axes, stretched, largest])
def test_the_tape_follows_buffers_branches_and_axes_and_leaves_its_input_alone(f):
    x = np.array([1.5, -2.0, 3.0, 0.7])
    assert tape_error(np.random.default_rng(0), f, x) < 1e-9
    np.testing.assert_array_equal(x, [1.5, -2.0, 3.0, 0.7])


def test_a_number_is_no_array_that_changes_a_constant_has_slope_0_and_equal_largest_share():
    def f(x):
        y = x
        x += 1
        return x * y

    (shared,) = tape.gradient(lambda x: 2 * x.max(), np.array([1.0, 3.0, 3.0]))
    np.testing.assert_array_equal(shared, [0, 1, 1])
    assert tape.gradient(f, 3.0)[0] == 2 * 3 + 1 and tape.gradient(f, np.array(3.0))[0] == 2 * 4
    assert not tape.gradient(lambda x: 3.0, np.ones(2))[0].any()
