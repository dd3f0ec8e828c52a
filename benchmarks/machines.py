"""How long `make reproduce` takes on more machines: list scheduling, the longest first."""

import time
from heapq import heapreplace
from importlib import import_module
from itertools import pairwise
from statistics import median
from typing import Any

from experiments.cache import Part, compute
from experiments.experiment import Experiment, Numbers, find
from experiments.record import read
from experiments.tables import markdown
from training.images import training_images
from training.memory import keep_freed_memory
from training.model import steps_per_epoch
from training.parallel import Training
from training.settings import Parser, add_settings, with_preset

MACHINES, CORES, STEPS = (1, 10, 100), 2, 10


def kind(training: Training) -> tuple[str, ...]:
    """Model and options, without the seed, on which no time depends."""
    words = [training.model, *training.options]
    return tuple(w for i, w in enumerate(words) if "--seed" not in words[max(i - 1, 0) : i + 1])


def predicted(model: str, *options: str) -> float:
    """The seconds of a training, from some of its steps and one look at its metrics."""
    keep_freed_memory()
    module: Any = import_module(f"{model}.train")
    parser = Parser(prog=model, allow_abbrev=False)
    add_settings(parser, module.Settings)
    settings = module.Settings(**with_preset(vars(parser.parse_args(options)), module.Settings))
    images = training_images(settings)
    state, times = module.start(settings, images.train), [time.monotonic()]
    for _ in range(1 + STEPS):
        state = module.step(state, images.train[: settings.batch_size], settings)
        times.append(time.monotonic())
    module.measure(state.params, images.train, images.validation, settings)
    look = time.monotonic() - times[-1]
    step = median(after - before for before, after in pairwise(times[1:]))
    return float(settings.epochs * (steps_per_epoch(settings, images.train) * step + look))


def makespan(seconds: list[float], cores: int) -> float:
    """When the last job ends, if whichever core is free takes the longest that is left."""
    ends = [0.0] * cores
    for each in sorted(seconds, reverse=True):
        heapreplace(ends, ends[0] + each)
    return max(ends)


def measure() -> Numbers:
    trainings = list(dict.fromkeys(t for found in find().values() for t in found.trainings))
    kinds = list(dict.fromkeys(map(kind, trainings)))
    of_kind = dict(zip(kinds, compute([Part(predicted, words) for words in kinds]), strict=True))
    each = {training.label: of_kind[kind(training)] for training in trainings}
    last = read("reproduce").numbers.values()
    parts = [row["parts"] for row in last if "parts" in row]  # which older records do not have
    return {
        "trainings": dict(sorted(each.items(), key=lambda item: -item[1])),
        "machines": [
            {
                "machines": count,
                "trainings [s]": makespan(list(each.values()), count * CORES),
                "parts [s]": sum(makespan(p, count * CORES) for p in parts) if parts else None,
                "rest [s]": sum(row["this time"] for row in last),
            }
            for count in MACHINES
        ],
    }


def table(numbers: Numbers) -> str:
    rows = []
    for row in numbers["machines"]:
        count, *seconds = row.values()
        seconds.append(sum(s or 0 for s in seconds))
        rows.append([str(count), *("?" if s is None else f"{s / 60:.0f}" for s in seconds)])
    heads = ["machines of two cores", "trainings [min]", "parts [min]", "rest [min]", "sum [min]"]
    longest = ", ".join(f"{k} {s / 60:.0f} min" for k, s in [*numbers["trainings"].items()][:3])
    return f"{markdown(heads, rows)}\n\nThe longest trainings: {longest}."


EXPERIMENT = Experiment(
    question="How long does `make reproduce` take on 1, 10 and 100 machines of two cores?",
    minutes=2,
    protocol=f"trainings: {STEPS} steps and one look at the metrics of each kind, two at a time,"
    " times their numbers, the longest first on whichever core is free; parts, experiment by"
    " experiment (?: not recorded yet), and rest, which one process does: as they stand in"
    " results/reproduce.json",
    tables={"On more machines": table},
)
