"""The images a run is trained and validated on."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.pixels import binarise, to_unit
from data.sets import load, split
from training.settings import SettingsError
from training.streams import stream

Images = NDArray[np.float32]


class Split(NamedTuple):
    """Grey images in [0, 1], a row each; validation is cut from the end of the training set."""

    name: str  # of the data set, as figures print it
    choice: str  # what --data takes to get it again
    train: Images  # (N, D)
    validation: Images  # (V, D)


def training_images(data: str, images: int, validation: int, once: int | None = None) -> Split:
    """The data set `data`; `images` is how many training images to use, 0 for all that there are.

    Where `once` is a seed, all pixels are made black and white with it, for good.
    Raises DataError, and SettingsError for more images than there are.
    """
    loaded = load(data)
    there = len(loaded.train_images)
    if validation >= there:
        raise SettingsError(f"--validation is {validation}; expected less than {there}.")
    train, held_out = split(loaded.train_images, validation)
    if images > len(train):
        raise SettingsError(f"--images is {images}; expected at most {len(train)}, or 0 for all.")
    parts = to_unit(train[: images or None]), to_unit(held_out)
    if once is not None:
        rng = stream(once, "pixels once")
        parts = binarise(rng, parts[0], "once"), binarise(rng, parts[1], "once")
    return Split(loaded.name, loaded.choice, *parts)
