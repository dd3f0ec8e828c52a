"""Early stopping and the best epoch, both by the cost on validation images.

Both follow from the rows of metrics alone: a resumed run decides as one that was left alone.
"""

from collections.abc import Mapping, Sequence
from typing import Any

WATCHED = "validation_cost [nats/image]"  # its lowest value is the best epoch's


def asked(settings: Any) -> tuple[int, str]:
    """The settings `patience` and `select`; of a model without them, 0 and "last"."""
    return getattr(settings, "patience", 0), getattr(settings, "select", "last")


def best_epoch(rows: Sequence[Mapping[str, Any]]) -> int:
    """The epoch, counted from 1, with the lowest cost; the first one where several have it.

    `rows` has a row of metrics for each epoch, and at least one.
    """
    costs = [float(row[WATCHED]) for row in rows]
    return 1 + costs.index(min(costs))


def out_of_patience(rows: Sequence[Mapping[str, Any]], patience: int) -> bool:
    """Whether the last `patience` epochs brought no new lowest cost; never where it is 0."""
    return bool(rows) and 0 < patience <= len(rows) - best_epoch(rows)


def outcome(rows: Sequence[Mapping[str, Any]], settings: Any) -> str:
    """What to add to a finished training's last line: nothing where neither setting is used."""
    patience, select = asked(settings)
    if not patience and select != "best":
        return ""
    best = best_epoch(rows)
    cost = float(rows[best - 1][WATCHED])
    text = f"; the lowest validation cost is {cost:.2f} nats/image, after epoch {best}"
    if out_of_patience(rows, patience):
        text += f"; --patience {patience} is used up: with more --epochs it would not go on"
    return text
