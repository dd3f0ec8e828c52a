"""`python -m experiments`: see experiments/command.py."""

import sys

from experiments.command import main
from training.command import run_cli

if __name__ == "__main__":
    run_cli(main, sys.argv[1:])
