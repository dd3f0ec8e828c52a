"""Presets: settings by name, which further options change, and no other."""

from argparse import ArgumentParser
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gan.train
import vae.train
from data.digits import draw_digits
from data.pixels import to_unit
from experiments import gan_ablation as tricks
from experiments import runs
from figures import plan
from training.command import begin
from training.run import read_settings
from training.settings import (
    Parser,
    SettingsError,
    add_settings,
    check_settings,
    options_of,
    setting,
    with_preset,
)

PRESETS = gan.train.Settings.PRESETS
QUICKER = ("generator", "discriminator", "average", "epochs", "decay")  # of the quick run's own
TINY = "--data digits --images 60 --epochs 1".split()


@dataclass(frozen=True)
class Two:
    PRESETS: ClassVar[dict[str, dict[str, Any]]] = {"fast": {"rate": 0.5, "big_steps": 3}}
    rate: float = setting(0.1, "of learning")
    big_steps: int = setting(1, "a day")


def parsed(kind, *words):
    parser = Parser(prog="test", allow_abbrev=False)
    add_settings(parser, kind)
    return kind(**with_preset(vars(parser.parse_args(words)), kind))


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


def test_help_says_what_a_preset_gives():
    parser = ArgumentParser()
    add_settings(parser, Two)
    assert "fast: --rate 0.5 --big-steps 3" in " ".join(parser.format_help().split())


@given(rate=st.floats(0, allow_infinity=False), big_steps=st.integers(0))
def test_settings_become_options_that_say_the_same(rate, big_steps):
    words = options_of({"big_steps": big_steps, "rate": rate}).split()
    assert words[::2] == ["--big-steps", "--rate"]
    assert parsed(Two, *words) == Two(rate, big_steps)


@pytest.mark.parametrize("name", PRESETS)
def test_the_presets_of_the_gan_can_be_trained(name):
    small = "--generator 9 --discriminator 8".split()
    settings = parsed(gan.train.Settings, "--preset", name, *small)
    check_settings(settings)
    images, _ = draw_digits(np.random.default_rng(0), 12)
    x = to_unit(images)
    before = gan.train.start(settings, x)
    after = gan.train.step(before, x, settings)
    assert after.step == 1
    for player in ("G", "D", "average"):
        old, new = (getattr(state.params, player) for state in (before, after))
        for a, b in zip(old, new, strict=True):
            for was, now in zip(a, b, strict=True):
                assert np.isfinite(now).all() and not np.array_equal(was, now)


# Runs that are made with a preset


def pairs(options):
    return set(zip(options[::2], options[1::2], strict=True))


def in_full(settings):
    return {(f"--{name.replace('_', '-')}", str(value)) for name, value in settings.items()}


def test_runs_with_the_preset_name_each_of_its_settings():
    preset = PRESETS["best"]
    assert parsed(gan.train.Settings, *options_of(preset).split()) == parsed(
        gan.train.Settings, "--preset", "best"
    )
    assert in_full(preset) <= pairs(runs.best(0).options)
    assert in_full(preset) <= pairs(tricks.planned("").options)
    (quick,) = (row for row in plan.TABLE if row.family == "gan")
    there = pairs(quick.options.split())
    assert in_full({k: v for k, v in preset.items() if k not in QUICKER}) < there
    assert {name for name, _ in there} == {name for name, _ in in_full(preset | {"snapshots": 1})}


def anew(module: Any) -> Any:
    """The module as an import would make it now."""
    made, path = ModuleType(module.__name__), Path(module.__file__)
    exec(compile(path.read_text(), path, "exec"), vars(made))
    return made


def folders():
    made = anew(runs), anew(plan)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "BEST", made[0].BEST)
        trick = anew(tricks).planned("")
    quick = next(made[1].planned(q, "digits") for q in made[1].TABLE if q.family == "gan")
    return [run.folder for run in (made[0].best(0), trick, quick)]


@pytest.mark.parametrize("name", PRESETS["best"])
def test_a_run_with_another_preset_has_another_folder(name, monkeypatch):
    """Else a run that was trained before the change would be taken for one after it."""
    before = folders()
    monkeypatch.setitem(PRESETS["best"], name, 7)
    same = [new == old for new, old in zip(folders(), before, strict=True)]
    assert same == [False, False, name in QUICKER]


# Runs that are resumed


def begun(*words):
    job = begin("test", gan.train.Settings, "unused", [str(word) for word in words])
    job.run.lock.close()
    return job


def test_a_run_keeps_its_preset_and_what_was_typed(tmp_path):
    job = begun("--preset", "best", *TINY, "--out", tmp_path)
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
