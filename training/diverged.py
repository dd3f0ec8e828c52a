"""Trainings that diverge: by numbers beyond reason, or by their model's own measures."""

import math
from collections.abc import Sequence
from itertools import pairwise, takewhile

import numpy as np

from autograd_lite.ops import Array
from autograd_lite.tree import Tree, leaves
from training.checkpoint import Row
from training.model import Model, S, St

EPOCHS, STEPS = 3, 1000  # that go by without a sound one; of few images, so many steps are needed
UNSOUND, HOPELESS = 0.01, 9.0  # shortfalls that are no noise, and that need no second epoch
LARGEST = 1000.0  # no weight of a model that learned anything comes near


def sound(model: Model[S, St], row: Row, images: Array, settings: S) -> bool:
    """Whether the model's own measure after an epoch is better than none at all."""
    return model.shortfall(row, images, settings) <= UNSOUND


def finite(tree: Tree) -> bool:
    """Whether all of its numbers are; a checkpoint of others would be refused."""
    return all(bool(np.isfinite(leaf).all()) for leaf in leaves(tree))


def diverged(
    model: Model[S, St], rows: Sequence[Row], params: Tree, images: Array, settings: S
) -> str:
    """What says that the training has diverged with the last of its epochs, or ""."""
    for name, value in rows[-1].items():
        if not math.isfinite(value):
            return f"{name} = {value}"
    if (largest := max(float(abs(leaf).max()) for leaf in leaves(params) if leaf.size)) > LARGEST:
        return f"a parameter of {largest:.0f}"
    epochs = max(EPOCHS, STEPS * settings.batch_size // max(1, len(images)))
    last = (model.shortfall(row, images, settings) for row in reversed(rows[-epochs:]))
    short = list(takewhile(lambda found: found > UNSOUND, last))  # from the last epoch back
    if short and short[0] > HOPELESS:
        return model.UNSOUND
    learning = all(after < before for after, before in pairwise(short))
    return "" if len(short) < epochs or learning else f"for {epochs} epochs {model.UNSOUND}"
