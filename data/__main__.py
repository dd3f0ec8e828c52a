"""python -m data: finds or fetches the data and says which they are, or packs pictures."""

import argparse
import sys
from collections.abc import Sequence

import numpy as np

from data import sets
from training.command import run_cli


def main(argv: Sequence[str]) -> None:
    """Prints what there is. Raises DataError where MNIST_DIR or the choice cannot be served."""
    if argv[:1] == ["pack"]:
        from data import pack  # which needs matplotlib

        pack.main(argv[1:])
        return
    words = "Find or fetch the data and say which they are. `pack --help`: packs pictures."
    parser = argparse.ArgumentParser(prog="python -m data", description=words)
    parser.add_argument("--data", default="auto", help=sets.HELP)
    print(_described(sets.load(parser.parse_args(argv).data)))


def _described(found: sets.DataSet) -> str:
    x, y, names, (height, width) = found.train_images, found.train_labels, found.classes, found.size
    said = f"{found.name} {found.origin}: {len(x):,} training and {len(found.test_images):,} test"
    said += f" images, {height} x {width} pixels of {x.dtype}; "
    if y is None:
        said += "no labels"
    else:
        counts = np.unique(y, return_counts=True)[1]
        called = ", ".join(names) if len(names) <= 10 else f"{names[0]} to {names[-1]}"
        called = f" ({called})" if names else ""
        span = " to ".join(f"{n:,}" for n in sorted({counts.min(), counts.max()}))
        said += f"{len(counts)} classes{called}, {span} training images each"
    return f"{said}; digest {found.digest}." if found.digest else f"{said}."


if __name__ == "__main__":
    run_cli(main, sys.argv[1:])
