"""`make reproduce`: every result and figure of the sources, on real MNIST.

Says first what it will do and how long that takes; goes on where it was stopped; writes
results/*.json, the tables of README.md and SOURCES.md, and out/catalogue/.
"""

import csv
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import NamedTuple

from experiments.record import write
from training.command import complain
from training.run import RUNS, RunError
from training.settings import Parser, SettingsError


class Part(NamedTuple):
    """A command, and its minutes on two cores where nothing is there yet."""

    module: str
    minutes: float
    what: str
    options: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()  # how the names of its trainings begin

    @property
    def name(self) -> str:
        return self.module.partition(".")[2]

    @property
    def command(self) -> str:
        return " ".join(("python -m", self.module, *self.options))


PARTS = (
    Part(
        "experiments.dense_vae",
        20,
        "S2, S4: dense VAEs, 2, 8 and 16 codes, two likelihoods",
        labels=("costs-",),
    ),
    Part("experiments.dense_vae_curves", 3, "S4: the cost after each of 30 epochs"),
    Part(
        "experiments.conv_vae",
        45,
        "S5: convolutional VAEs, on 10,000 images and on all",
        labels=("conv-",),
    ),
    Part(
        "experiments.tanh_vae",
        25,
        "S7: tanh network, 20 epochs, and its preset of 500",
        labels=("tanh-",),
    ),
    Part("experiments.latent_space", 5, "S7: five questions", ("long",)),
    Part("experiments.likelihoods", 6, "S8: four likelihoods", labels=("likelihood-",)),
    Part("experiments.sample_count", 6, "S8: m samples in training", labels=("samples-",)),
    Part(
        "experiments.inpainting",
        60,
        "S1, S3: RBMs of CD-30, restored digits",
        labels=("cd30-", "pcd5-"),
    ),
    Part(
        "experiments.gan",
        20,
        "S6: the GAN with either loss",
        labels=("gan-non-saturating", "gan-saturating"),
    ),
    Part(
        "experiments.gan_ablation",
        15,
        "S6: what each choice of the preset pays",
        labels=("gan-tricks", "gan-constant-rate"),
    ),
    Part(
        "experiments.compare",
        55,
        "scores of all three families, and the GAN's preset",
        labels=("gan-best",),
    ),
    Part("figures.catalogue", 5, "every figure of docs/FIGURES.md"),
    Part("experiments.tables", 0, "the tables of README.md and SOURCES.md"),
)


def main(argv: Sequence[str]) -> None:
    """Runs the parts in order; `--only NAME` runs one."""
    parser = Parser(prog="python -m experiments.reproduce", allow_abbrev=False)
    parser.add_argument("--only", metavar="NAME", help="one part")
    parser.add_argument("--plan", action="store_true", help="say what there is to do, do nothing")
    options = parser.parse_args(argv)
    parts = [part for part in PARTS if options.only in (None, part.name)]
    if not parts:
        names = ", ".join(part.name for part in PARTS)
        raise SettingsError(f"--only is {options.only}; expected one of {names}.")
    for part in parts:
        print(f"{part.minutes:4.0f} min  {part.command:32} {part.what}")
    total = sum(part.minutes for part in parts)
    print(f"{total:4.0f} min on two cores in all; what is there already is not made again.")
    if options.plan:
        return
    spent = {
        part.name: {"this time": _run(part, i, len(parts)), "its trainings": trained(part)}
        for i, part in enumerate(parts, 1)
    }
    if len(parts) == len(PARTS):
        write(
            "reproduce",
            protocol="seconds; trainings and parts of measurements that were there already were"
            " not made again this time; what each of a part's trainings took, on one core, is added"
            " up as it was noted then, whatever else the machine had to do (S7's are counted with"
            " assignment, the questions' ones too)",
            seeds=[],
            data="MNIST",
            numbers=spent,
        )


def trained(part: Part) -> float:
    """What the trainings of a part took, in seconds, added up."""
    tables = [table for label in part.labels for table in RUNS.glob(f"{label}*/metrics.csv")]
    rows = [list(csv.DictReader(table.read_text().splitlines())) for table in tables]
    return sum(float(table[-1]["seconds"]) for table in rows if table)


def _run(part: Part, number: int, parts: int) -> float:
    """Runs one part, its own lines on the screen; the seconds it took."""
    print(f"\n{number} of {parts}: {part.command}", flush=True)
    start = time.monotonic()
    ended = subprocess.run([sys.executable, "-m", part.module, *part.options])
    if ended.returncode == 130:  # Ctrl-C
        raise KeyboardInterrupt
    if ended.returncode:
        again = f"once that is mended, make reproduce ARGS='--only {part.name}' goes on"
        raise RunError(f"{part.command} ended with status {ended.returncode}; {again}.")
    return time.monotonic() - start


if __name__ == "__main__":
    complain(main, sys.argv[1:])
