"""The programs of docs/WEIGHTS.md: weights in and out of PyTorch and Keras, where installed."""

import re
from pathlib import Path

import numpy as np
import pytest
from small_runs import same_bits

from vae.networks import Dense
from vae.objective import costs
from vae.train import Settings, start, step
from vae.weights import read_weights, save_weights

PAGE = (Path(__file__).parent.parent / "docs" / "WEIGHTS.md").read_text()
RNG = np.random.default_rng(0)
X, EPS = RNG.random((20, 9), np.float32), RNG.standard_normal((2, 20, 2), np.float32)


def program(title):
    """What the program under a heading of the page defines."""
    found = {}
    exec(re.search(rf"## {title}\n.*?```python\n(.*?)```", PAGE, re.DOTALL)[1], found)
    return found["layers_of"], found["write"]


def trained(hidden):
    settings = Settings(codes=2, hidden=hidden, activation="tanh")
    state = start(settings, X)
    for _ in range(5):
        state = step(state, X, settings)
    return state.params


def cost(layers, array, number):
    """Minus the bound of every image by layers of another package, in NumPy between them."""
    depth = sum(name.startswith("encoder") for name in layers)
    h = X
    for i in range(depth):
        h = np.tanh(number(layers[f"encoder.{i}"](array(h))))
    mu, logvar = (number(layers[name](array(h))) for name in ("mu", "logvar"))
    h = mu + np.exp(logvar / 2) * EPS
    for i in range(depth):
        h = np.tanh(number(layers[f"decoder.{i}"](array(h))))
    a = number(layers[f"decoder.{depth}"](array(h)))
    kl = 0.5 * (mu**2 + np.exp(logvar) - 1 - logvar).sum(axis=1)
    return (np.logaddexp(0, a) - X * a).sum(axis=2).mean(axis=0) + kl


def here(params):
    nll, kl = costs(X, EPS, Dense(params, "tanh"), "bernoulli")
    return nll.mean(axis=0) + kl


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Keras, by itself
@pytest.mark.parametrize("hidden", ["none", "5", "7,5"])
@pytest.mark.parametrize("package", ["torch", "keras"])
def test_a_network_costs_the_same_there_and_after_a_change_there_here(package, hidden, tmp_path):
    module = pytest.importorskip(package)
    if package == "torch":
        (layers_of, write), array = program("PyTorch"), module.tensor
        number = lambda tensor: tensor.detach().numpy()  # noqa: E731
    else:
        (layers_of, write), array = program("Keras"), module.ops.convert_to_tensor
        number = module.ops.convert_to_numpy
    params = trained(hidden)
    save_weights(tmp_path / "a.npz", params)
    layers = layers_of(tmp_path / "a.npz")
    np.testing.assert_allclose(cost(layers, array, number), here(params), rtol=1e-5)
    for layer in layers.values():
        for p in layer.parameters() if package == "torch" else layer.weights:
            p.data.mul_(1.1) if package == "torch" else p.assign(1.1 * p)
    write(tmp_path / "b.npz", layers)
    back = read_weights(tmp_path / "b.npz")
    assert abs(here(back) - here(params)).max() > 0.01
    np.testing.assert_allclose(cost(layers, array, number), here(back), rtol=1e-5)
    again = start(Settings(codes=2, hidden=hidden, weights=str(tmp_path / "b.npz")), X)
    assert same_bits(again.params, back)
