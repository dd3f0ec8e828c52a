"""A submission as somebody hands it in: a folder, a zip or a notebook, nested or flat.

All of it was written by a stranger. It is read as bytes and searched as text; nothing is run.
"""

import re
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from grading.checks import CHECKS
from grading.protocol import LARGEST_FOLDER, Files, GradingError, printable, read_regular, snapshot
from grading.unpack import KINDS, MOST_FILES, code_of, only_zip, unpack

LARGEST_NOTEBOOK = 2**24  # bytes, with its pictures
DEEPEST = 8
PASSED_OVER = {"__MACOSX", "__pycache__", "node_modules", "venv"}  # and what begins with a dot
FUNCTIONS: dict[str, set[str]] = {}
for _check in CHECKS:
    _module, _, _name = _check.function.rpartition(".")
    FUNCTIONS.setdefault(_module, set()).add(_name)
PACKAGES = list(dict.fromkeys(module.partition(".")[0] for module in FUNCTIONS))
DEF = re.compile(r"^(?:async )?def (\w+)", re.MULTILINE)


class Submission(NamedTuple):
    """The files that are graded, and what there is to say about how they were found."""

    files: Files
    notes: list[str]


def gather(path: Path) -> Submission:
    """The files of a submission. GradingError where there is nothing to grade, or too much."""
    path = only_zip(path) if path.is_dir() and not any(_walk(path, path)) else path
    if path.is_dir():
        return _found(path, path)
    if not path.is_file():
        raise GradingError(f"There is no folder {path} to grade.")
    with tempfile.TemporaryDirectory(prefix="grading-") as name:
        folder = Path(name)
        if path.suffix.lower() == ".zip":
            unpack(path, folder)
        elif path.suffix in KINDS:
            (folder / path.name).write_bytes(read_regular(path, LARGEST_NOTEBOOK) or b"")
        else:
            raise GradingError(f"{path} is neither a folder, a .zip, a .ipynb nor a .py.")
        return _found(folder, path)


def _found(top: Path, named: Path) -> Submission:
    paths = list(islice(_walk(top, named), MOST_FILES + 1))
    if len(paths) > MOST_FILES:
        raise GradingError(f"{named} holds more than {MOST_FILES:,} files.")
    notes: list[str] = []
    roots = _roots(paths, notes)
    files: dict[str, bytes] = {}
    for parent in sorted(set(roots.values())):
        files |= snapshot(top / parent, [p for p in roots if roots[p] == parent])
    for path in paths:
        inside = next((p for p in roots if path.is_relative_to(roots[p] / p)), None)
        if inside and path.suffix == ".ipynb":
            target = path.relative_to(roots[inside]).with_suffix(".py").as_posix()
            files.setdefault(target, _text(top, path, notes))
    stems = {module.rpartition(".")[2] for module in FUNCTIONS}
    beside = set(roots.values()) or {p.parent for p in _shallowest(top, paths)}
    for path in sorted(paths, key=lambda p: p.stem not in stems):  # first those of their names
        if path.parent in beside:
            _place(path, _text(top, path, notes), files, notes)
    if not files:
        raise GradingError(
            f"{named} has none of the folders {', '.join(PACKAGES)}, and no file that defines a"
            " function of theirs; expected what `make template` wrote and somebody filled in."
        )
    if sum(map(len, files.values())) > LARGEST_FOLDER:
        raise GradingError(f"{named} holds more than {LARGEST_FOLDER >> 20} MiB of Python.")
    return Submission(files, [printable(note) for note in notes])


def _walk(top: Path, named: Path, depth: int = 0) -> Iterator[PurePosixPath]:
    """Paths of Python files and notebooks in a folder, in order; links are not followed."""
    try:
        entries = sorted(top.iterdir())
    except OSError as error:
        raise GradingError(f"{named} cannot be read ({error.strerror}).") from error
    for entry in entries:
        if entry.is_symlink() or entry.name.startswith(".") or entry.name in PASSED_OVER:
            continue
        if entry.is_dir() and depth < DEEPEST:
            yield from (PurePosixPath(entry.name) / p for p in _walk(entry, named, depth + 1))
        elif entry.suffix in KINDS and entry.is_file():
            yield PurePosixPath(entry.name)


def _roots(paths: list[PurePosixPath], notes: list[str]) -> dict[str, PurePosixPath]:
    """For each package, the folder that holds it: the shallowest, then the one with most files."""
    roots = {}
    for package in PACKAGES:
        stems = {m.partition(".")[2] for m in FUNCTIONS if m.startswith(package + ".")}
        held: dict[PurePosixPath, int] = {}
        for path in paths:
            if path.parent.name == package and path.stem in stems:
                held[path.parent.parent] = held.get(path.parent.parent, 0) + 1
        ordered = sorted(held, key=lambda p: (len(p.parts), -held[p], p))
        if ordered:
            roots[package] = ordered[0]
            unused = [str(p / package) for p in ordered[1:] if ordered[0].parts]
            if ordered[0].parts:
                rest = f"; not used: {', '.join(unused)}" if unused else ""
                notes.append(f"{package} is taken from {ordered[0] / package}{rest}")
    return roots


def _shallowest(top: Path, paths: list[PurePosixPath]) -> list[PurePosixPath]:
    """Files of a flat submission: those that define checked functions, of the least depth."""
    known = [p for p in paths if modules_of(p.stem, _text(top, p, []).decode("utf-8", "replace"))]
    least = min((len(p.parts) for p in known), default=0)
    return [p for p in known if len(p.parts) == least]


def _text(top: Path, path: PurePosixPath, notes: list[str]) -> bytes:
    content = read_regular(top / path, LARGEST_NOTEBOOK) or b""
    return code_of(path, content, notes) if path.suffix == ".ipynb" else content


def _place(path: PurePosixPath, content: bytes, files: dict[str, bytes], notes: list[str]) -> None:
    """Puts a file that lies beside the packages where the functions that it defines belong."""
    files.setdefault(f"{path.stem}.py", content)
    for module in modules_of(path.stem, content.decode("utf-8", "replace")):
        target = module.replace(".", "/") + ".py"
        if target not in files:
            files[target] = content
            files.setdefault(f"{module.partition('.')[0]}/__init__.py", b"")
            notes.append(f"{path} is taken for {target}")


def modules_of(stem: str, text: str) -> list[str]:
    """The modules whose checked functions a text defines: of those that it is called after, if any.

    A name that several modules have, such as `forward`, says nothing; where no other name does, it
    is the module that most of the names belong to, among those that the file is called after.
    """
    defined = set(DEF.findall(text))
    owners = {f: [m for m in FUNCTIONS if f in FUNCTIONS[m]] for f in defined}
    found = {names[0] for names in owners.values() if len(names) == 1}
    called = [m for m in FUNCTIONS if m.endswith("." + stem) and FUNCTIONS[m] & defined]
    if called:
        best = max(called, key=lambda m: len(FUNCTIONS[m] & defined))
        found = found & set(called) or {best}
    return [m for m in FUNCTIONS if m in found]
