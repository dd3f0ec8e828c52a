"""`python -m vae train`, `likelihood` and `summary`: train a VAE, measure it, print the layers of
one.
"""

import sys
from functools import partial

from training.command import run_cli, train_command
from vae import evaluate, summary, train

main = partial(
    train_command,
    model=train,
    stem="vae-{likelihood}-{codes}",
    likelihood=evaluate.main,
    summary=summary.main,
)

if __name__ == "__main__":
    run_cli(main, sys.argv[1:])
