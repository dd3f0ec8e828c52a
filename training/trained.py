"""A finished run, as whoever looks at it needs it: what was trained, how, and for how long."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from training.checkpoint import load_best, load_checkpoint
from training.early import asked, best_epoch
from training.run import RunError, read_settings

PIXELS = 784


class Trained(NamedTuple):
    params: Any
    settings: Any
    rows: list[dict[str, float]]  # of metrics.csv, an epoch each

    @property
    def epoch(self) -> int:
        """The epoch whose parameters these are: the last one, or with --select best the best."""
        _, select = asked(self.settings)
        return best_epoch(self.rows) if select == "best" else len(self.rows)

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
    _, select = asked(settings)
    params = load_best(folder, like.params) if select == "best" else state.params
    return Trained(params, settings, rows)
