"""A student's files, and for each check a process of its own that runs them (worker.py).

Only arrays come back, and they are judged here, where no line of the student's code has run: what
it prints, patches, claims or exits with counts for nothing. The slips that hints come from are
compiled before the first worker starts, no module is imported later, and the sources of this
project are compared afterwards. An endless loop, a crash or a huge array costs the check in which
it happens; three checks in a row of one file that do not finish end those of this file.

How far a worker is shut in depends on what the machine gives (jail.py), and on who grades: row by
row in the table at the end of grading/README.md. Nothing of this sees that an answer was copied.
"""

import hashlib
import sysconfig
import time
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

from grading.check import Check, draw_cases
from grading.course.assignment import Item
from grading.form import Arrays
from grading.sandbox import processes
from grading.sandbox.given import ROOT, furnished, path_of
from grading.sandbox.protocol import Answer, Files
from grading.sandbox.workers import HarnessError as HarnessError
from grading.sandbox.workers import Worker, finish, isolation, start, stop
from grading.show import prepare
from training.ending import ending_in_order

PACKAGES = ("autograd_lite", "rbm", "vae", "gan", "data", "training", "grading")
AHEAD = 2  # workers at a time
IN_A_ROW = 3  # checks of one file without an end, after which it is not tried again
TOTAL, SHARE = 120.0, 6  # seconds for all checks, or so many times those of one if that is more
# What a function may raise because the reference's helpers do less than the student's own.
CAUSED = "TypeError", "NameError", "AttributeError", "ImportError", "ModuleNotFoundError"

Work = tuple[Item, list[Arrays], Worker | Answer]


def answers(
    files: Files, items: Sequence[Item], seconds: float
) -> Iterator[tuple[Item, list[Arrays], Answer]]:
    """Each item, its inputs and the answer to it. While one is judged, the next is computed.

    HarnessError where no worker can be had, and at the end where a file of this project is not what
    it was; training.ending.Ended where a signal says so.
    """
    prepare([item.check for item in items])
    rooms = {item.check.function: furnished(files, item.check.function) for item in items}
    before = fingerprint()
    processes.adopt_orphans()
    with ending_in_order():
        isolation()
        for item, inputs, answer in _in_turn(rooms, items, seconds):
            caused = answer.text.startswith(CAUSED) or "values to unpack" in answer.text
            if answer.kind == "error" and caused:
                own = finish(start(files, item.check.function, inputs, seconds))
                answer = own if own.kind == "arrays" else answer
            yield item, inputs, answer
    if changed := changed_since(before):
        raise HarnessError(f"{', '.join(changed)} changed during the grading: do not trust it.")


def _in_turn(
    rooms: dict[str, Files], items: Sequence[Item], seconds: float
) -> Iterator[tuple[Item, list[Arrays], Answer]]:
    left, waiting, budget = deque(items), deque[Work](), Budget(seconds)
    try:
        while left or waiting:
            # Hidden inputs come last, and apart: no worker that is heard can get at them.
            alike = all(item.hidden == left[0].hidden for item, _, _ in waiting if left)
            if left and alike and len(waiting) < AHEAD:
                item = left.popleft()
                name, inputs = item.check.function, draw_cases(item.check, item.seed)
                if refusal := budget.refusal(item.check):
                    waiting.append((item, inputs, Answer("skipped", refusal, [])))
                else:
                    waiting.append((item, inputs, start(rooms[name], name, inputs, seconds)))
                continue
            item, inputs, work = waiting.popleft()
            answer = finish(work) if isinstance(work, Worker) else work
            budget.record(item.check, answer)
            yield item, inputs, answer
    finally:
        for _, _, work in waiting:
            if isinstance(work, Worker):
                stop(work)


def total(seconds: float) -> float:
    """Seconds for all checks together, where each has so many."""
    return max(TOTAL, SHARE * seconds)


class Budget:
    """Counts the time that is left, and the checks in a row that did not finish."""

    def __init__(self, seconds: float) -> None:
        self.total = total(seconds)
        self.end = time.monotonic() + self.total
        self.counts: dict[str, int] = {}

    def record(self, check: Check, answer: Answer) -> None:
        file = _file(check)
        if self.counts.get(file, 0) < IN_A_ROW:
            self.counts[file] = self.counts.get(file, 0) + 1 if answer.kind == "timeout" else 0

    def refusal(self, check: Check) -> str:
        """Why a check is not run, in words that fit its line; "" where it is run."""
        if self.counts.get(_file(check), 0) >= IN_A_ROW:
            return f"{_file(check)} hangs"
        return f"the {self.total:g} s for all are over" if time.monotonic() > self.end else ""


def _file(check: Check) -> str:
    return path_of(check.function.rpartition(".")[0])


def fingerprint() -> dict[str, str]:
    """A digest of every file that grading runs or starts with, by its path."""
    paths = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    paths += [path for path in ROOT.glob("*.py")]
    paths += Path(sysconfig.get_path("purelib")).glob("*.pth")
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(paths)}


def changed_since(before: dict[str, str]) -> list[str]:
    """The paths of files that are new, gone or different, within the project where they are."""
    after = fingerprint()
    names = [x for x in sorted({*before, *after}) if before.get(x) != after.get(x)]
    return [x.removeprefix(f"{ROOT}/") for x in names]
