"""Settings: a frozen dataclass is the only list of them, and also the command line."""

import argparse
import math
import operator
import sys
from collections.abc import Callable, Sequence
from dataclasses import MISSING, Field, field, fields
from pathlib import Path
from typing import Any, NoReturn, TypeVar, get_type_hints

T = TypeVar("T")
# How a value is compared with the bounds that a setting may have, and what is said of it.
BOUNDS: dict[str, tuple[Callable[[Any, Any], bool], str]] = {
    "least": (operator.ge, "at least"),
    "most": (operator.le, "at most"),
    "above": (operator.gt, "more than"),
    "below": (operator.lt, "less than"),
}


class SettingsError(Exception):
    """One sentence for the person at the screen: the setting, its value, what was expected."""


def setting(
    default: Any, help: str, choices: Sequence[str] = (), metavar: str = "", **bounds: float
) -> Any:
    """A field of a settings dataclass, with all that --help and the check of its value need.

    `metavar` is what --help calls the value, else its choices or its type. Bounds are `least`,
    `most` and `below`.
    """
    words = {"help": help, "choices": choices, "metavar": metavar or "|".join(choices)}
    return field(default=default, metadata=words | bounds)


def recorded(default: Any, **bounds: float) -> Any:
    """A field that the data of a run decide: written down with the settings, but no option."""
    return field(default=default, metadata={"recorded": True} | bounds)


def options(kind: Any) -> list[Field[Any]]:
    """The fields of a settings dataclass that the command line has."""
    return [f for f in fields(kind) if "recorded" not in f.metadata]


class Parser(argparse.ArgumentParser):
    """An argument parser whose error message is one sentence."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message} (--help lists the options).", file=sys.stderr)
        sys.exit(2)


def add_settings(parser: argparse.ArgumentParser, kind: type) -> None:
    """An option for every field of `kind`. Absent options stay absent from the namespace.

    Where `kind` has PRESETS, by name the settings that each gives, --preset is an option too, and
    its help begins with the sentences of PRESET_HELP.
    """
    types = get_type_hints(kind)
    presets = getattr(kind, "PRESETS", {})
    if presets:
        given = [f"{name}: {options_of(options)}" for name, options in presets.items()]
        words = "; ".join([*getattr(kind, "PRESET_HELP", ()), *given])
        parser.add_argument(
            "--preset",
            choices=tuple(presets),
            default=argparse.SUPPRESS,
            help=f"named settings, which other options override; {words}",
        )
    for f in options(kind):
        assert f.default is not MISSING
        default = "none" if f.default == "" else f.default
        parser.add_argument(
            "--" + f.name.replace("_", "-"),
            type=types[f.name],
            default=argparse.SUPPRESS,
            metavar=f.metadata["metavar"] or types[f.name].__name__.upper(),
            help=f"{f.metadata['help']} (default: {default})",
        )


def options_of(given: dict[str, Any]) -> str:
    return " ".join(f"--{name.replace('_', '-')} {value}" for name, value in given.items())


def with_preset(given: dict[str, Any], kind: type) -> dict[str, Any]:
    """What a command line gave, and from its preset what the command line left open."""
    presets: dict[str, dict[str, Any]] = getattr(kind, "PRESETS", {})
    rest = {name: value for name, value in given.items() if name != "preset"}
    return presets.get(given.get("preset", ""), {}) | rest


def check_settings(settings: T) -> T:
    """The same; SettingsError for a value of a wrong type, not a choice, or out of its bounds."""
    for f in fields(settings):  # type: ignore[arg-type]
        value = getattr(settings, f.name)
        name, choices = f.name.replace("_", "-"), f.metadata.get("choices")
        if not isinstance(value, type(f.default)):
            kind = type(f.default).__name__
            raise SettingsError(f"--{name} is {value!r}; expected a value of type {kind}.")
        if choices and value not in choices:
            raise SettingsError(f"--{name} is {value!r}; expected one of {', '.join(choices)}.")
        bounds = {bound: f.metadata[bound] for bound in BOUNDS if bound in f.metadata}
        if not all(BOUNDS[bound][0](value, limit) for bound, limit in bounds.items()):
            expected = " and ".join(f"{BOUNDS[bound][1]} {x}" for bound, x in bounds.items())
            raise SettingsError(f"--{name} is {value}; expected {expected}.")
        if isinstance(value, float) and not math.isfinite(value):
            raise SettingsError(f"--{name} is {value}; expected a finite number.")
    return settings


def widths(name: str, text: str, none: bool = False) -> tuple[int, ...]:
    """The widths of the hidden layers that a setting lists; "none" lists none, where it may.

    SettingsError for any other word.
    """
    try:
        words = () if none and text == "none" else str(text).split(",")
        found = tuple(map(int, words))
    except ValueError:
        found = (0,)
    if min(found, default=1) < 1:
        expected = "whole numbers from 1 on, such as 32,64,128" + none * ", or none"
        raise SettingsError(f"--{name} is {text!r}; expected {expected}.")
    return found


def require_file(path: Path, suffix: str) -> None:
    """SettingsError unless a file can have this path, and its name ends so."""
    other = path.exists() and not path.is_file()  # /dev/stdout, or a folder
    if path.suffix != suffix or other or not path.parent.is_dir():
        name = f"FILE{suffix}"
        raise SettingsError(f"{path} cannot be written; expected {name} in a folder that exists.")
