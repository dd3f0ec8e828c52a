"""The form of a law: a theorem about functions of the project, for any input that can be drawn.

A check compares one function with an oracle on inputs that show mistakes. A law has no oracle: it
says what holds for all inputs, and Hypothesis looks for one where it does not, and shrinks it.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from hypothesis import Phase, given, settings
from hypothesis.errors import HypothesisException

from grading.judge import resolve
from grading.slip import Slip, planted

# For slips: whether there is a counter-example is all that is asked, so none is shrunk.
SEARCH = {"derandomize": True, "deadline": None, "database": None, "phases": [Phase.generate]}


class Law(NamedTuple):
    """`theorem(*functions, **drawn)` asserts what holds for anything that `strategies` draw."""

    name: str
    module: str
    equations: tuple[str, ...]
    functions: tuple[str, ...]  # the module and name of each, in the order of the first arguments
    theorem: Callable[..., None]
    strategies: dict[str, Any]

    def check(self, slip: Slip | None = None, examples: int = 50) -> None:
        """Raises on a counter-example: the smallest, or with a slip planted any of `examples`."""
        functions = [
            planted(slip)[0] if slip and name == slip.function else resolve(name)[0]
            for name in self.functions
        ]
        test = given(**self.strategies)(self.theorem)
        if slip:
            test = settings(**SEARCH, max_examples=examples)(test)
        with np.errstate(all="raise", under="ignore"):
            test(*functions)


def law(equations: str, *functions: str, **strategies: Any) -> Callable[[Callable[..., None]], Law]:
    """Makes a law of a function whose first arguments are `functions`, the others drawn.

    `equations` holds the labels that the law is about: "vae.4 vae.8".
    """

    def decorate(theorem: Callable[..., None]) -> Law:
        name, labels = theorem.__name__, tuple(equations.split())
        return Law(name, theorem.__module__, labels, functions, theorem, strategies)

    return decorate


def holds(law: Law, slip: Slip, examples: int = 50) -> bool:
    """Whether none of so many examples is a counter-example with the slip planted."""
    try:
        law.check(slip, examples)
    except HypothesisException:  # no counter-example: the law itself cannot be run
        raise
    except Exception:  # a slip may raise anything
        return False
    return True
