"""`python -m benchmarks`: see experiments/command.py."""

import sys
from functools import partial

from experiments.command import main
from training.command import run_cli

if __name__ == "__main__":
    run_cli(partial(main, package="benchmarks"), sys.argv[1:])
