"""The quick page: nine small models, trained in 150 s on two cores, and their figures.

They are there to look at. Longer trainings give better numbers; results/ has those. Of images that
are fewer than MNIST's there are more epochs, for as many steps; of more images, fewer.
"""

import math
import shlex
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
    "Every image below that is not marked as an original was made by a model in pure NumPy, trained"
    " on {data} with gradients written out by hand. What is bright in them is drawn dark, as ink"
    " on paper. The trainings are short, so that all of this takes a few minutes; longer ones make"
    " better pictures. The command under a figure trains its models anew, in folders of their own."
)
FULL = 60_000  # training images of MNIST, for which the options below are meant
MOST = 20  # times as many epochs as for MNIST, of few images: more would learn them by heart


class Quick(NamedTuple):
    """A small model: what is trained, on MNIST, and how long one core takes for it."""

    label: str
    model: str  # the package that trains it
    options: str
    seconds: int

    def training(self, choice: str, data: DataSet | None = None) -> Training:
        """Its training on the data set of this choice; adapted to `data`, where it is not MNIST.

        Own images that change have another digest, and so a run of another name.
        """
        there, digest = (len(data.train_images), data.digest) if data else (FULL, "")
        words = self.options.split()
        given = dict(zip(words[::2], words[1::2], strict=True))
        full, used = int(given.get("--images", FULL)), there
        if "--images" in given:
            used = min(full, there - there // 10)  # a tenth may be held out
            given["--images"] = str(used)
        for name in given.keys() & {"--epochs", "--snapshots"}:
            given[name] = str(max(1, round(int(given[name]) * min(full / used, MOST))))
        if data and (share := area(data)) < 1 and "squared" in words:
            given["--beta"] = f"{share:.2g}"  # or the KL outweighs the error of so few pixels
        options = (word for pair in given.items() for word in pair)
        label = "-".join(filter(None, ("figures", self.label, digest[:8])))
        return Training(label, self.model, ("--data", choice, *options))


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


def area(data: DataSet) -> float:
    """Pixels of an image, as a multiple of those of MNIST's."""
    return math.prod(data.size) / (Settings.height * Settings.width)


def trainings(data: DataSet) -> dict[str, Training]:
    """Of each row of the table, by its label, the training on these images."""
    return {row.label: row.training(data.choice, data) for row in TABLE}


def drawings(data: DataSet) -> dict[str, tuple[Drawing, ...]]:
    """The figures under each heading, of models trained on these images."""
    made = trainings(data)
    return {
        heading: tuple(
            Drawing(name, tuple(made[label] for label in labels), draw)
            for name, (labels, draw) in group.items()
        )
        for heading, group in SECTIONS.items()
    }


def commands(drawing: Drawing) -> list[str]:
    return [f'make {run.model} ARGS="{shlex.join(run.options)}"' for run in drawing.trainings]


def estimate(data: DataSet) -> str:
    """What is still to be trained, and how long that may take, in a sentence."""
    made, more = trainings(data), max(1, area(data))
    todo = [more * row.seconds for row in TABLE if not finished(made[row.label].folder)]
    if not todo:
        return "All trainings are there already."
    cores = processes()
    seconds = max(max(todo), sum(todo) / cores)
    return f"{len(todo)} trainings, about {seconds:.0f} s with {cores} at a time:"
