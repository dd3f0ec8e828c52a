"""What the module of a model's training offers: rbm.train, vae.train and gan.train.

Their states and parameters are of types of their own, and their settings go on from those here;
`training` needs no more of them than stands here.
"""

from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from autograd_lite.ops import Array
from autograd_lite.tree import Tree
from data.mnist import SIDE
from data.sets import HELP
from training.settings import SettingsError, recorded, setting

EPOCHS, BATCH_SIZE = "passes over the training images", "images per mini-batch"


@dataclass(frozen=True)
class Settings:
    """The settings that every model has. Its own go on from here; where another default is better,
    or other words, they name one of these again.
    """

    data: str = setting("auto", HELP, metavar="NAME|PATH")
    images: int = setting(0, "number of training images; 0: all that are not held out", least=0)
    validation: int = setting(
        5000,
        "number of training images held out for validation; where it is not given, at most a tenth",
        least=0,
    )
    pixels: str = setting("none", "fixed: pixels stay grey", choices=("none",))
    epochs: int = setting(10, EPOCHS, least=1)
    batch_size: int = setting(64, BATCH_SIZE, least=1)
    decay: int = setting(
        0,
        "learning-rate decay: steps until the rate has fallen linearly to 0; 0: constant",
        least=0,
    )
    seed: int = setting(0, "random seed", least=0)
    snapshots: int = setting(
        0, "epochs between saved snapshots of the parameters; 0: none", least=0
    )
    height: int = recorded(SIDE, least=1)
    width: int = recorded(SIDE, least=1)
    digest: str = recorded("")


def steps_per_epoch(settings: Settings, images: Array) -> int:
    """Batches in one pass, the short last one included."""
    return -(-len(images) // settings.batch_size)


def require_decay(settings: Settings, images: Array) -> None:
    """SettingsError where the learning rate would be 0 before the last epoch."""
    steps = settings.epochs * steps_per_epoch(settings, images)
    if 0 < settings.decay < steps:
        raise SettingsError(
            f"--decay is {settings.decay}; expected 0, or at least the {steps} steps of"
            f" {settings.epochs} epochs: the learning rate is 0 from then on."
        )


class State(Protocol):
    """All that a run needs to go on: parameters, moments, chains, the number of steps made."""

    @property
    def params(self) -> Tree: ...
    @property
    def step(self) -> int: ...


S = TypeVar("S", bound=Settings)
St = TypeVar("St", bound=State)


class Model(Protocol[S, St]):
    """A module with these names. Images are grey, (N, D), as floats in [0, 1]."""

    @property
    def Settings(self) -> type[S]: ...

    def start(self, settings: S, images: Array) -> St:
        """The state before the first step; `images` are those of the training."""

    def halved(self, settings: S) -> bool:
        """Whether a step has two halves to run side by side, so that a second thread helps."""

    def step(self, state: St, x: Array, settings: S) -> St:
        """The state after a step on the batch x (B, D); `state` itself stays as it is."""

    def measure(
        self, params: Any, train: Array, validation: Array, settings: S
    ) -> dict[str, float]:
        """A row of metrics, their units in their names."""

    @property
    def UNSOUND(self) -> str:
        """What is wrong after an epoch whose shortfall is above 0."""

    def shortfall(self, row: dict[str, float], train: Array, settings: S) -> float:
        """How much worse a row's metric is than that of no model at all, as a fraction of it."""
