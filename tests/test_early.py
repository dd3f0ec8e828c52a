"""Early stopping and the best epoch: the rule, real trainings, resumed and killed ones."""

import itertools
import json
from types import SimpleNamespace

import numpy as np
import pytest
from small_runs import arrays, same_bits

import gan.train
import rbm.train
import training.images
import vae.train
from data.sets import load
from training import checkpoint, loop
from training.checkpoint import load_best, load_checkpoint, load_params, save_checkpoint
from training.command import train_command
from training.early import WATCHED, best_epoch, early_stopping, out_of_patience
from training.parallel import Training
from training.run import RunError, finished, read_settings
from training.settings import SettingsError
from training.trained import read
from vae.train import Settings

SMALL = "--data digits --images 120 --validation 60 --batch-size 32 --optimiser rmsprop".split()
DENSE = [*SMALL, "--hidden", "16", "--learning-rate", "0.03", "--epochs", "30"]
CONV = [*SMALL, "--network", "conv", "--images", "60", "--batch-size", "6", "--epochs", "30"]
CONV += ["--learning-rate", "0.004"]
IMAGE = np.zeros((1, 784), np.float32)
EARLY = ["--patience", "2", "--select", "best"]


@pytest.fixture(scope="module", autouse=True)
def few_digits():
    """Only those that are used: else each training loads all 60,000."""
    whole, rows = load("digits"), [*range(120), *range(-60, 0)]
    few = whole._replace(train_images=whole.train_images[rows])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training.images, "load", lambda choice: few)
        yield


def table(costs):
    return [{"epoch": i + 1, "seconds": float(i), WATCHED: cost} for i, cost in enumerate(costs)]


def trained(folder, *options, goes="--out"):
    train_command(["train", *options, goes, str(folder)], vae.train, "never-used")
    return read(folder, vae.train)


@pytest.mark.parametrize(
    "costs, best, stops",  # stops: the least patience that is not used up yet
    [
        ([5.0], 1, 1),
        ([5.0, 6.0], 1, 2),
        ([5.0, 6.0, 7.0, 8.0], 1, 4),
        ([5.0, 4.0], 2, 1),
        ([5.0, 4.0, 4.0], 2, 2),  # a tie is no new lowest cost
        ([5.0, 5.0, 5.0], 1, 3),
        ([5.0, 7.0, 6.0], 1, 3),  # lower than the epoch before is not enough
        ([5.0, 4.0, 6.0, 3.0, 6.0], 4, 2),
        ([-5.0, -6.0, -5.5], 2, 2),
    ],
)
def test_the_rule_on_costs_that_are_known(costs, best, stops):
    rows = table(costs)
    assert best_epoch(rows) == best
    for patience in range(1, 6):
        assert out_of_patience(rows, patience) == (patience < stops)
    assert not out_of_patience(rows, 0) and not out_of_patience([], 1)


def test_models_without_the_settings_never_stop_and_show_the_last_epoch():
    for settings in (gan.train.Settings(), rbm.train.Settings(), Settings()):
        assert early_stopping(settings) == (0, "last")
    assert early_stopping(Settings(patience=3, select="best")) == (3, "best")


@pytest.mark.parametrize("network", [DENSE, CONV], ids=["dense", "conv"])
def test_a_training_that_gets_worse_stops_and_shows_its_best_epoch(network, tmp_path, capsys):
    shown = trained(tmp_path / "a", *network, *EARLY, "--snapshots", "1")
    costs = shown.series("validation_cost")
    assert len(costs) < 30 and shown.epoch == len(costs) - 2 == 1 + int(np.argmin(costs))
    assert same_bits(shown.params, load_params(tmp_path / "a", shown.epoch, shown.params))
    assert not same_bits(shown.params, load_params(tmp_path / "a", len(costs), shown.params))
    assert capsys.readouterr().out == (
        f"{tmp_path / 'a'}: {len(costs)} epochs on drawn digits; lowest validation cost"
        f" {min(costs):.2f} nats/image after epoch {shown.epoch}; stopped early by --patience 2,"
        " more --epochs would not go on\n"
    )


def test_neither_option_changes_a_bit_of_what_is_trained(tmp_path, capsys):
    """A training left alone, cut after the epochs that an early one made, is that one."""
    early = trained(tmp_path / "early", *DENSE, *EARLY)
    made = len(early.rows)
    capsys.readouterr()
    plain = trained(tmp_path / "plain", *DENSE, "--epochs", str(made))
    assert capsys.readouterr().out == f"{tmp_path / 'plain'}: {made} epochs on drawn digits\n"
    a, b = arrays(tmp_path / "early"), arrays(tmp_path / "plain")
    assert {key for key in a if key not in b} == {f"best.{f}" for f in plain.params._fields}
    assert b == {key: a[key] for key in b}
    state, _ = load_checkpoint(tmp_path / "plain", vae.train.start(plain.settings, IMAGE))
    assert plain.epoch == made and same_bits(plain.params, state.params)
    stopped = trained(tmp_path / "stopped", *DENSE, "--patience", "2")
    assert arrays(tmp_path / "stopped") == b  # patience alone shows the last epoch
    assert stopped.epoch == made and same_bits(stopped.params, plain.params)


def test_settings_of_older_runs_are_read_as_they_were_meant(tmp_path):
    (tmp_path / "settings.json").write_text('{"hidden": 16, "epochs": 3, "validation": 0}')
    settings = read_settings(tmp_path, Settings)
    assert (settings.patience, settings.select) == (0, "last")


def test_a_stopped_run_that_is_resumed_trains_no_further(tmp_path, capsys, monkeypatch):
    shown = trained(tmp_path / "a", *DENSE, *EARLY)
    before, line = arrays(tmp_path / "a"), capsys.readouterr().out
    monkeypatch.setattr(vae.train, "step", None)  # a step would be an error
    for options in ([], ["--epochs", "50"]):
        again = trained(tmp_path / "a", *options, goes="--resume")
        assert capsys.readouterr().out == line and "stopped early by --patience 2" in line
        assert arrays(tmp_path / "a") == before and finished(tmp_path / "a")
        assert again.epoch == shown.epoch and same_bits(again.params, shown.params)
    with pytest.raises(SettingsError, match="--patience cannot change in a resumed run"):
        trained(tmp_path / "a", "--patience", "9", goes="--resume")


class KilledError(Exception):
    """Ends a training where a kill might: nobody catches it, nothing more is written."""


def interrupted(monkeypatch, folder, name, condition, error):
    """Trains until a function, of a module such as checkpoint.save_metrics, meets a condition."""
    module, _, function = name.rpartition(".")
    module = {"loop": loop, "checkpoint": checkpoint, "vae.train": vae.train}[module]
    original = getattr(module, function)

    def stops(*words):
        if condition(*words):
            raise error
        return original(*words)

    with monkeypatch.context() as patch:
        patch.setattr(module, function, stops)
        with pytest.raises((KilledError, KeyboardInterrupt)):
            trained(folder, *DENSE, *EARLY)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run that nobody disturbed, its parameters after each epoch, and its folder."""
    folder = tmp_path_factory.mktemp("early") / "whole"
    with np.errstate(all="ignore"):
        shown = trained(folder, *DENSE, *EARLY, "--snapshots", "1")
    epochs = range(len(shown.rows) + 1)
    kept = [load_params(folder, epoch, shown.params) for epoch in epochs]
    assert 2 < shown.epoch and shown.epoch + 2 == len(shown.rows) < 30
    costs = shown.series("validation_cost")[: shown.epoch]
    assert costs != sorted(costs, reverse=True)  # also worse epochs before the best one
    return SimpleNamespace(shown=shown, kept=kept, folder=folder, made=len(shown.rows))


def assert_comes_to_the_same(folder, whole):
    again = trained(folder, goes="--resume")
    assert arrays(folder) == arrays(whole.folder) and finished(folder)
    assert again.epoch == whole.shown.epoch and same_bits(again.params, whole.shown.params)


@pytest.mark.parametrize("moment", ["loop.save_checkpoint", "checkpoint.save_metrics"])
def test_a_run_killed_at_a_checkpoint_comes_to_the_same(moment, whole, tmp_path, monkeypatch):
    """Killed before it is written, or after it and before its copy of the metrics."""
    written = moment == "checkpoint.save_metrics"
    for epoch in (1, *range(whole.shown.epoch - 1, whole.made + 1)):
        folder = tmp_path / f"epoch-{epoch}"

        def now(folder, *words, epoch=epoch):
            return len(words[0] if written else words[1]) == epoch

        interrupted(monkeypatch, folder, moment, now, KilledError)
        assert not finished(folder)
        reached = epoch if written else epoch - 1
        if reached:  # whoever reads it now gets the best of the epochs whose rows are there
            shown = read(folder, vae.train)
            assert len(shown.rows) == reached and same_bits(shown.params, whole.kept[shown.epoch])
        assert_comes_to_the_same(folder, whole)


@pytest.mark.parametrize("step", [2, 7, 14, 21, 26])
def test_ctrl_c_within_an_epoch_keeps_the_best_one(step, whole, tmp_path, monkeypatch):
    folder = tmp_path / "a"
    interrupted(
        monkeypatch, folder, "vae.train.step", lambda s, *_: s.step == step, KeyboardInterrupt
    )
    if step >= 4:
        now = read(folder, vae.train)
        assert len(now.rows) == step // 4 and same_bits(now.params, whole.kept[now.epoch])
    assert_comes_to_the_same(folder, whole)


WHILE_JUDGED = ("vae.train.measure", *(f"loop.{f}" for f in "best_epoch save_snapshot".split()))


@pytest.mark.parametrize("name", [*WHILE_JUDGED, "loop.out_of_patience"])
@pytest.mark.parametrize("before", [1, 0])
def test_ctrl_c_while_an_epoch_is_judged_takes_no_other_for_the_best(
    name, before, whole, tmp_path, monkeypatch
):
    """The first call is that of epoch 1, or of what comes before it: so one of them is the best."""
    now = itertools.count(before - whole.shown.epoch)
    ends = KeyboardInterrupt
    interrupted(monkeypatch, tmp_path / "a", name, lambda *_: next(now) == 0, ends)
    shown = read(tmp_path / "a", vae.train)
    assert same_bits(shown.params, whole.kept[shown.epoch])
    assert_comes_to_the_same(tmp_path / "a", whole)


def test_a_run_is_finished_once_its_patience_is_used_up_and_not_before(tmp_path, monkeypatch):
    monkeypatch.setattr("training.parallel.RUNS", tmp_path)
    planned = Training("early", "vae", ())
    folder = planned.folder
    folder.mkdir()

    def writes(costs, **settings):
        (folder / "settings.json").write_text(json.dumps({"epochs": 6} | settings))
        save_checkpoint(folder, vae.train.start(Settings(hidden=1), IMAGE), table(costs))
        return finished(folder), planned.under_way()

    assert writes([5.0, 4.0, 6.0], patience=1) == (True, "")
    assert writes([5.0, 4.0, 6.0], patience=2) == (False, "early 3/6")
    assert writes([5.0, 4.0, 4.0, 4.0], patience=2) == (True, "")
    assert writes([5.0, 4.0, 6.0], patience=0) == (False, "early 3/6")
    assert writes([5.0, 4.0, 6.0]) == (False, "early 3/6")  # of a model without patience
    assert writes([6.0, 5.0, 4.0, 3.0, 2.0, 1.0], patience=2) == (True, "")
    assert writes([], patience=1) == (False, "early 0/6")
    assert writes([5.0, 6.0], patience="1") == (False, "early 2/6")
    assert writes([5.0, 4.0, 6.0], patience=1) == (True, "")
    (folder / "checkpoint.npz").unlink()
    assert not finished(folder)
    for damaged in ("", "epoch\n1\n2\n", 2 * f"{200_000 * 'x'}\n"):
        writes([5.0, 4.0, 6.0], patience=1)
        (folder / "metrics.csv").write_text(damaged)
        assert not finished(folder)


def test_a_checkpoint_without_the_best_epoch_is_one_sentence(tmp_path):
    state = vae.train.start(Settings(hidden=1), IMAGE)
    save_checkpoint(tmp_path, state, table([1.0]))
    with pytest.raises(RunError, match=r"checkpoint\.npz has no parameters of a best epoch"):
        load_best(tmp_path, state.params)
