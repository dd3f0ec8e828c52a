"""The loop over steps, and what is kept as it goes: a row of metrics and a checkpoint an epoch."""

from collections.abc import Iterator
from itertools import islice
from typing import Generic, NamedTuple

from autograd_lite.ops import Array
from autograd_lite.tree import Tree
from data.batches import batches, epoch_order
from training.checkpoint import (
    Row,
    load_best,
    load_checkpoint,
    save_checkpoint,
    save_metrics,
    save_params,
    to_be_filled,
)
from training.diverged import diverged, finite, sound
from training.early import best_epoch, early_stopping, out_of_patience
from training.images import Split
from training.model import Model, S, Settings, St, State, steps_per_epoch
from training.progress import Progress
from training.run import Run, RunError, save_settings
from training.settings import SettingsError
from training.streams import stream


class Reached(NamedTuple, Generic[St]):
    """How far a run has come: what its checkpoint holds."""

    state: St
    rows: list[Row]  # of metrics, an epoch each
    best: Tree | None  # the parameters of the best epoch, where --select asks for them


def states(model: Model[S, St], state: St, images: Array, settings: S) -> Iterator[St]:
    """The states after each further step, until the epochs of the settings are done.

    Whoever takes them prints, plots, or stops.
    """
    per_epoch = steps_per_epoch(settings, images)
    while state.step < settings.epochs * per_epoch:
        epoch, position = divmod(state.step, per_epoch)
        order = epoch_order(stream(settings.seed, "order", epoch), len(images))
        for rows in islice(batches(order, settings.batch_size), position, None):
            state = model.step(state, images[rows], settings)
            yield state


def train(run: Run, model: Model[S, St], images: Split, settings: S) -> Reached[St]:
    """Trains from the run's checkpoint on, if there is one, to the last epoch or until patience
    is used up.

    An epoch is over once its row of metrics is there: after Ctrl-C in between, its last step is
    repeated. KeyboardInterrupt goes on to the caller, once the checkpoint is written.
    """
    reached, patience = resumed(run, model, images, settings), early_stopping(settings).patience
    last_sound = reached
    if out_of_patience(reached.rows, patience):
        return reached
    per_epoch = steps_per_epoch(settings, images.train)
    progress = Progress(per_epoch, settings.epochs, reached.state.step)
    before = reached.rows[-1]["seconds"] if reached.rows else 0.0
    try:
        for state in states(model, reached.state, images.train, settings):
            progress.show(state.step)
            if state.step % per_epoch:
                reached = reached._replace(state=state)
                continue
            row = {"epoch": state.step // per_epoch, "seconds": before + progress.spent()}
            row |= model.measure(state.params, images.train, images.validation, settings)
            reached = with_epoch(run, reached, state, row, settings)
            if why := diverged(model, reached.rows, state.params, images.train, settings):
                save_checkpoint(run.folder, *last_sound)
                raise RunError(
                    f"{run.folder} diverged by epoch {len(reached.rows)}: {why} (the checkpoint"
                    f" that is kept is of epoch {len(last_sound.rows)}, the last sound one); try"
                    " a smaller --learning-rate."
                )
            if sound(model, row, images.train, settings):
                last_sound = reached
            save_checkpoint(run.folder, *reached)
            progress.keep(", ".join(f"{name} {value:.6g}" for name, value in row.items()))
            if out_of_patience(reached.rows, patience):
                break
    except KeyboardInterrupt:
        if not finite(reached.state):
            reached = last_sound
        save_checkpoint(run.folder, *reached)
        where = f"Stopped at step {reached.state.step}; go on with --resume {run.folder}."
        progress.keep(where, always=True)
        raise
    return reached


def resumed(run: Run, model: Model[S, St], images: Split, settings: S) -> Reached[St]:
    """How far the run has come, its files brought into line with its checkpoint and settings.

    SettingsError where it has come further than the settings say.
    """
    like = model.start(to_be_filled(run.folder, settings), images.train)
    state, rows = load_checkpoint(run.folder, like)
    begun = -(-state.step // steps_per_epoch(settings, images.train))
    if settings.epochs < begun:
        raise SettingsError(
            f"--epochs is {settings.epochs}; expected at least {begun}: {run.folder} has begun it."
        )
    save_settings(run.folder, settings)  # a resumed run may have been given more epochs
    best = None
    if rows:  # a kill may have come between the checkpoint and its copy of them
        save_metrics(run.folder, rows)
        if early_stopping(settings).select == "best":
            best = load_best(run.folder, state.params)
    if not state.step:
        save_snapshot(run, 0, state, settings)
    return Reached(state, rows, best)


def with_epoch(
    run: Run, reached: Reached[St], state: St, row: Row, settings: Settings
) -> Reached[St]:
    """How far the run has come with the epoch that ends in `state`."""
    rows = [*reached.rows, row]
    better = early_stopping(settings).select == "best" and best_epoch(rows) == len(rows)
    save_snapshot(run, len(rows), state, settings)
    return Reached(state, rows, state.params if better else reached.best)


def save_snapshot(run: Run, epoch: int, state: State, settings: Settings) -> None:
    """Keeps the parameters where the settings ask for those of this epoch."""
    if settings.snapshots and epoch % settings.snapshots == 0:
        save_params(run.folder, epoch, state.params)
