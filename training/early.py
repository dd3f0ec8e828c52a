"""Early stopping and the best epoch, both by the cost on validation images.

Both follow from the rows of metrics alone: a resumed run decides as one that was left alone.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

WATCHED = "validation_cost [nats/image]"  # its lowest value is the best epoch's
Row = Mapping[str, float | str]  # numbers, or numbers as a file has them


class EarlyStopping(NamedTuple):
    """The two settings that ask for it, `patience` and `select`."""

    patience: int  # epochs without a lower cost before the training stops; 0: it does not stop
    select: str  # "best" where the parameters of the best epoch count, else "last"


def early_stopping(settings: object) -> EarlyStopping:
    """The settings of early stopping; a model without them never stops early."""
    return EarlyStopping(getattr(settings, "patience", 0), getattr(settings, "select", "last"))


def best_epoch(rows: Sequence[Row]) -> int:
    """The epoch, counted from 1, with the lowest cost; the first one where several have it.

    `rows` has a row of metrics for each epoch, and at least one.
    """
    costs = [float(row[WATCHED]) for row in rows]
    return 1 + costs.index(min(costs))


def out_of_patience(rows: Sequence[Row], patience: int) -> bool:
    """Whether the last `patience` epochs brought no new lowest cost; never where it is 0."""
    return bool(rows) and 0 < patience <= len(rows) - best_epoch(rows)


def report(rows: Sequence[Row], settings: object) -> str:
    """What early stopping adds to a training's last line: nothing where nobody asked for it."""
    patience, select = early_stopping(settings)
    if not patience and select != "best":
        return ""
    best = best_epoch(rows)
    text = f"; lowest validation cost {float(rows[best - 1][WATCHED]):.2f} nats/image"
    text += f" after epoch {best}"
    if out_of_patience(rows, patience):
        text += f"; stopped early by --patience {patience}, more --epochs would not go on"
    return text
