"""The log-likelihood of test digits under restricted Boltzmann machines (RBMs), by their training:
exact for 20 hidden units, and for all of them between two estimates from annealed chains.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import rbm.train
from experiments.cache import Part, compute
from experiments.experiment import Experiment, Numbers
from experiments.rbm_trainings import DRAWN, MACHINES, SOURCES, VALIDATION, training
from experiments.tables import table, with_spread
from rbm.evaluate import Options, Scored, images_of
from rbm.exact import MOST
from rbm.likelihood import Annealing, annealed, estimated, exact
from rbm.machine import Machine
from rbm.model import free_energy
from rbm.pseudo import log_pseudo_likelihood
from training.checkpoint import load_params, snapshots
from training.run import files_of
from training.trained import Trained, read

PSEUDO = 1000  # images
LOOKS = 8  # snapshots of a training on its curve
LONG, SHORT = Annealing(), Annealing(images=100, temperatures=1000)  # for the table, for the curves


def scored(run: Trained) -> tuple[Scored, Scored]:
    """Test and validation images as `python -m rbm likelihood` scores them: sampled once."""
    settings = replace(run.settings, validation=VALIDATION)
    machine = Machine(str(run.folder), run.params, settings)
    test, validation = (
        images_of(machine, Options(part=part, pixels="stochastic"))
        for part in ("test", "validation")
    )
    return test, validation


def of_machine(folder: Path, how: Annealing = LONG) -> dict[str, Any]:
    """A trained machine by all measures, in nats an image; chains are run back from test images."""
    run = read(folder, rbm.train)
    test, validation = scored(run)
    made = annealed(run.params, test.base, test.v, how)
    found = {"annealed": estimated(run.params, test.v, made["forward"], made["reverse"])}
    if min(run.params.W.shape) <= MOST:
        found["exact"] = exact(run.params, test.v)
    log_Z = found.get("exact", found["annealed"])["log Z"]
    params = [np.asarray(array, np.float64) for array in run.params]
    pseudo = [log_pseudo_likelihood(v, *params) for v in np.split(test.v[:PSEUDO], 10)]
    log_f = -free_energy(validation.v, *run.params).mean(dtype=np.float64)
    others = {"pseudo": float(np.mean(pseudo)), "validation": float(log_f) - log_Z}
    return {"seconds": run.series("seconds")[-1], **found, **others}


def along(folder: Path, how: Annealing = SHORT) -> list[dict[str, Any]]:
    """The likelihood of validation images at some snapshots, and the seconds of training."""
    run = read(folder, rbm.train)
    _, validation = scored(run)
    kept = [epoch for epoch in snapshots(folder) if epoch]
    at = np.unique(np.geomspace(1, len(kept), LOOKS).round().astype(int)) - 1
    rows = []
    for epoch in (kept[i] for i in at):
        params = load_params(folder, epoch, run.params)
        made = annealed(params, validation.base, validation.v, how)
        found = estimated(params, validation.v, made["forward"], made["reverse"])
        rows.append({"epochs": epoch, "seconds": run.series("seconds")[epoch - 1], **found})
    return rows


def measure() -> Numbers:
    folders = {machine: training(*machine).folder for machine in MACHINES[::-1]}
    parts: dict[Any, Part] = {
        machine: Part(of_machine, (folder,), (folder / "checkpoint.npz",))
        for machine, folder in folders.items()
    }
    for machine in DRAWN:
        folder = folders[machine]
        parts[machine, "curve"] = Part(along, (folder,), tuple(files_of(folder)))
    found = dict(zip(parts, compute(list(parts.values())), strict=True))
    return {
        "machines": [{"training": m[0], "hidden": m[1], **found[m]} for m in MACHINES],
        "curves": {machine[0]: found[machine, "curve"] for machine in DRAWN},
    }


def best_log_p(row: Any) -> Any:
    """Exact where that can be, else annealed: the numbers of a machine."""
    return row.get("exact", row["annealed"])


def likelihoods(numbers: Numbers) -> str:
    def interval(row: Any) -> str:
        low, high = row["annealed"]["interval"]
        return f"{low:.2f} to {high:.2f}"

    def below(row: Any) -> str:
        found = row["annealed"]
        return with_spread(found["conservative log p"], found["conservative log p error"])

    columns: dict[str, Any] = {
        "training": 0,
        "hidden units": lambda row: str(row["hidden"]),
        "minutes": lambda row: f"{row['seconds'] / 60:.1f}",
        "log p": lambda row: with_spread(best_log_p(row)["log p"], best_log_p(row)["log p error"]),
        "conservative log p": below,
        "log Z by AIS, 95 % interval": interval,
        "effective chains": lambda row: f"{row['annealed']['effective size']:.0f}",
        "log pseudo-likelihood": lambda row: f"{row['pseudo']:.1f}",
        "log p, validation": lambda row: f"{row['validation']:.2f}",
    }
    return table(numbers["machines"], columns)


def beside_exact(numbers: Numbers) -> str:
    """AIS and the chains run back, less the exact log Z, where that is known."""

    def less(row: Any, *names: str) -> str:
        return " to ".join(
            f"{value - row['exact']['log Z']:+.3f}"
            for name in names
            for value in np.atleast_1d(row["annealed"][name])
        )

    columns: dict[str, Any] = {
        "training": 0,
        "hidden units": lambda row: str(row["hidden"]),
        "log Z, exact": lambda row: f"{row['exact']['log Z']:.3f}",
        "AIS less exact": lambda row: less(row, "log Z"),
        "95 % interval less exact": lambda row: less(row, "interval"),
        "chains run back from test images less exact": lambda row: less(row, "log Z from above"),
    }
    return table([row for row in numbers["machines"] if "exact" in row], columns)


def answer(numbers: Numbers) -> str:
    """log p of the largest machines by each training, and the conservative one of the last."""
    rows = {row["training"]: row["annealed"] for row in numbers["machines"] if row["hidden"] == 500}
    words = ", ".join(f"{found['log p']:.1f} ({kind})" for kind, found in rows.items())
    last = list(rows.values())[-1]["conservative log p"]
    return f"500 units: {words} nats an image; the last at least {last:.1f}, conservatively"


EXPERIMENT = Experiment(
    question="How likely are test digits under an RBM, and by which training?",
    minutes=120,
    trainings=tuple(training(*machine) for machine in MACHINES[::-1]),
    protocol="nats an image, one training each; minutes on one core; pixels sampled at every step;"
    f" {SOURCES}: grey pixels; it and the preset long: all 60,000 images, so that their validation"
    " images are training images; the others: 55,000 images; the presets' settings were chosen on"
    " the other 5,000; the machines here scored once on all 10,000 test images, sampled once"
    " (seed 0): log p with the standard error over the images,"
    " exact for 20 hidden units, else by forward annealed importance sampling (AIS),"
    f" {LONG.chains} chains of {LONG.temperatures:,} temperatures, more likely too high than too"
    f" low; conservative log p from chains run back from {LONG.images} test images, on average too"
    " low for images drawn by AIS, whose chains are a model of their own where they do not mix;"
    f" exact pseudo-likelihood of the first {PSEUDO:,} test images; during training:"
    f" validation images, {SHORT.chains} chains of {SHORT.temperatures:,} temperatures",
    tables={
        "Log-likelihood of test digits under RBMs": likelihoods,
        "Annealed importance sampling beside the exact log Z": beside_exact,
    },
)
