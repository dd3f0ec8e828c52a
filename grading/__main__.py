"""`python -m grading`: grades a folder, writes the kit that a student fills in, shows a slip.

python -m grading grade DIR     the verdict on every value check (`grade` may be left out)
python -m grading template DIR  the reference without its bodies
python -m grading slip [NAME]   a usual mistake being caught; without NAME, all of them
python -m grading ledger        every check and slip; refreshes what the chapters show
python -m grading laws          which slips each law catches (needs Hypothesis)
python -m grading renumber      gives all equations numbers in reading order, wherever they stand
python -m grading errata        both numbers of every erratum; refreshes docs/ERRATA.md

Status 0: done, whatever the score. 2: cannot be done as asked. 3: the grading itself failed.
"""

import argparse
import io
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from grading import ledger, show
from grading.check import Check
from grading.checks import CHECKS
from grading.errata import page as errata
from grading.protocol import GradingError, snapshot
from grading.renumber import renumber
from grading.report import lines, result_of, summary
from grading.submission import HarnessError, answers
from grading.template import TemplateError, write_kit
from training.run import RunError
from training.settings import Parser

COMMANDS = ("grade", "template", "slip", "ledger", "laws", "renumber", "errata")


def main(argv: Sequence[str]) -> int:
    """Does what the command line asks for. Returns the status."""
    parser = _parser()
    bare = bool(argv) and argv[0] not in COMMANDS and not argv[0].startswith("-")
    args = parser.parse_args(["grade", *argv] if bare else argv)
    try:
        obey(args)
    except (GradingError, TemplateError, RunError) as error:
        print(error, file=sys.stderr)
        return 2
    except HarnessError as error:
        print(error, file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever reads has seen enough: | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception:  # without this the status would be 1, which a script may take for a score
        traceback.print_exc()
        print("The grading itself failed, see above; the answers may be right.", file=sys.stderr)
        return 3
    return 0


def obey(args: argparse.Namespace) -> None:
    """Does what a parsed command line asks for."""
    if args.command == "grade":
        grade(args.folder, args.only, args.seed, args.seconds)
    elif args.command == "template":
        write_kit(args.folder)
        print(f"{args.folder}: {len(CHECKS)} functions to fill in; README.md in it says how.")
    elif args.command == "slip":
        show_slip(args.name)
    elif args.command == "ledger":
        ledger.write()
    elif args.command == "laws":
        from grading.laws import measure  # Hypothesis is a test package: grading needs none

        measure.write()
    elif args.command == "renumber":
        for old, new in renumber().items():
            print(f"{old:8} {new}")
    else:
        errata.write()


def _parser() -> Parser:
    parser = Parser(prog="python -m grading", description=(__doc__ or "").partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True, metavar="|".join(COMMANDS))
    grade = commands.add_parser("grade", help="the verdict on every check of a folder")
    grade.add_argument("folder", type=Path, metavar="DIR", help="the student's folder")
    grade.add_argument("--only", metavar="PREFIX", default="", help="vae, vae.8, rbm.gibbs, ...")
    grade.add_argument("--seed", type=int, default=0, help="of the inputs (default: 0)")
    grade.add_argument("--seconds", type=float, default=20.0, help="for each check (default: 20)")
    template = commands.add_parser("template", help="write the kit that a student fills in")
    template.add_argument("folder", type=Path, metavar="DIR", help="a new or empty folder")
    slip = commands.add_parser("slip", help="show a usual mistake being caught, or list them all")
    slip.add_argument("name", nargs="?", metavar="NAME", help="one of the list")
    commands.add_parser("ledger", help="run all checks and slips, and write what they found")
    commands.add_parser("laws", help="find which slips each law catches, and write it")
    commands.add_parser("renumber", help="number the equations in reading order, everywhere")
    commands.add_parser("errata", help="compute all errata, and write their numbers")
    return parser


def grade(folder: Path, only: str, seed: int, seconds: float) -> None:
    """Prints a line a check and the score. HarnessError where a check could not be judged."""
    checks = chosen(only)
    if seed < 0 or not 0 < seconds <= 86_400:
        raise GradingError("Expected a --seed of at least 0 and --seconds above 0, at most 86400.")
    packages = list(dict.fromkeys(check.function.split(".")[0] for check in CHECKS))
    files = snapshot(folder, packages)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # students' messages may hold any letters
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    results = []
    for check, inputs, answer in answers(files, checks, seed, seconds):
        results.append(result_of(check, inputs, answer))
        print("\n".join(lines(results[-1], colour)), flush=True)
    print(summary(results))
    failed = [r.check.equation for r in results if r.verdict == "harness"]
    if failed:
        raise HarnessError(f"The grading itself failed on {', '.join(failed)}.")


def chosen(only: str) -> list[Check]:
    """The checks whose label or function begins with the parts of `only`; all where it is ""."""
    parts = only.split(".") if only else []
    names = {check: (check.equation.split("."), check.function.split(".")) for check in CHECKS}
    found = [c for c, pair in names.items() if any(x[: len(parts)] == parts for x in pair)]
    if not found:
        labels = ", ".join(dict.fromkeys(check.equation.split(".")[0] for check in CHECKS))
        raise GradingError(f"No check is called {only}; expected {labels}, or one such as vae.8.")
    return found


def show_slip(name: str | None) -> None:
    """Prints a slip being caught, or lists all of them."""
    try:
        show.show(name)
    except LookupError as error:
        raise GradingError(str(error.args[0])) from error


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
