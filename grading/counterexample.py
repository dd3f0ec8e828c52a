"""The smallest case in which something is wrong: Python that makes its inputs, and both numbers."""

import inspect
import sys
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd_lite.tree import leaves
from grading.check import SINGLE, Check, Record, Seed, exact
from grading.form import Arrays, FormError, dtype_of, require_form
from grading.judge import prepared, resolve

MOST = 5_000  # letters of inputs that anybody wants to see


class Counterexample(NamedTuple):
    """A case. `words` say what is wrong there, and are "" where no single right answer is known."""

    code: str
    words: str


def of_case(check: Check, inputs: Arrays, outputs: Arrays) -> Counterexample:
    """What there is to see of a case."""
    return Counterexample(_code(check, inputs), _words(check, inputs, outputs))


def _words(check: Check, inputs: Arrays, outputs: Arrays) -> str:
    """The number that is most wrong, and which arrays are right."""
    if not isinstance(check.measure, exact):
        return ""
    try:
        errors = check.measure.errors(inputs, outputs)
    except FormError:
        return ""
    truth = check.measure.truth(inputs)
    truths, arrays = list(leaves(truth)), require_form(inputs, outputs, truth)
    tops = [float(np.max(error, initial=0)) for error in errors]
    number = int(np.argmax(tops))
    index = np.unravel_index(np.argmax(errors[number]), np.shape(truths[number]))
    names = list(_names(_of_reference(check, inputs)))
    place = names[number] + f"[{', '.join(map(str, index))}]" * bool(index)
    yours, expected = (float(np.asarray(x[number])[index]) for x in (arrays, truths))
    digits = next((n for n in (4, 7, 10) if f"{yours:.{n}g}" != f"{expected:.{n}g}"), 17)
    said = f"{place} is {yours:.{digits}g}, expected {expected:.{digits}g}"
    allowed = SINGLE if dtype_of(inputs) == np.float32 else check.tolerance
    short = [name.removeprefix("result").lstrip(".") for name in names]
    right, wrong = ([x for x, top in zip(short, tops, strict=True) if (top > allowed) == off]
                    for off in (False, True))  # fmt: skip
    fewer = ("wrong", wrong) if len(wrong) <= len(right) else ("right", right)
    return said + f"; {fewer[0]}: {', '.join(fewer[1])}" * bool(right)


def _of_reference(check: Check, inputs: Arrays) -> Any:
    """What the reference returns: its fields have names."""
    function, module = resolve(check.function)
    with np.errstate(all="ignore"):
        return function(*prepared(inputs, module))


def _names(tree: Any, name: str = "result") -> Iterator[str]:
    """How Python names the arrays of a result, in order: result.W1, result[0]."""
    if not isinstance(tree, tuple | list):
        yield name
        return
    fields = [f".{field}" for field in getattr(tree, "_fields", ())]
    for field, part in zip(fields or (f"[{i}]" for i in range(len(tree))), tree, strict=True):
        yield from _names(part, name + field)


def _code(check: Check, inputs: Arrays) -> str:
    """Python that makes the inputs and calls the function; of large ones only the shapes."""
    module, name = check.function.rsplit(".", 1)
    function, _ = resolve(check.function)
    names = list(inspect.signature(function).parameters)[: len(inputs)]
    lines = [f"{x} = {_text(value)}" for x, value in zip(names, inputs, strict=True)]
    if len("".join(lines)) > MOST:
        return "\n".join(f"# {x}: {_shape(v)}" for x, v in zip(names, inputs, strict=True))
    kinds = sorted({x.kind for x in _records(inputs)})
    head = ["import numpy as np", f"from {module} import {', '.join([*kinds, name])}", ""]
    return "\n".join([*head, *lines, f"result = {name}({', '.join(names)})"])


def _records(x: Any) -> Iterator[Record]:
    if isinstance(x, Record):
        yield x
    for part in x if isinstance(x, tuple) else ():
        yield from _records(part)


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
            text = f"np.{x!r}".replace("dtype=float32", "dtype=np.float32")
        return "\n".join(line for line in text.splitlines() if line.strip())
    return repr(x)


def _many(parts: Sequence[Any]) -> str:
    return ", ".join(map(_text, parts))


def _shape(x: Any) -> str:
    """What an input is, in short."""
    if isinstance(x, Record):
        return f"{x.kind}({', '.join(map(_shape, x.fields))})"
    if isinstance(x, tuple) and not isinstance(x, Record):
        return f"({', '.join(map(_shape, x))})"
    return f"{x.dtype} {x.shape}" if isinstance(x, np.ndarray) else repr(x)
