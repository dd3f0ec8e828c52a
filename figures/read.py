"""A finished run, as the figures use it: what was trained, how, and for how long."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from data.sets import DataSet
from training.checkpoint import load_checkpoint
from training.run import RunError, read_settings

PIXELS = 784


class Trained(NamedTuple):
    params: Any
    settings: Any
    rows: list[dict[str, float]]  # of metrics.csv, an epoch each

    @property
    def seconds(self) -> float:
        return self.rows[-1]["seconds"]

    def series(self, column: str) -> list[float]:
        """A column of the metrics, epoch by epoch, by its name without the unit."""
        (name,) = (key for key in self.rows[0] if key.partition(" [")[0] == column)
        return [row[name] for row in self.rows]


def read(folder: Path, model: Any) -> Trained:
    """The finished run in a folder; `model` is the module with its Settings and start.

    Raises RunError where there is none.
    """
    settings = read_settings(folder, model.Settings)
    like = model.start(settings, np.zeros((1, PIXELS), np.float32))
    state, rows = load_checkpoint(folder, like)
    if not rows:
        raise RunError(f"{folder} has no finished epoch; expected a run that was trained.")
    return Trained(state.params, settings, rows)


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
