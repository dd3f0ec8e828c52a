"""Grading one submission: verdicts on the screen, and the files that were asked for."""

import argparse
import io
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from grading import feedback, results
from grading.check import Check
from grading.checks import CHECKS
from grading.intake import gather
from grading.order import because
from grading.protocol import GradingError
from grading.report import Result, result_of
from grading.screen import Progress, coloured, lines, percent, summary, wrapped
from grading.submission import HarnessError, answers
from training.run import write_json

OUTPUTS = ("json", "junit", "gradescope", "feedback")


def grade(args: argparse.Namespace) -> int:
    """Prints a line a check and the score. Returns 1 where the score is below --fail-under, else 0.

    HarnessError where a check could not be judged, GradingError where nothing could.
    """
    checks = chosen(*args.only)
    require_sane(args)
    if args.gradescope:
        tell_gradescope(args, checks, [], "The grading did not come to its end.")
    try:
        submission = gather(args.folder)
        name = args.folder.resolve().name
        run = results.Run(name, *submission, checks=checks, seed=args.seed, limit=args.seconds)
        found = judged(run, args)
    except (GradingError, HarnessError) as error:
        if args.gradescope:
            tell_gradescope(args, checks, [], str(error))
        if args.feedback and isinstance(error, GradingError):
            feedback.write_refusal(args.feedback, args.folder.name, str(error))
        raise
    for path, write in ((args.junit, results.write_junit), (args.feedback, feedback.write)):
        if path:
            write(path, run, found)
    if args.json:
        write_json(args.json, results.as_json(run, found))
    print("\n".join(summary(found)))
    failed = [r.check.equation for r in found if r.verdict == "harness"]
    if failed:
        raise HarnessError(f"The grading itself failed on {', '.join(failed)}.")
    return int(percent(found) < args.fail_under)


def judged(run: results.Run, args: argparse.Namespace) -> list[Result]:
    """The results of all checks, each on the screen as soon as it is there."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # students' messages may hold any letters
    colour, progress = coloured(sys.stdout), Progress(len(run.checks))
    found: list[Result] = []
    begun = time.monotonic()
    for note in run.notes:
        print("\n".join(wrapped(note)))
    progress.show(0, run.checks[0].function)
    for check, inputs, answer in answers(run.files, run.checks, run.seed, run.limit):
        result = result_of(check, inputs, answer)
        seconds = time.monotonic() - begun - sum(r.seconds for r in found)
        cause = because(result, found, run.files)
        found.append(result._replace(seconds=seconds, because=cause))
        progress.clear()
        print("\n".join(lines(found[-1], colour)), flush=True)
        if len(found) < len(run.checks):
            progress.show(len(found), run.checks[len(found)].function)
        if args.gradescope:
            tell_gradescope(args, run.checks, found, "\n".join([*run.notes, *summary(found)]))
    return found


def tell_gradescope(
    args: argparse.Namespace, checks: Sequence[Check], found: Sequence[Result], said: str
) -> None:
    """Writes Gradescope's file as far as the results go."""
    results.write_gradescope(args.gradescope, checks, found, args.visibility, said)


def require_sane(args: argparse.Namespace) -> None:
    """GradingError for numbers out of their range, and for files that could not be written."""
    if args.seed < 0 or not 0 < args.seconds <= 86_400:
        raise GradingError("Expected a --seed of at least 0 and --seconds above 0, at most 86400.")
    if not 0 <= args.fail_under <= 100:
        raise GradingError("Expected --fail-under from 0 to 100, in percent.")
    for name in (*OUTPUTS, "csv"):
        path: Path | None = getattr(args, name)
        if path and not path.parent.is_dir():
            raise GradingError(f"There is no folder {path.parent} for --{name}.")


def chosen(*only: str) -> list[Check]:
    """The checks whose label or function begins with the parts of one of `only`, or whose function
    is called so; all where there is none, in their order.
    """
    wanted = [name for text in only for name in text.split(",") if name]
    found = [_matching(name) for name in wanted] or [list(CHECKS)]
    return [check for check in CHECKS if any(check in group for group in found)]


def _matching(name: str) -> list[Check]:
    parts = name.split(".")
    found = []
    for check in CHECKS:
        label, function = check.equation.split("."), check.function.split(".")
        if parts in (label[: len(parts)], function[: len(parts)], function[-1:]):
            found.append(check)
    if not found:
        labels = ", ".join(dict.fromkeys(check.equation.split(".")[0] for check in CHECKS))
        raise GradingError(
            f"No check is called {name}; expected {labels}, one such as vae.8, or a function."
        )
    return found
