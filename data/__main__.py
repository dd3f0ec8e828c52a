"""python -m data: finds or fetches the data and says which they are, or packs pictures."""

import argparse
import sys

import numpy as np

from data import sets
from data.idx import DataError
from training.command import run_cli


def main(arguments: list[str] | None = None) -> int:
    """Prints what there is. Returns 0, or 2 where MNIST_DIR or the choice cannot be served."""
    given = sys.argv[1:] if arguments is None else arguments
    words = "Find or fetch the data and say which they are. `pack --help`: packs pictures."
    parser = argparse.ArgumentParser(prog="python -m data", description=words)
    parser.add_argument("--data", default="auto", help=sets.HELP)
    try:
        if given[:1] == ["pack"]:
            from data import pack  # which needs matplotlib

            pack.main(given[1:])
        else:
            print(_described(sets.load(parser.parse_args(given).data)))
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


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
    run_cli(lambda argv: sys.exit(main([*argv])), sys.argv[1:])
