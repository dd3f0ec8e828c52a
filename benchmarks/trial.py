"""Runs a file of tests, with a mutant or without one."""

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
from training.run import RunError

LEFT_OUT = "not slip and not stub and not broken"  # tests of what checks and laws notice
PYTEST = ("-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-k", LEFT_OUT)


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
