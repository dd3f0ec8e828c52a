"""The tanh VAEs 784-500-2-500-784 of three experiments: their trainings, and the images they saw.

Network and trainings are those of the assignment of 2017 in docs/SOURCES.md.
"""

from autograd_lite.ops import Array
from data.pixels import binarise, to_unit
from data.sets import DataSet
from training.images import training_images
from training.parallel import Training
from training.streams import stream
from vae.train import Settings

SEEDS = (0, 1, 2)
COMMON = "--data mnist --validation 10000 --hidden 500 --codes 2 --activation tanh --keep 0.95"


def short(pixels: str, seed: int, beta: float = 1.0) -> Training:
    """5,000 images, 20 epochs; pixels binarised "once", or afresh each epoch ("stochastic")."""
    options = f"{COMMON} --images 5000 --batch-size 50 --epochs 20 --pixels {pixels} --seed {seed}"
    options += f" --beta {beta}" if beta != 1 else ""
    return Training(f"tanh-{pixels}-{seed}-{beta:g}", "vae", tuple(options.split()))


def long() -> Training:
    """50,000 images, 500 epochs, pixels binarised afresh each epoch."""
    options = f"{COMMON} --batch-size 500 --epochs 500 --learning-rate 1e-4 --pixels stochastic"
    return Training("tanh-long", "vae", tuple(options.split()))


def images(data: DataSet, settings: Settings) -> dict[str, Array]:
    """Training, validation and test images (N, D) of a run; grey unless their pixels were binarised
    once.
    """
    parts, test = training_images(settings), to_unit(data.test_images)
    if settings.pixels == "once":
        test = binarise(stream(0, "test pixels once"), test, "once")
    return {"training": parts.train, "validation": parts.validation, "test": test}
