"""Results that other programs read: JSON, JUnit's XML, and Gradescope's results.json.

grading/README.md says what stands in the JSON. Files are written whole or not at all.
"""

import hashlib
import math
import platform
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from grading.chapters import by_label
from grading.course.assignment import Assignment, Item
from grading.reports.report import Result, earliest
from grading.reports.screen import earned, percent
from grading.sandbox.protocol import Files
from grading.sandbox.workers import isolation
from training.run import git, replacing, write_json

SCHEMA = 2
UNFINISHED = "The grading did not come to its end."
VISIBILITIES = ("visible", "hidden", "after_due_date", "after_published")


class Run(NamedTuple):
    name: str
    files: Files
    notes: Sequence[str]
    assignment: Assignment
    names: Mapping[str, str] = {}  # the student's, of files that were taken for others


def digest(files: Files) -> str:
    """One word for all files of a submission, names and contents."""
    total = hashlib.sha256()
    for name, content in sorted(files.items()):
        total.update(f"{name}\0{len(content)}\0".encode("utf-8", "surrogateescape") + content)
    return total.hexdigest()


def seal(results: Sequence[Result]) -> str:
    """One word for all verdicts: what is shown elsewhere can be compared with the judge's own."""
    lines = [f"{result.item.name} {result.verdict}\n" for result in results]
    return hashlib.sha256("".join(lines).encode()).hexdigest()[:16]


def commit() -> str | None:
    """The project's commit, where that is known."""
    return git("rev-parse", "--short=12", "HEAD")


def as_json(run: Run, results: Sequence[Result]) -> dict[str, Any]:
    """The results as a value for JSON; all but "seconds" is the same for the same seed."""
    first, verdicts = earliest(results), [r.verdict for r in results]
    score = {
        "passed": verdicts.count("pass"), "in_part": verdicts.count("partial"),
        "items": len(results), "earned": earned(results),
        "points": sum(r.item.points for r in results), "percent": percent(results),
    }  # fmt: skip
    return {
        "schema": SCHEMA,
        "project": "generative-models-by-hand",
        "commit": commit(),
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
        "submission": {"name": run.name, "digest": digest(run.files), "notes": list(run.notes)},
        "assignment": run.assignment.title or None,
        "seed": run.assignment.seed,
        "limit": run.assignment.seconds,
        "isolation": isolation(),
        "items": [_item(result) for result in results],
        "seal": seal(results),
        "score": score,
        "earliest": first.check.equation if first else None,
    }


def _item(result: Result) -> dict[str, Any]:
    return {
        "label": result.check.equation,
        "title": by_label()[result.check.equation].title,
        "function": result.check.function,
        "hidden": result.item.hidden,
        "points": result.item.points,
        "earned": result.earned,
        "verdict": result.verdict,
        "error": float(f"{result.error:.6g}") if math.isfinite(result.error) else None,
        "allowed": result.check.tolerance if math.isnan(result.allowed) else result.allowed,
        "message": result.detail,
        "hint": result.hint,
        "seconds": round(result.seconds, 3),
    }


def write_junit(path: Path, run: Run, results: Sequence[Result]) -> None:
    """Writes a test suite: errors are where the grading failed, skipped is what was not run."""
    words = {"skipped": "skipped", "harness": "error", "pass": ""}
    kinds = [words.get(r.verdict, "failure") for r in results]
    suite = ElementTree.Element("testsuite", name=run.name, tests=str(len(results)))
    for kind, name in {"failure": "failures", "error": "errors", "skipped": "skipped"}.items():
        suite.set(name, str(kinds.count(kind)))
    for result, kind in zip(results, kinds, strict=True):
        module, _, function = result.check.function.rpartition(".")
        about = {"name": f"{result.item.name} {function}", "time": f"{result.seconds:.3f}"}
        case = ElementTree.SubElement(suite, "testcase", about, classname=module)
        points = {"name": "points", "value": f"{result.earned:g} of {result.item.points:g}"}
        ElementTree.SubElement(ElementTree.SubElement(case, "properties"), "property", points)
        if kind:
            ElementTree.SubElement(case, kind, message=result.verdict).text = told(result)
    with replacing(path) as file:
        file.write(ElementTree.tostring(suite, encoding="utf-8", xml_declaration=True) + b"\n")


def told(result: Result) -> str:
    """All that a student is told of a result, in lines."""
    below = {"hint: ": result.hint, "smallest case: ": result.smallest, "": result.output}
    below["printed:\n"] = result.printed
    said = [name + text for name, text in below.items() if text]
    return "\n".join([f"{result.verdict.upper()} {result.detail}".strip(), *said])


def write_gradescope(
    path: Path | None, run: Run, results: Sequence[Result], visibility: str, said: str
) -> None:
    """Writes Gradescope's results.json if it has a path; items that are not judged yet have 0.

    There is no score at the top, which would stand in place of the sum of the tests.
    """
    if path is None:
        return
    found = {result.item: result for result in results}
    begun = bool(results) or said == UNFINISHED
    tests = [_test(item, found.get(item), visibility, begun) for item in run.assignment.items]
    seconds = round(sum(r.seconds for r in results), 1)
    value = {"execution_time": seconds, "output": said, "output_format": "text"}
    write_json(path, value | {"stdout_visibility": "hidden", "tests": tests})


def _test(item: Item, result: Result | None, visibility: str, begun: bool) -> dict[str, Any]:
    missed = "not graded: " + ("the run ended before it" if begun else "nothing could be")
    check, later = item.check, "hidden" if visibility == "hidden" else "after_published"
    return {
        "number": item.name,
        "name": f"{check.function.rpartition('.')[2]}: {by_label()[check.equation].title}",
        "score": result.earned if result else 0.0,
        "max_score": item.points,
        "status": "passed" if result and result.verdict == "pass" else "failed",
        "output": told(result) if result else missed,
        "visibility": later if item.hidden else visibility,
    }
