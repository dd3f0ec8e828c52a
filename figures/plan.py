"""The quick runs that the figures are made from: all of them in three minutes on two cores.

They are there to look at. Longer ones give better numbers; results/ has those.
"""

from collections.abc import Sequence
from typing import NamedTuple

from gan.settings import Settings
from training.parallel import Training, at_once
from training.run import finished
from training.settings import options_of

# What is not called like its model: an autoencoder is a VAE without noise and KL.
KINDS = {"autoencoder": "vae", "convolutional": "vae"}


class Quick(NamedTuple):
    """A row of the table: what is trained, and how long one core takes for it."""

    family: str  # a model, or a kind of it: see KINDS
    size: int  # hidden units of an RBM, code units of a VAE, units of noise of a GAN
    options: str
    seconds: int

    @property
    def model(self) -> str:
        """The package that trains it."""
        return KINDS.get(self.family, self.family)


# Chains that persist, since free samples and restoring most of an image start far from any digit:
# CD teaches a machine nothing about what is there (20 units then dream of one grey blob).
PCD = "--chains persistent --gibbs-steps 10"
# As the sources train it, for fewer epochs.
CONVOLUTIONAL = "--network conv --likelihood squared --optimiser rmsprop --images 10000"
CONVOLUTIONAL += " --batch-size 32 --epochs 4"
# The preset on smaller networks, for few epochs: so early, a rate that falls does not pay.
SMALL = {"generator": "64,256", "discriminator": "256,128", "average": 0.995}
SHORT = {"epochs": 8, "decay": 0, "snapshots": 1}
GAN = options_of(Settings.PRESETS["best"] | SMALL | SHORT)
# Long ones first, so that no core waits for one at the end.
TABLE = (
    Quick("rbm", 500, f"--hidden 500 {PCD} --epochs 5 --learning-rate 0.05 --halving 2000", 80),
    Quick("convolutional", 2, CONVOLUTIONAL, 55),
    Quick("gan", 64, GAN, 55),
    Quick("vae", 2, "--codes 2 --epochs 14", 27),
    Quick("autoencoder", 2, "--codes 2 --epochs 14 --beta 0 --noise 0", 27),
    Quick("vae", 8, "--codes 8 --epochs 14", 27),
    Quick("vae", 16, "--codes 16 --epochs 14", 27),
    Quick("rbm", 100, f"--hidden 100 {PCD} --epochs 10 --learning-rate 0.05 --halving 2000", 45),
    Quick("rbm", 20, f"--hidden 20 {PCD} --epochs 10 --learning-rate 0.01 --halving 4000", 25),
)


def planned(quick: Quick, data: str) -> Training:
    """The run of a row on the data set `data`, "mnist" or "digits"."""
    options = ("--data", data, *quick.options.split())
    return Training(f"figures-{quick.family}-{quick.size}", quick.model, options)


def family(name: str, data: str) -> list[Training]:
    """The runs of one family, the smallest first."""
    rows = sorted((quick for quick in TABLE if quick.family == name), key=lambda quick: quick.size)
    return [planned(quick, data) for quick in rows]


def estimate(table: Sequence[Quick], data: str) -> str:
    """What is still to be trained, and how long that may take, in a sentence."""
    todo = [quick.seconds for quick in table if not finished(planned(quick, data).folder)]
    if not todo:
        return "All trainings are there already."
    cores = at_once()
    seconds = max(max(todo), sum(todo) / cores)
    return f"{len(todo)} trainings, about {seconds:.0f} s with {cores} at a time:"
