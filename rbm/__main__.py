"""`python -m rbm train`: trains a restricted Boltzmann machine and keeps it in a run's folder."""

import sys

from rbm import train
from training.command import run_cli, train_command

if __name__ == "__main__":
    run_cli(lambda argv: train_command(argv, train, "rbm-{hidden}"), sys.argv[1:])
