"""`python -m vae train`, `likelihood` and `summary`: train a VAE, measure it, print the layers of
one.
"""

import sys
from collections.abc import Sequence

from training.command import run_cli, train_command
from training.settings import SettingsError
from vae import evaluate, summary, train


def main(argv: Sequence[str]) -> None:
    """Does what the first word says. SettingsError for another one."""
    match argv[:1]:
        case ["summary"]:
            summary.main(argv[1:])
        case ["likelihood"]:
            evaluate.main(argv[1:])
        case ["train"]:
            train_command(argv, train, "vae-{likelihood}-{codes}")
        case _:
            raise SettingsError(
                "python -m vae takes train, likelihood or summary, and options; --help after each"
                " lists them."
            )


if __name__ == "__main__":
    run_cli(main, sys.argv[1:])
