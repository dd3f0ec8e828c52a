"""Grades a submission, writes the kit that a student fills in, shows a usual mistake being caught.

`grade` may be left out: python -m grading DIR. The environment variable GRADING_SECRET opens the
hidden points of an assignment. Status 0: done, whatever the score. 1: the score is below
--fail-under. 2: cannot be done as asked. 3: the grading itself failed. 130: stopped by Ctrl-C.
"""

import argparse
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from grading import ledger, show
from grading.course import autograder, batch
from grading.course.assignment import SECONDS, Assignment, everything, read
from grading.course.grade import OUTPUTS, grade
from grading.course.template import write_kit
from grading.errata import page as errata
from grading.renumber import renumber
from grading.reports.results import VISIBILITIES
from grading.sandbox.protocol import GradingError
from grading.sandbox.submission import HarnessError
from training.run import RunError
from training.settings import Parser

COMMANDS = ("grade", "template", "autograder", "slip", "ledger", "renumber", "errata")


def main(argv: Sequence[str]) -> int:
    """Does what the command line asks for. Returns the status."""
    parser = _parser()
    words = [word for word in argv[:2] if word[:1] != "-"]  # two: a command, if one written wrong
    bare = bool(argv) and argv[0] not in (*COMMANDS, "-h", "--help") and len(words) < 2
    args = parser.parse_args(["grade", *argv] if bare else argv)
    try:
        return obey(args)
    except (GradingError, RunError) as error:
        print(error, file=sys.stderr)
        return 2
    except HarnessError as error:
        print(error, file=sys.stderr)
        return 3
    except KeyboardInterrupt as end:
        return 128 + int(getattr(end, "number", signal.SIGINT))
    except BrokenPipeError:  # whoever reads has seen enough: | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception:  # without this the status would be 1, which a script may take for a score
        traceback.print_exc()
        print("The grading itself failed, see above; the answers may be right.", file=sys.stderr)
        return 3
    return 0


def obey(args: argparse.Namespace) -> int:
    """Does what a parsed command line asks for. Returns the status."""
    if args.command == "grade":
        return grade_one_or_all(args)
    elif args.command in ("template", "autograder"):
        write_for(args, read(args.assignment) if args.assignment else everything())
    elif args.command == "slip":
        try:
            show.show(args.name)
        except LookupError as error:
            raise GradingError(str(error.args[0])) from error
    elif args.command == "ledger":
        ledger.write()
    elif args.command == "renumber":
        for old, new in renumber().items():
            print(f"{old:8} {new}")
    else:
        errata.write()
    return 0


def write_for(args: argparse.Namespace, assignment: Assignment) -> None:
    """Writes the kit of an assignment, or the grader for it."""
    if args.command == "template":
        write_kit(args.folder, assignment)
        number = len({item.check.function for item in assignment.items})
        print(f"{args.folder}: {number} functions to fill in; README.md in it says how.")
    else:
        autograder.write(args.file, args.assignment)
        items, points = assignment.items, f"{sum(x.points for x in assignment.items):g} points"
        print(f"{args.file}: upload it, or unpack it and build its Containerfile.")
        print(f"{len(items)} items, {points}: give the assignment on Gradescope {points}.")


def _parser() -> Parser:
    parser = Parser(prog="python -m grading", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="|".join(COMMANDS))
    _add_grade(commands.add_parser("grade", help="the verdict on every check of a submission"))
    template = commands.add_parser("template", help="write the kit that a student fills in")
    template.add_argument("folder", type=Path, metavar="DIR", help="a new or empty folder")
    _add_assignment(template)
    words = "write the grader as one zip, for Gradescope or a container"
    zipped = commands.add_parser("autograder", help=words, description=words)
    zipped.add_argument("file", type=Path, metavar="FILE.zip")
    _add_assignment(zipped)
    slip = commands.add_parser("slip", help="show a usual mistake being caught, or list them all")
    slip.add_argument("name", nargs="?", metavar="NAME", help="one of the list")
    commands.add_parser("ledger", help="run all checks and slips, and write what they found")
    commands.add_parser("renumber", help="number the equations in reading order, everywhere")
    commands.add_parser("errata", help="compute all errata, and write their numbers")
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


def grade_one_or_all(args: argparse.Namespace) -> int:
    """Grades a submission, or a folder of them. Returns the status."""
    if args.all is None and (args.folder is None or args.csv):
        raise GradingError("Expected a folder to grade, or --all DIR with --csv FILE.")
    for name in (*OUTPUTS, "csv"):
        path, pages = getattr(args, name), name == "feedback" and args.all is not None
        if path and path.exists() and path.is_dir() != pages:
            raise GradingError(f"--{name} {path} is {'no' if pages else 'a'} folder.")
    if args.all is None:
        return grade(args)
    alone = [name for name in OUTPUTS if name != "feedback" and getattr(args, name)]
    if args.folder or alone or args.fail_under or not args.csv:
        raise GradingError("--all DIR needs --csv FILE, and goes with --assignment, --only, --seed,"
                           " --seconds and --feedback DIR alone.")  # fmt: skip
    batch.grade_all(args)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
