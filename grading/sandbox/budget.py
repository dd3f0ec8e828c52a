"""Which checks still run, when others have taken all the time there was."""

import time

from grading.check import Check
from grading.sandbox.given import path_of
from grading.sandbox.protocol import Answer

IN_A_ROW = 3  # checks of one file without an end, after which it is not tried again
TOTAL, SHARE = 120.0, 6  # seconds for all checks, or so many times those of one if that is more


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
        """Takes note of an answer."""
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
