"""Training the VAE's bounds, and `python -m vae likelihood` of networks whose answers are known."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from autograd_lite.tree import leaves, tree_map
from data.idx import DataError
from grading.oracles.quadrature import log_normal
from training.streams import stream
from vae.__main__ import main
from vae.importance import importance_gradient, log_weights, neg_iwae
from vae.mlp import init
from vae.objective import LIKELIHOODS
from vae.train import Settings, measure, network, noise, start, step
from vae.weights import save_weights


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def images(shape=(2, 3), n=60):
    x = np.random.default_rng(1).integers(0, 2, (n, *shape)).astype(np.uint8)
    np.savez("images.npz", x_train=x, x_test=x[:20])
    return x[:20].reshape(20, -1)


def trained(*options):
    main(["train", "--data", "images.npz", "--epochs", "1", "--out", "run", *options])


def measured(*options):
    main(["likelihood", "run", "--json", "found.json", *options])
    return json.loads(Path("found.json").read_text())["mean and error"]


@pytest.mark.parametrize("likelihood", list(LIKELIHOODS))
def test_grid_and_samples_agree_on_log_p_and_lie_above_the_bound(likelihood, capsys):
    images()
    trained("--hidden", "5", "--codes", "1", "--likelihood", likelihood, "--learning-rate", "0.05")
    found = measured("--samples", "4000", "--grid", "300")
    (grid, _), (sampled, _) = found["log p, grid of 300 points"], found["log p, 4,000 samples"]
    assert abs(grid - sampled) < 0.01
    assert found["bound"][0] < grid
    assert "20 test images of images.npz, grey" in capsys.readouterr().out
    measured("--samples", "0", "--grid", "5")  # cells of width 3
    assert "cells are too wide for 100% of the images: a finer --grid" in capsys.readouterr().out


def test_log_p_of_a_linear_network_is_that_of_its_gaussian():
    x = images()
    trained("--hidden", "none", "--codes", "2", "--likelihood", "squared-linear", "--epochs", "30",
            "--learning-rate", "0.05")  # fmt: skip
    with np.load("run/checkpoint.npz") as file:
        W, m = (file[f"state.params.decoder.0.{name}"].astype(float) for name in "Wb")
    values, vectors = np.linalg.eigh(W.T @ W + np.eye(6) / 2)
    along = (x - m) @ vectors
    log_p = log_normal(along, 0, np.sqrt(values)).sum(axis=1) + 3 * np.log(np.pi)
    (found, error) = measured("--samples", "0")["log p, grid of 200 points"]
    np.testing.assert_allclose(found, log_p.mean(), rtol=1e-5)
    np.testing.assert_allclose(error, log_p.std() / 20**0.5, rtol=1e-4)


def of_step(x, **given):
    """The parameters before a step on x, and after it."""
    settings = Settings(codes=2, hidden="4", seed=3, learning_rate=0.1, **given)
    state = start(settings, x)
    return settings, state, step(state, x, settings)


def alike(a, b):
    return all(np.array_equal(p, q) for p, q in zip(leaves(a), leaves(b), strict=True))


def test_the_kl_warms_up_and_the_learning_rate_falls():
    x = np.random.default_rng(0).random((8, 6), dtype=np.float32)
    settings, state, cold = of_step(x, warm_up=10)
    assert alike(cold.params, of_step(x, beta=0.0)[2].params)
    for at, beta in ((5, 0.5), (10, 1.0), (30, 1.0)):
        later = state._replace(step=at)
        plain = step(later, x, replace(settings, warm_up=0, beta=beta))
        assert alike(step(later, x, settings).params, plain.params)
    settings, state, _ = of_step(x, decay=40)
    half, at_20 = replace(settings, decay=0, learning_rate=0.05), state._replace(step=20)
    assert alike(step(at_20, x, settings).params, step(at_20, x, half).params)
    assert alike(step(state._replace(step=40), x, settings).params, state.params)


@pytest.mark.parametrize("bound", ["iwae", "dreg"])
def test_a_step_follows_the_gradient_of_the_bound_that_is_asked_for(bound):
    x = np.random.default_rng(0).random((8, 6), dtype=np.float32)
    settings, state, after = of_step(x, bound=bound, samples=3, keep=0.5)
    eps = noise(stream(3, "noise", 0), x, settings)
    seen = x * (stream(3, "keep", 0).random(x.shape, dtype=np.float32) < 0.5)
    grads = importance_gradient(
        x, eps, network(state.params, settings), "bernoulli", bound == "dreg", seen
    )
    mean = tree_map(lambda g: g / (np.abs(g) + 1e-8), grads)  # Adam's first step
    for p, g, q in zip(leaves(state.params), leaves(mean), leaves(after.params), strict=True):
        np.testing.assert_allclose(p - 0.1 * g, q, atol=2e-4)


def test_the_cost_that_is_measured_is_minus_the_bound_that_is_maximised():
    x = np.random.default_rng(0).random((2000, 6), dtype=np.float32)
    settings, state, _ = of_step(x, bound="iwae", samples=5)
    row = measure(state.params, x, x[:0], settings)
    (logits, mu, logvar), _ = network(state.params, settings).forward(
        x, eps := noise(np.random.default_rng(5), x, settings)
    )
    z = mu + np.exp(logvar / 2) * eps
    log_w = log_weights(LIKELIHOODS["bernoulli"][0](logits, x), z, eps, logvar)
    assert abs(row["train_cost [nats/image]"] - neg_iwae(log_w).mean()) < 0.02
    assert row["train_cost [nats/image]"] < sum(
        row[f"train_{part} [nats/image]"] for part in ("nll", "kl")
    )


@pytest.mark.parametrize(
    "options, words",
    [
        (["--json", "x.txt"], "x.txt cannot be written; expected FILE.json"),
        (["--part", "validation"], "run has no validation images; expected --part test."),
        (["--data", "other.npz"], "The images of other.npz are 4 x 4; expected 2 x 3."),
        (["--samples", "-1"], "--samples is -1; expected at least 0."),
        (["--grid", "1"], "--grid is 1; expected at least 2 points, or 0 for no grid."),
        (["--samples", "0", "--grid", "0"], "--samples is 0; expected at least 1, or one or two"),
    ],
)
def test_what_cannot_be_measured_is_said_in_one_sentence(options, words, refusal):
    images()
    trained("--validation", "0")
    x = np.arange(160, dtype=np.uint8).reshape(10, 4, 4)
    np.savez("other.npz", x_train=x, x_test=x)
    assert words in refusal(main, "likelihood", "run", *options)


def test_a_run_goes_on_without_its_file_of_first_weights_but_not_with_other_images(capsys):
    images()
    start_from = init(np.random.default_rng(0), D=6, widths=(5,), Z=2, dtype=np.float32)
    save_weights(Path("first.npz"), start_from)
    trained("--codes", "2", "--hidden", "5", "--weights", "first.npz")
    Path("first.npz").unlink()
    main(["train", "--resume", "run", "--epochs", "2"])
    assert measured("--grid", "0")["bound"][0] < 0
    images(n=59)
    with pytest.raises(DataError, match=r"images.npz holds other images than the run was trained"):
        measured()
    assert measured("--data", "images.npz", "--grid", "0")


def test_a_resumed_run_that_is_refused_stays(refusal):
    images()
    trained("--decay", "1")
    for resume in (["--resume=run"], ["--resume", "run"]):
        assert "--decay is 1" in refusal(main, "train", *resume, "--epochs", "9")
        assert Path("run", "checkpoint.npz").exists()
