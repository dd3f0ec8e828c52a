"""Tables: numbers -> Markdown, and the two pages that show them.

results/README.md has every table: those of a package's experiments stand between `<!-- PACKAGE -->`
and `<!-- end PACKAGE -->`. README.md has one line an experiment, between the same marks.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.experiment import Experiment
from experiments.record import RESULTS, ROOT, Record, read
from training.run import RunError, write_text

PAGE, README = RESULTS / "README.md", ROOT / "README.md"


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def table(rows: Sequence[Any], columns: Mapping[str, Callable[[Any], str] | int]) -> str:
    """A Markdown table of records, a row each. A column says what its cells show of a record, or to
    how many digits they show what the record has under the column's name.
    """
    cells = [
        [show(row) if callable(show) else _shown(row[name], show) for name, show in columns.items()]
        for row in rows
    ]
    return markdown(list(columns), cells)


def _shown(value: Any, digits: int) -> str:
    if isinstance(value, Mapping):
        return with_spread(value["mean"], value["spread"], digits)
    return value if isinstance(value, str) else f"{value:.{digits}f}"


def with_spread(mean: float | None, spread: float | None, digits: int = 2) -> str:
    """A mean, or "n/a"; and where there are several seeds, the standard deviation over them."""
    if mean is None:
        return "n/a"
    return f"{mean:.{digits}f}" + ("" if spread is None else f" &plusmn; {spread:.{digits}f}")


def percent(fraction: float, digits: int = 0) -> str:
    """A fraction as tables show it, such as "93.5 %"."""
    return f"{100 * fraction:.{digits}f} %"


def section(name: str, experiment: Experiment, record: Record) -> str:
    """What the page says of one experiment: its question, its tables, how they were made."""
    parts = [f"## {name}", experiment.question]
    for heading, table in experiment.tables.items():
        parts += [f"### {heading}", table(record.numbers)]
    parts.append(
        f"`{record.command}` &rarr; [{name}.json]({name}.json), commit {record.commit},"
        f" {record.date}. {record.data}; {record.protocol}."
    )
    return "\n\n".join(parts)


def answers(found: Mapping[str, Experiment]) -> str:
    """The README's table: a line for each experiment that has an answer and has been measured."""
    rows = []
    for name, experiment in reversed(list(found.items())):  # the wide questions first
        if experiment.answer and (RESULTS / f"{name}.json").exists():
            link = f"[{name}](results/README.md#{name})"
            rows.append([experiment.question, experiment.answer(read(name).numbers), link])
    return markdown(["question", "answer", "all numbers"], rows)


def refresh(package: str, found: Mapping[str, Experiment]) -> None:
    """Writes what both pages show of a package's experiments; RunError where they have no place."""
    measured = {name: read(name) for name in found if (RESULTS / f"{name}.json").exists()}
    sections = [section(name, found[name], record) for name, record in measured.items()]
    fill(PAGE, package, "\n\n".join(sections))
    if any(experiment.answer for experiment in found.values()):
        fill(README, package, answers(found))


def fill(page: Path, mark: str, body: str) -> None:
    """Puts `body` between the marks of a page; RunError where the page has none."""
    before, start, rest = page.read_text().partition(f"<!-- {mark} -->\n")
    _, end, after = rest.partition(f"<!-- end {mark} -->")
    if not (start and end):
        raise RunError(f"{page} has no lines <!-- {mark} --> and <!-- end {mark} -->, in order.")
    write_text(page, f"{before}{start}\n{body}\n\n{end}{after}")
