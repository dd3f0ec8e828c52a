"""The smallest case in which values are wrong: Python that makes its inputs, and both numbers."""

import inspect
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd_lite.tree import leaves
from grading.check import Check, Record, Seed, exact
from grading.form import Arrays, require_form
from grading.judge import resolve

MOST = 2_000  # letters of inputs that anybody wants to see


class Counterexample(NamedTuple):
    """Where a case is most wrong. `code` is "" where the inputs are too many to be shown."""

    code: str
    place: str  # of the number in what is returned: "[2, 1]"
    yours: float
    expected: float

    @property
    def words(self) -> str:
        """One line."""
        digits = next(
            (n for n in (4, 7, 10) if f"{self.yours:.{n}g}" != f"{self.expected:.{n}g}"), 17
        )
        place = f"{self.place} is" if self.place else "you have"
        return f"{place} {self.yours:.{digits}g}, expected {self.expected:.{digits}g}"


def smallest(check: Check, inputs: Arrays, outputs: Arrays) -> Counterexample | None:
    """What there is to see of a case; None where no single right answer is known."""
    if not isinstance(check.measure, exact):
        return None
    truths = list(leaves(check.measure.truth(inputs)))
    arrays = require_form(inputs, outputs, check.measure.truth(inputs))
    errors = check.measure.errors(inputs, outputs)
    number = int(np.argmax([np.max(error, initial=-1) for error in errors]))
    index = np.unravel_index(np.argmax(errors[number]), np.shape(truths[number]))
    place = f"array {number + 1}, " * (len(truths) > 1) + f"[{', '.join(map(str, index))}]"
    place = place.removesuffix("[]").removesuffix(", ")
    yours, expected = float(arrays[number][index]), float(np.asarray(truths[number])[index])
    return Counterexample(_code(check, inputs), place, yours, expected)


def _code(check: Check, inputs: Arrays) -> str:
    function, _ = resolve(check.function)
    names = list(inspect.signature(function).parameters)[: len(inputs)]
    lines = [f"{name} = {_text(x)}" for name, x in zip(names, inputs, strict=True)]
    code = "\n".join([*lines, f"{function.__name__}({', '.join(names)})"])
    return code if len(code) < MOST else ""


def _text(x: Any) -> str:
    """An input as Python."""
    if isinstance(x, Record):
        return f"{x.kind}({_many(x.fields)})"
    if isinstance(x, tuple):
        return f"({_many(x)}{',' * (len(x) == 1)})"
    if isinstance(x, Seed):
        return f"np.random.default_rng({int(x)})"
    if isinstance(x, np.ndarray):
        with np.printoptions(threshold=sys.maxsize, linewidth=90):
            return f"np.{x!r}".replace("dtype=float32", "dtype=np.float32")
    return repr(x)


def _many(parts: Sequence[Any]) -> str:
    return ", ".join(map(_text, parts))
