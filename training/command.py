"""From a command line to a run: new or resumed, with errors of one sentence and status 2."""

import os
import re
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Generic, NamedTuple, NoReturn

import numpy as np

from autograd_lite.threads import use_two_threads
from data.idx import DataError
from training import loop
from training.early import report
from training.ending import ending_in_order, status
from training.images import Split, split_of, with_data
from training.memory import keep_freed_memory
from training.model import Model, S, St
from training.run import RUNS, Run, RunError, create_run, open_run, read_settings
from training.settings import Parser, SettingsError, add_settings, check_settings, with_preset

BEYOND = "array is too big|Maximum allowed dimension"  # NumPy's words for more than 2^63 bytes


def run_cli(program: Callable[[Sequence[str]], None], argv: Sequence[str]) -> None:
    """Runs a program; whatever is wrong with its input becomes one sentence and status 2.

    Ctrl-C, SIGTERM and SIGHUP are status 130, 143 and 129. What reads its output may go away.
    """
    keep_freed_memory()
    for name in ("stdout", "stderr"):  # which a shell can close: >&-
        setattr(sys, name, getattr(sys, name) or open(os.devnull, "w"))
    try:
        with ending_in_order(), np.errstate(over="ignore", invalid="ignore"):  # metrics tell
            program(argv)
            sys.stdout.flush()
    except KeyboardInterrupt as end:
        sys.exit(status(end))
    except BrokenPipeError:  # whoever reads has seen enough: | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (MemoryError, ValueError) as error:
        if not isinstance(error, MemoryError) and not re.search(BEYOND, str(error)):
            raise
        why = str(error).rstrip(".") or "for large settings"
        refused(f"There is not enough memory ({why}); try fewer --images, or smaller settings.")
    except (DataError, RunError, SettingsError) as error:
        refused(str(error))
    except OSError as error:
        refused(f"{error.filename or 'A file'} cannot be used ({error.strerror or error}).")


def refused(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    sys.exit(2)


class Job(NamedTuple, Generic[S]):
    """A training that is ready to begin or to go on."""

    run: Run
    settings: S
    images: Split
    new: bool  # not resumed


def train_command(
    argv: Sequence[str],
    model: Model[S, St],
    stem: str,
    **others: Callable[[Sequence[str]], None],
) -> None:
    """`python -m <model> train ...`: trains, and prints where the run is kept.

    Where the first word is the name of one of the `others`, that program gets the rest instead.
    """
    kind = model.Settings
    prog = f"python -m {kind.__module__.partition('.')[0]}"
    if argv and argv[0] in others:
        return others[argv[0]](argv[1:])
    if argv[:1] != ["train"]:
        words = " or ".join(", ".join(["train", *others]).rsplit(", ", 1))
        raise SettingsError(f"{prog} takes {words}, and options; --help after each lists them.")
    run, settings, images, new = begin(f"{prog} train", kind, stem, argv[1:])
    if model.halved(settings):  # else OpenBLAS does better with all its threads
        use_two_threads()
    with run.lock:
        try:
            rows = loop.train(run, model, images, settings).rows
        except (DataError, MemoryError, SettingsError):  # which only the model could tell
            if new and not (run.folder / "checkpoint.npz").exists():
                shutil.rmtree(run.folder)
            raise
    many = "s" * (len(rows) != 1)
    print(f"{run.folder}: {len(rows)} epoch{many} on {images.name}{report(rows, settings)}")


def begin(prog: str, kind: type[S], stem: str, argv: Sequence[str]) -> Job[S]:
    """The training that a command line asks for; `kind` is the dataclass of its settings.

    `stem` names the run's folder where --out does not; settings stand in it in braces. A resumed
    run keeps its settings, but may be given more epochs.
    """
    parser = Parser(prog=prog, allow_abbrev=False)
    add_settings(parser, kind)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--out", type=Path, help=f"folder of a new run (default: {RUNS / stem})")
    where.add_argument(
        "--resume",
        type=Path,
        metavar="RUN",
        help="folder of a run to resume; it may have been interrupted, or --epochs may be more"
        " than before; where its own images have moved, --data says where to",
    )
    given = vars(parser.parse_args(argv))
    out, resume = given.pop("out"), given.pop("resume")
    if resume is not None:
        return _resumed(resume, kind, given)
    given = with_preset(given, kind)
    settings, data = with_data(check_settings(kind(**given)), cut="validation" not in given)
    images = split_of(data, settings)
    run = create_run(out, stem.format(**vars(settings)), settings)
    return Job(run, settings, images, new=True)


def _resumed(folder: Path, kind: type[S], given: dict[str, Any]) -> Job[S]:
    """The run in the folder, with the options that were given beside --resume."""
    if "preset" in given:
        raise SettingsError("--preset is for a new run; a resumed one keeps its settings.")
    if given.get("data") == "auto":
        del given["data"]  # no demand: the run goes on with the data that it has
    before = read_settings(folder, kind)
    settings = check_settings(replace(before, **given))
    free = {"epochs"} | ({"data"} if before.digest else set())  # own images may have moved
    fixed = sorted(x for x in set(given) - free if given[x] != getattr(before, x))
    if fixed:
        name = fixed[0].replace("_", "-")
        raise SettingsError(f"--{name} cannot change in a resumed run; only --epochs may.")
    try:
        found, data = with_data(settings, cut=False)
    except DataError as error:
        raise DataError(f"{folder}: its images cannot be had; {error}") from None
    if found != replace(settings, data=found.data):
        raise SettingsError(
            f"{folder} was trained on other images than {data.choice} holds now; expected the same,"
            f" {settings.height} x {settings.width}."
        )
    return Job(open_run(folder), found, split_of(data, found), new=False)
