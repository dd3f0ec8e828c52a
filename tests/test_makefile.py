"""The Makefile: what it lists, what its targets run, what it says where something is missing."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture
def make(tmp_path):
    """make(*arguments) in a folder with the Makefile and what the set-up reads."""
    for name in ("Makefile", "bootstrap.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    # Neither the flags nor the job server of the make that runs these tests.
    env = {name: os.environ[name] for name in os.environ if not name.startswith(("MAKE", "MFLAGS"))}
    options = {"cwd": tmp_path, "env": env, "capture_output": True, "text": True}
    return lambda *arguments: subprocess.run(["make", *arguments], **options)


def test_make_alone_lists_targets_and_each_is_declared_to_be_no_file(make):
    rules = (ROOT / "Makefile").read_text()
    phony = " ".join(re.findall(r"^\.PHONY:(.*)", rules, re.M)).split()
    assert phony == " ".join(re.findall(r"^([a-z -]+):", rules, re.M)).split()
    listed = re.findall(r"^  make (\S+)", make().stdout, re.M)
    assert listed[:2] == ["help", "figures"] and set(listed) <= set(phony)


def test_targets_run_the_project_own_python_with_what_was_asked(make):
    for arguments, command in (
        (["figures", "DATA=digits", "ARGS=--quick"], "-m figures --data digits --quick"),
        (["test", "ARGS=-x -q"], "-m pytest -p tests.cores -x -q"),
        (["slip", "NAME=kl-without-half"], "-m grading slip kl-without-half"),
        (["grade", "DIR=my answers"], '-m grading grade "my answers"'),
        (["data"], "-m data --data auto"),
    ):
        lines = [line.rstrip() for line in make("-n", *arguments).stdout.splitlines()]
        assert f".venv/bin/python {command}" in lines


def test_make_asks_for_what_is_missing_in_one_sentence(make, tmp_path):
    asked = "import sys; sys.version_info = 3, 10, 9; exec(sys.argv[2])"
    (tmp_path / "old").write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{asked}" "$@"\n')
    (tmp_path / "old").chmod(0o755)
    for python in ("python-that-is-nowhere", "./old"):
        done = make("test", f"PYTHON={python}")
        assert done.returncode == 2 and done.stderr.count("\n") == 2  # ours, and make's own
        assert done.stderr.startswith(f"{python} is not Python 3.11 or newer: install one, or name")
    for target in ("grade", "template"):
        done = make("-o", ".venv/ready", target)  # -o: as if the set-up were done
        assert done.returncode == 2 and f"make {target} DIR=my-answers" in done.stderr


def test_clean_keeps_what_took_long(make, tmp_path):
    gone = [".venv", "out/figures", "rbm/__pycache__", ".mypy_cache"]
    kept = ["out/runs/rbm-100", "data/cache"]
    for folder in gone + kept:
        (tmp_path / folder).mkdir(parents=True)
    assert "out/runs (trained models) and data/cache (MNIST)" in make("clean").stdout
    assert [folder for folder in gone + kept if (tmp_path / folder).exists()] == kept
