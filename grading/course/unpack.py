"""The Python files of a zip, and the code of a notebook: both are read as a stranger's bytes."""

import ast
import json
import re
import stat
import sys
import warnings
import zipfile
from collections.abc import Collection
from pathlib import Path, PurePosixPath

from data.idx import printable, read_at_most
from grading.sandbox.protocol import GradingError

KINDS = (".py", ".ipynb")
LARGEST_ARCHIVE, MOST_FILES = 2**25, 5_000  # bytes unpacked, number
LARGEST_CODE = 2**17  # letters of a notebook that are parsed; some lines take their square in time
PYTHON = ("%%time", "%%capture", "%%writefile")  # cells that hold Python all the same


def only_zip(folder: Path) -> Path:
    """The zip in a folder that holds no other, or else the folder."""
    found = [p for p in folder.glob("*.[zZ][iI][pP]") if p.is_file() and not p.is_symlink()]
    return found[0] if len(found) == 1 else folder


def unpack(archive: Path, folder: Path) -> None:
    """Unpacks the Python files and notebooks. GradingError where a path leads out of the folder,
    where there is too much, and where it is no zip.
    """
    try:
        with zipfile.ZipFile(archive) as members:
            if len(members.infolist()) > MOST_FILES:
                raise GradingError(f"{archive} holds more than {MOST_FILES:,} files.")
            left = LARGEST_ARCHIVE
            for member in members.infolist():
                target = _target(archive, member)
                if target is None:
                    continue
                with members.open(member) as file:
                    content = read_at_most(file, left + 1)  # whatever size its header claims
                left -= len(content)
                if left < 0:
                    raise GradingError(f"{archive} holds more than {LARGEST_ARCHIVE >> 20} MiB.")
                (folder / target).parent.mkdir(parents=True, exist_ok=True)
                (folder / target).write_bytes(content)
    except GradingError:
        raise
    except Exception as error:  # encrypted, cut short, forged: the bytes are a stranger's
        raise GradingError(f"{archive} cannot be unpacked ({printable(error)}).") from error


def _target(archive: Path, member: zipfile.ZipInfo) -> PurePosixPath | None:
    """Where a member goes, None where it is not wanted; GradingError where it would lead out."""
    name = member.filename.replace("\\", "/")
    target = PurePosixPath(name)
    if target.is_absolute() or ".." in target.parts or re.match(r"[A-Za-z]:", name):
        raise GradingError(f"{archive} holds a path that leads out of it, {printable(name)!r}.")
    link = stat.S_ISLNK(member.external_attr >> 16)
    return None if member.is_dir() or link or target.suffix not in KINDS else target


def code_of(path: PurePosixPath, content: bytes, ours: Collection[str], notes: list[str]) -> bytes:
    """The code cells of a notebook, as one Python file; `notes` gets what was left out.

    Left out are cells that begin with %%, but for those of PYTHON; lines that begin with %, ! or ?;
    a name with ? behind it; and all at the top level that needs packages other than `ours`, NumPy
    and the standard library, such as plots.
    """
    try:
        cells = json.loads(content)["cells"]
        texts = [("".join(c["source"]), c["cell_type"] == "code") for c in cells]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise GradingError(
            f"{str(path)!r} is no notebook of format 4 ({printable(error)})."
        ) from error
    kept, lines_out = [], 0
    known = {"numpy", *ours, *sys.stdlib_module_names}
    packages: dict[str, str] = {}
    room = LARGEST_CODE
    for text, is_code in texts:
        first = (text.split() or [""])[0]
        if is_code and (first in PYTHON or not first.startswith("%%")):
            lines = text.splitlines()
            out = [bool(re.match(r"\s*[%!?]|\s*[\w.]+\?\??\s*$", x)) for x in lines]
            lines_out += sum(out)
            code = "\n".join("" if y else x for x, y in zip(lines, out, strict=True))
            room -= len(code)
            kept.append(_at_home(code, known, packages) if room >= 0 else code)
    needs = ", ".join(sorted(set(packages.values())))
    notes.append(
        f"{path}: {len(kept)} of {len(texts)} cells used, left out lines with %, ! or ?:"
        f" {lines_out}" + f"; left out what needs {needs}" * bool(needs)
    )
    return ("\n\n\n".join(kept) + "\n").encode("utf-8", "replace")


def _at_home(text: str, known: Collection[str], foreign: dict[str, str]) -> str:
    """A cell without imports of packages that are not `known`, and without statements at its top
    that use what these give: `foreign` has all such names, with their packages.
    """
    try:
        with warnings.catch_warnings(action="ignore"):  # of escapes such as \d
            nodes = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return text
    lines, spans = [line.encode() for line in text.split("\n")], []
    for node in nodes:
        instead, away = "pass", False
        if isinstance(node, ast.Import | ast.ImportFrom):
            above = getattr(node, "module", None)
            roots = {x: (above or x.name).partition(".")[0] for x in node.names}
            new = [x for x in roots if roots[x] not in known and not getattr(node, "level", 0)]
            foreign |= {(x.asname or x.name).partition(".")[0]: roots[x] for x in new}
            if new and len(new) < len(roots):
                instead = ast.unparse(ast.Import([x for x in roots if x not in new]))
            away = bool(new)
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            given, used = _names(node)
            package = next((foreign[x] for x in used if x in foreign), "")
            away = bool(package)
            for name in given:
                foreign.pop(name, None)
            foreign |= dict.fromkeys(given, package) if away else {}
        if away:
            spans.append((node, instead))
    for node, instead in reversed(spans):
        first, last = node.lineno - 1, node.end_lineno or 0
        head, tail = lines[first][: node.col_offset], lines[last - 1][node.end_col_offset :]
        lines[first:last] = [head + instead.encode() + tail]
    return b"\n".join(lines).decode()


def _names(statement: ast.stmt) -> tuple[list[str], list[str]]:
    """The names that a statement gives, and those that it uses, without its loops' own."""
    nodes = list(ast.walk(statement))
    names = [x for x in nodes if isinstance(x, ast.Name)]
    changed = [x.target for x in nodes if isinstance(x, ast.AugAssign)]
    loops = [x.target for x in nodes if isinstance(x, ast.For | ast.comprehension)]
    own = {x.id for loop in loops for x in ast.walk(loop) if isinstance(x, ast.Name)}
    given = [x.id for x in names if isinstance(x.ctx, ast.Store)]
    used = [x.id for x in names if isinstance(x.ctx, ast.Load) or x in changed]
    return given, [x for x in used if x not in own]
