"""Grading one submission: verdicts on the screen, and the files that were asked for."""

import argparse
import io
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from grading.course.assignment import SECONDS, SECRET, Assignment, chosen, modules, read
from grading.course.intake import gather
from grading.reports import feedback, results
from grading.reports.report import Result, result_of
from grading.reports.screen import coloured, lines, percent, progress, summary, wrapped
from grading.sandbox.protocol import GradingError
from grading.sandbox.submission import HarnessError, answers
from training.run import write_json

OUTPUTS = ("json", "junit", "gradescope", "feedback")


def grade(args: argparse.Namespace) -> int:
    """Prints a line an item and the score. Returns 1 where the score is below --fail-under, else 0.

    HarnessError where a check could not be judged, GradingError where nothing could.
    """
    assignment, notes = asked(args)
    run = results.Run(args.folder.resolve().name, {}, notes, assignment)
    results.write_gradescope(args.gradescope, run, [], args.visibility, results.UNFINISHED)
    try:
        files, found_in, names = gather(args.folder, modules(assignment.items))
        run = run._replace(files=files, notes=[*notes, *found_in], names=names)
        found = judged(run, args)
    except (GradingError, HarnessError) as error:
        why = str(error).replace(str(args.folder), args.folder.name or str(args.folder))
        results.write_gradescope(args.gradescope, run, [], args.visibility, why)
        if args.feedback and isinstance(error, GradingError):
            feedback.write(args.feedback, run, [], why)
        raise
    for path, write in ((args.junit, results.write_junit), (args.feedback, feedback.write)):
        if path:
            write(path, run, found)
    if args.json:
        write_json(args.json, results.as_json(run, found))
    if args.feedback:
        print(f"page for the student: {args.feedback}")
    print("\n".join([f"seal {results.seal(found)}", *summary(found)]))
    failed = [r.item.name for r in found if r.verdict == "harness"]
    if failed:
        raise HarnessError(f"The grading itself failed on {', '.join(failed)}.")
    if percent(found) >= args.fail_under:
        return 0
    print(f"{percent(found):g} % is below --fail-under {args.fail_under:g}")
    return 1


def asked(args: argparse.Namespace) -> tuple[Assignment, list[str]]:
    """What is to be graded here, and what there is to say about it."""
    whole = read(args.assignment)
    seed = whole.seed if args.seed is None else args.seed
    seconds = args.seconds or whole.seconds
    items = [item if item.hidden else item._replace(seed=seed) for item in whole.items]
    items = chosen(items, *args.only)
    left = sorted((item for item in items if item.seed >= 0), key=lambda item: item.hidden)
    notes = [f"{whole.title}, public inputs of seed {seed}"] if whole.title else []
    if len(left) < len(items):
        points = sum(item.points for item in items) - sum(item.points for item in left)
        more = "point is" if points == 1 else "points are"
        notes.append(f"{points:g} more {more} given where {SECRET} is set, for hidden inputs")
    if not left:
        raise GradingError(f"All items are hidden; their inputs need {SECRET} in the environment.")
    return whole._replace(seed=seed, seconds=seconds, items=left), notes


def judged(run: results.Run, args: argparse.Namespace) -> list[Result]:
    """The results of all items, each on the screen as soon as it is there."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # students' messages may hold any letters
    items, colour, begun = run.assignment.items, coloured(sys.stdout), time.monotonic()
    ahead = [f"{i} of {len(items)}, now {x.check.function}" for i, x in enumerate(items)]
    found: list[Result] = []
    print(f"grading {args.folder.resolve()}")
    for note in run.notes:
        print("\n".join(wrapped(note)))
    progress(ahead[0])
    for item, inputs, answer in answers(run.files, items, run.assignment.seconds):
        result = result_of(item, inputs, answer).renamed(run.names)
        seconds = time.monotonic() - begun - sum(r.seconds for r in found)
        found.append(result._replace(seconds=0.0 if item.hidden else seconds))
        progress()
        print("\n".join(lines(found[-1].after(found[:-1]), colour)), flush=True)
        if len(found) < len(items):
            progress(ahead[len(found)])
        said = above(run, found, args.visibility)
        results.write_gradescope(args.gradescope, run, found, args.visibility, said)
    return found


def above(run: results.Run, found: Sequence[Result], visibility: str) -> str:
    """What stands above Gradescope's tests: nothing of those that students do not see yet."""
    seen = [r for r in found if visibility == "visible" and not r.item.hidden]
    return "\n".join([*run.notes, *(summary(seen) if seen else [])])


def require_sane(args: argparse.Namespace) -> None:
    """GradingError for numbers out of their range, and for files that could not be written."""
    seed, seconds = args.seed or 0, args.seconds if args.seconds is not None else SECONDS
    if seed < 0 or not 0 < seconds <= 86_400:
        raise GradingError("Expected a --seed of at least 0 and --seconds above 0, at most 86400.")
    if not 0 <= args.fail_under <= 100:
        raise GradingError("Expected --fail-under from 0 to 100, in percent.")
    for name in (*OUTPUTS, "csv"):
        path: Path | None = getattr(args, name)
        pages = name == "feedback" and args.all is not None
        if path and path.exists() and path.is_dir() != pages:
            raise GradingError(f"--{name} {path} is {'no' if pages else 'a'} folder.")
        if path and not path.parent.is_dir():
            raise GradingError(f"There is no folder {path.parent} for --{name}.")
