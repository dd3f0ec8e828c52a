"""`make test-matrix`: the tests under every Python that is here, the oldest and newest NumPy 2."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from experiments.command import run
from experiments.experiment import Experiment, Numbers, find
from experiments.record import ROOT
from experiments.tables import table
from training.command import run_cli

VERSIONS = ("3.11", "3.12", "3.13", "3.14")
NUMPYS = {  # what pip is asked for, in turn; not every Python can have the very oldest
    "oldest": [f"numpy==2.{minor}.*" for minor in range(5)],
    "newest": ["numpy>=2,<3"],
}


def measure(arguments: Sequence[str] = ()) -> Numbers:
    """A row for each Python and NumPy: what was there, and the last line of its tests."""
    rows = []
    for version in VERSIONS:
        for which, pins in NUMPYS.items():
            row = {"Python": version, "NumPy": which}
            row |= tested(there, which, pins, arguments) if (there := python(version)) else ABSENT
            rows.append(row)
            print(row, file=sys.stderr, flush=True)
    return rows


ABSENT = {"versions": "", "tests": "not on this machine"}


def python(version: str) -> str | None:
    """That Python among those that PYTHONS names, on the PATH, or of pyenv."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    of_pyenv = map(str, sorted(pyenv.glob(f"{version}.*/bin/python")))
    for name in (*os.environ.get("PYTHONS", "").split(), f"python{version}", *of_pyenv):
        if (path := shutil.which(name)) and said(path, "-V").startswith(f"Python {version}."):
            return path
    return None


def said(*command: str, fine: Sequence[int] = (0,)) -> str:
    """What a command prints in the project's folder; "" where it ends with no status of `fine`."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return done.stdout if done.returncode in fine else ""


def tested(path: str, which: str, pins: Sequence[str], arguments: Sequence[str]) -> dict[str, str]:
    """Makes an environment of its own if there is none yet, and runs the tests in it."""
    folder = ROOT / ".venv-matrix" / f"{said(path, '-V').split()[1]}-{which}"
    own = str(folder / "bin" / "python")
    pinned = tomllib.loads((ROOT / "pyproject.toml").read_text())
    others = pinned["project"]["dependencies"][1:] + pinned["dependency-groups"]["test"]
    pip = [own, "-m", "pip", "install", "--only-binary", ":all:", "--progress-bar", "off"]
    if not (folder / "ready").exists():
        said(path, "-m", "venv", "--clear", str(folder))
        if not any(said(*pip, pin, *others) for pin in pins):
            return {"versions": "", "tests": "NumPy and the packages of the tests cannot be had"}
        (folder / "ready").touch()
    words = "import sys, numpy; print(*sys.version.split()[:1], numpy.__version__)"
    tests = said(own, "-m", "pytest", "-q", "-p", "tests.cores", *arguments, fine=(0, 1))
    outcome = re.sub(r" in [\d.]+s.*|=", "", tests.rstrip().rpartition("\n")[2]).strip()
    return {"versions": said(own, "-c", words).strip(), "tests": outcome or "they did not run"}


EXPERIMENT = Experiment(
    question="Under which Pythons and NumPys do the tests pass?",
    minutes=30,
    measure=measure,
    data="none",
    protocol=f"`make test` with {sys.platform}'s Pythons, as far as they are there; for each, the"
    " oldest and the newest NumPy 2 that has a package for it",
    tables={
        "Tests by Python and NumPy": lambda numbers: table(
            numbers, {name: 0 for name in ("Python", "NumPy", "versions", "tests")}
        )
    },
)


def main(argv: Sequence[str]) -> None:
    """All tests, written to results/; some of them, as pytest takes them, to the screen only."""
    if argv:
        print(EXPERIMENT.tables["Tests by Python and NumPy"](measure(argv)))
    else:
        run(find("benchmarks"), "benchmarks", ["pythons"])


if __name__ == "__main__":
    run_cli(main, sys.argv[1:])
