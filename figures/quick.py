"""The quick page: nine small models, trained in 150 s on two cores, and their figures.

They are there to look at. Longer trainings give better numbers; results/ has those.
"""

from functools import partial
from typing import NamedTuple

import figures.gan
import figures.rbm
import figures.vae
from figures.drawing import DataSet, Draw, Drawing, Figure, Runs, of_one
from figures.images import one_of_each
from figures.latent_plane import decoded_grid, latent_means
from gan.settings import Settings
from training.farm import processes
from training.parallel import Training
from training.run import finished
from training.settings import options_of

SIDE = 20  # codes of the grid in each direction
INTRO = (
    "Every digit below that is not marked as an original was made by a model in pure NumPy, trained"
    " on {data} with gradients written out by hand. The trainings are short, so that all of this"
    " takes a few minutes; longer ones make better pictures. The command under a figure trains its"
    " models anew, in folders of their own."
)


class Quick(NamedTuple):
    """A small model: what is trained, and how long one core takes for it."""

    label: str
    model: str  # the package that trains it
    options: str
    seconds: int

    def training(self, data: str) -> Training:
        """Its training on the data set `data`, "mnist" or "digits"."""
        options = "--data", data, *self.options.split()
        return Training(f"figures-{self.label}", self.model, options)


# Chains that persist, since free samples and restoring most of an image start far from any digit:
# CD teaches an RBM nothing about what is there (20 units then dream of one grey blob).
PCD = "--chains persistent --gibbs-steps 5"
FAST, SLOW = "--learning-rate 0.05", "--learning-rate 0.01"
# As the notebook trains it, for fewer epochs.
CONVOLUTIONAL = "--network conv --likelihood squared --optimiser rmsprop --images 10000"
CONVOLUTIONAL += " --batch-size 32 --epochs 3"
# The preset on smaller networks, for few epochs: so early, learning-rate decay does not pay.
SMALL = {"generator": "64,256", "discriminator": "256,128", "average": 0.995}
SHORT = {"epochs": 7, "decay": 0, "snapshots": 1}
GAN = options_of(Settings.PRESETS["best"] | SMALL | SHORT)
# Long ones first, so that no core waits for one at the end.
TABLE = (
    Quick("rbm-500", "rbm", f"--hidden 500 {PCD} --epochs 5 {FAST} --halving 2000", 48),
    Quick("gan", "gan", GAN, 49),
    Quick("convolutional", "vae", CONVOLUTIONAL, 42),
    Quick("vae-2", "vae", "--codes 2 --epochs 10", 23),
    Quick("autoencoder", "vae", "--codes 2 --epochs 10 --beta 0 --noise 0", 23),
    Quick("vae-8", "vae", "--codes 8 --epochs 10", 23),
    Quick("vae-16", "vae", "--codes 16 --epochs 10", 23),
    Quick("rbm-100", "rbm", f"--hidden 100 {PCD} --epochs 10 {FAST} --halving 2000", 26),
    Quick("rbm-20", "rbm", f"--hidden 20 {PCD} --epochs 10 {SLOW} --halving 4000", 14),
)
RBMS, VAES = ("rbm-20", "rbm-100", "rbm-500"), ("vae-2", "vae-8", "vae-16")
BOTH = ("vae-2", "autoencoder")


def _reconstructions(runs: Runs, data: DataSet) -> Figure:
    return figures.vae.reconstructions(runs, data, one_of_each(data), sampled=False)


GRID = of_one(partial(decoded_grid, side=SIDE))
# heading -> figure -> the labels of its models, and what draws it
SECTIONS: dict[str, dict[str, tuple[tuple[str, ...], Draw]]] = {
    "The restricted Boltzmann machine": {
        "rbm-restored": (RBMS, figures.rbm.restored),
        "rbm-filters": (RBMS, figures.rbm.filters),
        "rbm-pseudo-likelihood": (RBMS, figures.rbm.pseudo_likelihood),
        "rbm-samples": (RBMS, figures.rbm.samples),
    },
    "The variational autoencoder": {
        "vae-manifold": (VAES[:1], GRID),
        "vae-latent-means": (VAES[:1], of_one(latent_means)),
        "vae-reconstructions": (VAES, _reconstructions),
        "vae-costs": (VAES, figures.vae.costs),
        "vae-autoencoder": (BOTH, figures.vae.without_noise),
        "vae-convolutional": (("convolutional",), GRID),
    },
    "The generative adversarial network": {
        "gan-samples": (("gan",), figures.gan.samples),
        "gan-epochs": (("gan",), figures.gan.during_training),
        "gan-losses": (("gan",), figures.gan.losses),
    },
}


def drawings(data: str) -> dict[str, tuple[Drawing, ...]]:
    """The figures under each heading, of models trained on the data set `data`."""
    made = {quick.label: quick.training(data) for quick in TABLE}
    return {
        heading: tuple(
            Drawing(name, tuple(made[label] for label in labels), draw)
            for name, (labels, draw) in group.items()
        )
        for heading, group in SECTIONS.items()
    }


def commands(drawing: Drawing) -> list[str]:
    return [f'make {run.model} ARGS="{" ".join(run.options)}"' for run in drawing.trainings]


def estimate(data: str) -> str:
    """What is still to be trained, and how long that may take, in a sentence."""
    todo = [quick.seconds for quick in TABLE if not finished(quick.training(data).folder)]
    if not todo:
        return "All trainings are there already."
    cores = processes()
    seconds = max(max(todo), sum(todo) / cores)
    return f"{len(todo)} trainings, about {seconds:.0f} s with {cores} at a time:"
