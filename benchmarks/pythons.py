"""`make test-matrix`: the tests under every Python that is here, the oldest and newest NumPy 2."""

import itertools
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from experiments.record import ROOT
from experiments.tables import markdown
from training.command import run_cli

VERSIONS = ("3.11", "3.12", "3.13", "3.14")
NUMPYS = {  # what pip is asked for, in turn; not every Python can have the very oldest
    "oldest": [f"numpy==2.{minor}.*" for minor in range(5)],
    "newest": ["numpy>=2,<3"],
}


def main(argv: Sequence[str]) -> None:
    """A table of what was there, and the last line of its tests; pytest takes the arguments."""
    rows = []
    for version, (which, pins) in itertools.product(VERSIONS, NUMPYS.items()):
        found = ["", "not on this machine"]
        if there := python(version):
            found = tested(there, which, pins, argv)
        rows.append([version, which, *found])
        print(*rows[-1], sep=", ", file=sys.stderr, flush=True)
    print(markdown(["Python", "NumPy", "versions", "tests"], rows))


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


def tested(path: str, which: str, pins: Sequence[str], arguments: Sequence[str]) -> list[str]:
    """Makes an environment of its own if there is none yet, and runs the tests in it."""
    folder = ROOT / ".venv-matrix" / f"{said(path, '-V').split()[1]}-{which}"
    own = str(folder / "bin" / "python")
    pinned = tomllib.loads((ROOT / "pyproject.toml").read_text())
    others = pinned["project"]["dependencies"][1:] + pinned["dependency-groups"]["test"]
    pip = [own, "-m", "pip", "install", "--only-binary", ":all:", "--progress-bar", "off"]
    if not (folder / "ready").exists():
        said(path, "-m", "venv", "--clear", str(folder))
        if not any(said(*pip, pin, *others) for pin in pins):
            return ["", "NumPy and the packages of the tests cannot be had"]
        (folder / "ready").touch()
    words = "import sys, numpy; print(*sys.version.split()[:1], numpy.__version__)"
    tests = said(own, "-m", "pytest", "-q", "-p", "tests.cores", *arguments, fine=(0, 1))
    outcome = re.sub(r" in [\d.]+s.*|=", "", tests.rstrip().rpartition("\n")[2]).strip()
    return [said(own, "-c", words).strip(), outcome or "they did not run"]


if __name__ == "__main__":
    run_cli(main, sys.argv[1:])
