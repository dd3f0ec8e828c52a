"""Presets: settings by name, which further options change, and no other."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pytest
from small_runs import images, parsed

import gan.train
import training.images
import vae.train
from autograd_lite.tree import leaves
from data.sets import load
from experiments.experiment import find
from training.command import begin
from training.run import read_settings
from training.settings import SettingsError, check_settings, options_of, setting

PRESETS = gan.train.Settings.PRESETS
TINY = "--data digits --images 60 --epochs 1".split()


@dataclass(frozen=True)
class Two:
    PRESETS: ClassVar[dict[str, dict[str, Any]]] = {"fast": {"rate": 0.5, "big_steps": 3}}
    rate: float = setting(0.1, "of learning")
    big_steps: int = setting(1, "a day")


def test_options_stand_above_the_preset_wherever_they_stand():
    assert parsed(Two) == Two(0.1, 1)
    assert parsed(Two, "--preset", "fast") == Two(0.5, 3)
    assert parsed(Two, "--preset", "fast", "--rate", "0.2") == Two(0.2, 3)
    assert parsed(Two, "--big-steps", "7", "--preset", "fast") == Two(0.5, 7)


def test_a_preset_that_is_not_there_is_one_sentence(capsys):
    with pytest.raises(SystemExit) as end:
        parsed(Two, "--preset", "slow")
    err = capsys.readouterr().err
    assert end.value.code == 2 and "'slow'" in err and "fast" in err and err.count("\n") == 1
    with pytest.raises(SystemExit):
        parsed(vae.train.Settings, "--preset", "best")  # which has none
    assert "unrecognized arguments" in capsys.readouterr().err


@pytest.mark.parametrize("name", PRESETS)
def test_the_presets_of_the_gan_can_be_trained(name):
    settings = parsed(gan.train.Settings, "--preset", name, "--generator", "9")
    check_settings(settings)
    words = *options_of(PRESETS[name]).split(), "--generator", "9"
    assert parsed(gan.train.Settings, *words) == settings
    before = gan.train.start(settings, images(12))
    after = gan.train.step(before, images(12), settings)
    for was, now in zip(leaves(before.params), leaves(after.params), strict=True):
        assert np.isfinite(now).all() and not np.array_equal(was, now)


def test_trainings_spell_a_preset_out():
    """Else a run that was trained before a preset changed would be taken for one after it."""
    trainings = [t for experiment in find().values() for t in experiment.trainings]
    assert any(t.model == "gan" for t in trainings)
    assert [t.label for t in trainings if "--preset" in t.options] == []


def begun(*words):
    job = begin("test", gan.train.Settings, "unused", [str(word) for word in words])
    job.run.lock.close()
    return job


def test_a_run_keeps_its_preset_and_what_was_typed_and_the_data_auto_found(tmp_path, monkeypatch):
    monkeypatch.setattr(training.images, "load", lambda _: load("digits"))  # as without MNIST
    job = begun("--preset", "best", *TINY, "--data", "auto", "--out", tmp_path)
    typed = {"data": "digits", "images": 60, "epochs": 1}
    expected = gan.train.Settings(**(PRESETS["best"] | typed))
    assert job.settings == read_settings(tmp_path, gan.train.Settings) == expected
    assert begun("--resume", tmp_path).settings == expected
    assert begun("--resume", tmp_path, "--epochs", "2").settings == replace(expected, epochs=2)


def test_a_preset_for_a_resumed_run_is_one_sentence_before_the_folder_is_locked(tmp_path):
    begun("--preset", "best", *TINY, "--out", tmp_path)
    settings = (tmp_path / "settings.json").read_bytes()
    (tmp_path / "lock").unlink()
    with pytest.raises(SettingsError) as error:
        begun("--resume", tmp_path, "--preset", "best")
    assert str(error.value) == ("--preset is for a new run; a resumed one keeps its settings.")
    assert not (tmp_path / "lock").exists()
    assert (tmp_path / "settings.json").read_bytes() == settings
    begun("--resume", tmp_path)  # `error` would still hold a lock that was left open
