"""A finished run: the parameters, the settings, and the metrics of every epoch."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from autograd_lite.ops import Array
from training.checkpoint import Row, load_best, load_checkpoint, to_be_filled
from training.early import best_epoch, early_stopping
from training.model import Model, S, Settings, St
from training.run import RunError, read_settings


class Trained(NamedTuple):
    params: Any  # the model's Params
    settings: Any  # the model's Settings
    rows: list[Row]  # of metrics, an epoch each
    folder: Path = Path()  # where it is kept, with its snapshots

    @property
    def epoch(self) -> int:
        """The epoch whose parameters these are: the last one, or with --select best the best."""
        best = early_stopping(self.settings).select == "best"
        return best_epoch(self.rows) if best else len(self.rows)

    def series(self, column: str) -> list[float]:
        """A column of the metrics, epoch by epoch, by its name without the unit."""
        (name,) = (key for key in self.rows[0] if key.partition(" [")[0] == column)
        return [row[name] for row in self.rows]


def blank(settings: Settings) -> Array:
    """An image of the size that the settings name, (1, D): what `start` needs to know shapes."""
    return np.zeros((1, settings.height * settings.width), np.float32)


def read(folder: Path, model: Model[S, St]) -> Trained:
    """The run in a folder, trained by `model`; RunError where there is none."""
    settings = read_settings(folder, model.Settings)
    like = model.start(to_be_filled(folder, settings), blank(settings))
    state, rows = load_checkpoint(folder, like)
    if not rows:
        raise RunError(f"{folder} has no finished epoch; expected a run that was trained.")
    best = early_stopping(settings).select == "best"
    params = load_best(folder, like.params) if best else state.params
    return Trained(params, settings, rows, folder)
