"""Make `.venv`: the project's own Python, with the packages that pyproject.toml pins.

The Makefile runs this with the system's Python, whichever that is. So the grammar is that of
Python 2.7 (types in comments, no f-strings): an old Python must get as far as saying it is old.

    python3 bootstrap.py        a new .venv with all that runs and tests; writes .venv/ready
    python3 bootstrap.py test   sees that the group `test` is in it; writes .venv/ready-test
    python3 bootstrap.py lint   adds the group `lint`; writes .venv/ready-lint

A stamp is written last: a set-up that was interrupted leaves none and starts again next time.
"""

import os
import re
import shutil
import subprocess
import sys

OLDEST = (3, 11)
NEWER = ("python3.14", "python3.13", "python3.12", "python3.11")
VENV = ".venv"
PREVIOUS = ".venv.old"
PY = os.path.join(VENV, "bin", "python")

IS_NEW_ENOUGH = "import sys; sys.exit(sys.version_info < (3, 11))"
# Imports each one: a package that is there may still be broken.
LIST_VERSIONS = """
import importlib.metadata, sys
for name in sys.argv[1:]:
    try:
        __import__(name)
        print(name, importlib.metadata.version(name))
    except Exception:
        pass
"""
NO_VENV = "{} has no module venv (Debian and Ubuntu: the package python3-venv)"
NO_PIP = "{} has no module ensurepip, hence no pip (Debian and Ubuntu: the package python3-venv)"
NO_INDEX = "no packages could be fetched (no package index answered; is there a network?)"
NO_INSTALL = "the packages could not be installed (pip: {})"


class SetupError(Exception):
    """One sentence for the person at the screen."""


def main(group, version=tuple(sys.version_info[:2])):
    # type: (str, tuple[int, ...]) -> int
    """Set up `group` ("" for the base) in the current folder; returns the exit status."""
    try:
        if version < OLDEST:
            hand_over(version)
        with open("pyproject.toml") as held:
            take_turns(held.fileno())
            set_up(group)
    except (SetupError, OSError, ValueError) as error:
        say("Set-up stopped: {}.".format(error))
        return 2
    except KeyboardInterrupt:
        say("Set-up interrupted; the next make starts it again.")
        return 130
    return 0


def say(text):
    # type: (str) -> None
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


# Which Python


def hand_over(version):
    # type: (tuple[int, ...]) -> None
    """Start again with a newer Python from PATH; SetupError if there is none."""
    old = "{} is Python {}.{}".format(sys.executable, *version)
    for name in NEWER:
        if is_new_enough(name):
            say("{}, which is too old: going on with {}.".format(old, name))
            os.execvp(name, [name] + sys.argv)
    raise SetupError(
        "Python 3.11 or newer is needed, and {}; "
        "if there is a newer one, name it: make PYTHON=/path/to/python3".format(old)
    )


def is_new_enough(command):
    # type: (str) -> bool
    """Asks by running it: a name on PATH may be a shim with nothing behind it."""
    with open(os.devnull, "w") as null:
        try:
            return subprocess.call([command, "-c", IS_NEW_ENOUGH], stdout=null, stderr=null) == 0
        except OSError:
            return False


def take_turns(descriptor):
    # type: (int) -> None
    """Wait until no other set-up holds this file; closing it lets the next one in."""
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("Another set-up is at work in this folder; waiting for it.")
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError:
        pass  # a file system that knows no locks


# Which packages


def read_pins():
    # type: () -> tuple[dict[str, dict[str, str]], dict[str, str]]
    """Pinned versions, by group and package, and the oldest versions that may stand in for them."""
    import tomllib

    with open("pyproject.toml", "rb") as file:
        settings = tomllib.load(file)
    groups = {"run": settings["project"]["dependencies"]}
    groups.update(settings["dependency-groups"])
    pins = {group: dict(pin.split("==") for pin in groups[group]) for group in groups}
    return pins, settings["tool"]["bootstrap"]["oldest"]


def unsuitable(pins, oldest, found):
    # type: (dict[str, str], dict[str, str], dict[str, str]) -> list[str]
    """Each package that is neither there as pinned nor there and new enough, with the reason."""
    faults = []
    for name in pins:
        if name not in found:
            faults.append("no {}".format(name))
        elif found[name] == pins[name]:
            continue
        elif name not in oldest:
            faults.append("{} {} (not {})".format(name, found[name], pins[name]))
        elif numbers(found[name]) < numbers(oldest[name]):
            faults.append("{} {} (older than {})".format(name, found[name], oldest[name]))
    return faults


def numbers(version):
    # type: (str) -> list[int]
    return [int(digits) for digits in re.findall(r"\d+", version)]


def installed(pins):
    # type: (dict[str, str]) -> dict[str, str]
    """Versions of these packages that .venv can import."""
    lines = run([PY, "-c", LIST_VERSIONS] + list(pins)).stdout.splitlines()
    return dict(line.split() for line in lines)


def listed(versions):
    # type: (dict[str, str]) -> str
    return ", ".join("{} {}".format(name, versions[name]) for name in versions)


# Setting up


def set_up(group):
    # type: (str) -> None
    """Bring .venv and the stamp of the group up to date."""
    pins, oldest = read_pins()
    wanted = pins[group] if group else dict(pins["run"], **pins["test"])
    needed = pins[group or "run"]
    stamp = os.path.join(VENV, "ready-" + group if group else "ready")
    if not is_current(stamp, wanted, needed):
        if group:
            add(needed, oldest)
        else:
            renew(wanted, needed, oldest)
    with open(stamp + ".part", "w") as file:
        file.write(listed(wanted))
    os.rename(stamp + ".part", stamp)


def is_current(stamp, wanted, needed):
    # type: (str, dict[str, str], dict[str, str]) -> bool
    """Whether the stamp was written for these pins and what is needed can still be imported.

    An edit of pyproject.toml that changes no pin comes here too, and need not fetch anything.
    """
    try:
        with open(stamp) as file:
            return file.read() == listed(wanted) and set(needed) == set(installed(needed))
    except OSError:
        return False


def add(needed, oldest):
    # type: (dict[str, str], dict[str, str]) -> None
    """Install a group into .venv, unless it is there."""
    if unsuitable(needed, oldest, installed(needed)):
        reason = fetch(needed)
        if reason:
            raise SetupError("{} needed, and {}".format(listed(needed), reason))


def renew(wanted, needed, oldest):
    # type: (dict[str, str], dict[str, str], dict[str, str]) -> None
    """Replace .venv; the previous one, if it was whole, comes back where that fails."""
    say("Setting up .venv, once, about a minute: {}.".format(listed(wanted)))
    if os.path.exists(os.path.join(VENV, "ready")):
        remove(PREVIOUS)
        os.rename(VENV, PREVIOUS)
    remove(VENV)
    try:
        build()
        reason = fetch(wanted)
        if reason:
            borrow(wanted, needed, oldest, reason)
    except BaseException:
        remove(VENV)
        if os.path.exists(PREVIOUS):
            os.rename(PREVIOUS, VENV)
        raise
    remove(PREVIOUS)


def remove(folder):
    # type: (str) -> None
    if os.path.lexists(folder):
        shutil.rmtree(folder)


def build():
    # type: () -> None
    """A .venv with pip and nothing else; without pip where ensurepip is missing."""
    try:
        import venv
    except ImportError:
        raise SetupError(NO_VENV.format(sys.executable))
    try:
        import ensurepip

        venv.EnvBuilder(symlinks=True, with_pip=bool(ensurepip.version())).create(VENV)
    except (ImportError, subprocess.CalledProcessError):
        venv.EnvBuilder(symlinks=True, clear=True).create(VENV)


def fetch(pins):
    # type: (dict[str, str]) -> str
    """Install these packages with pip; returns why that failed, or "" where it did not."""
    if run([PY, "-c", "import pip"]).returncode:
        return NO_PIP.format(sys.executable)
    pip = [PY, "-m", "pip", "--disable-pip-version-check", "--no-input"]
    # A slow network may take minutes over a download; that there is none shows in seconds.
    ask = ["index", "versions", next(iter(pins)), "--retries", "0", "--timeout", "5"]
    if run(pip + ask, seconds=15).returncode:
        return NO_INDEX
    install = ["install", "--quiet", "--only-binary", ":all:", "--retries", "2", "--timeout", "15"]
    tried = run(pip + install + ["{}=={}".format(name, pins[name]) for name in pins])
    if tried.returncode == 0:
        return ""
    errors = [line for line in tried.stderr.splitlines() if line.startswith("ERROR: ")]
    return NO_INSTALL.format(errors[-1][7:] if errors else "status {}".format(tried.returncode))


def borrow(wanted, needed, oldest, reason):
    # type: (dict[str, str], dict[str, str], dict[str, str], str) -> None
    """Let .venv see the packages of the Python behind it; SetupError where they will not do."""
    open_to_system()
    found = installed(wanted)
    faults = ", ".join(unsuitable(needed, oldest, found))
    if faults:
        raise SetupError("{}; and of its own {} has {}".format(reason, sys.executable, faults))
    say("{}.".format(reason[0].upper() + reason[1:]))
    say("Using the packages of {} instead: {}.".format(sys.executable, listed(found)))
    lacking = unsuitable(wanted, oldest, found)
    if lacking:
        say("That is enough for all but make test ({}).".format(", ".join(lacking)))
    say("To try for the pinned ones again: make clean.")


def open_to_system():
    # type: () -> None
    """Whatever the Python behind .venv can import, itself perhaps of somebody's venv, .venv can."""
    import sysconfig

    packages = sysconfig.get_path("purelib", "venv", {"base": os.path.abspath(VENV)})
    with open(os.path.join(packages, "system.pth"), "w") as file:
        file.write("\n".join(sys.path[1:]) + "\n")


def run(command, seconds=None):
    # type: (list[str], float | None) -> subprocess.CompletedProcess[str]
    """The finished process with what it printed; status 1 where it took longer than `seconds`."""
    env = dict(os.environ, PIP_USER="0")  # pip refuses a venv where settings ask for --user
    try:
        return subprocess.run(command, env=env, capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", "")


if __name__ == "__main__":
    os.chdir(os.path.dirname(os.path.abspath(__file__)))
    sys.exit(main("".join(sys.argv[1:2])))
