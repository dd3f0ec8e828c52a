"""Generic mistakes, one at a time, all over autograd_lite, rbm and vae: do the tests notice?

`python -m benchmarks.mutants` (about an hour on two cores; it goes on where it was stopped). Unlike
slips these are not chosen: signs flipped, factors dropped, arguments swapped, transposes dropped,
axes changed, means taken for sums, wherever the code has one. The tests of slips are left out, as
they notice any change of the text; so are those that do not run the models.
"""

import ast
import contextlib
import copy
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue
from typing import Any, NamedTuple

from benchmarks.mutant_reasons import REASONS
from experiments.record import HERE, write
from training.command import complain
from training.parallel import THREADS
from training.run import write_json

ROOT, CACHE = HERE.parent, HERE.parent / "out" / "mutants.json"
PACKAGES = ("autograd_lite", "rbm", "vae")
TESTS = "tests/test_witnesses.py tests/test_rbm.py tests/test_vae.py tests/test_checks.py"
COMMAND = f"-m pytest -x -q -p no:cacheprovider {TESTS} tests/test_training.py -k".split()
CHOSEN = "not slip and not stub and not versions"


class Mutant(NamedTuple):
    """A module with one mistake in it."""

    path: str
    line: int
    change: str  # "old -> new", as Python prints the expressions
    source: str


def variants(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand where `node` stands, if somebody slips."""
    match node:
        case ast.BinOp(op=ast.Add()):
            yield ast.BinOp(node.left, ast.Sub(), node.right)
        case ast.BinOp(op=ast.Sub()):
            yield ast.BinOp(node.left, ast.Add(), node.right)
        case ast.BinOp(op=ast.Mult()):
            yield from (node.left, node.right)
        case ast.UnaryOp(op=ast.USub()) if not isinstance(node.operand, ast.Constant):
            yield node.operand
        case ast.Attribute(attr="T"):
            yield node.value
        case ast.Attribute(attr="sum" | "mean" as name):
            yield ast.Attribute(node.value, "mean" if name == "sum" else "sum")
        case ast.keyword(arg="axis"):
            first = ast.unparse(node.value) == "0"
            yield ast.keyword("axis", ast.Constant(-1 if first else 0))
        case ast.Call(args=[a, b, *rest]) if not any(isinstance(x, ast.Starred) for x in node.args):
            yield ast.Call(node.func, [b, a, *rest], node.keywords)


def mutants(path: Path) -> Iterator[Mutant]:
    """Every mutant of a module."""
    tree = ast.parse(path.read_text())
    spots = [
        (parent, field, index)
        for parent in ast.walk(tree)
        for field, value in ast.iter_fields(parent)
        for index in (range(len(value)) if isinstance(value, list) else (None,))
        if field not in ("annotation", "returns")
    ]
    for parent, field, index in spots:
        holder: Any = getattr(parent, field)
        node = holder if index is None else holder[index]
        if not isinstance(node, ast.AST):
            continue
        for variant in variants(node):
            if ast.unparse(variant) == ast.unparse(node):
                continue  # two equal arguments have changed places
            _put(parent, field, index, variant)
            source = ast.unparse(ast.fix_missing_locations(copy.deepcopy(tree)))
            change = f"{ast.unparse(node)} -> {ast.unparse(variant)}"
            _put(parent, field, index, node)
            line = getattr(node, "lineno", 0)
            yield Mutant(str(path.relative_to(ROOT)), line, change, source)


def _put(parent: Any, field: str, index: int | None, node: ast.AST) -> None:
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node


def caught(mutant: Mutant, checkout: Path) -> bool:
    """Whether the tests fail in a checkout that has the mutant."""
    path = checkout / mutant.path
    original = path.read_text()
    path.write_text(mutant.source)
    try:
        tests = subprocess.Popen(
            [sys.executable, *COMMAND, CHOSEN],
            cwd=checkout,
            env=os.environ | dict.fromkeys(THREADS, "1"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        return tests.wait(timeout=120) in (1, 2)
    except subprocess.TimeoutExpired:
        return True  # a training that never ends
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(tests.pid, signal.SIGKILL)
        path.write_text(original)


def key_of(mutant: Mutant) -> str:
    """What a mutant is remembered by; the same change can be made in two spots of a line."""
    return f"{mutant.path} {hashlib.sha256(mutant.source.encode()).hexdigest()}"


def main(argv: Sequence[str]) -> None:
    """Tries every mutant that was not tried yet, and writes the count and the survivors."""
    every = [
        m
        for package in PACKAGES
        for path in sorted((ROOT / package).glob("*.py"))
        if not path.name.startswith("__")
        for m in mutants(path)
    ]
    tried: dict[str, bool] = json.loads(CACHE.read_text()) if CACHE.exists() else {}
    checkouts: Queue[Path] = Queue()

    def attempt(mutant: Mutant) -> None:
        key = key_of(mutant)
        if key not in tried:
            checkout = checkouts.get()
            try:
                tried[key] = caught(mutant, checkout)
            finally:
                checkouts.put(checkout)
            write_json(CACHE, dict(tried))

    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(2) as pool:
        for name in ("a", "b"):
            ignored = shutil.ignore_patterns(".git", ".venv", "out", "*cache*", "gallery")
            checkouts.put(Path(shutil.copytree(ROOT, Path(scratch) / name, ignore=ignored)))
        list(pool.map(attempt, every))
    report(every, tried)


def report(every: Sequence[Mutant], tried: dict[str, bool]) -> None:
    """Prints and writes how many were caught, and which were not."""
    survivors = [
        {
            "mutant": f"{m.path}:{m.line}: {m.change}",
            "reason": REASONS.get(f"{m.path}: {m.change}", ""),
        }
        for m in every
        if not tried[key_of(m)]
    ]
    share = 1 - len(survivors) / len(every)
    print(f"{len(every)} mutants, {len(every) - len(survivors)} caught ({share:.1%})")
    for row in survivors:
        print(f"  {row['mutant']}  {row['reason']}")
    write(
        "mutants",
        protocol=f"{TESTS} tests/test_training.py, '{CHOSEN}', on every mutant by itself",
        seeds=[],
        data="none",
        numbers={
            "mutants": len(every),
            "caught": len(every) - len(survivors),
            "survivors": survivors,
        },
    )


if __name__ == "__main__":
    complain(main, sys.argv[1:])
