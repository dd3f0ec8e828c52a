"""All drawings of experiments, found by themselves; and docs/FIGURES.md, which lists them."""

import importlib
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from experiments import experiment
from experiments.experiment import Experiment
from experiments.tables import markdown
from figures.drawing import Drawing
from training.run import replacing
from training.settings import SettingsError

PAGE = Path(__file__).parent.parent / "docs" / "FIGURES.md"
START = """\
# Figures

Every figure of every experiment. Each command trains what it needs, once, goes on where it was
stopped, and writes to `out/figures/experiments/`; `python -m figures gan` draws all of one
experiment, `python -m figures --all` everything. Titles such as *notebook* are those of the
[source documents](SOURCES.md). The page of small models that `make figures` draws stands apart.
This list is written by `python -m figures --catalogue`.
"""
HEADER = ("figure", "in a source document", "command", "what there is to see")

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
    """The list: under each experiment its drawings, and what stands in a source document."""
    parts = [START]
    for name, group in found.items():
        if not group:
            continue
        rows = [
            [
                f'<a id="{drawing.name}"></a>{drawing.name}',
                _sentence(drawing.source) or "&ndash;",
                f"`python -m figures {drawing.name}`",
                drawing.caption.replace("|", r"\|"),
            ]
            for drawing in group
        ]
        parts.append(f"## {name}\n\n{asked[name].question}\n\n{markdown(HEADER, rows)}\n")
    return "\n".join(parts)


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:].removesuffix(".")


def write_page() -> None:
    """Writes docs/FIGURES.md."""
    with replacing(PAGE) as file:
        file.write(page(find(), experiment.find()).encode())
