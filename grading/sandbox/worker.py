"""Calls one function of a student on given inputs and writes down what it returns. Never judges.

grading/sandbox/jail.py runs a copy of it with MODULE FUNCTION SECONDS PROCESSES, in a folder with
    inputs.npz   what grading/sandbox/submission.py encoded
    student/     copies of the student's files
and leaves there one of
    outputs.npz  "3.0" is the first array that was returned in case 3; "forms" how all were nested
    failure.txt  what there is instead, or besides where some cases are there: todo, missing, form
                 or error, and from line 2 on why
    trace.txt    the student's lines that led to an error
    printed.txt  the beginning of what was printed

It is self-contained: nothing of this project can be imported here, and no package but NumPy.
"""

import contextlib
import copy
import importlib
import io
import json
import os
import resource
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

import numpy as np

STUDENT = Path("student").resolve()
MEMORY, FILE, OPEN_FILES = 2**30, 2**26, 64  # bytes, bytes, number
PRINTED = 2_000  # letters of what is printed that are kept
RAISED = "!"  # the form of a case in which the function raised


class MissingError(Exception):
    """A file, function or class that the student's folder does not have."""


class FormError(Exception):
    """Something was returned that is no array of numbers."""


KINDS: dict[type, str] = {NotImplementedError: "todo", MissingError: "missing", FormError: "form"}


def limit(seconds: int, processes: str) -> None:
    """What this process may use of the machine, as far as the system knows such limits.

    The limit of `processes` counts all of its user, "+64" those besides which the user has.
    """
    signal.alarm(seconds + 60)  # ends it where the parent was killed and cannot
    most = {"CPU": seconds, "AS": MEMORY, "FSIZE": FILE, "NOFILE": OPEN_FILES, "CORE": 0}
    most |= {"NPROC": int(processes)} if processes[0] != "+" else {}
    for name, value in most.items():
        with contextlib.suppress(AttributeError, ValueError, OSError):
            kind = getattr(resource, f"RLIMIT_{name}")
            hard = value + (name == "CPU")  # one second from the signal that says why to the end
            allowed = resource.getrlimit(kind)[1]
            if allowed != resource.RLIM_INFINITY:
                value, hard = min(value, allowed), min(hard, allowed)
            resource.setrlimit(kind, (value, hard))
    if processes[0] == "+" and (others := threads()):
        kind, number = resource.RLIMIT_NPROC, others + int(processes)
        with contextlib.suppress(ValueError, OSError):
            before = resource.getrlimit(kind)
            resource.setrlimit(kind, (number, before[1]))
            resource.setrlimit(kind, (number, number) if starts() else before)


def threads() -> int:
    """How many its user has, which is what the limit of processes counts; 0 where it is unknown."""
    found = 0
    for path in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            text = path.read_text("latin-1").splitlines()
            lines = dict(x.split(":\t", 1) for x in text if ":\t" in x)
            found += int(lines["Threads"]) * (lines["Uid"].split()[0] == str(os.getuid()))
    return found


def starts() -> bool:
    """Whether a process can be started: the user may have more, out of sight of a container."""
    with contextlib.suppress(OSError):
        if child := os.fork():
            return os.waitpid(child, 0) == (child, 0)
        os._exit(0)
    return False


def find(module_name: str, function_name: str) -> tuple[Any, Any]:
    path = module_name.replace(".", "/") + ".py"
    if not (STUDENT / path).is_file():
        raise MissingError(f"there is no {path}")
    module = importlib.import_module(module_name)
    if not callable(getattr(module, function_name, None)):
        raise MissingError(f"{path} has no function {function_name}")
    return getattr(module, function_name), module


def decode(value: Any, arrays: Any, module: Any) -> Any:
    """An input as protocol.py wrote it. Arrays are read anew, so each is a copy."""
    match value:
        case {"array": name}:
            return arrays[name]
        case {"seed": seed}:
            return np.random.default_rng(seed)
        case {"record": kind, "fields": fields}:
            if not hasattr(module, kind):
                raise MissingError(f"{module.__name__.replace('.', '/')}.py has no class {kind}")
            return record(getattr(module, kind), [decode(x, arrays, module) for x in fields])
        case {"tuple": parts}:
            return tuple(decode(x, arrays, module) for x in parts)
    return value


def record(kind: Any, fields: list[Any]) -> Any:
    """A value of a student's class, such as Params or Trace."""
    try:
        return kind(*fields)
    except TypeError as error:
        more = f"expected one with the {len(fields)} fields of the kit"
        raise FormError(f"its class {kind.__name__} cannot be made ({error}): {more}") from error


def plain(result: Any) -> tuple[list[Any], str]:
    """The arrays of a result, copied, as no other class than NumPy's own; and how they were nested:
    "*" is an array, "(*(**))" tuples or lists of them, "#" a list of arrays of one shape, stacked.
    """
    if isinstance(result, list) and all(isinstance(x, np.ndarray) for x in result):
        if len({x.shape for x in result}) == 1:
            return [_numbers(result)], "#"
    if isinstance(result, tuple) or (isinstance(result, list) and _nested(result)):
        parts = [plain(x) for x in result]
        form = "".join(form for _, form in parts)
        return [x for arrays, _ in parts for x in arrays], f"({form})"
    return [_numbers(result)], "*"


def _nested(result: list[Any]) -> bool:
    return any(
        isinstance(x, (np.ndarray, tuple)) or (isinstance(x, list) and _nested(x)) for x in result
    )


def _numbers(result: Any) -> Any:
    try:
        array = np.array(result)
    except (TypeError, ValueError):  # lists of unequal lengths, for example
        array = np.array(None)
    if array.dtype.kind not in "biufc":
        name = "an array of" * isinstance(result, np.ndarray)
        name = f"{name} {getattr(result, 'dtype', type(result).__name__)}".strip()
        raise FormError(f"it returned {name}, expected an array of numbers or a tuple of them")
    return array


def require_unchanged(given: Any, before: Any, name: str = "") -> None:
    """FormError where a function has written into an array that it was given."""
    if isinstance(given, tuple):
        for number, (x, y) in enumerate(zip(given, before, strict=True), 1):
            require_unchanged(x, y, name or f"argument {number}")
    elif isinstance(given, np.ndarray) and not np.array_equal(given, before, equal_nan=True):
        raise FormError(f"it overwrites {name}, which its caller still needs: work on a copy")


def compute(module_name: str, function_name: str) -> tuple[dict[str, Any], Exception | None]:
    """What the function returns in all cases, and the first error. One in the first case ends it;
    where there is one later, at an edge, the others may be right.
    """
    function, module = find(module_name, function_name)
    outputs: dict[str, Any] = {}
    forms: list[str] = []
    failure = None
    with np.load("inputs.npz", allow_pickle=False) as arrays:
        for number, case in enumerate(json.loads(str(arrays["cases"]))):
            given = tuple(decode(x, arrays, module) for x in case)
            before = copy.deepcopy(given)
            try:
                found, form = plain(function(*given))
                require_unchanged(given, before)
            except Exception as error:
                if number == 0 or type(error) in (NotImplementedError, MissingError):
                    raise
                failure, found, form = failure or error, [], RAISED
            outputs.update((f"{number}.{i}", x) for i, x in enumerate(found))
            forms.append(form)
    outputs["forms"] = np.frombuffer(" ".join(forms).encode(), np.uint8)
    return outputs, failure


def explain(error: BaseException) -> str:
    """The kind of a failure, and under it what to tell the student."""
    if type(error) in KINDS:
        return f"{KINDS[type(error)]}\n{error}"
    place = ""
    frames = [(f.f_code.co_filename, line) for f, line in own_frames(error)]
    if isinstance(error, SyntaxError):
        frames.append((str(error.filename), error.lineno or 0))
    for path, line in frames:
        if Path(path).is_relative_to(STUDENT):
            place = f" ({named(path)}:{line})"
    message = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"error\n{type(error).__name__}{': ' * bool(message)}{message[:500]}{place}{why(error)}"


def own_frames(error: BaseException) -> list[Any]:
    """The frames of the student's own files that led to an error, with their lines."""
    frames = [x for x in traceback.walk_tb(error.__traceback__) if "_given" not in x[0].f_globals]
    return [x for x in frames if Path(x[0].f_code.co_filename).is_relative_to(STUDENT)]


def named(path: str) -> str:
    return Path(path).relative_to(STUDENT).as_posix().removeprefix("_own/")


def why(error: BaseException) -> str:
    """What an error does not say of itself: which Python this is, and whose name that was."""
    if isinstance(error, SyntaxError):
        return f"; Python {sys.version_info[0]}.{sys.version_info[1]} reads it here"
    if isinstance(error, NameError) and error.name == "get_ipython":
        return "; only notebooks know it: take that line out"
    asked = error.obj if isinstance(error, AttributeError) else None
    if fields := getattr(type(asked), "_fields", ()):
        return f"; this {type(asked).__name__} has the fields {', '.join(fields)}"
    name = str(getattr(asked, "__name__", getattr(error, "name", ""))).partition(".")[0]
    hidden = isinstance(error, ImportError | AttributeError) and name in sys.stdlib_module_names
    if hidden and ((STUDENT / f"{name}.py").is_file() or (STUDENT / name).is_dir()):
        return f"; Python's own module {name} hides yours: give yours another name"
    outside = isinstance(error, ModuleNotFoundError) and not (STUDENT / name).is_dir()
    return "; there are NumPy, Python's own modules and what you handed in" if outside else ""


def trace(error: BaseException) -> str:
    """The lines of the student's files that led to an error, and the error."""
    own = traceback.StackSummary.extract(iter(own_frames(error)))
    places = [f"{named(f.filename)}:{f.lineno}, in {f.name}\n    {f.line}" for f in own[-10:]]
    said = "".join(traceback.format_exception_only(error)).replace(f"{STUDENT}/", "")
    return "\n".join([*places, said.rstrip()[:1500]]) if type(error) not in KINDS else ""


def leave(error: BaseException) -> None:
    with contextlib.suppress(Exception):
        Path("trace.txt").write_text(trace(error), encoding="utf-8", errors="replace")
    Path("failure.tmp").write_text(explain(error), encoding="utf-8", errors="replace")
    os.replace("failure.tmp", "failure.txt")


class Printed(io.TextIOBase):
    """Keeps the beginning of what is printed, in a file."""

    left = PRINTED

    def write(self, text: str) -> int:
        """Takes a text whole, and keeps what there is room for."""
        if self.left > 0:
            with open("printed.txt", "a", encoding="utf-8", errors="replace") as file:
                file.write(text[: self.left].replace(f"{STUDENT}/", ""))
            self.left -= len(text)
        return len(text)


def main() -> None:
    """Leaves outputs.npz or failure.txt, each whole or not at all."""
    module_name, function_name, seconds, processes = sys.argv[1:]
    limit(int(seconds), processes)
    sys.path.append(str(STUDENT))  # last, so that no file of the student hides a standard module
    try:
        sys.stdout = sys.stderr = Printed()
        outputs, failure = compute(module_name, function_name)
        with open("outputs.tmp", "wb") as file:
            np.savez(file, **outputs)
        os.replace("outputs.tmp", "outputs.npz")
        if failure:
            leave(failure)
    except BaseException as error:  # also SystemExit, and whatever else a student raises
        leave(error)
    os._exit(0)  # without waiting for threads that the student may have started


if __name__ == "__main__":
    main()
