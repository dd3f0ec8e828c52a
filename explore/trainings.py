"""The models of the page: so small that all of them fit into it, and ten minutes train them.

Of images that are fewer than MNIST's there are more epochs, for as many steps, and the learning
rate is 0 after the last of them.
"""

from typing import Any

from data.sets import DataSet
from gan.settings import Settings as GanSettings
from rbm.settings import Settings as RbmSettings
from training.parallel import Training
from training.settings import options_of

FULL = 60_000  # training images of MNIST, for which the epochs are meant
MOST = 20  # times as many epochs, of few images: more would learn them by heart
QUICK = {"images": 2000, "epochs": 2}  # to see that the page works, not to look at

# Two codes are few: a second hidden layer makes more of them.
DEEP, WIDE = {"codes": 2, "hidden": "160,80"}, {"hidden": "160"}
VAE = {"batch_size": 128, "epochs": 30, "learning_rate": 2e-3}
GAN = {"generator": "64,256", "discriminator": "256,128", "average": 0.998, "epochs": 30}
# label -> model's package and options. Long ones first, so that no core waits for one at the end.
TABLE: dict[str, tuple[str, dict[str, Any]]] = {
    "rbm-500": ("rbm", RbmSettings.PRESETS["best"] | {"hidden": 500, "epochs": 36}),
    "gan": ("gan", GanSettings.PRESETS["best"] | GAN),
    "rbm-100": ("rbm", RbmSettings.PRESETS["best"] | {"hidden": 100, "epochs": 40}),
    "rbm-20": ("rbm", RbmSettings.PRESETS["best"] | {"hidden": 20, "epochs": 40}),
    "vae-2": ("vae", VAE | DEEP),
    "autoencoder": ("vae", VAE | DEEP | {"beta": 0, "noise": 0}),
    "vae-8": ("vae", VAE | WIDE | {"codes": 8}),
    "vae-16": ("vae", VAE | WIDE | {"codes": 16}),
}


def training(label: str, data: DataSet, quick: bool = False) -> Training:
    """The training of one model on these images. Own images that change have another digest."""
    model, options = TABLE[label]
    there = len(data.train_images)
    used = min(QUICK["images"], there) if quick else there
    epochs = QUICK["epochs"] if quick else options["epochs"]
    if not quick:
        epochs = max(1, round(epochs * min(FULL / used, MOST)))
    steps = epochs * -(-used // options["batch_size"])
    given = options | {"validation": 0, "images": used, "epochs": epochs, "decay": steps}
    name = "-".join(filter(None, ("explore", label, data.digest[:8])))
    return Training(name, model, ("--data", data.choice, *options_of(given).split()))


def trainings(data: DataSet, quick: bool = False) -> dict[str, Training]:
    """Of every model of the page, by its label."""
    return {label: training(label, data, quick) for label in TABLE}
