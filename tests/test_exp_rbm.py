"""Likelihoods and samples of RBMs: the trainings, and the measures on machines that are known."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

import rbm.evaluate
import rbm.train
from autograd_lite.ops import sigmoid
from data.pixels import binarise, to_unit
from data.sets import split
from experiments import ais_accuracy, families, rbm_likelihoods, rbm_samples
from experiments.rbm_trainings import DRAWN, MACHINES, OURS, training
from grading.oracles import enumeration
from rbm.likelihood import Annealing
from rbm.pseudo import log_pseudo_likelihood
from rbm.settings import Settings
from tests.small_runs import digits, parsed
from tests.small_runs import train as train_small
from training.checkpoint import load_params
from training.images import Split
from training.streams import stream
from training.trained import read

DATA = digits(300, 100)
HOW = Annealing(20, 20, 100)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A small machine that was trained on drawn digits, with snapshots after epochs 2, 4 and 6."""
    options = {"pixels": "stochastic", "chains": "persistent", "validation": 0, "data": "digits"}
    settings = Settings(hidden=3, epochs=6, snapshots=2, **options)
    train, validation = split(to_unit(DATA.train_images), 50)
    folder = tmp_path_factory.mktemp("runs") / "run"
    train_small(folder, rbm.train, settings, Split("drawn digits", train, validation))
    return read(folder, rbm.train)


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr("training.images.load", lambda name: DATA)
    monkeypatch.setattr(rbm_likelihoods, "VALIDATION", 50)


def log_p(v, W, b, c):
    """By all hidden states, in float64."""
    W, b, c = (array.astype(np.float64) for array in (W, b, c))
    hidden = enumeration.states(len(c))
    log_Z = np.logaddexp.reduce(hidden @ c + np.logaddexp(0, hidden @ W.T + b).sum(axis=1))
    return v @ b + np.logaddexp(0, v @ W + c).sum(axis=1) - log_Z


def test_trainings_are_what_they_are_called():
    found = {(m, h): parsed(Settings, *training(m, h).options) for m, h in MACHINES}
    for (kind, hidden), settings in found.items():
        assert settings.hidden == hidden and settings.snapshots
        if kind in OURS:
            assert settings.decay and settings.validation == 5000 * (kind != "preset long")
    cd, pcd, best = (found[kind, 500] for kind in ("CD-1", "PCD-1", "preset best"))
    assert replace(cd, chains="persistent") == pcd != cd and cd.gibbs_steps == 1
    assert best == replace(
        Settings(**Settings.PRESETS["best"]), data="mnist", snapshots=best.snapshots
    )
    assert len({training(*machine).folder for machine in MACHINES}) == len(MACHINES)


def test_a_machine_is_scored_on_images_that_are_sampled_once(run, few):
    v = binarise(stream(0, "scored pixels"), to_unit(DATA.test_images), "stochastic")
    found = rbm_likelihoods.of_machine(run.folder, HOW)
    exact = log_p(v, *run.params)
    assert found["exact"]["log p"] == pytest.approx(exact.mean(), rel=1e-6)
    assert abs(found["annealed"]["log p"] - exact.mean()) < 1
    assert found["annealed"]["conservative log p"] < exact.mean() + 1
    pseudo = log_pseudo_likelihood(v, *run.params).mean()
    assert found["pseudo"] == pytest.approx(pseudo, rel=1e-5) and pseudo > exact.mean()
    held_out = to_unit(DATA.train_images[250:])
    held_out = binarise(stream(0, "scored pixels"), held_out, "stochastic")
    assert found["validation"] == pytest.approx(log_p(held_out, *run.params).mean(), rel=1e-6)
    assert found["seconds"] == run.rows[-1]["seconds"]


def test_snapshots_are_measured_beside_the_seconds_of_their_epochs(run, few):
    rows = rbm_likelihoods.along(run.folder, HOW)
    assert [row["epochs"] for row in rows] == [2, 4, 6]
    assert [row["seconds"] for row in rows] == run.series("seconds")[1::2]
    held_out = to_unit(DATA.train_images[250:])
    held_out = binarise(stream(0, "scored pixels"), held_out, "stochastic")
    for row in rows:
        params = load_params(run.folder, row["epochs"], run.params)
        row["exact"] = log_p(held_out, *params).mean()
        assert abs(row["log p"] - row["exact"]) < 0.2
    assert rows[0]["exact"] < rows[-1]["exact"] - 0.5


def test_every_number_stands_beside_its_training(monkeypatch):
    one_each = lambda parts: [{"part": part} for part in parts]  # noqa: E731
    for module in (rbm_likelihoods, rbm_samples):
        monkeypatch.setattr(module, "compute", one_each)
    numbers = rbm_likelihoods.measure()
    rows = [
        *numbers["machines"],
        *({"training": k, "hidden": 500, **row} for k, row in numbers["curves"].items()),
    ]
    assert len(rows) == len(MACHINES) + len(DRAWN)
    for row in rows:
        assert row["part"].arguments == (training(row["training"], row["hidden"]).folder,)
    monkeypatch.setattr(rbm_samples.image_scores, "load_classifier", lambda data: None)
    monkeypatch.setattr(rbm_samples, "load", lambda name: DATA)
    for row in rbm_samples.measure():
        assert row["part"].arguments == (row["training"], row["chains"])
        assert row["part"].reads[0].parent == training(row["training"], 500).folder


def test_exact_draws_have_the_machines_probabilities():
    rng = np.random.default_rng(0)
    params = [rng.normal(size=size) for size in ((4, 3), 4, 3)]
    p = np.exp(log_p(enumeration.states(4), *params))
    drawn = enumeration.numbers_of(ais_accuracy.draws(rng, 20_000, *params))
    found = np.bincount(drawn, minlength=16) / 20_000
    assert p.sum() == pytest.approx(1)
    assert (abs(found - p) < 5 * np.sqrt(p * (1 - p) / 20_000)).all()


def test_errors_have_the_signs_that_theory_says(monkeypatch):
    monkeypatch.setattr(ais_accuracy, "MACHINES", 20)
    found = ais_accuracy.on_small_machines(20)
    assert found["mean of log w"] < -0.2 < -abs(found["forward"]) and found["back"] > 0.2
    assert found["covered"] > 0.6


def test_chains_of_every_kind_draw_the_machines_images(run, monkeypatch):
    """Means of pixels within 0.1 of those of all states, and chains that are cut off nowhere."""
    monkeypatch.setattr(families, "CHAINS", 60)
    monkeypatch.setattr(families, "TEMPERED", 20)
    W, b, c = run.params
    h = enumeration.states(len(c))
    w = np.exp((log := h @ c + np.logaddexp(0, h @ W.T + b).sum(axis=1)) - log.max())
    mean = w / w.sum() @ sigmoid(h @ W.T + b)
    trained = SimpleNamespace(params=run.params, settings=run.settings, folder=run.folder)
    for images in (families.of_rbm, families.of_tempered, families.of_particles):
        x = images(np.random.default_rng(0), DATA, trained, 700)
        assert x.shape == (700, 784) and len(np.unique(x, axis=0)) <= len(h)
        assert abs(x.mean(axis=0) - mean).max() < 0.1
