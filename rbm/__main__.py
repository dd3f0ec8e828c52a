"""`python -m rbm train`, `likelihood`, `sample` and `export`: train a restricted Boltzmann machine,
measure it, let it make images, and write its parameters down.
"""

import sys
from functools import partial

from rbm import evaluate, sample, train
from training.command import run_cli, train_command

main = partial(
    train_command,
    model=train,
    stem="rbm-{hidden}",
    likelihood=evaluate.main,
    sample=sample.main,
    export=sample.export,
)

if __name__ == "__main__":
    run_cli(main, sys.argv[1:])
