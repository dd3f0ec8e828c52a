"""Settings: a frozen dataclass is the only list of them, and also the command line."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import MISSING, field, fields
from typing import Any, NoReturn, get_type_hints


class SettingsError(Exception):
    """One sentence for the person at the screen: the setting, its value, what was expected."""


def setting(
    default: Any, help: str, choices: Sequence[str] = (), least: float | None = None
) -> Any:
    """A field of a settings dataclass, with all that --help and the check of its value need."""
    metadata = {"help": help, "choices": choices, "least": least}
    return field(default=default, metadata=metadata)


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaint is one sentence."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message} (--help lists the options).", file=sys.stderr)
        sys.exit(2)


def add_settings(parser: argparse.ArgumentParser, kind: type) -> None:
    """An option for every field of `kind`. Absent options stay absent from the namespace.

    Where `kind` has PRESETS, by name the settings that each gives, --preset is an option too.
    """
    types = get_type_hints(kind)
    presets = getattr(kind, "PRESETS", {})
    if presets:
        words = "; ".join(f"{name}: {options_of(given)}" for name, given in presets.items())
        parser.add_argument(
            "--preset",
            choices=tuple(presets),
            default=argparse.SUPPRESS,
            help=f"settings that other options change further; {words}",
        )
    for f in fields(kind):
        assert f.default is not MISSING
        parser.add_argument(
            "--" + f.name.replace("_", "-"),
            type=types[f.name],
            default=argparse.SUPPRESS,
            metavar="|".join(f.metadata["choices"]) or types[f.name].__name__.upper(),
            help=f"{f.metadata['help']} (default: {f.default})",
        )


def options_of(given: dict[str, Any]) -> str:
    """Settings as a command line gives them."""
    return " ".join(f"--{name.replace('_', '-')} {value}" for name, value in given.items())


def with_preset(given: dict[str, Any], kind: type) -> dict[str, Any]:
    """What was given on a command line, on top of the settings of its preset."""
    presets: dict[str, dict[str, Any]] = getattr(kind, "PRESETS", {})
    rest = {name: value for name, value in given.items() if name != "preset"}
    return presets.get(given.get("preset", ""), {}) | rest


def check_settings(settings: Any) -> None:
    """SettingsError for a value of the wrong type, outside its choices, or below its least."""
    for f in fields(settings):
        value = getattr(settings, f.name)
        name, choices, least = f.name.replace("_", "-"), f.metadata["choices"], f.metadata["least"]
        if not isinstance(value, type(f.default)):
            kind = type(f.default).__name__
            raise SettingsError(f"--{name} is {value!r}; expected a value of type {kind}.")
        if choices and value not in choices:
            raise SettingsError(f"--{name} is {value!r}; expected one of {', '.join(choices)}.")
        if least is not None and not value >= least:
            raise SettingsError(f"--{name} is {value}; expected at least {least}.")
