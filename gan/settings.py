"""The settings of a training of the GAN: the source's, and a preset that does better."""

from dataclasses import dataclass
from typing import Any, ClassVar

from gan.losses import LOSSES
from training.settings import SettingsError, setting


@dataclass(frozen=True)
class Settings:
    """The settings of a run, which are also its command line."""

    PRESETS: ClassVar[dict[str, dict[str, Any]]] = {
        "best": {  # each measured over 8 epochs: results/tricks.json
            "noise": 64,
            "generator": "256,512",
            "discriminator": "512,256",
            "label": 1.0,
            "generator_dropout": 0.0,
            "discriminator_dropout": 0.0,
            "penalty": 1.0,
            "beta1": 0.5,
            "decay": 46_900,  # to 0 at the end of 100 epochs
            "average": 0.999,
            "batch_size": 128,
            "epochs": 100,
        }
    }

    data: str = setting("auto", "data set", choices=("auto", "mnist", "digits"))
    images: int = setting(0, "training images to use, 0 for all", least=0)
    validation: int = setting(0, "images cut from the training set", least=0)
    pixels: str = setting("none", "grey as it is", choices=("none",))
    noise: int = setting(100, "units of noise", least=1)
    generator: str = setting("32,64,128", "hidden units of the generator")
    discriminator: str = setting("128,64,32", "hidden units of the discriminator")
    loss: str = setting("non-saturating", "of the generator", choices=tuple(LOSSES))
    label: float = setting(0.9, "what real images are called; 1 without smoothing", least=0)
    generator_dropout: float = setting(0.3, "share of its hidden units dropped", least=0)
    discriminator_dropout: float = setting(0.3, "share of its hidden units dropped", least=0)
    penalty: float = setting(
        0.0, "weight of the discriminator's squared slope at real images", least=0
    )
    learning_rate: float = setting(2e-3, "of Adam, both players", least=0)
    decay: int = setting(0, "steps in which the rate falls evenly to 0; 0: never", least=0)
    beta1: float = setting(0.9, "of Adam, both players", least=0)
    average: float = setting(0.0, "share of the averaged generator that stays each step", least=0)
    epochs: int = setting(50, "passes over the training images", least=1)
    batch_size: int = setting(64, "images a step", least=1)
    seed: int = setting(0, "of every random stream of the run", least=0)
    snapshots: int = setting(0, "parameters are kept every so many epochs, 0: never", least=0)

    def __post_init__(self) -> None:
        """SettingsError for what cannot be trained, before a folder is made for it."""
        widths("generator", self.generator)
        widths("discriminator", self.discriminator)
        for name in ("generator_dropout", "discriminator_dropout", "beta1", "average"):
            if not float(getattr(self, name)) < 1:  # also where it is no number
                option, value = name.replace("_", "-"), getattr(self, name)
                raise SettingsError(f"--{option} is {value}; expected less than 1.")
        if not self.label <= 1:
            raise SettingsError(f"--label is {self.label}; expected at most 1.")


def widths(name: str, text: str) -> list[int]:
    """The numbers of hidden units that a setting lists; SettingsError where it lists none."""
    try:
        found = [int(word) for word in text.split(",")]
    except ValueError:
        found = [0]
    if min(found) < 1:
        raise SettingsError(
            f"--{name} is {text!r}; expected whole numbers from 1 on, such as 32,64,128."
        )
    return found
