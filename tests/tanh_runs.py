"""Quick trainings of the tanh VAE on drawn digits, for the tests of its experiments and figures."""

from contextlib import contextmanager

import pytest

import training.images
import training.parallel
from experiments import latent_posterior, latent_space, tanh_vae, tanh_vae_curves
from tests.small_runs import digits, make
from training.parallel import Training

DATA = digits(450, 200)
OPTIONS = "--data digits --validation 150 --hidden 16 --codes 2 --activation tanh --keep 0.95"
OPTIONS += " --batch-size 50 --epochs 2"


def training_of(label, options):
    return Training(label, "vae", (*OPTIONS.split(), *options.split()))


ONCE = tuple(training_of("once", f"--images 200 --pixels once --seed {seed}") for seed in (0, 1))
FREE = tuple(training_of("free", f"--images 200 --pixels once --beta 0 --seed {s}") for s in (0, 1))
LONG = (training_of("long", "--pixels stochastic"),)


@contextmanager
def made_in(folder):
    """The runs of the experiments are these, trained in `folder`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training.parallel, "RUNS", folder / "runs")
        for module in (training.images, latent_posterior, tanh_vae):
            patch.setattr(module, "load", lambda choice: DATA)
        patch.setattr(tanh_vae, "NETWORKS", {"once": ONCE, "long": LONG})
        patch.setattr(tanh_vae, "WEIGHTS", folder / "weights" / "long.npz")
        patch.setattr(tanh_vae_curves, "TRAININGS", ONCE)
        patch.setattr(latent_space, "NETWORKS", {"short": ONCE, "long": LONG})
        patch.setattr(latent_space, "SWEEP", {0.0: FREE, 1.0: ONCE})
        for one in (*ONCE, *FREE, *LONG):
            make(one)
        yield folder
