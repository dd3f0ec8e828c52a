"""The Python files of a zip, and the code of a notebook: both are read as a stranger's bytes."""

import json
import re
import stat
import zipfile
from pathlib import Path, PurePosixPath

from grading.protocol import GradingError

KINDS = (".py", ".ipynb")
LARGEST_ARCHIVE, MOST_FILES = 2**25, 5_000  # bytes unpacked, number
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
                    content = file.read(left + 1)  # whatever size its header claims
                left -= len(content)
                if left < 0:
                    raise GradingError(f"{archive} holds more than {LARGEST_ARCHIVE >> 20} MiB.")
                (folder / target).parent.mkdir(parents=True, exist_ok=True)
                (folder / target).write_bytes(content)
    except GradingError:
        raise
    except Exception as error:  # encrypted, cut short, forged: the bytes are a stranger's
        raise GradingError(f"{archive} cannot be unpacked ({error}).") from error


def _target(archive: Path, member: zipfile.ZipInfo) -> PurePosixPath | None:
    """Where a member goes, None where it is not wanted; GradingError where it would lead out."""
    name = member.filename.replace("\\", "/")
    target = PurePosixPath(name)
    if target.is_absolute() or ".." in target.parts or re.match(r"[A-Za-z]:", name):
        raise GradingError(f"{archive} holds a path that leads out of it, {name!r}.")
    link = stat.S_ISLNK(member.external_attr >> 16)
    return None if member.is_dir() or link or target.suffix not in KINDS else target


def code_of(path: PurePosixPath, content: bytes, notes: list[str]) -> bytes:
    """The code cells of a notebook, as one Python file; `notes` gets what was left out.

    Left out are cells that begin with %%, but for those of PYTHON; lines that begin with %, ! or ?;
    and a name with ? behind it.
    """
    try:
        cells = json.loads(content)["cells"]
        texts = [("".join(c["source"]), c["cell_type"] == "code") for c in cells]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise GradingError(f"{str(path)!r} is no notebook of format 4 ({error}).") from error
    kept, lines_out = [], 0
    for text, is_code in texts:
        first = (text.split() or [""])[0]
        if is_code and (first in PYTHON or not first.startswith("%%")):
            lines = text.splitlines()
            own = [x for x in lines if not re.match(r"\s*[%!?]|\s*[\w.]+\?\??\s*$", x)]
            lines_out += len(lines) - len(own)
            kept.append("\n".join(own))
    cells_out = len(texts) - len(kept)
    notes.append(
        f"{path}: {len(kept)} code cells used, left out {cells_out} other cells and"
        f" {lines_out} lines with %, ! or ?"
    )
    return ("\n\n\n".join(kept) + "\n").encode("utf-8", "replace")
