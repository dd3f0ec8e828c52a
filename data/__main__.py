"""python -m data: finds or fetches the data and says which they are, or packs pictures."""

import argparse
import sys

import numpy as np

from data import mnist, sets
from data.fetch import folder_of
from data.idx import DataError
from data.sets import HELP, DataSet


def main(arguments: list[str] | None = None) -> int:
    """Prints what there is. Returns 0, or 2 where MNIST_DIR or the choice cannot be served."""
    given = sys.argv[1:] if arguments is None else arguments
    words = "Find or fetch the data and say which they are. `pack --help`: packs pictures."
    parser = argparse.ArgumentParser(prog="python -m data", description=words)
    parser.add_argument("--data", default="auto", help=HELP)
    try:
        if given[:1] == ["pack"]:
            from data import pack  # which needs matplotlib

            pack.main(given[1:])
            return 0
        sets.forget_failure()
        found = sets.load(parser.parse_args(given).data)
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{found.name} {_source(found)}: {_described(found)}")
    return 0


def _source(found: DataSet) -> str:
    if found.digest:
        return f"from {found.choice}"
    if found.choice in sets.DRAWN:
        return f"made by this project and kept in {mnist.CACHE}"
    folder = folder_of(found.choice, mnist.CACHE)
    if found.choice == "mnist":
        folder = mnist.mnist_dir() or folder
        folder = mnist.npz_in(folder) or folder
    return f"from {folder}, verified by SHA-256"


def _described(found: DataSet) -> str:
    x, y, (height, width) = found.train_images, found.train_labels, found.size
    kind = "bytes" if x.dtype == np.uint8 else "floats in [0, 1]"
    words = [f"{len(x):,} training and {len(found.test_images):,} test images"]
    words += [f"{height} x {width} pixels, {kind}"]
    if y is not None:
        counts = np.unique(y, return_counts=True)[1]
        named = f" ({', '.join(found.classes)})" if found.classes else ""
        span = " to ".join(f"{n:,}" for n in sorted({counts.min(), counts.max()}))
        words += [f"{len(counts)} classes{named} of {span} training images each"]
    else:
        words += ["no labels"]
    return (
        "; ".join([*words, *([found.split, f"digest {found.digest}"] if found.digest else [])])
        + "."
    )


if __name__ == "__main__":
    sys.exit(main())
