"""What an erratum computes: two numbers, what comes out with the mistake, and what is right.

Its texts stand in docs/ERRATA.md, in the row of its name.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from grading.judge import resolve
from grading.slip import planted
from grading.slips import BY_NAME

Pair = tuple[float, float]


class BySlip(NamedTuple):
    """A mistake that is a slip of this project: `value` takes the module of the slip's function.

    Its numbers are the value on the module with the slip planted, and on the module as it is.
    """

    slip: str
    value: Callable[[Any], float]


Errata = Mapping[str, Callable[[], Pair] | BySlip]  # by name


def numbers(erratum: Callable[[], Pair] | BySlip) -> Pair:
    """What comes out with the mistake, and what is right."""
    with np.errstate(all="ignore"):  # overflow is what some of them show
        if isinstance(erratum, BySlip):
            slip = BY_NAME[erratum.slip]
            modules = planted(slip)[1], resolve(slip.function)[1]
            wrong, right = (erratum.value(module) for module in modules)
        else:
            wrong, right = erratum()
    return float(wrong), float(right)
