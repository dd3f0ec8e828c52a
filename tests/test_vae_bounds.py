"""The gap, linear VAEs, likelihoods, costs and codes of VAEs: what is measured, and drawn of it."""

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.image import imread

import training.images
import training.parallel
import vae.train
from data.pixels import to_unit
from experiments import dense_vae, linear_vae, vae_best, vae_codes, vae_gap, vae_likelihoods
from experiments.record import RESULTS, read
from experiments.vae_trainings import best, sampled_once
from figures import linear_vae as of_linear
from figures import vae_codes as of_codes
from figures import vae_gap as of_gap
from figures import vae_likelihoods as of_likelihoods
from figures.style import save
from tests.screen import assert_whole
from tests.small_runs import make
from tests.small_vaes import DATA, shape
from training.streams import stream
from training.trained import read as read_run
from vae.elbo import kl_diag_gaussian
from vae.likelihood import grid_log_p, sampled_log_p
from vae.linear import linear_gap, linear_nll, ppca
from vae.mlp import Layer, Params
from vae.train import evaluate

MODULES = {
    "vae_gap": vae_gap, "linear_vae": linear_vae, "vae_likelihoods": vae_likelihoods,
    "vae_best": vae_best, "vae_codes": vae_codes,
}  # fmt: skip
FIGURES = {
    "vae_gap": of_gap, "linear_vae": of_linear, "vae_likelihoods": of_likelihoods,
    "vae_codes": of_codes,
}  # fmt: skip
PLANNED = tuple(dict.fromkeys(one for m in MODULES.values() for one in m.EXPERIMENT.trainings))
TINY = "--images 100 --epochs 2 --batch-size 20 --decay 0 --snapshots 1"
SMALL = {
    vae_gap: {
        "IMAGES": 12,
        "STARTS": 40,
        "DRAWN": 200,
        "COARSE": 60,
        "FINE": 120,
        "SEEDS": (0,),
    },
    vae_likelihoods: {"BLOCK": 60, "SAMPLES": 50, "FEW_IMAGES": 40, "FEW_SAMPLES": 20},
    of_gap: {"POINTS": 60},
}


@pytest.fixture(scope="module", autouse=True)
def place(tmp_path_factory):
    """Every training of the experiments, but tiny; parts are measured in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training.parallel, "RUNS", tmp_path_factory.mktemp("runs"))
        for module in (training.images, *MODULES.values()):
            patch.setattr(module, "load", lambda choice: DATA)
        for module in MODULES.values():
            one_by_one = lambda parts: [p.function(*p.arguments) for p in parts]  # noqa: E731
            patch.setattr(module, "compute", one_by_one)
        for module, values in SMALL.items():
            for name, value in values.items():
                patch.setattr(module, name, value)
        for one in PLANNED:
            words = (
                *one.options,
                *TINY.split(),
            )  # of an option that is there twice the last counts
            make(SimpleNamespace(model="vae", options=words, folder=one.folder))
        yield


@pytest.fixture(scope="module")
def numbers():
    return {name: module.measure() for name, module in MODULES.items()}


def run_of(one):
    run = read_run(one.folder, vae.train)
    return run, vae.train.network(run.params, run.settings)


@pytest.mark.parametrize("name", [name for name in MODULES if (RESULTS / f"{name}.json").exists()])
def test_the_record_has_the_form_that_is_measured(name, numbers):
    assert shape(numbers[name]) == shape(read(name).numbers)


def test_the_gap_of_each_image_has_its_two_parts(numbers):
    _, net = run_of(vae_gap.EXPERIMENT.trainings[0])
    x = sampled_once(DATA.test_images)[:12]
    each, row = numbers["vae_gap"]["each image"], numbers["vae_gap"]["networks"][0]
    np.testing.assert_allclose(each["log p"], grid_log_p(x, net, "bernoulli", 120), atol=1e-4)
    log_p, below, found = (np.array(each[name]) for name in ("log p", "bound", "best bound"))
    assert log_p.mean() + 0.3 > found.mean() > below.mean()  # each has a sampling error
    assert row["gap"] == pytest.approx([(log_p - below).mean(), (log_p - below).std() / 12**0.5])
    both = row["approximation gap"][0], row["amortisation gap"][0]
    assert both == pytest.approx(((log_p - found).mean(), (found - below).mean()))
    sampled = sampled_log_p(x, net, "bernoulli", 50).log_p - log_p
    assert row["50 samples less log p"][0] == pytest.approx(sampled.mean(), abs=1e-4)
    assert abs(row["coarse log p less log p"][0]) < 1e-3
    assert abs(row[f"{vae_gap.MIXTURE} less log p"][0]) < 0.5
    of_training = numbers["vae_gap"]["networks"][1]
    assert of_training["images"] == "training" and "50 samples" not in of_training
    assert of_training["log p"][0] == pytest.approx(
        grid_log_p(sampled_once(DATA.train_images)[:12], net, "bernoulli", 120).mean(), abs=1e-3
    )


def test_the_prior_finds_the_mode_that_a_gaussian_misses():
    """Of two modes alike q is at one: by its own samples, log p is too low by log 2."""
    q = np.array([[1.5, 0.0]]), np.log([[0.01, 1.0]])
    net = SimpleNamespace(
        decode=lambda z: 20 * (abs(z[..., :1]) - 1.5) * [1.0, -1.0], encode=lambda x: q, width=2
    )
    x = np.array([[1.0, 1.0]])
    exact = grid_log_p(x, net, "bernoulli", 600)[0]
    found = vae_gap.mixture_log_p(x, q, net, "bernoulli", 20_000)
    assert found.shape == (1,) and found[0] == pytest.approx(exact, abs=0.05)
    alone = sampled_log_p(x, net, "bernoulli", 20_000).log_p[0]
    assert alone == pytest.approx(exact - np.log(2), abs=0.1)


@pytest.mark.parametrize("turned", [False, True])
def test_a_linear_networks_bound_is_exact(turned):
    """The best encoder of a decoder whose rows are orthogonal leaves no gap; else it is known."""
    x = np.random.default_rng(0).normal(size=(50, 6)) * np.arange(1, 7)
    W, m, cost, _ = ppca(x, 3)
    if turned:
        W = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0] @ W
    M = W @ W.T + 0.5 * np.eye(3)
    to_mu = W.T @ np.linalg.inv(M)
    logvar = Layer(np.zeros((6, 3)), np.log(0.5 / np.diag(M)))
    params = Params((), Layer(to_mu, -m @ to_mu), logvar, (Layer(W, m),))
    found, nll = linear_vae.exact_cost(x, params), linear_nll(x, W, m)
    np.testing.assert_allclose(found, nll + linear_gap(W), rtol=1e-10)
    assert nll.mean() == pytest.approx(cost) and (linear_gap(W) > 0.01) == turned


def test_the_angle_of_two_planes():
    a, b = np.eye(4)[:2], np.eye(4)[2:]
    axes = np.stack([a[0], np.cos(0.5) * a[1] + np.sin(0.5) * b[0]])
    W = np.stack([3 * a[0] + a[1], 2 * a[1], 0.1 * b[1]])  # of whose rows the last has collapsed
    assert linear_vae.largest_angle(W, axes) == pytest.approx(np.degrees(0.5))


def test_a_linear_network_stands_beside_its_optimum(numbers):
    x = to_unit(DATA.train_images)
    for row in numbers["linear_vae"]:
        best_of, trained = ppca(x, row["codes"]), row["trained"]["train"]
        assert row["optimum"]["train"] == pytest.approx(best_of.cost) and trained > best_of.cost
        run, _ = run_of(linear_vae.linear(row["codes"]))
        assert trained == pytest.approx(sum(evaluate(run.params, x, run.settings)), abs=2)
        assert all(a >= b > 0.5 for a, b in pairwise(row["variance along each row"]))
        assert np.shape(row["cosines"]) == (row["codes"], row["used"])
        assert row["used"] == min(row["codes"], (np.array(row["eigenvalues"]) > 0.5).sum())


def test_dense_networks_stand_beside_the_best_linear_one(numbers, monkeypatch, tmp_path):
    there = SimpleNamespace(numbers=numbers["linear_vae"])
    monkeypatch.setattr(dense_vae, "record", lambda name: there)
    monkeypatch.setattr(dense_vae, "RESULTS", tmp_path)
    assert dense_vae.linear_optimum("squared", 8) is None  # not measured yet
    (tmp_path / "linear_vae.json").touch()
    W, m, *_ = ppca(to_unit(DATA.train_images), 8)
    expected = linear_nll(to_unit(DATA.test_images), W, m).mean()
    assert dense_vae.linear_optimum("squared", 8) == pytest.approx(expected)
    assert dense_vae.linear_optimum("bernoulli", 8) is None


@pytest.mark.parametrize("preset", vae_likelihoods.DEEP)
def test_a_likelihood_is_the_mean_over_the_blocks_of_all_test_images(numbers, preset):
    (row,) = (r for r in numbers["vae_likelihoods"]["networks"] if r["preset"] == preset)
    run, net = run_of(vae_likelihoods.deep(preset))
    x = sampled_once(DATA.test_images)
    halves = [sampled_log_p(x[i : i + 60], net, "bernoulli", 50, index=i) for i in (0, 60)]
    log_p = np.concatenate([half.log_p for half in halves])
    assert row["log p"] == pytest.approx(log_p.mean(), rel=1e-6)
    assert row["log p error"] == pytest.approx(log_p.std() / 120**0.5, rel=1e-4)
    assert row["bound"] < row["log p"] and (row["epochs"], row["codes"]) == (2, 50)
    curve = numbers["vae_likelihoods"]["curves"][preset]
    assert [point["seconds"] for point in curve] == run.series("seconds")
    last = sampled_log_p(sampled_once(DATA.train_images)[-40:], net, "bernoulli", 20)
    assert curve[-1]["log p"] == pytest.approx(last.log_p.mean(), rel=1e-6)
    table = vae_likelihoods.reached(numbers["vae_likelihoods"]).splitlines()
    own = next(i for i, line in enumerate(table) if f"preset {preset} " in line)
    assert f"{row['log p']:.2f}" in table[own] and "3,280" in table[own + 1]


def test_a_cost_stands_beside_that_of_the_same_network(numbers):
    x = to_unit(DATA.test_images)
    for row in numbers["vae_best"]:
        run, _ = run_of(vae_best.TRAININGS[tuple(row["network"])])
        assert row["cost"] == pytest.approx(sum(evaluate(run.params, x, run.settings)))
        assert (run.settings.network == "conv") == (row["network"][0] == "convolutional")
    assert vae_best.before(["squared", 8])["source"] == 29.62
    assert vae_best.before(["bernoulli", 16])["PyTorch"] == 103.4


def test_the_gaussian_of_the_same_moments_is_no_further_from_the_prior():
    draw = np.random.default_rng(0)
    mu, logvar = np.tile([1.0, -2.0], (30_000, 1)), np.full((30_000, 2), -1.0)
    exact = kl_diag_gaussian(mu[:1], logvar[:1])[0]
    assert vae_codes.moments_kl(mu, logvar) == pytest.approx(exact)
    mixed = mu - draw.normal(size=mu.shape) @ [[0.5, 0.4], [0, 0.2]]
    S = np.cov(mixed.T) + np.exp(-1) * np.eye(2)
    expected = 0.5 * (np.trace(S) + 5 - 2 - np.log(np.linalg.det(S)))
    assert vae_codes.moments_kl(mixed, logvar) == pytest.approx(expected, abs=0.05)
    two = np.sign(draw.normal(size=(2000, 1))) * [[1.0]], np.full((2000, 1), -6.0)
    least, marginal = vae_codes.moments_kl(*two), vae_codes.split_kl(*two).marginal
    assert least < 0.01 < 1 < marginal


def test_codes_are_those_of_their_own_network_and_images(numbers):
    for row, Z in zip(numbers["vae_codes"], (2, 8, 16, 50, 50), strict=True):
        assert len(row["KL [nats/image]"]) == Z
        assert sum(row["KL [nats/image]"]) == pytest.approx(row["kl"], rel=1e-4)
    _, net = run_of(best("bernoulli", 2))
    mu, logvar = (part[:, None] for part in net.encode(to_unit(DATA.test_images)))
    z = stream(0, "prior codes").standard_normal((len(mu), 2))
    each = -0.5 * (logvar + (z - mu) ** 2 * np.exp(-logvar)).sum(axis=-1)  # images, codes
    excess = -0.5 * (z * z).sum(axis=1) - np.logaddexp.reduce(each) + np.log(len(mu))
    assert numbers["vae_codes"][0]["prior to codes"] == pytest.approx(excess.mean(), rel=1e-5)
    _, net = run_of(vae_codes.deep("deep"))
    mu, logvar = net.encode(sampled_once(DATA.test_images))
    assert numbers["vae_codes"][3]["kl"] == pytest.approx(
        float(kl_diag_gaussian(mu, logvar).mean()), rel=1e-4
    )


def test_contours_hold_their_masses():
    z = np.linspace(-5, 5, 400)
    density = np.exp(-0.5 * (z[:, None] ** 2 + z**2 / 4) / 0.5)
    for level, mass in zip(of_gap.levels_of(density), of_gap.MASSES, strict=True):
        assert density[density >= level].sum() / density.sum() == pytest.approx(mass, abs=1e-3)
        assert level == pytest.approx(1 - mass, abs=0.01)  # of a normal in two dimensions


@pytest.mark.parametrize(
    ("name", "one"),
    [(name, one) for name, module in FIGURES.items() for one in module.DRAWINGS],
    ids=lambda value: getattr(value, "name", ""),
)
def test_every_figure_is_drawn_whole(name, one, numbers, tmp_path, monkeypatch):
    there = SimpleNamespace(numbers=numbers[name], data=DATA.name)
    monkeypatch.setattr(FIGURES[name], "record", lambda name: there)
    figure = one.draw([run_of(of)[0] for of in one.trainings], DATA)
    assert_whole(imread(save(figure, tmp_path, one.name))[..., :3], (900, 280), (1900, 1500))
    title = figure.get_suptitle()
    assert "VAE" in title and DATA.name in title


def test_samples_are_drawn_against_the_gap_that_they_leave(numbers, monkeypatch):
    there = SimpleNamespace(numbers=numbers["vae_gap"], data="MNIST")
    monkeypatch.setattr(of_gap, "record", lambda name: there)
    left, right = of_gap.by_samples([], DATA).axes
    row = numbers["vae_gap"]["networks"][0]
    K, values = left.lines[0].get_data()
    assert K.tolist() == [1, *vae_gap.SAMPLES]
    names = ["bound", *(f"{k} samples" for k in vae_gap.SAMPLES)]
    assert values == pytest.approx([row[name][0] for name in names])
    gap = right.containers[0].lines[0].get_ydata()
    assert gap == pytest.approx([abs(v - row["log p"][0]) for v in values])


def test_the_plane_shows_q_beside_the_prior(numbers, monkeypatch):
    there = SimpleNamespace(numbers=numbers["vae_codes"], data="MNIST")
    monkeypatch.setattr(of_codes, "record", lambda name: there)
    run, net = run_of(best("bernoulli", 2))
    figure = of_codes.codes([run], DATA)
    (image,) = figure.axes[2].images
    mu, logvar = net.encode(to_unit(DATA.test_images))
    axis = np.linspace(-4, 4, 121)
    for column, row in ((50, 70), (60, 40)):
        z = axis[[column, row]]
        each = -0.5 * (logvar + (z - mu) ** 2 * np.exp(-logvar)).sum(axis=1)
        expected = np.logaddexp.reduce(each) - np.log(len(mu)) + 0.5 * (z @ z)
        assert image.get_array()[row, column] == pytest.approx(expected, rel=1e-4)
    bars = [bar.get_height() for bar in figure.axes[1].patches]
    kl = [row["kl"] for row in numbers["vae_codes"]]
    assert np.reshape(bars, (3, 5)).sum(axis=0) == pytest.approx(kl)
