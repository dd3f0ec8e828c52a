"""How time and memory of our steps grow with the sizes of what they work on."""

import math
import statistics
import sys
from collections.abc import Callable
from typing import Any

from benchmarks.cases import CASES
from benchmarks.rounds import OURS, Worker
from experiments.experiment import Experiment, Numbers
from experiments.record import RESULTS
from experiments.tables import markdown, table
from figures.drawing import Drawing, save_picture
from figures.speed import curves
from training.settings import SettingsError

ROUNDS, SECONDS = 5, 0.2
STRAIGHT = 0.15  # how far an exponent may be from theory's


def powers(low: int, high: int) -> tuple[int, ...]:
    return tuple(2**i for i in range(low, high + 1))


# What grows: the case, the setting, its values, and whether memory grows, too. Theory: time is in
# proportion to it once it is large; memory is a straight line, since gradients are there anyway.
GROWING: dict[str, tuple[tuple[str, str, tuple[int, ...], bool], ...]] = {
    "images of a batch": (
        ("cd-1-500", "rows", powers(4, 11), True),
        ("vae-2", "rows", powers(4, 11), True),
        ("conv", "rows", powers(3, 8), True),
        ("gan", "rows", powers(4, 11), True),
    ),
    "hidden units": (
        ("cd-1-500", "hidden", powers(5, 12), True),
        ("vae-2", "hidden", powers(5, 12), True),
    ),
    "k of CD-k": (("cd-1-500", "gibbs_steps", powers(0, 6), False),),
    "chains": (("gibbs", "rows", powers(5, 10), True),),
    "images evaluated": (("evaluate", "rows", (1000, 2000, 4000, 8000), False),),
}
THREADED = ("cd-30-500", "cd-1-500", "vae-2", "conv", "gan")


def measure() -> Numbers:
    """Milliseconds and bytes of a step at every size; milliseconds with one thread and with two."""
    rows = []
    worker = Worker(OURS, sys.executable, 1)
    for what, lines in GROWING.items():
        for name, key, values, grows in lines:
            row = grown(worker, name, key, values)
            print(f"{what}, {name}: {row['ms']}", file=sys.stderr, flush=True)
            rows.append({"what": what, "case": name, "grows": grows, **row})
    worker.end()
    save_picture(Drawing("scaling.svg", (), lambda: curves(rows)), RESULTS)
    return {"curves": rows, "threads": threaded()}


def grown(worker: Worker, name: str, key: str, values: tuple[int, ...]) -> dict[str, Any]:
    """The sizes in turn, round by round, so that a drifting machine bends no line."""
    times: dict[int, list[float]] = {value: [] for value in values}
    bytes_taken = []
    for turn in range(ROUNDS):
        for value in values:
            answers = asked(worker, f"build {name} {key}={value}", f"time {SECONDS}")
            times[value].append(answers[-1]["ms"])
            if not turn:
                bytes_taken.append(asked(worker, "memory")[0]["bytes"])
    ms = [statistics.median(found) for found in times.values()]
    return {"key": key, "values": list(values), "ms": ms, "bytes": bytes_taken}


def asked(worker: Worker, *lines: str) -> list[dict[str, Any]]:
    """What it answers; SettingsError where it cannot."""
    answers = [worker.ask(line) for line in lines]
    for answer in answers:
        if "missing" in answer:
            raise SettingsError(f"{' '.join(lines)} failed: {answer['missing']}.")
    return answers


def threaded() -> dict[str, list[float]]:
    """Milliseconds with one thread and with two, and the median of their ratios."""
    found = {}
    for name in THREADED:  # new processes each time: a step in two halves leaves BLAS one thread
        workers = [Worker(OURS, sys.executable, threads) for threads in (1, 2)]
        for worker in workers:
            asked(worker, f"build {name}")
        times = [[asked(w, f"time {SECONDS}")[0]["ms"] for w in workers] for _ in range(ROUNDS)]
        gain = statistics.median(one / two for one, two in times)
        found[name] = [*map(statistics.median, zip(*times, strict=True)), gain]
        for worker in workers:
            worker.end()
    return found


def exponent(values: list[int], found: list[float]) -> float:
    """Of the power law through the largest value and the one two before it; in theory 1."""
    return math.log(found[-1] / found[-3]) / math.log(values[-1] / values[-3])


def bend(values: list[int], found: list[float]) -> float:
    """The slope between the two largest values over the slope before; of a straight line 1."""
    rises = [(found[i] - found[i - 1]) / (values[i] - values[i - 1]) for i in (-1, -2)]
    return rises[0] / rises[1]


def straight(numbers: Numbers) -> str:
    """Whether time and memory grow as in theory: three numbers that are then 1."""

    def cell(found: float) -> str:
        return f"{found:.2f}" if abs(found - 1) <= STRAIGHT else f"**{found:.2f}**"

    def bent(row: Any) -> str:
        return cell(bend(row["values"], row["bytes"]))

    columns: dict[str, Callable[[Any], str]] = {
        "what grows": lambda r: r["what"],
        "of": lambda r: r["case"],
        "values": lambda r: f"{r['values'][0]:,} to {r['values'][-1]:,}",
        "ms": lambda r: f"{r['ms'][0]:.2f} to {r['ms'][-1]:.1f}",
        "exponent of time": lambda r: cell(exponent(r["values"], r["ms"])),
        "memory, MB": lambda r: " to ".join(f"{r['bytes'][i] / 2**20:.1f}" for i in (0, -1)),
        "last slope / slope before": lambda r: bent(r) if r["grows"] else "",
        "last / first": lambda r: "" if r["grows"] else cell(r["bytes"][-1] / r["bytes"][0]),
    }
    picture = "![Time of a step against each size, on logarithmic axes](scaling.svg)"
    return f"{picture}\n\n{table(numbers['curves'], columns)}"


def gains(numbers: Numbers) -> str:
    rows = [
        [CASES[name].title, f"{one:.2f}", f"{two:.2f}", f"{gain:.2f}"]
        for name, (one, two, gain) in numbers["threads"].items()
    ]
    return markdown(["case", "1 thread, ms", "2 threads, ms", "times as fast"], rows)


EXPERIMENT = Experiment(
    question="How do time and memory of a step grow with its sizes, and with threads?",
    minutes=5,
    protocol=f"medians of {ROUNDS} rounds through all sizes, float32, one thread; cases by their"
    " names in `make bench ARGS=--list`; memory: what a step takes at its peak beside what is there"
    " before it. In theory time is in proportion to a size once that is large (exponent between the"
    " largest and a quarter of it: 1), and memory is a straight line or flat; bold: further than"
    f" {STRAIGHT} from 1",
    data="drawn digits",
    tables={"Growing sizes": straight, "Threads": gains},
)
