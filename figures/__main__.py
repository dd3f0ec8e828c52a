"""`python -m figures`: the quick page, figures of experiments by name, or pictures of the chapters.

All train what is missing first. The first two write figures and a page of them.
"""

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from autograd_lite.threads import BLAS_THREADS
from data.sets import HELP, DataSet, load
from experiments import experiment
from experiments.families import trained
from figures import drawing, quick
from figures.drawing import Drawing, captions, facts
from figures.index import Entry, write_index
from figures.style import save
from training.command import run_cli
from training.parallel import train_all
from training.run import make_folder
from training.settings import Parser, SettingsError

OUT = Path("out", "figures")
INTRO = "Figures of experiments: {names}. Their models were trained on {data}."


def main(argv: Sequence[str]) -> None:
    """Prints which data are used, a line for each training, and where the page is."""
    parser = Parser(prog="python -m figures", allow_abbrev=False)
    parser.add_argument("names", nargs="*", metavar="NAME", help="experiments or single figures")
    parser.add_argument("--all", action="store_true", help="the figures of all experiments")
    parser.add_argument("--list", action="store_true", help="list the figures and draw nothing")
    parser.add_argument("--chapters", action="store_true", help="the pictures of the chapters")
    parser.add_argument("--data", help=f"for the quick page, default auto: {HELP}")
    parser.add_argument("--out", type=Path, metavar="DIR", help=f"default: {OUT}")
    options = parser.parse_args(argv)
    if options.list:
        for name, group in drawing.find().items():
            print(f"{name:16} {' '.join(one.name for one in group)}")
    elif options.chapters:
        if options.data or options.all or options.names:
            raise SettingsError("--chapters goes with no names, no --all and no --data.")
        of_chapters(options.out or drawing.GALLERY)
    elif options.all or options.names:
        if options.data or (options.all and options.names):
            raise SettingsError("Experiments are on MNIST; expected names or --all, and no --data.")
        of_experiments(options.names, options.out or OUT / "experiments")
    else:
        quick_page(options.data or "auto", options.out or OUT)


def quick_page(choice: str, folder: Path) -> None:
    start = time.monotonic()
    data = load(choice)
    words = f" {data.origin}" if data.digest else ""
    print(f"Data: {data.name}{words}.", quick.estimate(data), flush=True)
    train_all(quick.trainings(data).values())
    intro = quick.INTRO.format(data=data.name)
    said = captions("QUICK.md")
    page = draw(quick.drawings(data), said, data, folder, intro, quick.commands)
    print(f"{time.monotonic() - start:.0f} s in all. Open {page}")


def of_experiments(names: list[str], folder: Path) -> None:
    found = drawing.find()
    drawings = drawing.named(found, names) if names else found
    if not any(drawings.values()):
        print(f"Nothing is drawn of {', '.join(names)}.")
        return
    data = load("mnist")
    train_all(run for group in drawings.values() for one in group for run in one.trainings)
    asked = experiment.find()
    sections = {f"{name}: {asked[name].question}": group for name, group in drawings.items()}
    intro = INTRO.format(names=", ".join(drawings), data=data.name)
    said, command = captions("FIGURES.md"), lambda one: [f"python -m figures {one.name}"]
    print(f"Open {draw(sections, said, data, folder, intro, command)}")


def of_chapters(folder: Path) -> None:
    found, data = list(drawing.pictures()), load("mnist")
    train_all(run for one in found for run in one.trainings)
    for one in found:
        print(drawing.save_picture(one, folder, data))


def draw(
    sections: Mapping[str, Sequence[Drawing]],
    said: Mapping[str, tuple[str, str]],
    data: DataSet,
    folder: Path,
    intro: str,
    commands: Callable[[Drawing], Sequence[str]],
) -> Path:
    """Draws everything and writes the page; `said` has captions and alt texts. -> its path"""
    make_folder(folder)
    entries: dict[str, list[Entry]] = {heading: [] for heading in sections}
    for heading, group in sections.items():
        for one in group:
            runs = [trained(training) for training in one.trainings]
            figure = one.draw(runs, data)
            save(figure, folder, one.name)
            title = figure.get_suptitle().removesuffix(f", {data.name}")
            caption, alt = said.get(one.name, ("", ""))
            about = caption, alt or title, facts(runs, data), "\n".join(commands(one))
            entries[heading].append(Entry(one.name, title, *about, *map(round, figure.bbox.size)))
    return write_index(entries, data.name, intro, folder)


def with_one_thread() -> None:
    """Starts this program anew unless the environment says how many threads products may take.

    A second one gains nothing on matrices as small as these, and where another program has the
    second core, the first one spins until it gets it: drawing then takes six times as long.
    """
    if not any(name in os.environ for name in BLAS_THREADS):
        again = [sys.executable, "-m", "figures", *sys.argv[1:]]
        os.execve(sys.executable, again, os.environ | dict.fromkeys(BLAS_THREADS, "1"))


if __name__ == "__main__":
    with_one_thread()
    run_cli(main, sys.argv[1:])
