"""`python -m vae train`: trains a dense VAE and keeps it in a run's folder."""

import sys

from training.command import complain, train_command
from vae import train

if __name__ == "__main__":
    complain(lambda argv: train_command(argv, train, "vae-{likelihood}-{codes}"), sys.argv[1:])
