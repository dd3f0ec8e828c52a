"""`python -m experiments`: lists the experiments, runs those that are named, or all of them."""

import time
from collections.abc import Mapping, Sequence

from experiments import cache, record, tables
from experiments.experiment import Experiment, find, named
from training import farm
from training.parallel import train_all
from training.run import read_metrics
from training.settings import Parser, SettingsError

REPRODUCE = Experiment(
    question="How long does it take to make everything that is not there yet?",
    minutes=360,
    protocol="seconds; trainings and parts of measurements that were there already were not made"
    " again this time; trainings, parts: what each of them took on one core, as it was noted then,"
    " whatever else the machine had to do",
    seeds=(),
)


def main(argv: Sequence[str], package: str = "experiments") -> None:
    """Runs the named experiments of a package; each goes on where it was stopped."""
    parser = Parser(prog=f"python -m {package}", allow_abbrev=False)
    parser.add_argument("names", nargs="*", metavar="NAME", help="run these (default: list all)")
    parser.add_argument("--all", action="store_true", help="run all of them")
    parser.add_argument(
        "--tables", action="store_true", help="only write the pages of tables from results/*.json"
    )
    if package == "experiments":  # the others measure this machine
        parser.add_argument(
            "--scheduler",
            metavar="ADDRESS",
            help="train and measure on the workers of this Dask scheduler, such as tcp://host:8786"
            " (docs/CLUSTER.md; default: on this machine)",
        )
    options = parser.parse_args(argv)
    found = find(package)
    if options.all and options.names:
        raise SettingsError("--all goes with no names; expected one or the other.")
    if options.tables:
        tables.refresh(package, found)
    elif options.all or options.names:
        with farm.on(getattr(options, "scheduler", None)):
            run(found, package, list(found) if options.all else options.names)
    else:
        for name, experiment in found.items():
            print(f"{name:18} {experiment.minutes:4.0f} min  {experiment.question}")
        print(f"\nRun some of them: python -m {package} NAME ... (what is there is not made again)")


def run(found: Mapping[str, Experiment], package: str, names: list[str]) -> None:
    """Trains what is missing, measures, writes results/<name>.json and the tables."""
    chosen, spent = named(found, names), {}
    if farm.is_far():  # many workers: no experiment waits for the longest training of another
        train_all(one for each in chosen.values() for one in each.trainings)
    for name, experiment in chosen.items():
        print(f"{name}: {experiment.question} (at most {experiment.minutes:.0f} min)", flush=True)
        start = time.monotonic()
        train_all(experiment.trainings)
        cache.SECONDS.clear()
        if experiment.measure:
            line = f"python -m {package} {name}"
            record.write(name, line, experiment, experiment.measure())
            tables.refresh(package, found)
        last = {one.folder.name: read_metrics(one.folder)[-1] for one in experiment.trainings}
        spent[name] = {
            "this time": time.monotonic() - start,
            "trainings": {name: float(row["seconds"]) for name, row in last.items()},
            "parts": list(cache.SECONDS),
        }
    if package == "experiments" and len(names) == len(found):
        record.write("reproduce", f"python -m {package} --all", REPRODUCE, spent)
