"""`python -m rbm train`, `likelihood`, `sample` and `export`: train a restricted Boltzmann machine,
measure it, let it make images, and write its parameters down.
"""

import sys
from collections.abc import Sequence

from rbm import evaluate, sample, train
from training.command import run_cli, train_command
from training.settings import SettingsError


def main(argv: Sequence[str]) -> None:
    """Does what the first word says. SettingsError for another one."""
    match argv[:1]:
        case ["train"]:
            train_command(argv, train, "rbm-{hidden}")
        case ["likelihood"]:
            evaluate.main(argv[1:])
        case ["sample"]:
            sample.main(argv[1:])
        case ["export"]:
            sample.export(argv[1:])
        case _:
            raise SettingsError(
                "python -m rbm takes train, likelihood, sample or export, and options; --help after"
                " each lists them."
            )


if __name__ == "__main__":
    run_cli(main, sys.argv[1:])
