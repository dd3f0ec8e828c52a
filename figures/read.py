"""How runs were trained, in one line under their figure."""

from collections.abc import Sequence
from typing import Any

from data.sets import DataSet
from training.trained import Trained


def facts(runs: Sequence[Trained], data: DataSet, phrases: Sequence[str]) -> str:
    """One line: the data, the settings that the phrases name in braces, the time of training.

    Where the runs differ, theirs stand side by side in their order, as in "20/100/500".
    """
    named = [vars(run.settings) for run in runs]
    same = {name: _each([settings[name] for settings in named]) for name in named[0]}
    images = [
        run.settings.images or len(data.train_images) - run.settings.validation for run in runs
    ]
    how = [phrase.format(**same) for phrase in phrases]
    how.append(f"{same['epochs']} epochs of {_each([f'{n:,}' for n in images])} images")
    seconds = _each([f"{run.seconds:.0f}" for run in runs])
    return f"Data: {data.name}. {', '.join(how)}. Training took {seconds} s."


def _each(values: Sequence[Any]) -> str:
    return "/".join(map(str, values if len(set(values)) > 1 else values[:1]))
