"""The form of what goes into a function and of what comes out: dtype, shapes, nesting."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from autograd_lite.tree import leaves, tree_map

Arrays = tuple[Any, ...]
RAISED = "!"  # in place of a form, where a function raised in a case
INFINITE = ": is there an exp(x) of a large x, a log(0) or a 0 / 0?"


class Outputs(tuple[Any, ...]):
    """The arrays that a function returned, in order; `form` says how they were nested."""

    form: str

    def __new__(cls, arrays: Iterable[Any], form: str) -> "Outputs":
        outputs = super().__new__(cls, arrays)
        outputs.form = form
        return outputs


class FormError(Exception):
    """Outputs whose form is wrong, so that no error can be measured: one sentence."""


def require_form(inputs: Arrays, outputs: Arrays, like: Any) -> list[Any]:
    """The arrays that were returned, for a result like the array `like` or the tuple of such.

    FormError unless they are nested as it is (lists count as tuples), have its shapes, are finite,
    and are in the dtype of the inputs (whole numbers where `like` has them). A single number may be
    a Python float, which has float64 whatever it was computed from.
    """
    arrays = _fitted(outputs, like)
    given = dtype_of(inputs)
    for number, (got, true) in enumerate(zip(arrays, leaves(like), strict=True)):
        of = f" as array {number + 1} of {len(arrays)}" if len(arrays) > 1 else ""
        dtype, whole = got.dtype, np.asarray(true).dtype.kind in "iu"
        if got.shape != np.shape(true):
            raise FormError(f"it returned the shape {got.shape}{of}, expected {np.shape(true)}")
        number_alone = got.shape == () and dtype.kind == "f"
        if dtype != given and not (whole and dtype.kind in "iu") and not number_alone:
            more = "as it was given: .astype casts it back"
            raise FormError(f"it returned {dtype}{of}, expected {given} {more}")
        if not np.all(np.isfinite(got)):
            raise FormError(f"it returned values{of} that are not finite{INFINITE}")
        arrays[number] = got
    return arrays


def _fitted(outputs: Arrays, like: Any) -> list[Any]:
    """The arrays one by one, in the machine's byte order."""
    arrays = [np.asarray(x) for x in outputs]
    arrays = [x.astype(x.dtype.newbyteorder("="), copy=False) for x in arrays]
    expected, form = form_of(like), getattr(outputs, "form", "")
    fitted = _fit(like, iter(form), iter(arrays)) if form else arrays
    if fitted is None:
        raise FormError(f"it returned {_in_words(form)}, expected {_in_words(expected)}")
    if len(fitted) != expected.count("*"):
        raise FormError(f"it returned {len(arrays)} arrays, expected {expected.count('*')}")
    return fitted


def _fit(like: Any, form: Iterator[str], arrays: Iterator[Any]) -> list[Any] | None:
    """The arrays that stand for `like`; None where they are nested otherwise."""
    token = next(form, "")
    if not isinstance(like, tuple):
        return [next(arrays)] if token in ("*", "#") else None
    if token == "*" and not like:  # an empty list
        return [] if next(arrays).size == 0 else None
    if token == "#":
        rows = next(arrays)
        return list(rows) if len(rows) == len(like) and "(" not in form_of(like)[1:] else None
    found: list[Any] = []
    for part in like if token == "(" else ():
        if (fitted := _fit(part, form, arrays)) is None:
            return None
        found += fitted
    return found if token == "(" and next(form, "") == ")" else None


def form_of(tree: Any) -> str:
    """How arrays are nested, as grading/sandbox/worker.py writes it."""
    return f"({''.join(map(form_of, tree))})" if isinstance(tree, tuple) else "*"


def _in_words(form: str) -> str:
    """A form for a student: (*(*)) becomes (array, (array,))."""
    words = form.replace("#", "[array, ...], ").replace("*", "array, ").replace(")", "), ")
    words = words.replace(", )", ")").replace("(array)", "(array,)").removesuffix(", ")
    return words if len(words) < 200 else "a long tuple"


def dtype_of(inputs: Any) -> Any:
    """The dtype of the first array of real numbers, which all of them share; None without any."""
    dtypes = (x.dtype for x in leaves(inputs) if isinstance(x, np.ndarray))
    return next((dtype for dtype in dtypes if dtype.kind == "f"), None)


def each_real(f: Callable[[Any], Any], inputs: Any) -> Any:
    """Inputs with f applied to every array of real numbers."""

    def applied(x: Any) -> Any:
        return f(x) if isinstance(x, np.ndarray) and x.dtype.kind == "f" else x

    return tree_map(applied, inputs)


def in_precision(dtype: type, inputs: Any) -> Any:
    """Inputs with every array of real numbers in another dtype."""
    return each_real(lambda x: x.astype(dtype), inputs)
