"""Slips being caught: each is planted and judged once, and what a reader wants to see is kept."""

import hashlib
import inspect
import json
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from grading.chapters import PACKAGES, ROOT
from grading.check import Record, Seed, draw_cases
from grading.checks import CHECKS
from grading.judge import call, resolve, run
from grading.ledger import JSON
from grading.slip import Slip, checks_of, planted
from grading.slips import SLIPS
from training.run import write_text

ENTRIES = 12  # of an array that is shown whole


class Caught(NamedTuple):
    """A slip's verdict, and the case that shows it: its inputs, both results where they differ."""

    name: str
    words: str
    error: str  # the largest beside what is allowed, where it is one of values
    inputs: list[list[str]]  # names and values
    where: str
    right: str
    wrong: str


def caught(cache: Path) -> dict[str, Caught]:
    """Every slip by its name; from the cache, where no code has changed since it was written."""
    key = _digest()
    if cache.exists() and (kept := json.loads(cache.read_text(encoding="utf-8")))["key"] == key:
        rows = [Caught(*row) for row in kept["slips"]]
    else:
        with ProcessPoolExecutor() as pool:
            rows = list(pool.map(seen, SLIPS, chunksize=25))
        cache.parent.mkdir(parents=True, exist_ok=True)
        write_text(cache, json.dumps({"key": key, "slips": rows}))
    return {row.name: row for row in rows}


def _digest() -> str:
    """What the outcome rests on: the ledger, and the code of the models, the checks and slips."""
    folders = [ROOT / name for name in (*PACKAGES, "grading")]
    files = [
        JSON,
        Path(__file__),
        *sorted(path for folder in folders for path in folder.rglob("*.py")),
    ]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def seen(slip: Slip) -> Caught:
    check = checks_of(slip, CHECKS)[0]
    reference, home = resolve(check.function)
    function, module = planted(slip)
    verdict = run(check, function, module)
    given = draw_cases(check)[max(verdict.case, 0)]
    with np.errstate(all="ignore"):
        results = call(reference, given, home), call(function, given, module)
    names = inspect.signature(reference).parameters
    inputs = [[name, in_words(x)] for name, x in zip(names, given, strict=False)]
    error = f"largest relative error {verdict.error:.1e}, allowed {verdict.allowed:.0e}"
    by_value = verdict.why.startswith("its values")
    return Caught(
        slip.name, verdict.why, error * by_value, inputs,
        *(differing(*results) if by_value else ("", "", "")),
    )  # fmt: skip


def differing(right: Sequence[Any], wrong: Sequence[Any]) -> tuple[str, str, str]:
    """Where two results differ most, by value, and what stands there in each."""
    pairs = [(np.asarray(a), np.asarray(b)) for a, b in zip(right, wrong, strict=False)]
    alike = [(n, a, b) for n, (a, b) in enumerate(pairs) if a.shape == b.shape and a.size]
    if not alike:
        return "", "", ""
    gaps = [np.nan_to_num(np.abs(a.astype(float) - b), nan=np.inf) for _, a, b in alike]
    scales = [np.maximum(np.maximum(np.abs(a), np.abs(b)), 1) for _, a, b in alike]
    worst = int(np.argmax([np.max(g / s) for g, s in zip(gaps, scales, strict=True)]))
    number, a, b = alike[worst]
    at = np.unravel_index(int(np.argmax(gaps[worst] / scales[worst])), a.shape)
    of = f"result {number + 1} of {len(pairs)}" if len(pairs) > 1 else ""
    entry = f"entry [{', '.join(map(str, at))}]" if at else ""
    digits = next((n for n in (6, 10, 17) if f"{a[at]:.{n}g}" != f"{b[at]:.{n}g}"), 6)
    both = [f"{x:.{digits}g}" for x in (a[at], b[at])]
    return ", ".join(x for x in (of, entry) if x), both[0], both[1]


def in_words(x: Any) -> str:
    """An input, short: small arrays as they are, large ones by their shapes."""
    if isinstance(x, Seed):
        return f"default_rng({int(x)})"
    if isinstance(x, Record):
        fields = ", ".join(in_words(y) for y in x.fields)
        return f"{x.kind}({fields})"
    if isinstance(x, tuple):
        return f"({', '.join(map(in_words, x))})"
    if not isinstance(x, np.ndarray):
        return repr(x)
    if not 0 < x.size <= ENTRIES:
        return f"array of shape {x.shape}" + f", {x.dtype}" * (x.dtype != np.float64)
    return " ".join(np.array2string(x, precision=4, separator=", ").split())
