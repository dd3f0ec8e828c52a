"""The set-up and the Makefile: no network, no pip; what would be fetched or built is acted."""

import ast
import fcntl
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import bootstrap

ROOT = Path(__file__).parents[1]
PYPROJECT = """
[project]
dependencies = ["numpy==2.4.6", "matplotlib==3.11.2"]
[dependency-groups]
test = ["pytest==9.2.0"]
lint = ["ruff==0.17.5"]
[tool.bootstrap.oldest]
numpy = "2.0"
matplotlib = "3.8"
pytest = "8.0"
"""
OFFLINE = "no packages could be fetched"
SUITABLE = {"numpy": "2.1.0", "matplotlib": "3.10.0", "pytest": "8.3"}

Make = Callable[..., subprocess.CompletedProcess[str]]
needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


class Actor:
    """Plays pip and the system: what pip answers, what .venv can import, what was asked for."""

    def __init__(self) -> None:
        self.failure = ""
        self.found = dict(SUITABLE)
        self.fetched: list[dict[str, str]] = []

    def fetch(self, pins: dict[str, str]) -> str:
        self.fetched.append(pins)
        return self.failure

    def installed(self, pins: dict[str, str]) -> dict[str, str]:
        return {name: self.found[name] for name in pins if name in self.found}


@pytest.fixture
def actor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Actor:
    """An empty project in the current folder, and an actor behind its set-up."""
    monkeypatch.chdir(tmp_path)
    Path("pyproject.toml").write_text(PYPROJECT)
    actor = Actor()
    monkeypatch.setattr(bootstrap, "build", lambda: os.mkdir(".venv"))
    monkeypatch.setattr(bootstrap, "open_to_system", lambda: None)
    monkeypatch.setattr(bootstrap, "fetch", actor.fetch)
    monkeypatch.setattr(bootstrap, "installed", actor.installed)
    return actor


# Which Python


def test_too_old_a_python_gets_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "is_new_enough", lambda name: False)
    assert bootstrap.main("", version=(3, 8)) == 2
    said = capsys.readouterr().err
    assert "Python 3.11 or newer is needed" in said and "is Python 3.8;" in said
    assert said.count("\n") == 1


def test_a_newer_python_on_the_path_takes_over(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def execvp(name: str, command: list[str]) -> None:
        raise SystemExit(" ".join(command))

    monkeypatch.setattr(sys, "argv", ["bootstrap.py", "lint"])
    monkeypatch.setattr(os, "execvp", execvp)
    monkeypatch.setattr(bootstrap, "is_new_enough", lambda name: name == "python3.12")
    with pytest.raises(SystemExit, match=r"^python3\.12 bootstrap\.py lint$"):
        bootstrap.main("lint", version=(3, 10))
    assert "going on with python3.12" in capsys.readouterr().err


def test_a_python_counts_only_if_it_runs(tmp_path: Path) -> None:
    shim = tmp_path / "python3.12"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    assert not bootstrap.is_new_enough(str(shim))
    assert not bootstrap.is_new_enough(str(tmp_path / "absent"))
    assert bootstrap.is_new_enough(sys.executable)


def test_old_pythons_can_read_the_file() -> None:
    source = (ROOT / "bootstrap.py").read_text(encoding="ascii")
    too_new = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.Nonlocal, ast.YieldFrom, ast.Match)
    for node in ast.walk(ast.parse(source, feature_version=(3, 7))):
        assert not isinstance(node, too_new), ast.dump(node)
        if isinstance(node, ast.FunctionDef):
            args = node.args
            assert not (node.returns or args.kwonlyargs or args.posonlyargs), node.name
            assert not any(arg.annotation for arg in args.args), node.name
        if isinstance(node, ast.Raise):
            assert node.cause is None
        if isinstance(node, ast.List | ast.Tuple):
            assert not any(isinstance(item, ast.Starred) for item in node.elts)
    at_once = [node for node in ast.parse(source).body if isinstance(node, ast.Import)]
    names = {alias.name for node in at_once for alias in node.names}
    assert names <= {"os", "re", "shutil", "subprocess", "sys"}  # all in Python 2.7


# Which packages


def test_every_pin_is_exact_and_at_least_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    pins, oldest = bootstrap.read_pins()
    assert {group: set(pins[group]) for group in pins} == {
        "run": {"numpy", "matplotlib"},
        "test": {"pytest", "hypothesis"},
        "lint": {"ruff", "mypy"},
    }
    assert set(oldest) == set(pins["run"]) | set(pins["test"])
    assert (
        bootstrap.unsuitable(pins["run"] | pins["test"], oldest, pins["run"] | pins["test"]) == []
    )
    for name, version in (pins["run"] | pins["test"]).items():
        assert bootstrap.numbers(oldest[name]) < bootstrap.numbers(version)


@pytest.mark.parametrize(
    ("found", "faults"),
    [
        ({"numpy": "2.4.6", "ruff": "0.17.5"}, []),
        ({"numpy": "2.0.0", "ruff": "0.17.5"}, []),
        ({"numpy": "2.10.1", "ruff": "0.17.5"}, []),
        ({"numpy": "1.26.4", "ruff": "0.17.5"}, ["numpy 1.26.4 (older than 2.0)"]),
        ({"ruff": "0.17.5"}, ["no numpy"]),
        ({"numpy": "2.4.6", "ruff": "0.18.0"}, ["ruff 0.18.0 (not 0.17.5)"]),
    ],
)
def test_suitable_is_the_pin_or_what_is_new_enough(
    found: dict[str, str], faults: list[str]
) -> None:
    pins = {"numpy": "2.4.6", "ruff": "0.17.5"}
    assert bootstrap.unsuitable(pins, {"numpy": "2.0"}, found) == faults


# What the set-up decides


def test_the_pins_are_fetched_and_then_the_stamp_is_written(actor: Actor) -> None:
    assert bootstrap.main("") == 0
    assert actor.fetched == [{"numpy": "2.4.6", "matplotlib": "3.11.2", "pytest": "9.2.0"}]
    assert Path(".venv/ready").exists()


def test_an_edit_that_changes_no_pin_fetches_nothing(actor: Actor) -> None:
    bootstrap.main("")
    before = Path(".venv/ready")
    os.utime(before, (1, 1))
    Path("pyproject.toml").write_text(PYPROJECT + "[tool.other]\n")
    assert bootstrap.main("") == 0
    assert len(actor.fetched) == 1
    assert before.stat().st_mtime > 1  # dated anew, or make would come back each time


def test_a_changed_pin_is_fetched_into_a_new_venv(actor: Actor) -> None:
    bootstrap.main("")
    Path(".venv/of the old one").touch()
    Path("pyproject.toml").write_text(PYPROJECT.replace("9.2.0", "9.3.0"))
    assert bootstrap.main("") == 0
    assert actor.fetched[1]["pytest"] == "9.3.0"
    assert os.listdir(".venv") == ["ready"]
    assert not Path(".venv.old").exists()


def test_packages_that_went_away_are_fetched_again(actor: Actor) -> None:
    bootstrap.main("")
    actor.found.pop("numpy")
    bootstrap.main("")
    assert len(actor.fetched) == 2


def test_what_was_left_half_made_is_made_again(actor: Actor) -> None:
    os.makedirs(".venv/half")
    assert bootstrap.main("") == 0
    assert len(actor.fetched) == 1
    assert os.listdir(".venv") == ["ready"]


def test_without_a_network_the_system_stands_in_and_that_is_said(
    actor: Actor, capsys: pytest.CaptureFixture[str]
) -> None:
    actor.failure = OFFLINE
    assert bootstrap.main("") == 0
    said = capsys.readouterr().err
    assert "instead: numpy 2.1.0, matplotlib 3.10.0, pytest 8.3." in said
    assert "make test" not in said
    assert Path(".venv/ready").exists()


def test_a_system_without_pytest_will_do_for_the_rest(
    actor: Actor, capsys: pytest.CaptureFixture[str]
) -> None:
    actor.failure = OFFLINE
    actor.found.pop("pytest")
    assert bootstrap.main("") == 0
    assert "all but make test (no pytest)" in capsys.readouterr().err
    assert bootstrap.main("test") == 2
    assert "pytest 9.2.0 needed, and no packages could be fetched" in capsys.readouterr().err
    assert not Path(".venv/ready-test").exists()


def test_with_neither_there_is_one_sentence_and_no_venv(
    actor: Actor, capsys: pytest.CaptureFixture[str]
) -> None:
    actor.failure = OFFLINE
    actor.found = {"numpy": "1.26.4"}
    assert bootstrap.main("") == 2
    said = capsys.readouterr().err.splitlines()[1:]  # the first says what is being set up
    assert len(said) == 1 and said[0].startswith("Set-up stopped: no packages could be fetched")
    assert said[0].endswith("numpy 1.26.4 (older than 2.0), no matplotlib.")
    assert not Path(".venv").exists()


def test_a_whole_venv_comes_back_when_the_new_one_cannot_be_made(actor: Actor) -> None:
    bootstrap.main("")
    Path("pyproject.toml").write_text(PYPROJECT.replace("9.2.0", "9.3.0"))
    actor.failure, actor.found = OFFLINE, {}
    assert bootstrap.main("") == 2
    assert "pytest 9.2.0" in Path(".venv/ready").read_text()


def test_interrupted_leaves_no_stamp(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(pins: dict[str, str]) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(bootstrap, "fetch", interrupted)
    assert bootstrap.main("") == 130
    assert not Path(".venv").exists()


def test_lint_adds_its_own_group_and_no_other_version_will_do(
    actor: Actor, capsys: pytest.CaptureFixture[str]
) -> None:
    bootstrap.main("")
    assert bootstrap.main("lint") == 0
    assert actor.fetched[1] == {"ruff": "0.17.5"}
    os.remove(".venv/ready-lint")
    actor.failure, actor.found["ruff"] = OFFLINE, "0.18.0"
    assert bootstrap.main("lint") == 2
    assert "ruff 0.17.5 needed" in capsys.readouterr().err


def test_of_two_set_ups_at_once_one_waits(actor: Actor, capsys: pytest.CaptureFixture[str]) -> None:
    other = threading.Thread(target=bootstrap.main, args=("",))
    with open("pyproject.toml") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        other.start()
        other.join(0.2)
        assert other.is_alive() and actor.fetched == []
    other.join(5)
    assert "waiting for it" in capsys.readouterr().err
    assert len(actor.fetched) == 1


def test_without_ensurepip_a_venv_can_still_import_what_the_system_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    bootstrap.build()
    assert bootstrap.installed({"numpy": ""}) == {}
    assert "no module ensurepip" in bootstrap.fetch({"numpy": "2.4.6"})
    bootstrap.open_to_system()
    assert bootstrap.installed({"numpy": ""}) == {"numpy": np.__version__}


# The Makefile


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """make(*arguments) in a folder with the Makefile and what the set-up reads."""
    for name in ("Makefile", "bootstrap.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    # Neither the flags nor the job server of the make that runs these tests.
    env = {name: os.environ[name] for name in os.environ if not name.startswith(("MAKE", "MFLAGS"))}

    def make(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = ["make", *arguments]
        return subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)

    return make


def phony() -> list[str]:
    lines = (ROOT / "Makefile").read_text().splitlines()
    return next(line for line in lines if line.startswith(".PHONY:")).split()[1:]


@needs_make
def test_make_alone_lists_every_target(make: Make) -> None:
    listed = [line for line in make().stdout.splitlines() if line.startswith("  make ")]
    assert [line.split()[1] for line in listed] == phony()
    for line in listed[1:]:  # the first is the list itself
        assert re.search(r"\(.*\d (s|min)\)$", line), f"no time: {line}"


@needs_make
@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (["figures"], "-m figures --data auto"),
        (["figures", "DATA=digits", "ARGS=--quick"], "-m figures --data digits --quick"),
        (["test", "ARGS=-x -q"], "-m pytest -x -q"),
        (["rbm", "ARGS=--hidden 5"], "-m rbm train --data auto --hidden 5"),
        (["vae", "DATA=mnist"], "-m vae train --data mnist"),
        (["slip"], "-m grading slip"),
        (["slip", "NAME=kl-without-half"], "-m grading slip kl-without-half"),
        (["grade", "DIR=my answers"], '-m grading grade "my answers"'),
        (["template", "DIR=my answers"], '-m grading template "my answers"'),
        (["data", "DATA=digits"], "-m data --data digits"),
        (["lint"], "-m mypy"),
    ],
)
def test_targets_run_the_project_own_python(make: Make, arguments: list[str], command: str) -> None:
    done = make("-n", *arguments)
    assert f".venv/bin/python {command}" in [line.rstrip() for line in done.stdout.splitlines()]


@needs_make
def test_make_without_a_python_gets_one_sentence(make: Make) -> None:
    done = make("test", "PYTHON=python-that-is-nowhere")
    assert done.returncode == 2
    assert done.stderr.startswith("There is no python-that-is-nowhere here: install Python 3.11")


@needs_make
@pytest.mark.parametrize("target", ["grade", "template"])
def test_make_asks_for_the_folder(make: Make, tmp_path: Path, target: str) -> None:
    done = make("-o", ".venv/ready", target)  # -o: as if the set-up were done
    assert done.returncode == 2
    assert f"make {target} DIR=my-answers" in done.stderr


@needs_make
def test_clean_keeps_what_took_long(make: Make, tmp_path: Path) -> None:
    gone = [".venv", "out/figures", "rbm/__pycache__", ".mypy_cache"]
    kept = ["out/runs/rbm-100", "data/cache"]
    for folder in gone + kept:
        (tmp_path / folder).mkdir(parents=True)
    done = make("clean")
    assert [folder for folder in gone + kept if (tmp_path / folder).exists()] == kept
    assert "out/runs (trained models) and data/cache (MNIST)" in done.stdout


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize("beside", [True, False])
def test_ci_runs_the_tests_on_the_mnist_beside_it(tmp_path: Path, beside: bool) -> None:
    (tmp_path / "project/.ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci/run", tmp_path / "project/.ci/run")
    if beside:
        (tmp_path / "shared/mnist").mkdir(parents=True)
    fake = tmp_path / "make"
    fake.write_text('#!/bin/sh\necho "$1 in $(pwd) with ${MNIST_DIR-none}"\n')
    fake.chmod(0o755)
    env = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(
        [tmp_path / "project/.ci/run"], cwd="/", env=env, capture_output=True, text=True
    )
    mnist = tmp_path / "shared/mnist" if beside else "none"
    assert done.stdout == f"test in {tmp_path / 'project'} with {mnist}\n"
