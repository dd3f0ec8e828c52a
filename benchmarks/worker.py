"""A program that does the cases as one of several does them: `python -m benchmarks.worker WHO`.

It reads lines: `build CASE`, then `time SECONDS` and `where SECONDS` as often as wanted. It answers
each with a line of JSON, and sleeps between them.
"""

import importlib
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from typing import Any

import numpy as np

from autograd_lite.ops import Array
from autograd_lite.threads import use_two_threads
from benchmarks.breakdown import breakdown
from benchmarks.cases import CASES, MODELS, Case, Run, batches, ours, recorded
from training.memory import keep_freed_memory

# Who: the module and the function that make a Run of a case; the packages whose versions count.
WHO = {
    "ours": ("benchmarks.cases", "ours", ("numpy",)),
    "memory given back": ("benchmarks.cases", "ours", ("numpy",)),
    "floor": ("benchmarks.floor", "floor", ("numpy",)),
    "PyTorch": ("benchmarks.peers.pytorch", "eager", ("torch",)),
    "PyTorch compiled": ("benchmarks.peers.pytorch", "compiled", ("torch",)),
    "JAX": ("benchmarks.peers.jax_", "run", ("jax", "jaxlib")),
    "scikit-learn": ("benchmarks.peers.scikit_learn", "run", ("sklearn", "numpy")),
}
DRAWS = 10  # of a random step, to compare its mean with ours
STEPS = 3  # of one that is not random, with the same noise
NOISE = ("noise", "dropout")  # the functions of a model's training that draw it
# What the difference may be at most, by its unit.
ALLOWED = {"of the update": 1e-3, "standard errors": 1.3}


def main(who: str) -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what packages print is no answer
    module, name, packages = WHO[who]
    run: Any = None
    inputs: tuple[Any, ...] = ()
    if who in ("ours", "floor"):
        keep_freed_memory()
    for line in sys.stdin:
        word, argument = line.split()
        try:
            make = getattr(importlib.import_module(module), name)
            if word == "build":
                case = CASES[argument]
                model = MODELS.get(case.kind)
                if make is ours and model and model.halved(case.settings):
                    use_two_threads()  # as a training does
                answer, run, inputs = build(make, case)
                answer["versions"] = {p: importlib.import_module(p).__version__ for p in packages}
            elif word == "time":
                answer = {"ms": milliseconds(run, inputs, float(argument))}
            else:
                answer = where(run, inputs, float(argument))
        except Exception as error:
            answer = {"missing": f"{type(error).__name__}: {error}".split("\n")[0][:200]}
        print(json.dumps(answer), file=answers, flush=True)


def build(make: Callable[[Case], Run], case: Case) -> tuple[dict[str, Any], Run, tuple[Any, ...]]:
    """The Run, its batches, and what is to be said of it, once everything is compiled."""
    start = time.perf_counter()
    run, inputs = make(case), batches(case)
    milliseconds(run, inputs, 0)
    said: dict[str, Any] = {"seconds": time.perf_counter() - start}
    if make.__module__.startswith("benchmarks.peers"):
        unit = "of the update" if run.given else "standard errors"
        found = exact(case, run) if run.given else on_average(case, run)
        if not found <= ALLOWED[unit]:
            raise ValueError(f"differs from ours by {found:.2g} {unit}")
        said |= {"difference": found, "unit": unit}
    return said, run, inputs


def milliseconds(run: Run, inputs: tuple[Any, ...], seconds: float) -> float:
    """Of a step, the mean over so many seconds; every measurement begins with the first state."""
    x, state = cycle(inputs), run.start()
    start = time.perf_counter()
    run.wait(state := run.step(state, next(x)))
    if (once := time.perf_counter() - start) > seconds > 0:
        return 1e3 * once  # else it is the first step after a rest, and does not count
    start, steps = time.perf_counter(), 0
    while not steps or time.perf_counter() - start < seconds:
        state, steps = run.step(state, next(x)), steps + 1
    run.wait(state)
    return 1e3 * (time.perf_counter() - start) / steps


def where(run: Run, inputs: tuple[Any, ...], seconds: float) -> dict[str, Any]:
    """Fractions of a step's time by kind of work, and its time while it is watched over that when
    it is not.
    """
    state, x, steps = run.start(), cycle(inputs), 0

    def step() -> None:
        nonlocal state, steps
        state, steps = run.step(state, next(x)), steps + 1

    milliseconds(run, inputs, seconds)
    before = milliseconds(run, inputs, seconds)
    start = time.perf_counter()
    fractions = breakdown(step, seconds)
    watched = 1e3 * (time.perf_counter() - start) / steps
    return {"where": fractions, "watched": watched / before}


def exact(case: Case, run: Run) -> float:
    """Steps with the same noise: the largest difference of an array, relative to its update."""
    mine, model = ours(case), MODELS.get(case.kind, MODELS["vae"])
    state, theirs = mine.start(), run.start()
    begun: Sequence[Any] = mine.result(state) if state else (0, 0)
    for x in islice(cycle(batches(case)), STEPS if case.kind in MODELS else 1):
        with recorded(model, *NOISE) as noise:
            state = mine.step(state, x)
        theirs = run.given(theirs, x, noise)  # type: ignore[misc]
    pairs = zip(begun, mine.result(state), run.result(theirs), strict=True)
    return max(float(np.linalg.norm(c - b) / np.linalg.norm(b - a)) for a, b, c in pairs)


def on_average(case: Case, run: Run) -> float:
    """Many steps from the first state: differences of means in standard errors (RMS)."""
    mine, x = ours(case), batches(case)[0]
    draws = range(DRAWS if case.kind != "gibbs" else 4)

    def moments(results: list[Any]) -> tuple[Array, Array]:
        rows = np.stack([np.concatenate([np.ravel(part) for part in r]) for r in results])
        return rows.mean(axis=0), rows.var(axis=0, ddof=1) / len(rows)

    begun = mine.start()
    a = moments([mine.result(mine.step(begun._replace(step=i), x)) for i in draws])
    b = moments([run.result(run.step(run.start(), x)) for _ in draws])
    # So few draws have Student's t, whose variance is n / (n - 2) with n degrees of freedom.
    n = 2 * (len(draws) - 1)
    error = np.sqrt((a[1] + b[1]) * n / (n - 2))
    return float(np.sqrt(np.mean(((a[0] - b[0])[error > 0] / error[error > 0]) ** 2)))


if __name__ == "__main__":
    main(sys.argv[1])
