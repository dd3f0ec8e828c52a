"""The VAE, dense and convolutional: sizes, losses at extremes, weights in files, and training."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from small_runs import same_bits, spy_on

import vae.train
from autograd_lite.tree import leaves, named, tree_map
from data.idx import DataError
from training.streams import stream
from vae import conv, mlp, summary
from vae.mlp import init
from vae.networks import Dense
from vae.objective import SCALES, costs
from vae.train import Settings, evaluate, measure, noise, start, step
from vae.weights import NAMES, load_weights, read_weights, save_weights


def tiny(seed=0, D=6, H=5, Z=1, likelihood="bernoulli"):
    rng = np.random.default_rng(seed)
    params = init(rng, D, (H,), Z, np.float64, SCALES[likelihood])
    params.decoder[0].b[:], params.decoder[1].W[:] = rng.normal(size=H), 2 * params.decoder[1].W
    return params, rng


def test_what_is_measured_weighs_every_image_and_every_sample_alike():
    params, rng = tiny(Z=2)
    images = rng.random((1300, 6))  # more than one batch, and the last one is short
    settings = Settings(codes=2, hidden="5", samples=3)
    total = np.zeros(2)
    for first in (0, 1000):
        x = images[first : first + 1000]
        eps = noise(stream(settings.seed, "measure", first), x, settings)
        nll, kl = costs(x, eps, Dense(params, "relu"), "bernoulli")
        total += nll.sum() / 3, kl.sum()
    np.testing.assert_allclose(evaluate(params, images, settings), total / 1300, rtol=1e-12)
    row = measure(params, images, images[:5], settings)
    for part in ("train", "validation"):
        cost, nll, kl = (row[f"{part}_{name} [nats/image]"] for name in ("cost", "nll", "kl"))
        assert cost == nll + kl


CONV = conv.init(np.random.default_rng(0), (6, 5), 2, channels=(2, 3), dense=4)


def like(dtype=np.float32, widths=(5,)):
    return init(np.random.default_rng(0), 6, widths, 2, dtype)


def test_weights_are_read_as_they_were_written_under_either_names(tmp_path):
    theirs, ours = tmp_path / "theirs.npz", tmp_path / "ours.npz"
    params = tree_map(lambda w: w + 1, like(np.float64))
    save_weights(theirs, params, NAMES)
    save_weights(ours, params)
    with np.load(theirs) as file:
        assert set(file.files) == set("W1 W2_mu W2_logvar W3 W4 b1 b2_mu b2_logvar b3 b4".split())
        np.testing.assert_array_equal(
            file["W3"], params.decoder[0].W
        )  # their third layer decodes codes
        np.testing.assert_array_equal(file["W2_logvar"], params.logvar.W)
    for path in (theirs, ours):
        for dtype in (np.float32, np.float64):
            assert same_bits(load_weights(path, like(dtype)), tree_map(dtype, params))
        assert same_bits(read_weights(path), tree_map(np.float32, params))


@pytest.mark.parametrize("network", [like(widths=()), like(widths=(5, 4)), CONV])
def test_weights_of_every_network_are_written_and_read(network, tmp_path):
    save_weights(tmp_path / "a.npz", network)
    with np.load(tmp_path / "a.npz") as file:
        names = "K1 b7 W_mu" if network is CONV else "mu.b logvar.W decoder.0.W decoder.0.b"
        assert set(names.split()) < set(file.files) and len(file.files) == len([*leaves(network)])
    assert same_bits(load_weights(tmp_path / "a.npz", tree_map(np.zeros_like, network)), network)
    if network is not CONV:
        assert same_bits(read_weights(tmp_path / "a.npz"), network)


def _file_of(names=NAMES, given=None, **change):
    arrays = named(given or like())
    arrays = {names.get(x, x): arrays[x] for x in arrays} | change
    return lambda path: np.savez(path, **{k: v for k, v in arrays.items() if v is not None})


NO_NUMBERS = r" has values in b4 that are no finite numbers\."
BAD_WEIGHTS = {
    "shape": (_file_of(W3=np.zeros((5, 2))), r" has W3 of shape \(5, 2\); expected \(2, 5\)\."),
    "missing": (_file_of(b2_mu=None), r" has no b2_mu; expected W1, b1, W2_mu, .*, W4, b4\."),
    "not finite": (_file_of(b4=np.full(6, np.nan)), NO_NUMBERS),
    "words": (_file_of(b4=np.array(["a"] * 6)), NO_NUMBERS),
    "ours": (
        _file_of({}, **{"mu.W": np.zeros((2, 5))}),
        r" has mu.W of shape .*; expected .5, 2.\.",
    ),
    "deeper": (
        _file_of({}, like(widths=(5, 5))._replace(decoder=like().decoder)),
        r" also has encoder\.1\.W; expected no more than encoder\.0\.W, .*\.",
    ),
    "nothing": (lambda path: None, r" cannot be read \(No such file or directory\)\."),
}


@pytest.mark.parametrize("kind", BAD_WEIGHTS)
def test_a_file_of_weights_that_does_not_fit_is_one_sentence(kind, tmp_path):
    path = tmp_path / "weights.npz"
    write, sentence = BAD_WEIGHTS[kind]
    write(path)
    with pytest.raises(DataError) as refused:
        load_weights(path, like())
    assert str(refused.value).startswith(str(path))
    assert re.fullmatch(sentence, str(refused.value)[len(str(path)) :])


def test_training_with_weights_begins_from_them(tmp_path):
    path = tmp_path / "weights.npz"
    given = tree_map(lambda w: w + 0.1, like())
    save_weights(path, given)
    images = np.random.default_rng(0).random((20, 6)).astype(np.float32)
    settings = Settings(codes=2, hidden="5", weights=str(path))
    state = start(settings, images)
    assert same_bits(state.params, given)
    assert state.step == 0 and not any(np.any(m) for m in leaves(state.moments.mean))
    assert not same_bits(start(replace(settings, weights=""), images).params, given)


def test_pixels_are_kept_back_in_training_only():
    """With none kept, the encoder learns nothing of them; measured is the bound with all."""
    images = np.random.default_rng(0).random((30, 12)).round().astype(np.float32)
    whole = Settings(codes=2, hidden="8")
    first = start(whole, images)
    for keep in (0.0, 0.5, 1.0):
        settings = replace(whole, keep=keep)
        params = step(first, images, settings).params
        assert same_bits(params.encoder[0].W, first.params.encoder[0].W) == (keep == 0)
        assert evaluate(params, images, settings) == evaluate(params, images, whole)


def test_every_step_draws_anew_and_does_as_the_settings_say(monkeypatch):
    calls = spy_on(monkeypatch, vae.train, "gradient")["gradient"]
    images = 0.1 + 0.9 * np.random.default_rng(0).random((40, 50)).astype(np.float32)
    settings = Settings(
        codes=2,
        hidden="5",
        keep=0.8,
        pixels="stochastic",
        beta=0.3,
        likelihood="squared",
        samples=3,
    )
    state = start(settings, images)
    for _ in range(2):
        state = step(state, images, settings)
    for (x, eps, _, *options, seen), _ in calls:
        assert options == ["squared", 0.3]
        assert eps.shape == (3, 40, 2) and eps.dtype == np.float32
        assert abs(eps.std() - 1) < 6 / math.sqrt(2 * eps.size)  # six standard errors
        assert set(np.unique(x)) == {0, 1}  # the target is the whole image
        assert (seen <= x).all()
        ink = int(x.sum())
        assert abs(seen.sum() / ink - 0.8) < 5 * math.sqrt(0.8 * 0.2 / ink)
    (first, _), (second, _) = calls
    both = (first[0] == 1) & (second[0] == 1)
    for a, b in ((first[0], second[0]), (first[1], second[1]), (first[-1][both], second[-1][both])):
        assert not np.array_equal(a, b)
    step(state, images, replace(settings, pixels="none", keep=1.0, noise=0.0))
    (x, eps, *_, seen), _ = calls[-1]
    assert np.array_equal(x, images) and np.array_equal(seen, images) and not eps.any()


def test_numbers_of_parameters_are_the_sources():
    """Layer by layer, as the source's printout has them: the encoder's and the decoder's."""
    for network, in_all, *layers in (
        ("encoder", 69_076, 320, 18_496, 50_192, 34, 34),
        ("decoder", 65_089, 9_408, 36_928, 18_464, 289),
    ):
        found = summary.layers(conv.init(np.random.default_rng(0), (28, 28), 2))
        assert [x.parameters for x in found if x.network == network] == layers
        assert summary.parameters(found, network) == in_all


@pytest.mark.parametrize("init, sizes", [(conv.init, ((7, 13), 2)), (mlp.init, (784, (256,), 2))])
def test_weights_begin_within_glorot_s_limits_and_biases_at_zero(init, sizes):
    assert next(leaves(init(np.random.default_rng(0), *sizes))).dtype == np.float32
    params = init(np.random.default_rng(0), *sizes, np.float64)
    for p in leaves(params):
        if p.ndim == 1:
            assert not p.any()
        else:
            limit = math.sqrt(6 / (math.prod(p.shape[:-2]) * (p.shape[-2] + p.shape[-1])))
            assert 0.9 * limit < np.abs(p).max() <= limit
            assert p.var() == pytest.approx(limit**2 / 3, rel=6 / math.sqrt(p.size))


def test_the_settings_name_the_network_and_it_does_what_its_module_does():
    rng = np.random.default_rng(0)
    x, eps = rng.random((3, 91)), rng.normal(size=(2, 3, 2))
    networks = (conv.init(rng, (7, 13), 2, np.float64, (2, 3), 5),
                mlp.init(rng, 91, (5,), 2, np.float64))  # fmt: skip
    convolutional, dense = tree_map(lambda w: w + 0.3 * rng.normal(size=w.shape), networks)
    for params, module, activation, options in (
        (convolutional, conv, (), {"network": "conv", "height": 7, "width": 13}),
        (dense, mlp, ("relu",), {}),
        (dense, mlp, ("tanh",), {"activation": "tanh"}),
    ):
        network = vae.train.network(params, vae.train.Settings(**options))
        assert network.params is params
        given = x.reshape(3, 7, 13) if module is conv else x
        mu, logvar, *_ = module.encode(given, params, *activation)
        assert same_bits(network.encode(x), (mu, logvar))
        outputs, trace = module.forward(given, eps, params, *activation)
        assert same_bits(network.forward(x, eps), (outputs, trace))
        z = mu + np.exp(0.5 * logvar) * eps
        assert same_bits(network.decode(z), outputs.logits)
        np.testing.assert_allclose(network.pixels(z), 1 / (1 + np.exp(-outputs.logits)))
        grads = network.backward(outputs, trace)
        assert type(grads) is type(params)
        assert same_bits(grads, module.backward(outputs, trace, params, *activation))
