"""`python -m figures`: makes the runs that are missing, draws every figure and the page of them."""

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import figures.gan
import figures.rbm
import figures.vae
import gan.train
import rbm.train
import vae.train
from data.sets import DataSet, load
from figures.index import write_index
from figures.plan import TABLE, estimate, family, planned
from figures.style import save
from training.command import complain
from training.parallel import THREADS, train_all
from training.run import RunError
from training.settings import Parser
from training.trained import read


def main(argv: Sequence[str]) -> None:
    """Prints which data are used, a line for each training, and where the page is.

    Raises DataError, RunError.
    """
    parser = Parser(prog="python -m figures", allow_abbrev=False)
    parser.add_argument("--data", default="auto", choices=("auto", "mnist", "digits"))
    parser.add_argument("--out", default=Path("out", "figures"), type=Path, metavar="DIR")
    options = parser.parse_args(argv)
    start = time.monotonic()
    data = load(options.data)
    choice = "mnist" if data.name == "MNIST" else "digits"
    print(f"Data: {data.name}.", estimate(TABLE, choice), flush=True)
    try:
        train_all([planned(quick, choice) for quick in TABLE])
    except KeyboardInterrupt:
        print("Stopped; the next `make figures` goes on from here.", file=sys.stderr)
        sys.exit(130)
    page = draw(data, choice, options.out)
    print(f"{time.monotonic() - start:.0f} s in all. Open {page}")


def draw(data: DataSet, choice: str, folder: Path) -> Path:
    """Draws everything from the finished runs into `folder`; returns the path of the page."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"{folder} cannot be made ({error.strerror}).") from None
    machines = [read(run.folder, rbm.train) for run in family("rbm", choice)]
    networks = [read(run.folder, vae.train) for run in family("vae", choice)]
    (autoencoder,) = (read(run.folder, vae.train) for run in family("autoencoder", choice))
    (convolutional,) = (read(run.folder, vae.train) for run in family("convolutional", choice))
    (game,) = family("gan", choice)
    sections = {
        "The restricted Boltzmann machine": figures.rbm.pictures(machines, data),
        "The variational autoencoder": figures.vae.pictures(
            networks, autoencoder, convolutional, data
        ),
        "The generative adversarial network": figures.gan.pictures(
            read(game.folder, gan.train), game.folder, data
        ),
    }
    for pictures in sections.values():
        for picture in pictures:
            save(picture, folder)
    commands = [
        f'make {quick.model} DATA={choice} ARGS="{quick.options}"' for quick in sorted(TABLE)
    ]
    return write_index(sections, data.name, commands, folder)


def with_one_thread() -> None:
    """Starts this program anew unless the environment says how many threads products may take.

    A second one gains nothing on matrices as small as these, and where another program has the
    second core, the first one spins until it gets it: drawing then takes six times as long.
    """
    if not any(name in os.environ for name in THREADS):
        again = [sys.executable, "-m", "figures", *sys.argv[1:]]
        os.execve(sys.executable, again, os.environ | dict.fromkeys(THREADS, "1"))


if __name__ == "__main__":
    with_one_thread()
    complain(main, sys.argv[1:])
