"""The settings of a training of the GAN: the notebook's, and a preset that does better."""

from dataclasses import dataclass
from typing import Any, ClassVar

from gan.losses import LOSSES
from training import model
from training.settings import setting, widths


@dataclass(frozen=True)
class Settings(model.Settings):
    """The settings of a run, which are also its command line."""

    PRESET_HELP: ClassVar = ("best means by the inception score of our classifier",)
    PRESETS: ClassVar[dict[str, dict[str, Any]]] = {
        "best": {  # each measured over 8 epochs: results/gan_ablation.json
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

    validation: int = setting(0, "number of training images held out for validation", least=0)
    noise: int = setting(100, "dimension of the generator's noise", least=1)
    generator: str = setting(
        "32,64,128", "widths of the generator's hidden layers", metavar="WIDTHS"
    )
    discriminator: str = setting(
        "128,64,32", "widths of the discriminator's hidden layers", metavar="WIDTHS"
    )
    loss: str = setting("non-saturating", "loss of the generator", choices=tuple(LOSSES))
    label: float = setting(
        0.9, "target for real images; below 1: one-sided label smoothing", least=0, most=1
    )
    generator_dropout: float = setting(
        0.3, "dropout rate of the generator's hidden units", least=0, below=1
    )
    discriminator_dropout: float = setting(
        0.3, "dropout rate of the discriminator's hidden units", least=0, below=1
    )
    penalty: float = setting(
        0.0,
        "R1 gradient penalty on the discriminator: gamma of gamma / 2 times the mean squared norm"
        " of the gradient of its logit at real images",
        least=0,
    )
    learning_rate: float = setting(2e-3, "initial learning rate of Adam, both players", least=0)
    beta1: float = setting(0.9, "beta1 of Adam, both players", least=0, below=1)
    average: float = setting(
        0.0, "EMA decay of the generator's parameters; 0: no average", least=0, below=1
    )
    epochs: int = setting(50, model.EPOCHS, least=1)

    def __post_init__(self) -> None:
        """SettingsError for what cannot be trained, before a folder is made for it."""
        widths("generator", self.generator)
        widths("discriminator", self.discriminator)
