"""The set-up and the Makefile: no network, no pip; what would be fetched or made is acted."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
import threading
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest

import bootstrap

ROOT = Path(__file__).parents[1]
PYPROJECT = """
[project]
dependencies = ["numpy==2.4.6", "matplotlib==3.11.2"]
[dependency-groups]
test = ["pytest==9.2.0"]
lint = ["ruff==0.17.5"]
bench = ["torch==2.13.0", "jax==0.10.2"]
[tool.bootstrap.oldest]
numpy = "2.0"
matplotlib = "3.8"
"""
RUN = ["numpy==2.4.6", "matplotlib==3.11.2", "pytest==9.2.0"]
OFFLINE = "the packages could not be fetched"


@pytest.fixture
def acted(tmp_path, monkeypatch):
    """An empty project in the current folder; what pip answers, what .venv can import, what was
    asked of both."""
    monkeypatch.chdir(tmp_path)
    Path("pyproject.toml").write_text(PYPROJECT)
    acted = SimpleNamespace(answer="", found={"numpy": "2.10", "matplotlib": "3.8.0"}, asked=[])

    def create(system_site_packages=False):
        acted.asked.append("system" if system_site_packages else "new")
        bootstrap.VENV.mkdir(exist_ok=True)

    def fetch(pins):
        acted.asked.append(pins)
        if isinstance(acted.answer, BaseException):
            raise acted.answer
        return acted.answer

    monkeypatch.setattr(bootstrap, "create", create)
    monkeypatch.setattr(bootstrap, "fetch", fetch)
    monkeypatch.setattr(bootstrap, "installed", lambda pins: acted.found)
    return acted


def test_every_pin_is_exact_and_newer_than_the_oldest():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups, oldest = project["dependency-groups"], project["tool"]["bootstrap"]["oldest"]
    pins = dict(pin.split("==") for pin in project["project"]["dependencies"] + groups["test"])
    assert list(pins) == list(oldest) == ["numpy", "matplotlib", "pytest", "hypothesis"]
    for name in pins:
        assert bootstrap.numbers(oldest[name]) < bootstrap.numbers(pins[name])
    assert all("==" in pin for pin in groups["lint"] + groups["cluster"] + groups["bench"])
    assert project["project"]["dependencies"][0] in groups["bench"]


def test_what_runs_and_tests_is_fetched_once_and_again_when_a_pin_or_a_package_is_gone(acted):
    stamp = Path(".venv/ready")
    assert bootstrap.main() == 0
    assert acted.asked == ["new", RUN] and stamp.exists()
    os.utime(stamp, (1, 1))
    Path("pyproject.toml").write_text(PYPROJECT + "[tool.other]\n")
    assert bootstrap.main() == 0
    assert len(acted.asked) == 2
    assert stamp.stat().st_mtime > 1  # dated anew, or make would come back each time
    Path("pyproject.toml").write_text(PYPROJECT.replace("9.2.0", "9.3.0"))
    assert bootstrap.main() == 0
    assert acted.asked[2:] == [[*RUN[:2], "pytest==9.3.0"]]
    del acted.found["numpy"]
    assert bootstrap.main() == 0
    assert len(acted.asked) == 4
    assert bootstrap.main("lint") == 0
    assert acted.asked[4:] == [["ruff==0.17.5"]] and Path(".venv/ready-lint").exists()


def test_peers_are_fetched_one_by_one_into_a_place_of_their_own(acted, monkeypatch, capsys):
    monkeypatch.setattr(bootstrap, "VENV", Path(".venv"))  # the set-up moves it
    Path(".venv-bench").mkdir()
    acted.answer = "no such thing"
    assert bootstrap.main("bench") == 2
    assert "torch==2.13.0: no such thing; jax==0.10.2: no such thing" in capsys.readouterr().err
    acted.answer = ""
    assert bootstrap.main("bench") == bootstrap.main("bench") == 0
    assert acted.asked == ["new", ["torch==2.13.0"], ["jax==0.10.2"]] * 2
    assert Path(".venv-bench/ready").exists() and not Path(".venv").exists()


def test_interrupted_leaves_no_stamp_and_starts_again(acted, capsys):
    for setting in (PYPROJECT, PYPROJECT.replace("9.2.0", "9.3.0")):
        Path("pyproject.toml").write_text(setting)
        acted.answer = KeyboardInterrupt()
        assert bootstrap.main() == 2
        assert "starts it again" in capsys.readouterr().err and not Path(".venv/ready").exists()
        acted.answer, acted.asked = "", []
        assert bootstrap.main() == 0
        assert acted.asked[0] == "new"


@pytest.mark.parametrize(
    ("found", "status", "said"),
    [
        (
            {"numpy": "2.0.0", "matplotlib": "3.10.1"},
            0,
            "Using what is here, numpy 2.0.0, matplotlib",
        ),
        ({"numpy": "1.26.4", "matplotlib": "3.8.0"}, 2, f"{sys.executable} lacks numpy 2.0 or new"),
        ({"numpy": "2.4.6"}, 2, f"Set-up stopped: {OFFLINE}, and {sys.executable} lacks matplot"),
    ],
)
def test_without_a_network_new_enough_packages_stand_in(acted, capsys, found, status, said):
    acted.answer, acted.found = OFFLINE, found
    assert bootstrap.main() == status
    assert acted.asked == ["new", RUN, "system"]
    assert Path(".venv/ready").exists() == (status == 0)
    err = capsys.readouterr().err
    assert said in err and err.count("\n") == 2  # the first says what is being set up


def test_of_two_set_ups_at_once_one_waits(acted, capsys):
    other = threading.Thread(target=bootstrap.main)
    with open("pyproject.toml") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        other.start()
        other.join(0.2)
        assert other.is_alive() and acted.asked == []
    other.join(5)
    assert "waiting for it" in capsys.readouterr().err
    assert acted.asked == ["new", RUN]


def test_a_python_without_ensurepip_or_venv_is_told_what_to_install(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("pyproject.toml").write_text(PYPROJECT)
    for module in ("ensurepip", "venv"):
        monkeypatch.setitem(sys.modules, module, None)
        assert bootstrap.main() == 2
        assert "Debian and Ubuntu: install python3-venv" in capsys.readouterr().err
    assert "include-system-site-packages = true" in Path(".venv/pyvenv.cfg").read_text()


@pytest.fixture
def make(tmp_path):
    """make(*arguments) in a folder with the Makefile and what the set-up reads."""
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
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
        (["figures", "DATA=my own", "ARGS=--quick"], '-m figures --data "$DATA" --quick'),
        (["test", "ARGS=-x -q"], "-m pytest -p tests.cores -x -q"),
        (["slip", "NAME=kl-without-half"], "-m grading slip kl-without-half"),
        (["grade", "DIR=my answers"], '-m grading grade "$DIR"'),
        (["data"], '-m data --data "$DATA"'),
        (["pack", "DIR=my own", "OUT=a b.npz"], '-m data pack "$DIR" "$OUT"'),
    ):
        lines = [line.rstrip() for line in make("-n", *arguments).stdout.splitlines()]
        assert f".venv/bin/python {command}" in lines


def test_paths_reach_the_shell_as_they_are(make, tmp_path):
    path = "a  b$$(echo c)`echo d`"  # of which make takes one $
    (tmp_path / "show.mk").write_text("show: ; @printf '%s' \"$$DATA\"")
    files = ["-f", "Makefile", "-f", tmp_path / "show.mk"]
    assert make(*files, "show").stdout == "auto"
    assert make(*files, "show", f"DATA={path}").stdout == "a  b$(echo c)`echo d`"


def test_make_asks_for_what_is_missing_in_one_sentence(make, tmp_path):
    asked = "import sys; sys.version_info = 3, 10, 9; exec(sys.argv[2])"
    (tmp_path / "old").write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{asked}" "$@"\n')
    (tmp_path / "old").chmod(0o755)
    for python in ("python-that-is-nowhere", "./old"):
        done = make("test", f"PYTHON={python}")
        assert done.returncode == 2 and done.stderr.count("\n") == 2  # ours, and make's own
        assert done.stderr.startswith(f"{python} is not Python 3.11 or newer: install one, or name")
    done = make("test", "OS=Windows_NT")
    assert done.returncode == 2 and "runs on Linux and macOS, and on Windows in WSL" in done.stderr
    for given in (["grade"], ["template"], ["pack", "OUT=x"], ["pack", "DIR=x"]):
        done = make("-o", ".venv/ready", *given)  # -o: as if the set-up were done
        assert done.returncode == 2 and f": make {given[0]} DIR=" in done.stderr


def test_clean_keeps_what_took_long(make, tmp_path):
    gone = [".venv", "out/figures", "rbm/__pycache__", ".mypy_cache"]
    kept = ["out/runs/rbm-100", "data/cache"]
    for folder in gone + kept:
        (tmp_path / folder).mkdir(parents=True)
    assert "out/runs (trained models) and data/cache (MNIST)" in make("clean").stdout
    assert [folder for folder in gone + kept if (tmp_path / folder).exists()] == kept
