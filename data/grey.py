"""Arrays of images and of labels as people have them: taken, or refused with how to convert them.

N images of H x W pixels. An error calls an array as `where` does.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.idx import DataError

Array = NDArray[Any]

ROUNDING = 1e-5  # by which floats may lie above 1
DIM = 32  # of 255: whole numbers from 2 to below it at most are another scale, such as 0 to 16


def greys_of(where: str, images: Array) -> Array:
    """Images (N, H, W) or (N, H, W, 1) of any type of number as bytes, or float32 in [0, 1].

    Whole numbers must be bytes, 0 to 255, or black and white, 0 and 1; others lie in [0, 1].
    Raises DataError for all else.
    """
    if images.ndim == 4 and images.shape[-1] == 1:
        images = images[..., 0]
    if images.ndim != 3 or 0 in images.shape:
        axis = 1 if images.ndim == 4 and images.shape[-1] not in (3, 4) else -1
        unit = "" if images.dtype.kind == "f" else " / 255"
        how = {2: "images.reshape(-1, H, W)", 4: f"images.mean(axis={axis}){unit}"}.get(images.ndim)
        advice = f": {how} makes it so" if how else ""
        raise DataError(f"{where} has the shape {images.shape}; expected grey (N, H, W){advice}.")
    if images.dtype.kind not in "biuf":
        raise DataError(f"{where} holds {images.dtype}; expected numbers.")
    whole, low, high = images.dtype.kind != "f", images.min(), images.max()
    if not (np.isfinite(low) and np.isfinite(high)):
        raise DataError(
            f"{where} holds NaN or infinite values; np.nan_to_num(images, posinf=1, neginf=0)"
            " replaces them."
        )
    if low == high:
        raise DataError(f"{where} holds {low:.6g} everywhere; expected images that differ.")
    if low < 0 or high > (255 if whole else 1 + ROUNDING) or (whole and 1 < high < DIM):
        how = "images / 255" if 128 < high <= 255 else "images / images.max()"
        how = "(images - images.min()) / (images.max() - images.min())" if low < 0 else how
        raise DataError(
            f"{where} holds values from {low:.6g} to {high:.6g}; expected bytes from 0 to 255 or"
            f" floats from 0 to 1: {how} makes them so."
        )
    if not whole:
        return images.astype(np.float32).clip(max=1)
    return images.astype(np.uint8) * np.uint8(255 if high == 1 else 1)


def labels_of(where: str, labels: Array, count: int) -> Array:
    """Labels (N,) or (N, 1) of any type of integer. Raises DataError for all else."""
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1 or labels.dtype.kind not in "biu":
        how = {"f": "labels.astype(int)", "U": "np.unique(labels, return_inverse=True)[1]"}
        advice = "labels.argmax(axis=1)" if labels.ndim == 2 else how.get(labels.dtype.kind, "")
        raise DataError(
            f"{where} is {labels.dtype} of the shape {labels.shape}; expected whole numbers (N,)"
            f"{f': {advice} makes it so' if advice else ''}."
        )
    if len(labels) != count:
        raise DataError(f"{where} holds {len(labels):,} labels; expected {count:,}, one an image.")
    return labels.astype(np.uint8 if labels.dtype == bool else labels.dtype.newbyteorder("="))
