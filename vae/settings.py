"""The settings of a training of the VAE."""

from dataclasses import dataclass
from typing import Any, ClassVar

from autograd_lite.optim import Optimiser, adam_start, adam_step, rmsprop_start, rmsprop_step
from training import model
from training.settings import SettingsError, setting, widths
from vae.mlp import ACTIVATIONS
from vae.objective import LIKELIHOODS

OPTIMISERS = {
    "adam": Optimiser(adam_start, adam_step),
    "rmsprop": Optimiser(rmsprop_start, rmsprop_step),
}


_DEEP: dict[str, Any] = {
    "validation": 0,
    "pixels": "stochastic",
    "codes": 50,
    "hidden": "200,200",
    "activation": "elu",
    "batch_size": 100,
    "learning_rate": 1.5e-3,
    "epochs": 600,
    "decay": 360_000,  # to 0 at the end of 600 epochs of 60,000 images
    "snapshots": 25,
}

# What the convolutional network can be asked for.
CONV_TAKES = {"activation": ("relu",), "likelihood": ("bernoulli", "squared")}


@dataclass(frozen=True)
class Settings(model.Settings):
    """The settings of a run, which are also its command line."""

    PRESET_HELP: ClassVar = (
        "best is for one hidden layer; deep and iwae are the best by log p of sampled pixels; with"
        " other --images, --epochs or --batch-size, give --decay the steps that these make",
    )
    PRESETS: ClassVar[dict[str, dict[str, Any]]] = {
        "source": {"validation": 0, "likelihood": "squared"},  # as the notebook trains its VAEs
        "best": {  # beside other settings: results/README.md#vae_best
            "validation": 0,
            "dropout": 0.1,
            "learning_rate": 3e-3,
            "epochs": 120,
            "decay": 56_280,  # to 0 at the end of 120 epochs of 60,000 images
        },
        "deep": _DEEP,
        "iwae": {
            **_DEEP,
            "bound": "dreg",
            "samples": 5,
            "learning_rate": 3e-3,
            "epochs": 500,
            "decay": 300_000,
        },
    }

    pixels: str = setting(
        "none",
        "binarisation of grey pixels: at 0.5, sampled at every step (stochastic), sampled once"
        " before training, or none",
        choices=("threshold", "stochastic", "once", "none"),
    )
    likelihood: str = setting(
        "bernoulli", "likelihood of the pixels given the code", choices=tuple(LIKELIHOODS)
    )
    codes: int = setting(2, "dimension of the latent code", least=1)
    hidden: str = setting(
        "256",
        "widths of the dense encoder's hidden layers, from the image on, the decoder's in reverse;"
        " none: a linear encoder and decoder",
        metavar="WIDTHS",
    )
    network: str = setting(
        "dense", "architecture of encoder and decoder", choices=("dense", "conv")
    )
    activation: str = setting(
        "relu", "activation function of the hidden units", choices=tuple(ACTIVATIONS)
    )
    weights: str = setting(
        "", ".npz file of initial weights; without it they are random", metavar="PATH"
    )
    keep: float = setting(
        1.0,
        "keep probability of the encoder's input pixels in training; the others are set to 0"
        " (masking noise)",
        above=0,
        most=1,
    )
    bound: str = setting(
        "elbo",
        "what is maximised: the evidence lower bound, or the importance-weighted bound of --samples"
        " (iwae), or that by its doubly reparameterised gradient (dreg)",
        choices=("elbo", "iwae", "dreg"),
    )
    dropout: float = setting(
        0.0,
        "dropout rate of the encoder's input pixels in training; those that stay are divided by 1 -"
        " rate",
        least=0,
        below=1,
    )
    samples: int = setting(1, "latent samples per image and step", least=1)
    beta: float = setting(1.0, "weight of the KL divergence in training; 1: the bound", least=0)
    warm_up: int = setting(
        0, "steps until the KL has its whole weight, in a straight line from 0; 0: at once", least=0
    )
    noise: float = setting(
        1.0, "scale of the latent noise, 1 or 0; 0, with --beta 0: a plain autoencoder"
    )
    epochs: int = setting(30, model.EPOCHS, least=1)
    batch_size: int = setting(128, model.BATCH_SIZE, least=1)
    optimiser: str = setting("adam", "optimiser", choices=tuple(OPTIMISERS))
    learning_rate: float = setting(1e-3, "initial learning rate", least=0)
    patience: int = setting(
        0,
        "early stopping patience: epochs without a lower validation cost; 0: no early stopping",
        least=0,
    )
    select: str = setting(
        "last",
        "checkpoint whose parameters are used afterwards: of the last epoch, or of the lowest"
        " validation cost",
        choices=("last", "best"),
    )

    def __post_init__(self) -> None:
        """SettingsError for noise of another scale than the bound's, for what needs validation
        images, or a dense network, and has none, and for widths that are none.
        """
        widths("hidden", self.hidden, none=True)
        if self.bound != "elbo" and (self.beta, self.noise, self.warm_up) != (1, 1, 0):
            raise SettingsError(f"--bound {self.bound} takes no --beta, --warm-up or --noise.")
        if self.noise not in (0, 1):  # the KL is that of N(mu, sigma^2), so no other draws fit it
            raise SettingsError(
                f"--noise is {self.noise}; expected 1, or 0 for a network without noise."
            )
        if self.validation == 0 and (self.patience or self.select == "best"):
            name = f"patience {self.patience}" if self.patience else "select best"
            raise SettingsError(f"--{name} needs validation images; --validation is 0.")
        if self.network == "conv":
            for name, values in CONV_TAKES.items():
                if (given := getattr(self, name)) not in values:
                    raise SettingsError(f"--{name} {given} is for --network dense only.")
