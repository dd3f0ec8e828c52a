"""Are malformed files refused in one sentence, at once, and in little memory?"""

import tempfile
import time
import traceback
import tracemalloc
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.malformed import KINDS, malformed
from data.idx import DataError
from experiments.cache import Part, compute
from experiments.experiment import Experiment, Numbers
from experiments.record import ROOT
from experiments.tables import markdown
from grading.sandbox.protocol import GradingError
from training.run import RunError
from training.settings import SettingsError

SENTENCES = (DataError, RunError, SettingsError, GradingError)
LONGEST, MOST_SECONDS, MOST_BYTES = 1_000, 1.0, 2**24  # letters; no valid file takes 1 MiB unpacked


def measure() -> Numbers:
    parts = [(name, i) for name, kind in KINDS.items() for i in range(kind.thousands)]
    return compute([Part(outcomes, part) for part in parts])


def outcomes(name: str, part: int, count: int = 1_000) -> dict[str, Any]:
    """How a thousand inputs ended, an example of each failure, the slowest, the most memory."""
    ends, failures, seconds, memory = Counter[str](), dict[str, str](), 0.0, 0
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch, KINDS[name].file)
        for number in range(count * part, count * (part + 1)):
            end, took, most = tried(name, content := malformed(name, number), path)
            seconds, memory = max(seconds, took), max(memory, most)
            ends[end] += 1
            if end not in ("read", "refused") and end not in failures:
                failures[end] = f"input {number}, {content!r:.300}"
                print(f"{name}: {end}: {failures[end]}", flush=True)
    ended = {"files": name, "ends": dict(ends), "failures": failures}
    return ended | {"slowest [s]": seconds, "most memory [bytes]": memory}


def tried(name: str, content: bytes, path: Path) -> tuple[str, float, int]:
    """How the reader ends, its seconds of processor time, and its peak of memory in bytes."""
    path.unlink(missing_ok=True)  # to cut a file that is there makes some systems wait for the disk
    path.write_bytes(content)
    tracemalloc.start()
    start, end = time.process_time(), "read"
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            KINDS[name].read(path)
        except Exception as error:
            words, end = str(error), "refused"
            if not (isinstance(error, SENTENCES) and words.isprintable() and len(words) < LONGEST):
                trace = traceback.extract_tb(error.__traceback__)
                own = [frame for frame in trace if frame.filename.startswith(str(ROOT))][-1]
                end = f"{type(error).__name__} in {Path(own.filename).name}, {own.name}"
    seconds, most = time.process_time() - start, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    end += f", warning: {warned[0].message}" if warned else ""
    end += ", slow" * (seconds > MOST_SECONDS) + ", large" * (most > MOST_BYTES)
    return end, seconds, most


def table(numbers: Numbers) -> str:
    rows = []
    for name in KINDS:
        parts = [part for part in numbers if part["files"] == name]
        ends = sum((Counter(part["ends"]) for part in parts), Counter[str]())
        counts = ends.total(), ends["read"], ends["refused"]
        slowest = max(part["slowest [s]"] for part in parts)
        most = max(part["most memory [bytes]"] for part in parts)
        cells = [f"{count:,}" for count in (*counts, 2 * counts[0] - sum(counts))]
        rows.append([name, *cells, f"{1000 * slowest:.0f}", f"{most / 2**20:.1f}"])
    header = ["files", "inputs", "read", "refused in a sentence", "other ends"]
    return markdown([*header, "slowest [ms]", "most memory [MiB]"], rows)


EXPERIMENT = Experiment(
    question="Are malformed files refused in one sentence, at once, and in little memory?",
    minutes=8,
    measure=measure,
    protocol="valid files with one to four mistakes (bits, cuts, parts repeated and exchanged,"
    " extreme integers, other words), also inside what is packed; other ends are tracebacks,"
    " warnings, more than a second of processor time, and more than 16 MiB of memory",
    data="none",
    tables={"Malformed files": table},
)
