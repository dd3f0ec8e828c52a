"""Make `.venv`, the project's own Python, with the packages that pyproject.toml pins.

    python3 bootstrap.py        all that runs and tests the project; writes .venv/ready
    python3 bootstrap.py test   sees that the group `test` is there; writes .venv/ready-test
    python3 bootstrap.py lint   adds the group `lint`; writes .venv/ready-lint; and so do `cluster`,
                                `book` and `web`
    python3 bootstrap.py bench  makes .venv-bench, for those with whom `make bench` compares

Where pip cannot install them, packages of the system's Python that are new enough stand in. A stamp
is written last: a set-up that was interrupted leaves none and starts again next time.
"""

import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import IO, Any

try:
    import fcntl
except ImportError:  # as on Windows
    print("This project runs on Linux and macOS, and on Windows in WSL.", file=sys.stderr)
    sys.exit(2)

VENV = Path(".venv")
DEBIAN = "Debian and Ubuntu: install python3-venv"
# Imports each one: a package that is there may still be broken.
LIST_VERSIONS = """
import importlib.metadata, sys
modules = importlib.metadata.packages_distributions()
for name in sys.argv[1:]:
    try:
        __import__(name if name in modules else next(m for m in modules if name in modules[m]))
        print(name, importlib.metadata.version(name))
    except Exception:
        pass
"""


class SetupError(Exception):
    """One sentence for the person at the screen."""


def main(group: str = "run") -> int:
    """Sets up the group in the current folder; returns the exit status."""
    try:
        with open("pyproject.toml", "rb") as file:
            take_turns(file)
            set_up(group, tomllib.load(file))
    except ImportError as error:
        say(f"Set-up stopped: {sys.executable} has no module {error.name} ({DEBIAN}).")
    except (SetupError, OSError, ValueError, subprocess.CalledProcessError) as error:
        say(f"Set-up stopped: {error}.")
    except KeyboardInterrupt:
        say("Set-up interrupted; the next make starts it again.")
    else:
        return 0
    return 2


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def take_turns(file: IO[bytes]) -> None:
    """Waits until no other set-up holds this file; closing it lets the next one in."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("Another set-up is at work in this folder; waiting for it.")
        fcntl.flock(file, fcntl.LOCK_EX)
    except OSError:
        pass  # a file system that knows no locks


def set_up(group: str, project: dict[str, Any]) -> None:
    """Brings .venv and the stamp of the group up to date."""
    groups = {"run": project["project"]["dependencies"], **project["dependency-groups"]}
    if group == "bench":
        return set_up_peers(groups[group])
    wanted = groups[group] + (groups["test"] if group == "run" else [])
    listed = ", ".join(wanted)
    stamp = VENV / ("ready" if group == "run" else f"ready-{group}")
    old = stamp.read_text() if stamp.exists() else None
    # An edit of pyproject.toml that changes no pin comes here too, and need not fetch anything.
    if old != listed or len(installed(groups[group])) < len(groups[group]):
        fresh = group == "run" and old is None
        if fresh:
            say(f"Setting up .venv, once, about a minute: {listed}.")
            create()
        stamp.unlink(missing_ok=True)
        if reason := fetch(wanted):
            if fresh:
                create(system_site_packages=True)
            make_do(groups[group], project["tool"]["bootstrap"]["oldest"], reason)
    stamp.write_text(listed)


def set_up_peers(pins: list[str]) -> None:
    """Brings .venv-bench up to date, package by package: one that is missing keeps no other out."""
    global VENV
    VENV = Path(".venv-bench")
    stamp, listed = VENV / "ready", ", ".join(pins)
    if stamp.exists() and stamp.read_text() == listed:
        return
    say(f"Setting up {VENV}, once, some minutes: {listed}.")
    if not (VENV / "bin").exists():
        create()
    if reasons := [f"{pin}: {reason}" for pin in pins if (reason := fetch([pin]))]:
        raise SetupError("; ".join(reasons))
    stamp.write_text(listed)


def create(system_site_packages: bool = False) -> None:
    """A new .venv, with pip unless ensurepip is missing."""
    import venv  # not every Python has it

    with_pip = importlib.util.find_spec("ensurepip") is not None
    venv.create(VENV, system_site_packages, clear=True, symlinks=True, with_pip=with_pip)


def fetch(pins: list[str]) -> str:
    """Installs these packages with pip; returns why that failed, or "" where it did not."""
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--only-binary", ":all:"]
    done = run("-m", "pip", "install", *options, "--retries", "1", "--timeout", "15", *pins)
    if done.returncode == 0:
        return ""
    why = done.stderr.strip().rpartition("\n")[2].removeprefix("ERROR: ")
    hint = DEBIAN if why.endswith("No module named pip") else "is there a network?"
    return f"the packages could not be fetched ({why}; {hint})"


def make_do(pins: list[str], oldest: dict[str, str], reason: str) -> None:
    """Settles for what .venv can import; SetupError where it is too old or not there."""
    found = installed(pins)
    least = {name: oldest.get(name, pin) for name, pin in (pin.split("==") for pin in pins)}
    lacking = [f"{n} {v}" for n, v in least.items() if numbers(found.get(n, "0")) < numbers(v)]
    if lacking:
        raise SetupError(f"{reason}, and {sys.executable} lacks {', '.join(lacking)} or newer")
    there = ", ".join(f"{name} {version}" for name, version in found.items())
    say(f"Using what is here, {there}, since {reason}. To try again: make clean.")


def installed(pins: list[str]) -> dict[str, str]:
    """Versions of these packages that .venv can import."""
    names = [pin.split("==")[0] for pin in pins]
    return dict(line.split() for line in run("-c", LIST_VERSIONS, *names).stdout.splitlines())


def numbers(version: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d+", version)]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """What .venv's Python did with these arguments, and what it printed."""
    env = os.environ | {"PIP_USER": "0"}  # pip refuses a venv where settings ask for --user
    command = [str(VENV / "bin" / "python"), *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True)


if __name__ == "__main__":
    os.chdir(Path(__file__).resolve().parent)
    sys.exit(main(*sys.argv[1:2]))
