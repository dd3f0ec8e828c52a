"""Which checks still run, when others have taken all the time there was."""

import ast
import time
from functools import cache
from pathlib import Path

from grading.check import Check
from grading.protocol import Answer

ROOT = Path(__file__).parent.parent
IN_A_ROW = 3  # checks of one file without an end, after which it is not tried again
TOTAL = 120.0  # seconds for all checks together, or SHARE limits where that is more
SHARE = 6


class Budget:
    """Counts the time that is left, and the checks in a row that did not finish."""

    def __init__(self, seconds: float) -> None:
        self.total = max(TOTAL, SHARE * seconds)
        self.end = time.monotonic() + self.total
        self.counts: dict[str, int] = {}

    def record(self, check: Check, answer: Answer) -> None:
        """Takes note of an answer."""
        file = _file(check)
        if self.counts.get(file, 0) < IN_A_ROW:
            self.counts[file] = self.counts.get(file, 0) + 1 if answer.kind == "timeout" else 0

    def refusal(self, check: Check) -> str:
        """Why a check is not run, in words that fit its line; "" where it is run."""
        for file, count in self.counts.items():
            if count >= IN_A_ROW and file in needed(_file(check)):
                return f"{file} hangs"
        if time.monotonic() > self.end:
            return f"the {self.total:g} s for all are over"
        return ""


def _file(check: Check) -> str:
    return check.function.rsplit(".", 1)[0].replace(".", "/") + ".py"


@cache
def needed(file: str) -> frozenset[str]:
    """A file of the reference, and those that it imports, itself or through others."""
    found, waiting = {file}, [file]
    while waiting:
        nodes = ast.walk(ast.parse((ROOT / waiting.pop()).read_text(encoding="utf-8")))
        names = [x.module for x in nodes if isinstance(x, ast.ImportFrom) and x.module]
        paths = {name.replace(".", "/") + ".py" for name in names}
        new = {path for path in paths - found if (ROOT / path).is_file()}
        found |= new
        waiting += new
    return frozenset(found)
