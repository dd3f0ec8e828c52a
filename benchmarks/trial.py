"""Which files of tests could notice a mutant, by what they import; and a run of one of them."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograd_lite.threads import BLAS_THREADS
from benchmarks import plant
from benchmarks.edits import Mutant
from experiments.imports import MODELS, imports, reached
from training.run import RunError

# What a test of models may import besides.
BESIDE = (
    *("data/", "training/", "grading/check", "grading/slip", "grading/oracles/", "grading/judge"),
    *("grading/alternatives", "grading/show", "grading/ledger", "grading/reports/counterexample"),
)
LEFT_OUT = "not slip and not stub and not broken"  # tests of what checks and laws notice
PYTEST = ("-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-k", LEFT_OUT)


def tests_of(root: Path, module: Path) -> list[Path]:
    """The test files that import a module themselves, and tests of models that reach it.

    Tests of what is built on models (experiments, figures, commands) count only for the modules
    that they import themselves.
    """
    return [
        test
        for test in sorted((root / "tests").glob("test_*.py"))
        if module in imports(root, test)
        or (_of_models(root, test) and module in reached(root, test, _is_model))
    ]


def _of_models(root: Path, test: Path) -> bool:
    names = (file.relative_to(root).as_posix() for file in imports(root, test))
    return all(name.startswith(BESIDE) or _is_model(name) for name in names)


def _is_model(path: str) -> bool:
    return path.startswith(("tests/", "grading/checks/", *(f"{name}/" for name in MODELS)))


def failure(root: Path, test: Path, limit: float, mutant: Mutant | None = None) -> str:
    """The first failure of a file of tests, as pytest names it; "" where there is none.

    `test` lies in the project at `root`; it is stopped after `limit` seconds.
    """
    with _planted(root, mutant) as environment:
        line = [sys.executable, *PYTEST, str(test.relative_to(root))]
        pipe: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        pipe |= {"text": True, "start_new_session": True}
        tests = subprocess.Popen(line, cwd=root, env=environment, **pipe)
        try:
            said, _ = tests.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            return f"{test.name} does not end"
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(tests.pid, signal.SIGKILL)
    if tests.returncode in (0, 5):  # 5: all of its tests are left out
        return ""
    found = re.search(r"^(?:FAILED|ERROR) (\S+)", said, re.MULTILINE)
    if tests.returncode > 2 or not (found or tests.returncode < 0):
        raise RunError(f"pytest {test} ended with status {tests.returncode}: {said[-500:]}")
    return found[1] if found else f"{test.name} dies"


@contextlib.contextmanager
def _planted(root: Path, mutant: Mutant | None) -> Iterator[dict[str, str]]:
    """An environment in which Python imports the mutant in its module's place."""
    environment = os.environ | dict.fromkeys(BLAS_THREADS, "1")
    with tempfile.TemporaryDirectory() as scratch:
        if mutant:
            name = mutant.path.removesuffix(".py").replace("/", ".")
            told = {"name": name, "path": str(root / mutant.path), "source": mutant.source}
            Path(scratch, "mutant.json").write_text(json.dumps(told))
            shutil.copy(plant.__file__, Path(scratch, "sitecustomize.py"))
            environment |= {"PYTHONPATH": scratch}
        yield environment
