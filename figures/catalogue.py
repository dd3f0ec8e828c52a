"""All drawings of experiments, found by themselves; and docs/FIGURES.md, which lists them."""

import importlib
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from experiments import experiment
from experiments.experiment import Experiment
from figures.drawing import Drawing
from training.run import replacing
from training.settings import SettingsError

PAGE = Path(__file__).parent.parent / "docs" / "FIGURES.md"
START = """\
# Figures

Every figure of every experiment: what there is to see, and what the [source documents](SOURCES.md),
called by the titles given there, show in its place. Under the name of an experiment stands the
command that draws its figures. It trains what it needs, once, goes on where it was stopped, and
writes to `out/figures/experiments/`; the minutes are those on two cores where nothing is trained
yet. A figure's name in its place draws that one alone, `python -m figures --all` draws everything.
The page of small models that `make figures` draws stands apart. This list is written by
`python -m figures --catalogue`."""

Drawings = Mapping[str, tuple[Drawing, ...]]


def find() -> dict[str, tuple[Drawing, ...]]:
    """The drawings of each experiment: DRAWINGS of figures/<experiment>.py, or none without it."""
    return {
        name: importlib.import_module(module).DRAWINGS if find_spec(module) else ()
        for name in experiment.find()
        for module in [f"figures.{name}"]
    }


def named(found: Drawings, names: list[str]) -> dict[str, tuple[Drawing, ...]]:
    """Those of an experiment, or a single one, by name. SettingsError for any other name."""
    chosen: dict[str, tuple[Drawing, ...]] = {}
    known = {drawing.name: (name, drawing) for name, group in found.items() for drawing in group}
    for name in names:
        if name in known:
            of, drawing = known[name]
            chosen[of] = (*chosen.get(of, ()), drawing)
        elif name in found:
            chosen[name] = found[name]
        else:
            raise SettingsError(
                f"There is no figure {name}; expected one of {', '.join(found)}, or a figure of"
                " theirs (--list has them)."
            )
    return chosen


def page(found: Drawings, asked: Mapping[str, Experiment]) -> str:
    """The list: under each experiment its drawings, and what the source documents show."""
    parts = [START]
    for name, group in found.items():
        if not group:
            continue
        minutes = f"about {asked[name].minutes:.0f} minutes"
        parts += [f"## {name}", asked[name].question, f"`python -m figures {name}`, {minutes}"]
        for drawing in group:
            parts += [f"### {drawing.name}", drawing.caption]
            if drawing.source:
                parts.append(f"In the sources: {_sentence(drawing.source)}")
    return "\n\n".join(parts) + "\n"


def _sentence(source: str) -> str:
    """The document's title, and what it shows."""
    return (source[:1].lower() + source[1:]).replace(": ", ", ", 1).removesuffix(".") + "."


def write_page() -> None:
    """Writes docs/FIGURES.md."""
    with replacing(PAGE) as file:
        file.write(page(find(), experiment.find()).encode())
