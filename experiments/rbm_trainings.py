"""The trainings of restricted Boltzmann machines (RBMs) that are compared by their likelihoods."""

from typing import Any

from experiments import inpainting
from rbm.settings import Settings
from training.parallel import Training
from training.settings import options_of

HIDDEN = (20, 100, 500)  # units
VALIDATION = 5000  # images
COMMON = {
    "data": "mnist",
    "validation": VALIDATION,
    "pixels": "stochastic",
    "gibbs_steps": 1,
    "epochs": 60,
    "batch_size": 100,
    "learning_rate": 0.05,
    "decay": 33_000,  # to 0 at the end of 60 epochs
    "momentum": 0.0,
}
OURS: dict[str, dict[str, Any]] = {
    "CD-1": COMMON | {"chains": "data"},
    "PCD-1": COMMON | {"chains": "persistent"},
    **{f"preset {n}": COMMON | given for n, given in Settings.PRESETS.items() if n != "source"},
}
SOURCES = "CD-30, as the sources train"


def training(kind: str, hidden: int) -> Training:
    """A training in full, option by option: were a preset changed, this would be another run."""
    if kind == SOURCES:
        return inpainting.machine("grey", hidden)
    options = OURS[kind] | {"hidden": hidden, "snapshots": OURS[kind]["epochs"] // 20}
    label = f"rbm-{kind.lower().removeprefix('preset ')}-{hidden}"
    return Training(label, "rbm", tuple(options_of(options).split()))


KINDS = ("CD-1", SOURCES, *list(OURS)[1:])
MACHINES = tuple(
    (kind, hidden)
    for hidden in HIDDEN
    for kind in KINDS
    if hidden == max(HIDDEN) or kind != "preset long"
)
DRAWN = tuple(machine for machine in MACHINES if machine[1] == max(HIDDEN))  # as curves
