"""The zeros around an image, and the convolutional VAE."""

import math
from functools import partial

import numpy as np
import pytest
from small_runs import same_bits
from witnesses import assert_gradient

import vae.train
from autograd_lite.conv import conv2d, conv_transpose2d, padding
from autograd_lite.tree import tree_map
from vae import conv, mlp
from vae.elbo import neg_elbo
from vae.networks import Conv
from vae.objective import costs, gradient

# n, k, s -> outputs, zeros before, zeros after.
PADDINGS = {
    (28, 3, 2): (14, 0, 1),
    (14, 3, 2): (7, 0, 1),
    (28, 3, 1): (28, 1, 1),
    (7, 3, 2): (4, 1, 1),
    (6, 4, 1): (6, 1, 2),
    (5, 3, 2): (3, 1, 1),
    (8, 2, 2): (4, 0, 0),
    (7, 2, 3): (3, 0, 1),
    (8, 2, 3): (3, 0, 0),
}


@pytest.mark.eq("ad.29")
@pytest.mark.parametrize("sizes, expected", PADDINGS.items())
def test_zeros_around_an_axis(sizes, expected):
    assert padding(*sizes) == expected


def small(rng, side, Z=2):
    """Weights and biases of order one, away from where a network starts."""
    start = conv.init(rng, Z, np.float64, side, (2, 3), 5)
    return tree_map(lambda w: w + 0.3 * rng.normal(size=w.shape), start)


def bound(x, eps, likelihood, params):
    return neg_elbo(*costs(x, eps, Conv(params), likelihood)).mean()


def near_a_kink(x, eps, p):
    """Whether any unit is about 0 before its ReLU, where the slope jumps."""
    _, t = conv.forward(x, eps, p)
    units = (
        conv2d(t.x, p.K1, 2) + p.b1,
        conv2d(t.h1, p.K2, 2) + p.b2,
        t.h2.reshape(len(x), -1) @ p.W3 + p.b3,
        t.z @ p.W4 + p.b4,
        conv_transpose2d(t.h4, p.K5, 2) + p.b5,
        conv_transpose2d(t.h5, p.K6, 2) + p.b6,
    )
    return min(np.abs(u).min() for u in units) < 0.01


@pytest.mark.eq("vae.29")
@pytest.mark.parametrize("likelihood", ["bernoulli", "squared"])
@pytest.mark.parametrize("side, B", [(4, 2), (4, 1), (8, 3)])
def test_the_gradient_of_the_network_by_three_witnesses(side, B, likelihood):
    """The tape runs the forward pass as it stands, convolutions included."""
    for seed in range(4):
        rng = np.random.default_rng([side, B, seed])
        x, eps, params = rng.random((B, side**2)), rng.normal(size=(2, B, 2)), small(rng, side)
        while side == 4 and near_a_kink(x, eps, params):
            params = small(rng, side)
        by_hand = gradient(x, eps, Conv(params), likelihood)
        differences = 1e-9 if side == 4 else np.inf  # of many units, some are near their kinks
        assert_gradient(by_hand, partial(bound, x, eps, likelihood), params, differences)


# Layer by layer, as the source's printout has them.
ENCODER = {"1": 320, "2": 18_496, "3": 50_192, "_mu": 34, "_logvar": 34}
DECODER = {"4": 9_408, "5": 36_928, "6": 18_464, "7": 289}


def test_numbers_of_parameters_are_the_sources():
    params = conv.init(np.random.default_rng(0), 2)

    def size(layer):
        weights = "W" if hasattr(params, f"W{layer}") else "K"
        return getattr(params, weights + layer).size + getattr(params, f"b{layer}").size

    for layer, expected in (ENCODER | DECODER).items():
        assert size(layer) == expected, layer
    assert sum(map(size, ENCODER)) == 69_076 and sum(map(size, DECODER)) == 65_089
    assert sum(x.size for x in params) == 134_165


def test_layers_have_the_shapes_of_the_source_and_keep_float32():
    rng = np.random.default_rng(0)
    params = conv.init(rng, 2)
    x, eps = rng.random((4, 784), dtype=np.float32), np.ones((3, 4, 2), np.float32)
    outputs, trace = conv.forward(x, eps, params)
    assert outputs.logits.shape == (3, 4, 784)
    assert [h.shape[1:] for h in (trace.h1, trace.h2, trace.h4, trace.h5, trace.h6)] == [
        (14, 14, 32), (7, 7, 64), (7, 7, 64), (14, 14, 64), (28, 28, 32)
    ]  # fmt: skip
    grads = gradient(x, eps, Conv(params), "squared")
    for p, g in zip(params, grads, strict=True):
        assert p.dtype == g.dtype == np.float32 and p.shape == g.shape


def test_weights_begin_within_glorot_s_limits_and_biases_at_zero():
    params = conv.init(np.random.default_rng(0), 2, np.float64)
    for name, p in params._asdict().items():
        if name.startswith("b"):
            assert not p.any()
        else:
            limit = math.sqrt(6 / (math.prod(p.shape[:-2]) * (p.shape[-2] + p.shape[-1])))
            assert 0.9 * limit < np.abs(p).max() <= limit
            assert p.var() == pytest.approx(limit**2 / 3, rel=6 / math.sqrt(p.size))


def test_the_settings_name_the_network_and_it_does_what_its_module_does():
    rng = np.random.default_rng(0)
    x, eps = rng.random((3, 64)), rng.normal(size=(2, 3, 2))
    dense = mlp.init(rng, 64, 5, 2, np.float64)
    for params, module, activation, options in (
        (small(rng, 8), conv, (), {"network": "conv"}),
        (dense, mlp, ("relu",), {}),
        (dense, mlp, ("tanh",), {"activation": "tanh"}),
    ):
        network = vae.train.network(params, vae.train.Settings(**options))
        assert network.params is params
        mu, logvar, *_ = module.encode(x, params, *activation)
        assert same_bits(network.encode(x), (mu, logvar))
        outputs, trace = module.forward(x, eps, params, *activation)
        assert same_bits(network.forward(x, eps), (outputs, trace))
        assert same_bits(network.decode(trace.z), outputs.logits)
        np.testing.assert_allclose(network.pixels(trace.z), 1 / (1 + np.exp(-outputs.logits)))
        grads = network.backward(outputs, trace)
        assert type(grads) is type(params)
        assert same_bits(grads, module.backward(outputs, trace, params, *activation))
