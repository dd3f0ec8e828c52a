"""The settings of a training of a restricted Boltzmann machine, which are also its command line."""

from dataclasses import dataclass
from typing import Any, ClassVar

from training import model
from training.settings import setting

_BEST: dict[str, Any] = {
    "pixels": "stochastic",
    "chains": "persistent",
    "gibbs_steps": 5,
    "gradient": "centred",
    "epochs": 100,
    "batch_size": 100,
    "learning_rate": 0.3,
    "decay": 55_000,  # to 0 at the end of 100 epochs of 55,000 images
    "momentum": 0.0,
}


@dataclass(frozen=True)
class Settings(model.Settings):
    """The settings of a run."""

    PRESET_HELP: ClassVar = (
        "best and long mean by the likelihood, of 55,000 and 60,000 images; with another number of"
        " images, epochs or images a batch, give --decay the steps that these make",
    )
    PRESETS: ClassVar[dict[str, dict[str, Any]]] = {
        "source": {  # as the two documents on RBMs train theirs
            "validation": 0,
            "pixels": "none",
            "init": "truncated",
            "gibbs_steps": 30,
            "momentum": 0.0,
            "epochs": 30,
        },
        "best": _BEST,  # beside other trainings: results/README.md#rbm_likelihoods
        "long": _BEST | {"validation": 0, "epochs": 200, "decay": 120_000},
    }

    pixels: str = setting(
        "threshold",
        "binarisation of grey pixels: at 0.5, or sampled at every step (stochastic), or none",
        choices=("threshold", "stochastic", "none"),
    )
    hidden: int = setting(500, "number of hidden units", least=1)
    init: str = setting(
        "means",
        "initial parameters: small normal weights and visible biases from the pixels' means,"
        " or normal weights truncated at two standard deviations and biases of 0.1",
        choices=("means", "truncated"),
    )
    chains: str = setting(
        "data",
        "where the Gibbs chains start: at the batch (CD-k), or where they were (persistent, PCD-k)",
        choices=("data", "persistent"),
    )
    particles: int = setting(
        0, "number of persistent chains; 0: as many as a mini-batch has images", least=0
    )
    gibbs_steps: int = setting(5, "Gibbs sweeps per update: the k of CD-k", least=1)
    gradient: str = setting(
        "plain",
        "gradient of a step: of W, b and c, or of those of the centred machine",
        choices=("plain", "centred"),
    )
    learning_rate: float = setting(0.1, "initial learning rate", least=0)
    halving: int = setting(
        0,
        "inverse-time decay of the learning rate: it is r / (1 + t / halving) at step t, so half of"
        " the initial rate r after `halving` steps; 0: constant",
        least=0,
    )
    momentum: float = setting(0.5, "momentum", least=0, below=1)
    momentum_ramp: int = setting(
        0, "steps until the momentum is reached, in a straight line from 0; 0: at once", least=0
    )
    weight_decay: float = setting(
        0.0,
        "share of each weight that a step of rate 1 takes off it; biases are free",
        least=0,
    )
