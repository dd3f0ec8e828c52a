"""What is graded, and for how many points: a TOML file, or every check for one point.

A file has a title, text for the kit's README (`about`), the seed of public inputs (`seed`), the
seconds for each check (`seconds`), and under [points] what can be earned, by label, function,
module or chapter: a number, or {public = 2, hidden = 1}. Hidden points are judged on inputs whose
seed comes from the environment variable GRADING_SECRET, and only where there is one.
"""

import hashlib
import json
import os
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from data.idx import printable
from grading.check import Check
from grading.checks import CHECKS
from grading.sandbox.protocol import GradingError

SHIPPED = Path(__file__).parents[1] / "assignments"
SECRET = "GRADING_SECRET"
SECONDS = 20.0  # for all cases of a check, unless somebody says otherwise
KINDS: dict[str, Callable[[Any], bool]] = {
    "a text": lambda x: isinstance(x, str),
    "a whole number of at least 0": lambda x: type(x) is int and x >= 0,
    "a number above 0, at most 86400": lambda x: type(x) in (int, float) and 0 < x <= 86_400,
    "a table": lambda x: isinstance(x, dict),
}
KEYS = {
    "title": "a text", "about": "a text", "seed": "a whole number of at least 0",
    "seconds": "a number above 0, at most 86400", "points": "a table",
}  # fmt: skip


class Item(NamedTuple):
    """A check, the points for it, and the inputs on which it is judged."""

    check: Check
    points: float = 1.0
    seed: int = 0
    hidden: bool = False

    @property
    def name(self) -> str:
        """Its label, and whether it is hidden."""
        return self.check.equation + " hidden" * self.hidden


class Assignment(NamedTuple):
    title: str
    about: str
    seed: int
    seconds: float
    items: Sequence[Item]
    text: str = ""  # the file's own


def everything() -> Assignment:
    """One point for every check."""
    return Assignment("", "", 0, SECONDS, [Item(check) for check in CHECKS])


def read(name: str | None) -> Assignment:
    """The assignment in a file, or one that ships; everything without a name. GradingError where
    it is none.
    """
    if not name:
        return everything()
    path, shipped = Path(name), SHIPPED / f"{name.removesuffix('.toml')}.toml"
    path = shipped if not path.is_file() and shipped.is_file() else path
    try:
        text = path.read_text(encoding="utf-8")
        return _parsed(name, path.stem, text)
    except OSError as error:
        ships = ", ".join(sorted(p.stem for p in SHIPPED.glob("*.toml")))
        raise GradingError(f"There is no assignment {name}; these ship: {ships}.") from error
    except (ValueError, RecursionError) as error:
        raise GradingError(f"{name} is no TOML file ({printable(error)}).") from error
    except GradingError as error:
        raise GradingError(printable(error, 900)) from error


def _parsed(name: str, stem: str, text: str) -> Assignment:
    value = tomllib.loads(text)
    if unknown := sorted(set(value) - set(KEYS)):
        raise GradingError(f"{name} has {', '.join(unknown)}; expected {', '.join(sorted(KEYS))}.")
    seed, seconds = value.get("seed", 0), value.get("seconds", SECONDS)
    for key, words in KEYS.items():
        if key in value and not KINDS[words](value[key]):
            raise GradingError(f"{name}: {key} is {_toml(value[key])}; expected {words}.")
    items = _in_order(_items(name, value.get("points", {}), seed))
    if not items:
        raise GradingError(f"{name} has no points; expected [points] and a line such as vae.8 = 1.")
    title = value.get("title", stem)
    return Assignment(title, value.get("about", ""), seed, float(seconds), items, text)


def _toml(value: Any) -> str:
    """A value as a file says it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(x)}" for key, x in value.items()) + "}"
    return json.dumps(value, default=str)


def _items(name: str, points: Mapping[str, Any], seed: int) -> Iterable[Item]:
    taken: set[str] = set()
    for key, value in _flat(points):
        parts = value if isinstance(value, dict) else {"public": value}
        numbers = all(type(x) in (int, float) and 0 <= x < 1e6 for x in parts.values())
        if not parts or not numbers or not set(parts) <= {"public", "hidden"}:
            raise GradingError(f"{name}: {key} = {_toml(value)}; expected a number of points of at"
                               " least 0, or {public = 2, hidden = 1}.")  # fmt: skip
        try:
            found = matching(key)
        except GradingError as error:
            raise GradingError(f"{name}: {error}") from error
        called = [check.function for check in found if check.function.endswith(f".{key}")]
        if len(called) > 1:
            raise GradingError(f"{name}: {key} may be {', '.join(called)}; expected one of these.")
        for check in found:
            if check.function in taken:
                raise GradingError(f"{name} has {check.function} twice.")
            taken.add(check.function)
            if parts.get("public"):
                yield Item(check, float(parts["public"]), seed)
            if parts.get("hidden"):
                yield Item(check, float(parts["hidden"]), secret(), hidden=True)


def _flat(table: Mapping[str, Any], above: str = "") -> Iterable[tuple[str, Any]]:
    """The lines of a table: vae.8 = 1 without quotation marks is a table vae, which has an 8."""
    for key, value in table.items():
        if isinstance(value, dict) and not set(value) & {"public", "hidden"}:
            yield from _flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def secret() -> int:
    """The seed of hidden inputs, from the environment; -1 where there is none."""
    text = os.environ.get(SECRET, "")
    return int(hashlib.sha256(text.encode()).hexdigest()[:15], 16) if text else -1


def modules(items: Iterable[Item]) -> set[str]:
    return {item.check.function.rpartition(".")[0] for item in items}


def chosen(items: Sequence[Item], *only: str) -> list[Item]:
    """The items that one of `only` matches, all where there is none, in the order of the checks."""
    wanted = [name for text in only for name in text.split(",") if name]
    checks = [check for name in wanted for check in matching(name)]
    found = [item for item in items if item.check in checks or not wanted]
    if not found:
        raise GradingError(f"No item of the assignment is called {', '.join(wanted)}.")
    return _in_order(found)


def _in_order(items: Iterable[Item]) -> list[Item]:
    return sorted(items, key=lambda item: (CHECKS.index(item.check), item.hidden))


def matching(name: str) -> list[Check]:
    """The checks whose label or function begins with the parts of a name, or is called so."""
    parts = name.split(".")
    found = []
    for check in CHECKS:
        label, function = check.equation.split("."), check.function.split(".")
        if parts in (label[: len(parts)], function[: len(parts)], function[-1:]):
            found.append(check)
    if not found:
        labels = ", ".join(dict.fromkeys(check.equation.split(".")[0] for check in CHECKS))
        raise GradingError(
            f"No check is called {name}; expected {labels}, one such as vae.8, or a function."
        )
    return found
