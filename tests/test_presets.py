"""Presets: settings by name, which further options change, and no other."""

from argparse import ArgumentParser
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest

import gan.train
import vae.train
from training.command import begin
from training.run import read_settings
from training.settings import (
    Parser,
    add_settings,
    check_settings,
    setting,
    with_preset,
)

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


@pytest.mark.parametrize("name", gan.train.Settings.PRESETS)
def test_the_presets_of_the_gan_can_be_trained(name):
    settings = parsed(gan.train.Settings, "--preset", name)
    check_settings(settings)
    assert settings != gan.train.Settings()


def test_the_run_keeps_the_settings_and_may_be_asked_for_the_preset_again(tmp_path):
    job = begin(
        "test", gan.train.Settings, "unused", ["--preset", "best", *TINY, "--out", str(tmp_path)]
    )
    job.run.lock.close()
    assert job.settings == read_settings(tmp_path, gan.train.Settings)
    for name, value in gan.train.Settings.PRESETS["best"].items():
        if name != "epochs":
            assert getattr(job.settings, name) == value
    again = ["--resume", str(tmp_path), "--preset", "best"]
    begin("test", gan.train.Settings, "unused", [*again, "--epochs", "2"]).run.lock.close()
