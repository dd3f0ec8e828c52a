"""The smallest case in which something is wrong: Python that makes its inputs, and both numbers."""

import inspect
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from autograd_lite.tree import leaves
from grading.check import SINGLE, Check, Record, Seed, exact
from grading.form import Arrays, FormError, dtype_of, require_form
from grading.judge import prepared, resolve
from grading.show import same

Cases = Sequence[tuple[Arrays, Arrays]]  # inputs, and what was returned for them

MOST = 5_000  # letters of inputs that anybody wants to see


class Counterexample(NamedTuple):
    """A case. `words` say what is wrong there, and are "" where no single right answer is known."""

    code: str
    words: str


def of_case(check: Check, inputs: Arrays, outputs: Arrays, cases: Cases = ()) -> Counterexample:
    """What there is to see of a case; what is right in it is so in all cases that are given."""
    return Counterexample(_code(check, inputs), _words(check, inputs, outputs, cases))


def _words(check: Check, inputs: Arrays, outputs: Arrays, cases: Cases) -> str:
    """The number that is most wrong, which arrays are right, and what the wrong ones have alike."""
    if not isinstance(check.measure, exact) or not (tops := _tops(check, inputs, outputs)):
        return ""
    truth = check.measure.truth(inputs)
    truths, arrays = list(leaves(truth)), require_form(inputs, outputs, truth)
    names = list(_names(_of_reference(check, inputs)))
    most = int(np.argmax(tops))
    errors = check.measure.errors(inputs, outputs)[most]
    said = _of_number(names[most], errors, arrays[most], truths[most])
    short = [name.removeprefix("result").lstrip(".") for name in names]
    found = [tops, *(_tops(check, *case) for case in cases)]
    ever = np.max([x for x in found if len(x) == len(tops)], axis=0)
    right, wrong = ([x for x, top in zip(short, ever, strict=True) if (top > 1) == off]
                    for off in (False, True))  # fmt: skip
    fewer = ("wrong", wrong) if len(wrong) <= len(right) else ("right", right)
    said += f"; {fewer[0]}: {', '.join(fewer[1])}" * bool(right)
    rows = next((len(x) for x in inputs if isinstance(x, np.ndarray) and x.ndim), 1)
    pairs = zip(short, arrays, truths, strict=True)
    return said + _alike([x for x, top in zip(pairs, tops, strict=True) if top > 1], rows)


def _of_number(name: str, errors: Any, got: Any, true: Any) -> str:
    index = np.unravel_index(np.argmax(errors), np.shape(true))
    yours, expected = float(got[index]), float(np.asarray(true)[index])
    digits = next((n for n in (4, 7, 10) if f"{yours:.{n}g}" != f"{expected:.{n}g}"), 17)
    place = name + f"[{', '.join(map(str, index))}]" * bool(index)
    return f"{place} is {yours:.{digits}g}, expected {expected:.{digits}g}"


def _tops(check: Check, inputs: Arrays, outputs: Arrays) -> list[float]:
    """The largest error of each array, in units of what is allowed; none if the form is wrong."""
    assert isinstance(check.measure, exact)
    try:
        errors = check.measure.errors(inputs, outputs)
    except FormError:
        return []
    allowed = SINGLE if dtype_of(inputs) == np.float32 else check.tolerance
    return [float(np.max(error, initial=0)) / allowed for error in errors]


def _alike(wrong: Sequence[tuple[str, Any, Any]], rows: int) -> str:
    """Of arrays with their names and what they should be: whether two are exchanged, or all are
    one number times what they should be.
    """
    for (a, one, first), (b, other, second) in combinations(wrong, 2):
        if same((one, other), (second, first)):
            return f"; {a} and {b} are exchanged"
    got, true = (np.concatenate([np.ravel(x[i]) for x in wrong]) for i in (1, 2))
    if np.count_nonzero(np.abs(true) > 1e-6) < 3 or not (factor := (got @ true) / (true @ true)):
        return ""
    if not same((got,), (factor * true,)):
        return ""
    of_rows = rows > 1 and np.isclose(factor, (rows, 1 / rows), 1e-4).any()
    said = f"; every wrong number is {factor:.4g} times what is expected"
    return said + f" (there are {rows} rows)" * bool(of_rows)


def in_names(check: Check, inputs: Arrays, text: str) -> str:
    """A fault of form, with the reference's names of arguments and results for their numbers."""
    names: Iterable[str] = []
    if at := re.search(r"\bit overwrites (argument (\d+))", text):
        names = inspect.signature(resolve(check.function)[0]).parameters
    elif at := re.search(r"\bit returned .* as (array (\d+) of \d+)", text):
        names = (x.removeprefix("result.") for x in _names(_of_reference(check, inputs)))
    return text.replace(at[1], dict(enumerate(names, 1)).get(int(at[2]), at[1])) if at else text


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
        return "\n".join(f"# {x}: {_text(v, False)}" for x, v in zip(names, inputs, strict=True))
    kinds = sorted(set(re.findall(r"\b([A-Z]\w*)\(", "".join(lines))))  # those of Records
    head = ["import numpy as np", f"from {module} import {', '.join([*kinds, name])}", ""]
    return "\n".join([*head, *lines, f"result = {name}({', '.join(names)})"])


def _text(x: Any, whole: bool = True) -> str:
    """An input as Python; not as a whole, the dtypes and shapes of its arrays."""
    if isinstance(x, Record):
        return f"{x.kind}({', '.join(_text(y, whole) for y in x.fields)})"
    if isinstance(x, tuple):
        parts = ", ".join(_text(y, whole) for y in x)
        return f"({parts}{',' * (whole and len(x) == 1)})"
    if isinstance(x, np.ndarray) and not whole:
        return f"{x.dtype} {x.shape}"
    if isinstance(x, Seed):
        return f"np.random.default_rng({int(x)})"
    if isinstance(x, np.ndarray):
        with np.printoptions(threshold=sys.maxsize, linewidth=90):
            text = f"np.{x!r}".replace("dtype=float32", "dtype=np.float32")
        return "\n".join(line for line in text.splitlines() if line.strip())
    return repr(x)
