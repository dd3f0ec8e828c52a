"""A folder of submissions, graded as many at once as there are cores, into one table.

Each submission is graded by a process of its own, which starts further ones for the student's code.
The table is written anew, whole, after every submission; a row whose files, checks and options are
the same as before is kept when the command is given again.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import Any

from grading import processes, results
from grading.assignment import Item
from grading.grade import asked, require_sane
from grading.intake import gather
from grading.protocol import printable
from grading.submission import HarnessError
from grading.table import Row, read, submissions, write

AT_WORK: set[subprocess.Popen[str]] = set()
ENDING = threading.Event()  # from then on none is added
LOCK = threading.Lock()  # held while one starts
DONE = ("graded", "refused")  # what is not tried again; "failed" is


def grade_all(args: argparse.Namespace) -> None:
    """Grades all submissions in a folder. HarnessError where the grading of one failed."""
    require_sane(args)
    items = asked(args)[0].items
    entries = submissions(args.all)
    ENDING.clear()
    rows = {name: row for name, row in read(args.csv).items() if name in entries}
    commit = results.commit()
    waiting = {}
    for name, path in entries.items():
        digest = _digest(path, items, args, commit)
        before = rows.get(name, {})
        done = before.get("digest") == digest and before.get("status") in DONE
        if not done or (args.feedback and not _page(args, path).exists()):
            waiting[name] = digest
    print(f"{len(entries)} submissions, {len(waiting)} to grade", flush=True)
    if args.feedback:
        args.feedback.mkdir(exist_ok=True)
    pool = ThreadPoolExecutor(os.cpu_count() or 1)
    with processes.ending_in_order(), pool:
        tasks = {pool.submit(_graded, entries[n], d, args): n for n, d in waiting.items()}
        try:
            for number, task in enumerate(_as_completed(tasks), 1):
                name = tasks[task]
                rows[name] = task.result()
                write(args.csv, [rows[n] for n in entries if n in rows], items)
                print(f"{number} of {len(waiting)}: {_line(rows[name])}", flush=True)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            with LOCK:
                ENDING.set()
                for process in AT_WORK:
                    process.terminate()  # it ends its own workers
            raise
    write(args.csv, [rows[n] for n in entries], items)
    failed = [name for name, row in rows.items() if row["status"] == "failed"]
    if failed:
        raise HarnessError(f"The grading itself failed on {', '.join(map(printable, failed))}.")


def _as_completed(tasks: Iterable[Future[Row]]) -> Iterator[Future[Row]]:
    """Tasks as they end. A signal that comes just before a wait is seen only after it: so they are
    short.
    """
    waiting = set(tasks)
    while waiting:
        done, waiting = wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED)
        yield from done


def _digest(path: Path, items: Sequence[Item], args: argparse.Namespace, commit: object) -> str:
    """One word for all that a row depends on."""
    try:
        files = results.digest(gather(path).files)
    except Exception as error:  # it is refused in its own process, and says why there
        files = str(error)
    asked_for = [item[1:] for item in items], [item.name for item in items]
    options = asked_for, args.seconds, commit, files
    return hashlib.sha256(repr(options).encode("utf-8", "replace")).hexdigest()[:16]


def _graded(path: Path, digest: str, args: argparse.Namespace) -> Row:
    """The row of a submission, graded by a process of its own."""
    row = {"submission": path.name, "digest": digest, "status": "failed"}
    with tempfile.TemporaryDirectory(prefix="grading-") as folder:
        result = Path(folder, "result.json")
        line = [sys.executable, "-m", "grading", "grade", str(path.resolve())]
        line += ["--json", str(result), *_options(args)]
        if args.feedback:
            line += ["--feedback", str(_page(args, path).resolve())]
        status, said = _run(line)
        row["note"] = printable(said)
        if status == 2:
            return row | {"status": "refused", "passed": "0", "earned": "0", "percent": "0"}
        if status != 0 or not result.is_file():
            return row
        value = json.loads(result.read_text())
    score = {key: f"{number:g}" for key, number in value["score"].items()}
    verdicts = {
        item["label"] + " hidden" * item["hidden"]: item["verdict"] for item in value["items"]
    }
    note = "; ".join(value["submission"]["notes"])
    more = {"status": "graded", "earliest": value["earliest"] or "", "note": note}
    return row | score | verdicts | more


def _options(args: argparse.Namespace) -> list[str]:
    """What the command for one submission is told."""
    line = [f"--only={name}" for name in args.only]
    for name in ("assignment", "seed", "seconds"):
        value = getattr(args, name)
        if name == "assignment" and value and Path(value).exists():
            value = Path(value).resolve()
        line += [] if value is None else [f"--{name}={value}"]
    return line


def _run(line: Sequence[str]) -> tuple[int, str]:
    """The status of a command, and what it said on stderr; it is at work while it runs."""
    options: dict[str, Any] = {"stdout": DEVNULL, "stderr": PIPE, "text": True, "errors": "replace"}
    with LOCK:
        if ENDING.is_set():
            return 3, "the grading was interrupted"
        process = subprocess.Popen(line, cwd=Path(__file__).parent.parent, **options)
        AT_WORK.add(process)
    with process:
        said = process.communicate()[1]
    with LOCK:
        AT_WORK.discard(process)
    return process.returncode, said


def _page(args: argparse.Namespace, path: Path) -> Path:
    page: Path = args.feedback / f"{path.name}.md"
    return page


def _line(row: Row) -> str:
    score = f"{row['percent']} %" if row["status"] == "graded" else row["note"]
    return f"{printable(row['submission'])} {row['status']} {score}"[:79]
