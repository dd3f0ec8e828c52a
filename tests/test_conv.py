"""The convolutional VAE: its sizes, where it begins, and what its settings name."""

import math

import numpy as np
import pytest
from small_runs import same_bits

import vae.train
from autograd_lite.tree import tree_map
from vae import conv, mlp
from vae.networks import Conv
from vae.objective import gradient


def small(rng, side, Z=2):
    """Weights and biases of order one, away from where a network starts."""
    start = conv.init(rng, Z, np.float64, side, (2, 3), 5)
    return tree_map(lambda w: w + 0.3 * rng.normal(size=w.shape), start)


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


@pytest.mark.parametrize("init, sizes", [(conv.init, (2,)), (mlp.init, (784, 256, 2))])
def test_weights_begin_within_glorot_s_limits_and_biases_at_zero(init, sizes):
    assert init(np.random.default_rng(0), *sizes)[0].dtype == np.float32
    params = init(np.random.default_rng(0), *sizes, np.float64)
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
