"""A folder of submissions, graded as many at once as there are cores, into one table.

Each submission is graded by a process of its own, which starts further ones for the student's code.
The table is written anew, whole, after every submission; a row whose files, items and options are
the same as before is kept when the command is given again.
"""

import argparse
import hashlib
import json
import os
import sys
import tempfile
import textwrap
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

from data.idx import printable
from grading.chapters import ROOT
from grading.course.assignment import Item, modules
from grading.course.grade import asked
from grading.course.intake import gather
from grading.course.table import SCORE, Row, read, submissions, write
from grading.reports import results
from grading.reports.screen import width
from grading.sandbox.submission import HarnessError
from training import farm
from training.ending import ending_in_order

DONE = ("graded", "refused")  # what is not tried again; "failed" is


def grade_all(args: argparse.Namespace) -> None:
    """Grades all submissions in a folder. HarnessError where the grading of one failed."""
    assignment, notes = asked(args)
    items, entries = assignment.items, submissions(args.all, args.csv, args.feedback)
    made = _word([(item.name, item.points, item.seed) for item in items])
    rows = {n: row for n, row in read(args.csv, made).items() if n in entries}
    rest = assignment.seconds, results.commit()
    keys = {name: f"{made}-{_word([*rest, _files(path, items)])}" for name, path in entries.items()}
    waiting = [
        name
        for name, path in entries.items()
        if not (name in rows and rows[name]["key"] == keys[name] and rows[name]["status"] in DONE)
        or (args.feedback and not (args.feedback / f"{name}.md").exists())
    ]
    for line in (*notes, f"{len(entries)} submissions, {len(waiting)} to grade"):
        _say(line)
    if args.feedback:
        args.feedback.mkdir(exist_ok=True)
    totals = {"points": f"{sum(x.points for x in items):g}", "items": str(len(items))}
    number = count(1)

    def done(i: int, row: Row, seconds: float) -> None:
        rows[waiting[i]] = {**row, **totals}
        write(args.csv, [rows[n] for n in entries if n in rows], items)
        _say(f"{next(number)} of {len(waiting)}: {_line(rows[waiting[i]])}")

    jobs = [farm.Job(_graded, (entries[n], keys[n], args)) for n in waiting]
    try:
        with ending_in_order():
            farm.run(jobs, done, lambda: ThreadPoolExecutor(os.cpu_count() or 1))
    except KeyboardInterrupt:
        print(f"{len(rows)} of {len(entries)} are in {args.csv}.", file=sys.stderr)
        raise
    write(args.csv, [rows[n] for n in entries], items)
    _sum_up(rows, args.csv)


def _sum_up(rows: dict[str, Row], table: Path) -> None:
    """Says how many are graded, and which are not; HarnessError where the grading failed on one."""
    names = {s: sorted(n for n in rows if rows[n]["status"] == s) for s in (*DONE, "failed")}
    named = {s: f" ({', '.join(map(printable, n))})" for s, n in names.items()}
    counts = [f"{len(n)} {s}{named[s] * (s != 'graded')}" for s, n in names.items() if n]
    _say(f"{', '.join(counts)}; {table}")
    if names["failed"]:
        raise HarnessError(f"The grading itself failed on{named['failed']}.")


def _word(value: object) -> str:
    return hashlib.sha256(repr(value).encode("utf-8", "replace")).hexdigest()[:16]


def _files(path: Path, items: Sequence[Item]) -> str:
    try:
        return results.digest(gather(path, modules(items)).files)
    except Exception as error:  # it is refused in its own process, and says why there
        return str(error)


def _graded(path: Path, key: str, args: argparse.Namespace) -> Row:
    """The row of a submission, graded by a process of its own."""
    row = {"submission": path.name, "key": key, "status": "failed"}
    with tempfile.TemporaryDirectory(prefix="grading-") as folder:
        result = Path(folder, "result.json")
        line = [sys.executable, "-m", "grading", "grade", str(path.resolve())]
        line += ["--json", str(result), *_options(args)]
        if args.feedback:
            line += ["--feedback", str(args.feedback.resolve() / f"{path.name}.md")]
        status, said = farm.command(line, cwd=ROOT)
        row["note"] = printable(said)
        if status == 2:
            return row | {"status": "refused", **dict.fromkeys(SCORE, "0")}
        if status != 0 or not result.is_file():
            return row
        value = json.loads(result.read_text())
    score = {key: f"{number:g}" for key, number in value["score"].items()}
    verdicts = {x["label"] + " hidden" * x["hidden"]: x["verdict"] for x in value["items"]}
    notes = [x for x in value["submission"]["notes"] if x not in asked(args)[1]]
    about = {"note": "; ".join(notes), "seal": value["seal"]}
    about |= {"earliest": value["earliest"] or "", "digest": value["submission"]["digest"]}
    return row | {"status": "graded"} | about | score | verdicts


def _options(args: argparse.Namespace) -> list[str]:
    """What the command for one submission is told."""
    named = args.assignment
    file = Path(named).resolve() if named and Path(named).is_file() else named
    given = {"assignment": file, "seed": args.seed, "seconds": args.seconds}
    line = [f"--{key}={value}" for key, value in given.items() if value is not None]
    return [*line, *(f"--only={name}" for name in args.only)]


def _line(row: Row) -> str:
    said = f" {row['percent']} %" if row["status"] == "graded" else f": {row['note']}"
    return f"{printable(row['submission'])} {row['status']}{said}"


def _say(text: str) -> None:
    print("\n".join(textwrap.wrap(text, width(), subsequent_indent="  ")), flush=True)
