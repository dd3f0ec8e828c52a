"""Experiments with RBMs: methods score as they should, and rows stand under the right names."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

import rbm.gibbs
import rbm.train
from data.digits import draw_digits
from data.pixels import to_unit
from data.sets import DataSet
from experiments import gibbs_chains, inpainting
from experiments import inpainting_baselines as baselines
from experiments import inpainting_methods as methods
from experiments.gibbs_chains import after_steps, forgetting
from experiments.inpainting_methods import MASKS, machine_after
from rbm.exact import conditional
from rbm.model import Params
from rbm.train import Settings
from tests.small_runs import same_bits
from training.checkpoint import save_params
from training.images import Split
from training.loop import states
from training.run import RunError, save_settings

RNG = np.random.default_rng(0)
DATA = DataSet("drawn digits", *draw_digits(RNG, 800), *draw_digits(RNG, 40))
V = (to_unit(DATA.test_images) >= 0.5).astype(np.float32)
SETTINGS = Settings(data="digits", validation=0, hidden=3, epochs=5, snapshots=1)


NAMES = {"grey CD-30": "cd30-grey", "binary CD-30": "cd30-binary", "binary PCD-5": "pcd5"}


def mixing_machine():
    """Its three hidden units stand for groups of digits, and chains soon come to all states."""
    x, labels = to_unit(DATA.train_images) >= 0.5, DATA.train_labels
    there = [np.isin(labels, group) for group in ((0, 6, 8), (1, 4, 7), (2, 3, 5))]
    W = 1.2 * np.stack([x[in_it].mean(axis=0) - x[~in_it].mean(axis=0) for in_it in there], axis=1)
    mean = np.clip(x.mean(axis=0), 0.02, 0.98)
    b = np.log(mean / (1 - mean)) - W.sum(axis=1) / 2
    return Params(*(a.astype(np.float32) for a in (W, b, -mean @ W)))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A run that kept the parameters of epoch 3, and test images that are few."""
    monkeypatch.setattr(methods, "test_images", lambda count=40: V[:count])
    monkeypatch.setattr(methods, "EXACT", 10)
    save_settings(tmp_path, SETTINGS)
    save_params(tmp_path, 3, mixing_machine())
    save_params(tmp_path, 4, Params(*(0 * a for a in mixing_machine())))
    return tmp_path


def in_float64(b_change=0.0):
    W, b, c = (a.astype(np.float64) for a in mixing_machine())
    return W, b + b_change, c


def cost(probs, known, rows=slice(None)):
    """Nats a missing pixel, and the fraction right, one image after another."""
    v, p, missing = V[rows], np.clip(probs, 0.001, 0.999)[rows], ~known[rows]
    costs = [-np.log(np.where(x == 1, q, 1 - q))[m] for x, q, m in zip(v, p, missing, strict=True)]
    right = ((p > 0.5) == v)[missing].mean()
    return np.concatenate(costs).mean(), right


def test_the_machine_after_some_epochs_is_the_last_snapshot_until_then(folder):
    for wanted, found in ((3, 3), (4, 4), (30, 4)):
        machine = machine_after(folder, wanted)
        assert machine.epochs == found and machine.settings == SETTINGS
        assert machine.params.b.any() == (found == 3)
    with pytest.raises(RunError, match=r"params-0002.npz is no snapshot"):
        machine_after(folder, 2)
    for path in folder.glob("params-*"):
        path.unlink()
    with pytest.raises(RunError, match=r"keeps no parameters; .*--snapshots 1"):
        machine_after(folder, 3)


@pytest.mark.parametrize("of, fraction", [("all", 0.5), ("ink", 0.5)])
def test_chains_cost_what_they_estimate(folder, of, fraction):
    known = methods.given(V, of, fraction)
    damaged, nothing = V * known, np.zeros_like(known)
    W, b, c = in_float64()
    probs = {"clamped": conditional(damaged, known, W, b, c)}
    probs["clamped, from a random start"] = probs["clamped"]
    probs["unclamped"] = conditional(damaged, nothing, W, b, c)
    if of == "ink":
        probs["clamped, known erasure rate"] = conditional(
            damaged, known, *in_float64(np.log(fraction))
        )
    expected = {method: cost(p, known) for method, p in probs.items()}
    rows = methods.by_machine(folder, 3, of, fraction)
    assert [row["method"] for row in rows] == list(expected)
    for row in rows:
        assert (row["of"], row["missing"]) == (of, fraction)
        exactly, right = expected[row["method"]]
        assert abs(row["cost"] - exactly) < 0.002 and abs(row["fraction right"] - right) < 0.005
        few = cost(probs[row["method"]], known, slice(10))[0]
        assert abs(row["first images"]["cost"] - few) < 0.005
    other = "unclamped" if of == "all" else "clamped, known erasure rate"
    assert abs(expected[other][0] - expected["clamped"][0]) > 0.008


def test_exact_sums_and_likelihoods_are_those_of_all_hidden_states(folder, monkeypatch):
    W, b, c = in_float64()
    rows = methods.by_exact_sum(folder, 3)
    for row, mask in zip(rows, MASKS, strict=True):
        known = methods.given(V, *mask)
        expected, right = cost(conditional(V * known, known, W, b, c), known, slice(10))
        assert (row["of"], row["missing"], row["fraction right"]) == (*mask, pytest.approx(right))
        assert row["cost"] == pytest.approx(expected, rel=1e-9)
    hidden = np.array(list(product((0, 1), repeat=3)), np.float64)
    log_Z = np.logaddexp.reduce(hidden @ c + np.logaddexp(0, hidden @ W.T + b).sum(axis=1))
    log_p = V @ b + np.logaddexp.reduce((V @ W + c) @ hidden.T, axis=1) - log_Z
    (row,) = methods.likelihoods(folder, 3)
    assert row["log Z"] == pytest.approx(log_Z) and row["log p"] == pytest.approx(log_p.mean())
    assert row["log p error"] == pytest.approx(log_p.std() / 40**0.5)
    assert row["log p"] < row["pseudo"] < 0
    monkeypatch.setattr(methods, "FEW_UNITS", 2)
    assert "log Z" not in methods.likelihoods(folder, 3)[0]


# Baselines


def test_the_nearest_image_differs_in_the_fewest_given_pixels():
    train, known = V[:30], RNG.random(V.shape) < 0.3
    found = baselines.nearest_image(train, V[30:], known[30:])
    for v, k, nearest in zip(V[30:], known[30:], found, strict=True):
        counts = ((train != v) & k).sum(axis=1)
        assert ((nearest != v) & k).sum() == counts.min()
    full = np.ones_like(V[:1])  # has all the ink that is given, and much more
    damaged = V[:5] * (RNG.random(V[:5].shape) < 0.5)
    found = baselines.nearest_image(np.concatenate([full, V]), damaged, damaged == 1, ink=True)
    np.testing.assert_array_equal(found, V[:5])


def test_the_weight_of_the_nearest_image_is_the_one_that_costs_least():
    nearest, mean, known = np.roll(V, 1, axis=0), np.full(784, 0.2, np.float32), V > 1

    def found(weight):
        return baselines.score(baselines.mixed(nearest, mean, weight), V, known)["cost"]

    best = baselines.best_weight(nearest, mean, V, known)
    assert 0.1 < best < 0.98 and found(best) <= min(found(best - 0.02), found(best + 0.02))
    np.testing.assert_allclose(baselines.mixed(nearest, mean, 1), baselines.kept_inside(nearest))


def test_baselines_are_fitted_on_training_images_and_scored_on_missing_pixels(folder, monkeypatch):
    monkeypatch.setattr(methods, "load", lambda name: DATA)
    monkeypatch.setattr(methods, "split", lambda x, held_out: (x[:300], x[300:400]))
    train = (to_unit(DATA.train_images[:300]) >= 0.5).astype(np.float32)
    for mask in (("all", 0.5), ("ink", 0.5)):
        first, nearest, neighbours = methods.by_baselines(*mask)
        missing = ~methods.given(train, *mask, "training mask")
        mean = np.clip((train * missing).sum(axis=0) / missing.sum(axis=0), 0.001, 0.999)
        expected, right = cost(np.broadcast_to(mean, V.shape), methods.given(V, *mask))
        assert first["cost"] == pytest.approx(expected, rel=1e-5)
        assert first["fraction right"] == pytest.approx(right)
        assert nearest["cost"] < 0.9 * first["cost"] and neighbours["cost"] < 0.7 * first["cost"]


# The whole


def test_rows_carry_the_names_of_their_machines(monkeypatch):
    asked = []

    def compute(parts):
        asked.extend(parts)
        return [[{"part": i}] for i in range(len(parts))]

    monkeypatch.setattr(inpainting, "compute", compute)
    numbers = inpainting.measure()
    assert [len(numbers[name]) for name in ("restored", "exact", "likelihoods")] == [78, 4, 12]
    for name, rows in numbers.items():
        for row in (row for row in rows if "machine" in row):
            part = asked[row["part"]]
            assert part.function.__name__ in (f"by_{name}_sum", name, "by_machine")
            (folder, epochs, *_), (snapshot,) = part.arguments, part.reads
            kind = NAMES[row["machine"].split(",")[0]]
            assert folder.name.startswith(f"{kind}-{row['hidden']}-")
            assert epochs == (3 if "3 epochs" in row["machine"] else 30)
            assert snapshot == folder / f"params-{epochs:04}.npz"
    order = [(row["machine"], row["hidden"]) for row in numbers["restored"][6:]]
    assert order == [machine for machine in inpainting.MACHINES for _ in MASKS]
    for kind, (training, _) in inpainting.KINDS.items():
        assert ("60,000 images" in kind) == ("--validation 0" in " ".join(training(20).options))
        assert ("60,000 images" in kind) != ("55,000 images" in kind)


# Chains


def test_any_step_of_a_run_is_made_again_to_the_bit(tmp_path, monkeypatch):
    settings = replace(SETTINGS, momentum=0.0, batch_size=16, gibbs_steps=2)
    images = to_unit(DATA.train_images[:40])  # three steps an epoch, the last one short
    split = Split("drawn digits", "digits", images, images[:0])
    monkeypatch.setattr(gibbs_chains, "training_images", lambda *asked: split)
    save_settings(tmp_path, settings)
    reached = [rbm.train.start(settings, images)]
    reached += states(rbm.train, reached[0], images, settings)
    for epoch in (0, 1, 3):
        save_params(tmp_path, epoch, reached[3 * epoch].params)
    for steps in (0, 1, 3, 8, 9, 14, 15, 99):
        state = after_steps(tmp_path, steps)
        assert state.step == min(steps, 15) and same_bits(state.params, reached[state.step].params)
    save_settings(tmp_path, replace(settings, momentum=0.5))
    with pytest.raises(RunError, match=r"has momentum or persistent chains; expected"):
        after_steps(tmp_path, 1)


def test_forgetting_is_the_distance_from_the_own_image_and_from_others(monkeypatch):
    swept = []

    def gibbs(rng, v, W, b, c, steps):
        swept.append(steps)
        return rbm.gibbs.gibbs(rng, v, W, b, c, steps)

    monkeypatch.setattr(gibbs_chains, "gibbs", gibbs)
    picture = np.arange(784) < 100
    b = np.where(picture, 50, -50).astype(np.float32)  # drawn at every sweep
    params = Params(np.zeros((784, 2), np.float32), b, np.zeros(2, np.float32))
    x = V[:6] * np.float32(0.75)  # grey
    found = forgetting(x, params, (0, 1, 3))
    assert found["sweeps"] == [0, 1, 3] and swept == [0, 1, 2]
    own = [(picture != v).mean() for v in V[:6]]
    for after in (1, 2):  # from others: each other image five times
        assert found["own image"][after] == pytest.approx(np.mean(own))
        assert found["other images"][after] == pytest.approx(np.mean(own))
    ink = [v.mean() for v in V[:6]]
    assert 0.75 * np.mean(ink) < found["own image"][0] < 0.85 * np.mean(ink)
    assert found["other images"][0] > np.mean(ink)
