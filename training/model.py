"""What the module of a model's training offers: rbm.train, vae.train and gan.train.

Their settings, states and parameters are of types of their own; `training` needs no more of them
than stands here.
"""

from dataclasses import Field
from typing import Any, ClassVar, Protocol, TypeVar

from autograd_lite.ops import Array
from autograd_lite.tree import Tree


class Settings(Protocol):
    """The settings that every model has: a frozen dataclass, one field an option."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def data(self) -> str: ...
    @property
    def images(self) -> int: ...
    @property
    def validation(self) -> int: ...
    @property
    def pixels(self) -> str: ...
    @property
    def epochs(self) -> int: ...
    @property
    def batch_size(self) -> int: ...
    @property
    def seed(self) -> int: ...
    @property
    def snapshots(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def width(self) -> int: ...
    @property
    def digest(self) -> str: ...


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
