"""The images a run is trained and validated on."""

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.idx import DataError
from data.pixels import binarise, to_unit
from data.sets import DataSet, load, split
from training.model import S, Settings
from training.settings import SettingsError
from training.streams import stream

Images = NDArray[np.float32]


class Split(NamedTuple):
    """Grey images in [0, 1], a row each; validation is cut from the end of the training set."""

    name: str  # of the data set, as figures print it
    train: Images  # (N, D)
    validation: Images  # (V, D)


def with_data(settings: S, cut: bool) -> tuple[S, DataSet]:
    """The data, and the settings with what these decide: which they are, for good, and their size.

    Where `cut`, no more than a tenth of the training images is held out. Raises DataError.
    """
    data = load(settings.data)
    height, width = data.size
    found: dict[str, Any] = {
        "data": data.choice,
        "height": height,
        "width": width,
        "digest": data.digest,
    }
    if cut:
        found["validation"] = min(settings.validation, len(data.train_images) // 10)
    return replace(settings, **found), data


def images_of_run(settings: Settings, choice: str = "") -> DataSet:
    """The images that a choice names, or else those of a run; DataError where these have changed"""
    data = load(choice or settings.data)
    if not choice and settings.digest not in ("", data.digest):
        raise DataError(
            f"{data.choice} holds other images than the run was trained on; expected the same, or"
            " the images to score as --data."
        )
    return data


def training_images(settings: Settings, once: int | None = None) -> Split:
    """The images of the data set that the settings name; see `split_of`. Raises DataError, too."""
    return split_of(load(settings.data), settings, once)


def split_of(data: DataSet, settings: Settings, once: int | None = None) -> Split:
    """What the settings ask for: as many training images, 0 for all there are, and validation.

    Where the pixels are to be binarised once, or `once` is a seed, they are so for good.
    Raises SettingsError for more images than there are.
    """
    there, images = len(data.train_images), settings.images
    if settings.validation >= there:
        raise SettingsError(f"--validation is {settings.validation}; expected less than {there}.")
    train, held_out = split(data.train_images, settings.validation)
    if images > len(train):
        raise SettingsError(f"--images is {images}; expected at most {len(train)}, or 0 for all.")
    parts = to_unit(train[: images or None]), to_unit(held_out)
    if once is None and settings.pixels == "once":
        once = settings.seed
    if once is not None:
        rng = stream(once, "pixels once")
        parts = binarise(rng, parts[0], "once"), binarise(rng, parts[1], "once")
    return Split(data.name, *parts)
