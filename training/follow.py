"""The loop over steps, and what happens around it: a progress line, a row of metrics and a
checkpoint an epoch, and Ctrl-C, which keeps what was trained.
"""

import math
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from data.batches import batches, epoch_order
from training.checkpoint import load_best, save_checkpoint, save_metrics, save_params
from training.early import best_epoch, out_of_patience
from training.early import early_stopping as asked
from training.images import Images, Split
from training.run import Run, RunError
from training.streams import stream

Row = dict[str, float]


def steps_per_epoch(settings: Any, images: Images) -> int:
    """Batches in one pass, the short last one included."""
    return -(-len(images) // int(settings.batch_size))


def train(
    step: Callable[[Any, Images, Any], Any], state: Any, images: Images, settings: Any
) -> Iterator[Any]:
    """The states after each further step, until the epochs of the settings are done.

    `step(state, batch, settings)` is the model's. Whoever takes the states prints, plots, or stops.
    """
    per_epoch = steps_per_epoch(settings, images)
    while state.step < settings.epochs * per_epoch:
        epoch, position = divmod(state.step, per_epoch)
        order = epoch_order(stream(settings.seed, "order", epoch), len(images))
        for rows in islice(batches(order, settings.batch_size), position, None):
            state = step(state, images[rows], settings)
            yield state


def follow(
    run: Run,
    state: Any,
    rows: list[Row],
    states: Iterator[Any],
    images: Split,
    settings: Any,
    measure: Callable[[Any, Images, Images, Any], Row],
) -> Any:
    """Takes the states as they come, from `state` on, and returns the last.

    `measure(params, train, validation, settings)` is the model's: a row of metrics, names with
    their units, once an epoch. The end of an epoch counts as reached with its row: after Ctrl-C
    in between, the epoch's last step is repeated. The states that remain are not taken once the
    settings' patience, if they have one, is used up.
    """
    per_epoch = steps_per_epoch(settings, images.train)
    progress = Progress(per_epoch, settings.epochs, state.step)
    before = rows[-1]["seconds"] if rows else 0.0
    patience, select = asked(settings)
    best = _begin(run, state, rows, settings)
    if out_of_patience(rows, patience):
        return state
    try:
        for reached in states:
            progress.show(reached.step)
            if reached.step % per_epoch:
                state = reached
                continue
            row = {"epoch": reached.step // per_epoch, "seconds": before + progress.spent()}
            row |= measure(reached.params, images.train, images.validation, settings)
            _check_finite(row, run)
            longer = [*rows, row]
            better = select == "best" and best_epoch(longer) == len(longer)
            _snapshot(run, len(longer), reached, settings)
            state, rows, best = reached, longer, reached.params if better else best
            save_checkpoint(run.folder, state, rows, best)
            progress.say(", ".join(f"{name} {value:.6g}" for name, value in row.items()))
            if out_of_patience(rows, patience):
                break
    except KeyboardInterrupt:
        save_checkpoint(run.folder, state, rows, best)
        progress.say(f"stopped at step {state.step}; go on with --resume {run.folder}")
        sys.exit(130)
    return state


def _begin(run: Run, state: Any, rows: list[Row], settings: Any) -> Any:
    """Writes what a new run, or one that was killed, lacks; the best parameters so far, or None."""
    if rows:  # a kill may have come between the checkpoint and its copy
        save_metrics(run.folder, rows)
    if not state.step:
        _snapshot(run, 0, state, settings)
    _, select = asked(settings)
    return load_best(run.folder, state.params) if rows and select == "best" else None


def _snapshot(run: Run, epoch: int, state: Any, settings: Any) -> None:
    if settings.snapshots and epoch % settings.snapshots == 0:
        save_params(run.folder, epoch, state.params)


def _check_finite(row: Row, run: Run) -> None:
    """RunError where a training diverged."""
    bad = [name for name, value in row.items() if not math.isfinite(value)]
    if bad:
        raise RunError(
            f"{run.folder} has {bad[0]} = {row[bad[0]]} after epoch {row['epoch']:.0f}:"
            " it diverged; expected finite numbers, try a smaller --learning-rate."
        )


class Progress:
    """A line that is rewritten in place on a terminal, and nothing elsewhere."""

    def __init__(self, steps_per_epoch: int, epochs: int, step: int) -> None:
        self.per_epoch, self.total, self.first = steps_per_epoch, steps_per_epoch * epochs, step
        self.start = self.shown = time.monotonic()
        self.live = sys.stderr.isatty()

    def spent(self) -> float:
        """Seconds since the training began or went on."""
        return time.monotonic() - self.start

    def show(self, step: int) -> None:
        """Rewrites the line, ten times a second at most."""
        if not self.live or time.monotonic() - self.shown < 0.1:
            return
        self.shown = time.monotonic()
        rate = (step - self.first) / self.spent()
        left = (self.total - step) / rate
        epoch, within = divmod(step, self.per_epoch)
        share = within / self.per_epoch
        line = f"epoch {epoch + 1}  {share:4.0%}  {rate:.0f} steps/s  {_clock(left)} left"
        print(f"\r{line:<70}", end="", file=sys.stderr, flush=True)

    def say(self, text: str) -> None:
        """A line that stays; on a terminal only."""
        if self.live:
            print(f"\r{text:<70}", file=sys.stderr, flush=True)


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes}:{seconds:02d}"
