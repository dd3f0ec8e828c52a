"""`python -m explore`: trains what is missing, and writes the page."""

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from data.sets import HELP, load
from explore.pack import digits, models, parameters, planes
from explore.page import chapters, write_page
from explore.trainings import trainings
from explore.vectors import vectors
from training.command import run_cli
from training.parallel import train_all
from training.run import finished, make_folder, write_text
from training.settings import Parser

OUT = Path("out", "explore")


def main(argv: Sequence[str]) -> None:
    """Prints which data are used, a line for each training, and where the page is."""
    parser = Parser(prog="python -m explore", allow_abbrev=False)
    parser.add_argument("--data", default="auto", help=f"default auto: {HELP}")
    parser.add_argument("--out", type=Path, default=OUT, metavar="DIR", help=f"default: {OUT}")
    parser.add_argument("--quick", action="store_true", help="train for a minute: only for tests")
    options = parser.parse_args(argv)
    begun, data = time.monotonic(), load(options.data)
    runs = trainings(data, options.quick).values()
    todo = sum(not finished(run.folder) for run in runs)
    print(f"Data: {data.name}. {todo} of {len(runs)} models are to be trained.", flush=True)
    train_all(runs)
    found = parameters(data, options.quick)
    arrays = models(found) | digits(data) | planes(found, data)
    facts = {"size": data.size, "classes": data.classes, "book": chapters(options.out)}
    make_folder(options.out)
    write_text(options.out / "vectors.json", json.dumps(vectors(arrays)))
    page = write_page(options.out, data, arrays, facts)
    print(f"{time.monotonic() - begun:.0f} s in all. Open {page}")


if __name__ == "__main__":
    run_cli(main, sys.argv[1:])
