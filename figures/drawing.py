"""A drawing: a figure, and the trainings that it shows; those of all experiments.

What there is to see stands under a figure's name in docs/FIGURES.md, or, for the quick page, in
docs/QUICK.md. The modules that draw have the types of their signatures from here.

figures/chapter_<package>.py ends with `PICTURES`, a tuple of drawings for the chapters. Their names
have the suffix of the file, svg for lines and png for pixels; what is drawn from no trainings takes
no arguments. `python -m figures --chapters` writes them all into figures/gallery/. They are opaque
and white, and the same bytes every time.
"""

import importlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import matplotlib
from matplotlib.figure import Figure as Figure

from data.sets import DataSet as DataSet
from experiments import experiment
from experiments.experiment import Training
from experiments.families import trained
from training.run import make_folder, replacing
from training.settings import SettingsError
from training.trained import Trained

DOCS, GALLERY = Path(__file__).parent.parent / "docs", Path(__file__).parent / "gallery"
# A name, its caption, and words for those who cannot see the figure.
SECTION = re.compile(r"^### (.+)\n\n(.+)\n(?:\nIn the picture: (.+)\n)?", re.MULTILINE)
Runs = Sequence[Trained]
Draw = Callable[..., Figure]  # of finished runs, and the data


class Drawing(NamedTuple):
    """`draw(runs, data)` takes the finished runs of the `trainings`, in their order.

    A module of figures/ that has the name of an experiment ends with `DRAWINGS`, a tuple of these.
    The figure's own title is its heading on the page and, where there is no other, its alt text.
    """

    name: str  # of the file, without .png; begins with the experiment's, if it is of one
    trainings: tuple[Training, ...]
    draw: Draw


def find() -> dict[str, tuple[Drawing, ...]]:
    """The drawings of each experiment: DRAWINGS of figures/<experiment>.py, or none without it."""
    return {
        name: importlib.import_module(module).DRAWINGS if find_spec(module) else ()
        for name in experiment.find()
        for module in [f"figures.{name}"]
    }


def pictures() -> Iterator[Drawing]:
    for package in ("autograd", "rbm", "vae", "gan"):
        yield from importlib.import_module(f"figures.chapter_{package}").PICTURES


def save_picture(one: Drawing, folder: Path, data: DataSet | None = None) -> Path:
    """Draws and writes it; letters become outlines, which look the same everywhere."""
    figure = one.draw(*(list(map(trained, one.trainings)), data) if one.trainings else ())
    kind = one.name.rpartition(".")[2]
    nameless = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}[kind]
    make_folder(folder)
    with (
        matplotlib.rc_context({"svg.fonttype": "path", "svg.hashsalt": one.name}),
        replacing(folder / one.name) as file,
    ):
        figure.savefig(file, format=kind, metadata=nameless)
    return folder / one.name


def named(
    found: Mapping[str, tuple[Drawing, ...]], names: list[str]
) -> dict[str, tuple[Drawing, ...]]:
    """Those of an experiment, or a single one, by name. SettingsError for any other name."""
    known = {of: (of, group) for of, group in found.items()}
    known |= {one.name: (of, (one,)) for of, group in found.items() for one in group}
    chosen: dict[str, tuple[Drawing, ...]] = {}
    for name in names:
        if name not in known:
            raise SettingsError(
                f"There is no figure {name}; expected one of {', '.join(found)}, or a figure of"
                " theirs (--list has them)."
            )
        of, group = known[name]
        chosen[of] = tuple(dict.fromkeys((*chosen.get(of, ()), *group)))
    return chosen


def captions(page: str) -> dict[str, tuple[str, str]]:
    """By the name of each figure on a page of docs/ its caption, and its alt text or ""."""
    return {name: (words, alt) for name, words, alt in SECTION.findall((DOCS / page).read_text())}


def of_one(draw: Callable[[Trained, DataSet], Figure]) -> Draw:
    """What draws one run, as a Drawing of one training."""
    return lambda runs, data: draw(runs[0], data)


def facts(runs: Runs, data: DataSet) -> str:
    """The data, and of finished runs the epochs, the training images and the time, in a line.

    Where the runs differ, theirs stand side by side in their order, as in "10/10/5 epochs".
    """
    if not runs:
        return f"Data: {data.name}."
    epochs, there = _each(run.settings.epochs for run in runs), len(data.train_images)
    images = _each(f"{x.settings.images or there - x.settings.validation:,}" for x in runs)
    seconds = sum(run.series("seconds")[-1] for run in runs)
    return f"Data: {data.name}. {epochs} epochs of {images} images; training took {seconds:.0f} s."


def _each(values: Iterable[object]) -> str:
    words = list(map(str, values))
    return "/".join(words if len(set(words)) > 1 else words[:1])
