"""The grader as one zip, for Gradescope or for a container (grading/container).

It holds what grading reads, and nothing else: the packages, their chapters, the pins, an assignment
and its secret. Where it was unpacked to /autograder/source, setup.sh installs Python and NumPy, and
run_autograder grades /autograder/submission.
"""

import os
import stat
import zipfile
from pathlib import Path

from grading.chapters import ROOT, chapters
from grading.course.assignment import SECRET, read
from grading.sandbox.protocol import GradingError
from grading.sandbox.submission import PACKAGES
from training.run import replacing

CONTAINER = Path(__file__).parents[1] / "container"
EXAMPLES = Path(__file__).parents[1] / "examples"
EARLIEST = (1980, 1, 1, 0, 0, 0)  # that a zip can say
MODES = {"setup.sh": 0o755, "run_autograder": 0o755, "secret": 0o600}


def write(path: Path, assignment: str | None = None) -> None:
    """Writes the zip: the same bytes for the same sources, assignment and secret.

    For hidden points the environment's GRADING_SECRET goes in, and only the owner can read the zip.
    GradingError where there is none, or no such assignment; RunError where the zip cannot be
    written.
    """
    files = contents(assignment)
    with replacing(path) as file, zipfile.ZipFile(file, "w") as archive:
        os.chmod(file.fileno(), 0o600 if "secret" in files else 0o644)
        for name, content in sorted(files.items()):
            member = zipfile.ZipInfo(name, EARLIEST)
            member.create_system = 3  # Unix, whose permissions follow
            member.external_attr = (stat.S_IFREG | MODES.get(name, 0o644)) << 16
            archive.writestr(member, content)


def contents(assignment: str | None) -> dict[str, bytes]:
    """Every file of the zip, by its path there."""
    paths = [p for package in PACKAGES for p in (ROOT / package).rglob("*.py")]
    paths += [page for p in paths if (page := p.with_suffix(".md")).is_file()]  # with gaps
    paths += [*chapters(), ROOT / "pyproject.toml", ROOT / "LICENSE"]
    paths = [p for p in paths if not p.is_relative_to(EXAMPLES)]
    found = {p.relative_to(ROOT).as_posix(): p.read_bytes() for p in paths}
    found |= {p.name: p.read_bytes() for p in CONTAINER.iterdir()}
    if assignment is not None:
        asked = read(assignment)
        found["assignment.toml"] = asked.text.encode()
        if any(item.hidden for item in asked.items):
            if not os.environ.get(SECRET):
                raise GradingError(f"{assignment} has hidden points; expected a text in {SECRET}.")
            found["secret"] = os.environ[SECRET].encode()
    return found
