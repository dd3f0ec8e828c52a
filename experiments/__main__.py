"""`python -m experiments`: see experiments/command.py."""

import sys

from experiments.command import main
from training.command import complain

if __name__ == "__main__":
    complain(main, sys.argv[1:])
