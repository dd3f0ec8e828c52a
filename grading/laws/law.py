"""The form of a law: a theorem about functions of the project, for any input that can be drawn.

A check compares one function with an oracle on inputs that show mistakes. A law has no oracle: it
says what holds for all inputs, and Hypothesis looks for one where it does not, and shrinks it.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from hypothesis import given
from hypothesis.errors import HypothesisException

from grading.check import resolve
from grading.slip import Slip, planted


class Law(NamedTuple):
    """`statement(*functions)` draws inputs and asserts; it is what Hypothesis's `given` returns."""

    name: str
    module: str
    line: int
    equations: tuple[str, ...]
    functions: tuple[str, ...]  # the module and name of each, in the order of the first arguments
    statement: Callable[..., None]


def law(equations: str, *functions: str, **strategies: Any) -> Callable[[Callable[..., None]], Law]:
    """Makes a law of a function whose first arguments are `functions`, the others drawn.

    `equations` holds the labels that the law is about: "vae.4 vae.8".
    """

    def decorate(statement: Callable[..., None]) -> Law:
        code = statement.__code__
        labels = tuple(equations.split())
        drawn = given(**strategies)(statement)
        return Law(
            statement.__name__, statement.__module__, code.co_firstlineno, labels, functions, drawn
        )

    return decorate


def holds(law: Law, slip: Slip | None = None) -> bool:
    """Whether no counter-example is found, with the slip planted in its function if there is one."""
    functions = [
        planted(slip)[0] if slip and name == slip.function else resolve(name)[0]
        for name in law.functions
    ]
    try:
        with np.errstate(all="raise", under="ignore"):
            law.statement(*functions)
    except HypothesisException:  # no counter-example: the law itself cannot be run
        raise
    except Exception:  # a slip may raise anything
        return False
    return True
