"""The learning rate of a training, step by step.

Equation (gan.23) of gan/DERIVATION_TRAINING.md.
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Rate = TypeVar("Rate", float, NDArray[np.floating])


def learning_rate(step: int, first: Rate, decay: int) -> Rate:
    """The rate of a step, counted from 0: it falls linearly from `first` to 0 within `decay` steps.

    From then on it is 0. With decay 0 it stays at `first`, which is a number or an array of them.
    """
    left = 1 - step / decay if decay else 1.0
    return first * max(left, 0.0)  # (gan.23)
