"""What an experiment is, and how all of them are found: by the names of their modules."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from training.parallel import Training as Training
from training.settings import SettingsError

Numbers = Any  # whatever JSON can hold: each experiment has a form of its own
Table = Callable[[Numbers], str]


class Experiment(NamedTuple):
    """What is asked, the trainings that it takes, how they are measured, and what is shown.

    Its module need not name here what it calls `measure`, `answer` and SEEDS.
    """

    question: str  # one line
    minutes: float  # on two cores, where nothing is trained yet
    trainings: tuple[Training, ...] = ()
    measure: Callable[[], Numbers] | None = None  # None where there is only something to look at
    protocol: str = ""  # of the measurement: images, seeds, units, use of the test set
    seeds: tuple[int, ...] = (0,)
    data: str = "MNIST"
    tables: Mapping[str, Table] = MappingProxyType({})  # heading -> numbers -> Markdown
    answer: Callable[[Numbers], str] | None = None  # one line with numbers, for the README


def find(package: str = "experiments") -> dict[str, Experiment]:
    """All experiments of a package by name, the quick ones first."""
    folder, found = importlib.import_module(package), {}
    fields = {"measure": "measure", "answer": "answer", "seeds": "SEEDS"}  # by names of the module
    for module in pkgutil.iter_modules(folder.__path__):
        if module.name != "__main__":
            there = vars(importlib.import_module(f"{package}.{module.name}"))
            if "EXPERIMENT" in there:
                called = {field: there[name] for field, name in fields.items() if name in there}
                found[module.name] = there["EXPERIMENT"]._replace(**called)
    return dict(sorted(found.items(), key=lambda item: (item[1].minutes, item[0])))


def named(found: Mapping[str, Experiment], names: list[str]) -> dict[str, Experiment]:
    """The experiments of these names; SettingsError for a name that is not there."""
    for name in names:
        if name not in found:
            raise SettingsError(f"There is no {name}; expected one of {', '.join(sorted(found))}.")
    return {name: found[name] for name in names}
