"""A folder of submissions, graded as many at once as there are cores, into one table.

Each submission is graded by a process of its own, which starts further ones for the student's code.
The table is written anew, whole, after every submission; a row whose files, items and options are
the same as before is kept when the command is given again.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import textwrap
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import Any

from grading.course.assignment import Item, modules
from grading.course.grade import asked, require_sane
from grading.course.intake import gather
from grading.course.table import SCORE, Row, read, submissions, write
from grading.reports import results
from grading.reports.screen import width
from grading.sandbox.protocol import printable
from grading.sandbox.submission import HarnessError
from training.ending import ending_in_order

AT_WORK: set[subprocess.Popen[str]] = set()
ENDING = threading.Event()  # from then on none is added
LOCK = threading.Lock()  # held while one starts
DONE = ("graded", "refused")  # what is not tried again; "failed" is


def grade_all(args: argparse.Namespace) -> None:
    """Grades all submissions in a folder. HarnessError where the grading of one failed."""
    require_sane(args)
    assignment, notes = asked(args)
    items, entries = assignment.items, submissions(args.all, args.csv, args.feedback)
    made = _word([(item.name, item.points, item.seed) for item in items])
    rows = {n: row for n, row in read(args.csv, items, made).items() if n in entries}
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
    ENDING.clear()
    totals = {"points": f"{sum(x.points for x in items):g}", "items": str(len(items))}
    pool, left = ThreadPoolExecutor(os.cpu_count() or 1), len(waiting)
    with ending_in_order(), pool:
        tasks = {pool.submit(_graded, entries[n], keys[n], args): n for n in waiting}
        try:
            for task in _as_completed(tasks):
                name, left = tasks[task], left - 1
                rows[name] = {**task.result(), **totals}
                write(args.csv, [rows[n] for n in entries if n in rows], items)
                _say(f"{len(waiting) - left} of {len(waiting)}: {_line(rows[name])}")
        except BaseException as error:
            _end(pool)
            if isinstance(error, KeyboardInterrupt):
                print(f"Stopped; {len(entries) - left} of {len(entries)} are in {args.csv}."
                      " Give the same command to go on.", file=sys.stderr)  # fmt: skip
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


def _end(pool: ThreadPoolExecutor) -> None:
    """Ends what is at work, which ends its own workers, and starts no more."""
    pool.shutdown(wait=False, cancel_futures=True)
    with LOCK:
        ENDING.set()
        for process in AT_WORK:
            process.terminate()


def _as_completed(tasks: Iterable[Future[Row]]) -> Iterator[Future[Row]]:
    """Tasks as they end. A signal that comes just before a wait is seen only after it: so they are
    short.
    """
    waiting = set(tasks)
    while waiting:
        done, waiting = wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED)
        yield from done


def _word(value: object) -> str:
    return hashlib.sha256(repr(value).encode("utf-8", "replace")).hexdigest()[:16]


def _files(path: Path, items: Sequence[Item]) -> str:
    """One word for the files of a submission."""
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
        status, said = _run(line)
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


def _run(line: Sequence[str]) -> tuple[int, str]:
    """The status of a command, and what it said on stderr; it is at work while it runs."""
    options: dict[str, Any] = {"stdout": DEVNULL, "stderr": PIPE, "text": True, "errors": "replace"}
    with LOCK:
        if ENDING.is_set():
            return 3, "the grading was interrupted"
        process = subprocess.Popen(line, cwd=Path(__file__).parents[2], **options)
        AT_WORK.add(process)
    with process:
        said = process.communicate()[1]
    with LOCK:
        AT_WORK.discard(process)
    return process.returncode, said


def _line(row: Row) -> str:
    said = f" {row['percent']} %" if row["status"] == "graded" else f": {row['note']}"
    return f"{printable(row['submission'])} {row['status']}{said}"


def _say(text: str) -> None:
    print("\n".join(textwrap.wrap(text, width(), subsequent_indent="  ")), flush=True)
