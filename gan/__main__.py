"""`python -m gan train`: trains a GAN and keeps it in a run's folder."""

import sys

from gan import train
from training.command import run_cli, train_command

if __name__ == "__main__":
    run_cli(lambda argv: train_command(argv, train, "gan-{loss}"), sys.argv[1:])
