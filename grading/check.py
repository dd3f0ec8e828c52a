"""The form of a check: one equation, one function, inputs that show mistakes, an oracle.

Arrays go in, arrays come out, and the judge sees only those arrays, so it can judge outputs that
came from anywhere: the reference, a slip, or a student's process.
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd_lite.tree import leaves
from grading.form import Arrays as Arrays
from grading.form import dtype_of as dtype_of
from grading.form import each_real as each_real
from grading.form import in_precision as in_precision
from grading.form import require_form as require_form

Rng = np.random.Generator
SINGLE = 3e-5  # the tolerance of every exact check in float32


class Seed(int):
    """An input that becomes np.random.default_rng(seed) when the function is called."""


class Record(NamedTuple):
    """An input that becomes a NamedTuple of the function's own module, such as its Params.

    Inputs may be tuples too, and fields may be Records and tuples.
    """

    kind: str
    fields: Arrays


Draw = Callable[[Rng], Arrays]


class Edge(functools.partial[Arrays]):
    """What draws a case at an edge, and in words which: "with one row", "with large weights"."""

    words: str

    def __new__(cls, draw: Draw, words: str, /, **keywords: Any) -> "Edge":
        edge = super().__new__(cls, draw, **keywords)
        edge.words = words
        return edge


class Check(NamedTuple):
    """What is checked, on which inputs, against what, and how close it has to be."""

    equation: str  # its label, "vae.8"
    function: str  # the module and name, "vae.elbo.kl_diag_gaussian"
    oracle: str  # what knows the answer by other means: "quadrature", "enumeration", ...
    draw: Draw | tuple[Draw, ...]  # what draws the inputs of one case, or several in turn
    # The error of (inputs, outputs); or raises FormError.
    measure: Callable[[Arrays, Arrays], float]
    tolerance: float
    cases: int


class exact:  # noqa: N801 (it reads as a function where checks are listed)
    """The measure for functions with one right answer, `oracle(*inputs)`, computed in float64.

    The largest difference, relative to the value or to `floor`, whichever is greater; in float32
    the floor is at least 1 and a tenth of the largest value.
    """

    def __init__(
        self, oracle: Callable[..., Any], floor: float | Callable[..., float] = 1.0
    ) -> None:
        self.oracle, self.floor = oracle, floor
        self.known: dict[int, tuple[Arrays, Any]] = {}  # what was said of inputs that come again

    def truth(self, inputs: Arrays) -> Any:
        if self.known.get(id(inputs), ((), None))[0] is not inputs:
            if len(self.known) > 100:
                self.known.clear()
            self.known[id(inputs)] = inputs, self.oracle(*in_precision(np.float64, inputs))
        return self.known[id(inputs)][1]

    def __call__(self, inputs: Arrays, outputs: Arrays) -> float:
        return float(np.max([np.max(error) for error in self.errors(inputs, outputs)], initial=0))

    def errors(self, inputs: Arrays, outputs: Arrays) -> list[Any]:
        """The error of each number that was returned, array by array."""
        truth, least, errors = self.truth(inputs), self.floor, []
        arrays = require_form(inputs, outputs, truth)
        if callable(least):
            least = least(*in_precision(np.float64, inputs))
        for got, true in zip(arrays, leaves(truth), strict=True):
            size = np.maximum(np.maximum(np.abs(got), np.abs(true)), least)
            if dtype_of(inputs) == np.float32:
                size = np.maximum(size, max(1, np.max(np.abs(true)) / 10))
            errors.append(np.abs(got - true) / size)
        return errors


def calm(draw: Draw) -> Draw:
    """Draws of which large values are made small: those above 3, of up to 800, end below 3."""
    return lambda rng: each_real(lambda x: np.where(np.abs(x) > 3, x * (3 / 800), x), draw(rng))


@functools.lru_cache(maxsize=4)
def draw_cases(check: Check, seed: int = 0, count: int | None = None) -> list[Arrays]:
    """The inputs of a check's cases, and its variants of them; the same seed gives the same ones.

    Where a generator is among the inputs: the first case in float32, once more as it is, and with
    another seed. Else the first two in float32.
    """
    numbers = range(count or check.cases)
    cases = [_draw(check, i)(np.random.default_rng([seed, i])) for i in numbers]
    narrow = [in_precision(np.float32, case) for case in cases[:2]]
    if not is_random(cases):
        return [*cases, *narrow]
    other = tuple(Seed(x + 1) if isinstance(x, Seed) else x for x in cases[0])
    return [*cases, narrow[0], cases[0], other]


def _draw(check: Check, number: int) -> Draw:
    draws = check.draw if isinstance(check.draw, tuple) else (check.draw,)
    return draws[number % len(draws)]


def is_random(inputs: Sequence[Arrays]) -> bool:
    return any(isinstance(x, Seed) for x in leaves(inputs[0]))


@functools.cache
def kinds(check: Check, number: int) -> list[str]:
    """What each case of `draw_cases` is, `number` in all: "ordinary", "in float32", or an edge."""
    inputs = draw_cases(check, 0, 1)
    variants = ["in float32", "ordinary", "ordinary"] if is_random(inputs) else ["in float32"] * 2
    draws = [_draw(check, i) for i in range(number - len(variants))]
    return [x.words if isinstance(x, Edge) else "ordinary" for x in draws] + variants
