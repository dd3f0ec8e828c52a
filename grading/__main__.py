"""Grades a submission, writes the kit that a student fills in, shows a usual mistake being caught.

`grade` may be left out: python -m grading DIR. The environment variable GRADING_SECRET opens the
hidden points of an assignment. Status 0: done, whatever the score. 1: the score is below
--fail-under. 2: cannot be done as asked. 3: the grading itself failed. 130: stopped by Ctrl-C.
"""

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from grading import ledger, show
from grading.course import autograder, batch
from grading.course.assignment import SECONDS, read
from grading.course.grade import OUTPUTS, grade, require_sane
from grading.course.template import write_kit
from grading.errata import page as errata
from grading.renumber import renumber
from grading.reports.results import VISIBILITIES
from grading.sandbox.protocol import GradingError
from grading.sandbox.submission import HarnessError
from training.ending import status
from training.run import RunError
from training.settings import Parser


def grade_one_or_all(args: argparse.Namespace) -> int:
    """Grades a submission, or a folder of them. Returns the status."""
    if args.all is None and (args.folder is None or args.csv):
        raise GradingError("Expected a folder to grade, or --all DIR with --csv FILE.")
    require_sane(args)
    if args.all is None:
        return grade(args)
    alone = [name for name in OUTPUTS if name != "feedback" and getattr(args, name)]
    if args.folder or alone or args.fail_under or not args.csv:
        raise GradingError("--all DIR needs --csv FILE, and goes with --assignment, --only, --seed,"
                           " --seconds and --feedback DIR alone.")  # fmt: skip
    batch.grade_all(args)
    return 0


def write_template(args: argparse.Namespace) -> None:
    assignment = read(args.assignment)
    write_kit(args.folder, assignment)
    number = len({item.check.function for item in assignment.items})
    print(f"{args.folder}: {number} functions to fill in; README.md in it says how.")


def write_autograder(args: argparse.Namespace) -> None:
    items = read(args.assignment).items
    autograder.write(args.file, args.assignment)
    points = f"{sum(x.points for x in items):g} points"
    print(f"{args.file}: upload it, or unpack it and build its Containerfile.")
    print(f"{len(items)} items, {points}: give the assignment on Gradescope {points}.")


# By name: what does it, which may return a status, and what it is for.
COMMANDS: dict[str, tuple[Callable[[argparse.Namespace], int | None], str]] = {
    "grade": (grade_one_or_all, "the verdict on every check of a submission"),
    "template": (write_template, "write the kit that a student fills in"),
    "autograder": (write_autograder, "write the grader as one zip, for Gradescope or a container"),
    "slip": (
        lambda args: show.show(args.name),
        "show a usual mistake being caught, or list them all",
    ),
    "ledger": (lambda args: ledger.write(), "run all checks and slips, and write what they found"),
    "renumber": (lambda args: renumber(), "number the equations in reading order, everywhere"),
    "errata": (lambda args: errata.write(), "compute all errata, and write their numbers"),
}


def main(argv: Sequence[str]) -> int:
    """Does what the command line asks for. Returns the status."""
    parser = _parser()
    words = [word for word in argv[:2] if word[:1] != "-"]  # two: a command, if one written wrong
    bare = bool(argv) and argv[0] not in (*COMMANDS, "-h", "--help") and len(words) < 2
    args = parser.parse_args(["grade", *argv] if bare else argv)
    try:
        return COMMANDS[args.command][0](args) or 0
    except (GradingError, RunError, HarnessError) as error:
        print(error, file=sys.stderr)
        return 3 if isinstance(error, HarnessError) else 2
    except KeyboardInterrupt as end:
        return status(end)
    except BrokenPipeError:  # whoever reads has seen enough: | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception:  # without this the status would be 1, which a script may take for a score
        traceback.print_exc()
        print("The grading itself failed, see above; the answers may be right.", file=sys.stderr)
        return 3
    return 0


def _parser() -> Parser:
    parser = Parser(prog="python -m grading", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="|".join(COMMANDS))
    added = {
        name: commands.add_parser(name, help=words, description=words)
        for name, (_, words) in COMMANDS.items()
    }
    _add_grade(added["grade"])
    added["template"].add_argument("folder", type=Path, metavar="DIR", help="a new or empty folder")
    added["autograder"].add_argument("file", type=Path, metavar="FILE.zip")
    for name in ("template", "autograder"):
        _add_assignment(added[name])
    added["slip"].add_argument("name", nargs="?", metavar="NAME", help="one of the list")
    return parser


def _add_assignment(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--assignment", metavar="FILE.toml",
        help="items and points; rbm-week, vae-week and gan-week ship",
    )  # fmt: skip


def _add_grade(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("folder", type=Path, metavar="DIR", nargs="?", help="a folder, .zip, .ipynb or .py")
    add(
        "--only", metavar="NAME", action="append", default=[],
        help="vae, vae.8, rbm.gibbs, kl_diag_gaussian, ...; several, or with commas",
    )  # fmt: skip
    _add_assignment(parser)
    add("--seed", type=int, help="of the inputs (default: the assignment's, else 0)")
    words = f"for each check (default: the assignment's, else {SECONDS:g})"
    add("--seconds", type=float, help=words)
    add("--fail-under", type=float, default=0.0, metavar="PERCENT", help="status 1 below it")
    add("--json", type=Path, metavar="FILE", help="results for programs (grading/README.md)")
    add("--junit", type=Path, metavar="FILE", help="results as JUnit's XML")
    add("--gradescope", type=Path, metavar="FILE", help="results.json, valid at every moment")
    add(
        "--visibility", choices=VISIBILITIES, default="visible", metavar="WHEN",
        help=f"of tests on Gradescope: {', '.join(VISIBILITIES)}",
    )  # fmt: skip
    add("--feedback", type=Path, metavar="FILE.md", help="a page for the student; DIR with --all")
    add("--all", type=Path, metavar="DIR", help="grade every submission in a folder; needs --csv")
    add("--csv", type=Path, metavar="FILE", help="the table of --all; rows there are kept")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
