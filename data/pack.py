"""Packs pictures, in a folder for each class, into an .npz file of own images.

Hidden files are passed over.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.image import imread
from numpy.typing import NDArray
from PIL import Image  # which Matplotlib brings

from data.files import replacing
from data.idx import DataError

Grey = NDArray[np.floating[Any]]

ORIENTATION = 0x0112  # the tag by which cameras say how a picture is turned
TURNS = {  # by its value: is the picture mirrored, and by how many quarters to the left
    **{2: (True, 0), 3: (False, 2), 4: (True, 2), 5: (True, 1)},
    **{6: (False, 3), 7: (True, 3), 8: (False, 1)},
}
MAX_SIDE = 1000  # pixels
LUMINANCE = (0.299, 0.587, 0.114)  # of red, green and blue, as television has it (BT.601)


def main(arguments: Sequence[str]) -> None:
    """python -m data pack; prints what was packed. Raises DataError."""
    parser = argparse.ArgumentParser(prog="python -m data pack", description=__doc__)
    parser.add_argument("folder", type=Path, help="holds a folder of pictures for each class")
    parser.add_argument("out", type=Path, metavar="OUT.npz", help="replaced where it is there")
    parser.add_argument("--side", type=int, metavar="N", help="make all N x N pixels")
    parser.add_argument("--invert", action="store_true", help="for dark ink on white")
    given = parser.parse_args(arguments)
    if given.side is not None and not 1 <= given.side <= MAX_SIDE:
        raise DataError(f"--side is {given.side}; expected 1 to {MAX_SIDE}.")
    if given.out.suffix != ".npz" or not given.out.parent.is_dir():
        raise DataError(f"{given.out} is no .npz file in a folder that is there.")
    try:
        print(pack(given.folder, given.out, given.side, given.invert))
    except OSError as error:
        raise DataError(f"{error.filename or given.out}: {error.strerror or error}.") from None


def pack(folder: Path, out: Path, side: int | None = None, invert: bool = False) -> str:
    """Writes images, labels and names, and says what they are.

    Where there is a `side`, each picture is stretched to side x side. Raises DataError, which names
    the first picture that cannot be used, and OSError.
    """
    inside = _visible(folder)
    classes = [path for path in inside if path.is_dir()]
    files = [(path, label) for label, one in enumerate(classes) for path in _visible(one)]
    images: list[NDArray[np.uint8]] = []
    for path, _ in files:
        grey = _stretched(_picture(path), side) if side else _picture(path)
        images.append(np.rint(255 * (1 - grey if invert else grey)).astype(np.uint8))
        (h, w), (h0, w0) = images[-1].shape, images[0].shape
        if (h, w) != (h0, w0):
            raise DataError(
                f"{path} is {h} x {w} pixels, but {files[0][0]} is {h0} x {w0}; with --side N, all"
                " become N x N."
            )
    if not images:
        raise DataError(f"{folder} holds no folders of pictures; expected one for each class.")
    names, labels = np.array([one.name for one in classes]), np.array([label for _, label in files])
    with replacing(out) as file:
        np.savez_compressed(file, images=np.stack(images), labels=labels, names=names)
    bright = np.mean([image.mean() for image in images]) / 255
    hint = " (dark on light? --invert makes ink bright)" if bright > 0.5 and not invert else ""
    loose = len(inside) - len(classes)
    beside = f"; {loose} files beside the folders are passed over" if loose else ""
    return (
        f"{out}: {len(images):,} images of {h0} x {w0} pixels, {len(classes)} classes,"
        f" mean brightness {bright:.2f}{hint}{beside}."
    )


def _visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def _picture(path: Path) -> Grey:
    """Grey levels (H, W) in [0, 1]; what is transparent shows white paper."""
    try:
        pixels = np.asarray(imread(path))
        with Image.open(path) as opened:
            mirrored, turns = TURNS.get(opened.getexif().get(ORIENTATION, 1), (False, 0))
        pixels = np.rot90(pixels[:, ::-1] if mirrored else pixels, turns)
    except Exception as error:  # Pillow raises one of a dozen kinds
        why = getattr(error, "strerror", None) or "broken, or of an unknown kind"
        raise DataError(f"{path} cannot be read as a picture ({why}).") from None
    unit = pixels / (np.iinfo(pixels.dtype).max if pixels.dtype.kind == "u" else 1.0)
    if unit.ndim == 2:
        return unit
    if unit.shape[2] == 4 and path.suffix.lower() in (".jpg", ".jpeg"):
        raise DataError(f"{path} has the four inks of print (CMYK); expected grey or RGB.")
    grey: Grey = unit[..., :3] @ np.array(LUMINANCE)
    return 1 - unit[..., 3] * (1 - grey) if unit.shape[2] == 4 else grey


def _stretched(grey: Grey, side: int) -> Grey:
    """The means of `grey` over side x side equal areas."""
    shares = []  # (side, length) for each axis: how much of each pixel lies in each part
    for length in grey.shape:
        ends, pixel = np.linspace(0, length, side + 1)[:, None], np.arange(length)
        overlap = np.minimum(ends[1:], pixel + 1) - np.maximum(ends[:-1], pixel)
        shares.append(overlap.clip(0) * side / length)
    mean: Grey = shares[0] @ grey @ shares[1].T
    return mean
