"""python -m data: finds or fetches the data, and says which there are."""

import argparse
import sys

from data import mnist, sets
from data.idx import DataError
from data.sets import CHOICES


def main(arguments: list[str] | None = None) -> int:
    """Prints what there is. Returns 0, or 2 where MNIST_DIR or the choice cannot be served."""
    words = "Find or fetch the data and say which there are."
    parser = argparse.ArgumentParser(prog="python -m data", description=words)
    words = "auto: MNIST where it can be had, else drawn digits (default: %(default)s)"
    parser.add_argument("--data", choices=CHOICES, default="auto", help=words)
    choice = parser.parse_args(arguments).data
    try:
        sets.forget_failure()
        found = sets.load(choice)
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    sizes = f"{len(found.train_images):,} training and {len(found.test_images):,} test images"
    if found.name == "MNIST":
        folder = mnist.mnist_dir() or mnist.CACHE
        source = mnist.npz_in(folder) or folder
        print(f"MNIST from {source}: {sizes}, the SHA-256 of all four parts is right.")
    else:
        print(
            f"{found.name.capitalize()}: {sizes}, made by this project and kept in {mnist.CACHE}."
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
