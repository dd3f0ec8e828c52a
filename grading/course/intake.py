"""A submission as somebody hands it in: a folder, a zip or a notebook, nested or flat.

All of it was written by a stranger. It is read as bytes and searched as text; nothing is run.
"""

import re
import tempfile
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from data.idx import printable
from grading.checks import CHECKS
from grading.course.unpack import KINDS, MOST_FILES, code_of, only_zip, unpack
from grading.sandbox.protocol import LARGEST_FOLDER, Files, GradingError, read_regular, snapshot

LARGEST_NOTEBOOK = 2**24  # bytes, with its pictures
DEEPEST = 8
PASSED_OVER = {"__MACOSX", "__pycache__", "node_modules", "venv"}  # and what begins with a dot
FUNCTIONS: dict[str, set[str]] = {}
for _check in CHECKS:
    _module, _, _name = _check.function.rpartition(".")
    FUNCTIONS.setdefault(_module, set()).add(_name)
PACKAGES = list(dict.fromkeys(module.partition(".")[0] for module in FUNCTIONS))
TWICE = "{} more than once, in {} and in {}; expected one, or a folder of submissions with --all."
DEF = re.compile(r"^(?:async )?def (\w+)", re.MULTILINE)


class Submission(NamedTuple):
    """The files that are graded, and what there is to say about how they were found."""

    files: Files
    notes: list[str]
    names: dict[str, str]  # of files that were taken for others: the student's, by the path taken


def gather(path: Path, asked: Collection[str] = ()) -> Submission:
    """The files of a submission; notes name modules that are `asked` for, without these any.

    GradingError where there is nothing to grade, two versions, or too much.
    """
    if not path.exists():
        raise GradingError(f"There is no folder {path} to grade.")
    with tempfile.TemporaryDirectory(prefix="grading-") as folder:
        try:
            return _found(_unpacked(path, Path(folder)), path, asked or FUNCTIONS)
        except GradingError as error:  # it names what was handed in, wherever that lies here
            words = str(error).replace(folder, path.name)
            words = words.replace(str(path), path.name) if len(path.parts) > 1 else words
            raise GradingError(words) from error


def _unpacked(path: Path, folder: Path) -> Path:
    """The folder that holds the files of a submission: itself, or `folder`."""
    path = only_zip(path) if path.is_dir() and not any(_walk(path, path)) else path
    if path.is_dir():
        return path
    if path.is_file() and path.suffix.lower() == ".zip":  # no pipe, which might never end
        unpack(path, folder)
    elif path.is_file() and path.suffix in KINDS:
        (folder / path.name).write_bytes(read_regular(path, LARGEST_NOTEBOOK) or b"")
    else:
        raise GradingError(f"{path} is neither a folder, a .zip, a .ipynb nor a .py.")
    return folder


def _found(top: Path, named: Path, asked: Collection[str]) -> Submission:
    paths = list(islice(_walk(top, named), MOST_FILES + 1))
    if len(paths) > MOST_FILES:
        raise GradingError(f"{named} holds more than {MOST_FILES:,} files.")
    notes: list[str] = []
    roots = _roots(paths, named, notes)
    files: dict[str, bytes] = {}
    names: dict[str, str] = {}
    for parent in sorted(set(roots.values())):
        files |= snapshot(top / parent, [p for p in roots if roots[p] == parent])
    for path in paths:
        inside = next((p for p in roots if path.is_relative_to(roots[p] / p)), None)
        if inside and path.suffix == ".ipynb":
            target = path.relative_to(roots[inside]).with_suffix(".py").as_posix()
            if target not in files:
                files[target], names[target] = _text(top, path, paths, notes), printable(str(path))
    stems = {module.rpartition(".")[2] for module in FUNCTIONS}
    beside = set(roots.values()) or {p.parent for p in _shallowest(top, paths)}
    taken: dict[str, PurePosixPath] = {}
    for path in sorted(paths, key=lambda p: p.stem not in stems):  # first those of their names
        if path.parent in beside:
            notes += _place(path, _text(top, path, paths, notes), asked, files, taken)
    names |= {target: printable(str(path)) for target, path in taken.items()}
    if not files:
        held = sorted(printable(p.name) for p in top.rglob("*") if p.is_file() and p.name[0] != ".")
        holds = f"holds {', '.join(held[:3])}{', ...' * (len(held) > 3)}, but" if held else "has"
        raise GradingError(
            f"{named} {holds} none of the folders {', '.join(PACKAGES)}, and no file that defines a"
            " function of theirs; expected a filled-in kit as a folder, a .zip, a .ipynb or a .py."
        )
    if sum(map(len, files.values())) > LARGEST_FOLDER:
        raise GradingError(f"{named} holds more than {LARGEST_FOLDER >> 20} MiB of Python.")
    return Submission(files, [printable(note) for note in notes], names)


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


def _roots(paths: list[PurePosixPath], named: Path, notes: list[str]) -> dict[str, PurePosixPath]:
    """For each package, the folder that holds it; others, inside that one, are not used.

    GradingError where two hold it and neither lies in the other: they may be two versions.
    """
    roots = {}
    for package in PACKAGES:
        stems = {m.partition(".")[2] for m in FUNCTIONS if m.startswith(package + ".")}
        own = {p.parent.parent for p in paths if p.parent.name == package and p.stem in stems}
        if not own:
            continue
        first, *others = sorted(own, key=lambda p: (len(p.parts), p))
        if rivals := [p for p in others if not p.is_relative_to(first)]:
            two = first / package, rivals[0] / package
            raise GradingError(f"{named} holds " + TWICE.format(package, *two))
        roots[package] = first
        if first.parts:
            unused = ", ".join(str(p / package) for p in others)
            rest = f"; not used: {unused}" if unused else ""
            notes.append(f"{package} is taken from {first / package}{rest}")
    return roots


def _shallowest(top: Path, paths: list[PurePosixPath]) -> list[PurePosixPath]:
    """Files of a flat submission: those that define checked functions, of the least depth."""
    texts = {p: _text(top, p, paths, []).decode("utf-8", "replace") for p in paths}
    known = [p for p in paths if modules_of(p.stem, texts[p])]
    least = min((len(p.parts) for p in known), default=0)
    return [p for p in known if len(p.parts) == least]


def _text(top: Path, path: PurePosixPath, paths: list[PurePosixPath], notes: list[str]) -> bytes:
    content = read_regular(top / path, LARGEST_NOTEBOOK) or b""
    ours = {*PACKAGES, *(part for p in paths for part in p.with_suffix("").parts)}
    return code_of(path, content, ours, notes) if path.suffix == ".ipynb" else content


def _place(
    path: PurePosixPath, text: bytes, asked: Collection[str],
    files: dict[str, bytes], taken: dict[str, PurePosixPath],
) -> list[str]:  # fmt: skip
    """Puts a file that lies beside the packages where the functions that it defines belong.

    `taken` gets what is taken for what. Returns what there is to say of modules asked for.
    """
    files.setdefault(f"{path.stem}.py", text)
    said = []
    for module in modules_of(path.stem, text.decode("utf-8", "replace")):
        target = module.replace(".", "/") + ".py"
        if target not in files:
            files[target], taken[target] = text, path
            files.setdefault(f"{module.partition('.')[0]}/__init__.py", b"")
            said += [f"{path} is taken for {target}"] * (module in asked)
        elif module in asked and target in taken and files[target] != text:
            if taken[target].parent != path.parent:
                raise GradingError("It holds " + TWICE.format(target, taken[target], path))
            said.append(f"{path} is not taken for {target}, which {taken[target]} is")
    return said


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
