"""Tests on all cores: each runs once, and what goes wrong in any process makes the run red."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from training.farm import processes

pytestmark = pytest.mark.skipif(processes() == 1, reason="there is one core")
TESTS = """
import os, pytest
@pytest.mark.parametrize("n", range(5))
def test_many(n, request):
    open("ran", "a").write(request.node.nodeid + "\\n")
def test_last():
    {}
"""


def on_cores(folder, line, *option):
    """The status and the screen, where `line` ends the second of three files of tests."""
    for name, last in (("test_a", "pass"), ("test_b", line), ("test_c", "pass")):
        (folder / f"{name}.py").write_text(TESTS.format(last))
    words = [sys.executable, "-m", "pytest", "-p", "tests.cores", *option]
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(words, cwd=folder, env=env, capture_output=True, text=True)
    return done.returncode, done.stdout


def test_every_test_runs_once(tmp_path):
    status, said = on_cores(tmp_path, "pass", "-k", "many or test_a")
    assert status == 0 and "16 passed, 2 deselected" in said
    ran = (tmp_path / "ran").read_text().splitlines()
    assert len(ran) == len({*ran}) == 15


@pytest.mark.parametrize(
    "line, words",
    [
        ("assert 3 == 4", "1 failed, 17 passed"),
        ("os.kill(os.getpid(), 9)", "status -9 at ['test_b.py::test_last']"),
        ("os._exit(0)", "status 0 at ['test_b.py::test_last']"),
    ],
)
def test_a_failure_or_an_end_in_one_process_makes_the_run_red(line, words, tmp_path):
    status, said = on_cores(tmp_path, line)
    assert status == 1 and words in said, said
