"""`python -m figures.catalogue NAME ...`: figures of the sources, each from its full training.

Without a name it draws all. What is not trained yet is trained first. `--list` says what there is;
`--write` writes docs/FIGURES.md.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from data.sets import load
from figures import adversarial, chains, compared, convolved, dense, questions, restored, tanh
from figures.index import write_index
from figures.item import Item
from figures.style import Picture, save
from figures.words import Words
from training.command import complain
from training.parallel import train_all
from training.run import RunError, replacing
from training.settings import Parser, SettingsError

ITEMS: tuple[Item, ...] = (
    *chains.ITEMS,
    *restored.ITEMS,
    *dense.ITEMS,
    *tanh.ITEMS,
    *questions.ITEMS,
    *convolved.ITEMS,
    *adversarial.ITEMS,
    *compared.ITEMS,
)
PAGE = Path(__file__).parent / "CATALOGUE.md"
OUT = Path("out", "catalogue")


def main(argv: Sequence[str]) -> None:
    """Trains what is missing, draws the figures named, and prints where they are."""
    parser = Parser(prog="python -m figures.catalogue", allow_abbrev=False)
    parser.add_argument("names", nargs="*", metavar="NAME", help="figures to draw (default: all)")
    parser.add_argument("--out", default=OUT, type=Path, metavar="DIR")
    parser.add_argument("--list", action="store_true", help="list the names and draw nothing")
    parser.add_argument("--write", action="store_true", help="write docs/FIGURES.md only")
    options = parser.parse_args(argv)
    if options.list:
        print("\n".join(f"{item.system:4} {item.name}" for item in ITEMS))
        return
    if options.write:
        with replacing(PAGE) as file:
            file.write(page(ITEMS).encode())
        return
    items = named(options.names)
    data = load("mnist")
    train_all(list(dict.fromkeys(run for item in items for run in item.runs)))
    try:
        options.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"{options.out} cannot be made ({error.strerror}).") from None
    sections: dict[str, list[Picture]] = {}
    for item in items:
        facts = f"Data: {data.name}. python -m figures.catalogue {item.name}"
        picture = Picture(item.name, facts, item.draw([run.folder for run in item.runs], data))
        print(save(picture, options.out), flush=True)
        sections.setdefault(item.system, []).append(picture)
    if items == ITEMS:
        words = {item.name: Words(item.name, item.caption, item.there) for item in ITEMS}
        commands = [f"python -m figures.catalogue {item.name}" for item in ITEMS]
        print(write_index(sections, data.name, commands, options.out, words))


def named(names: Sequence[str]) -> tuple[Item, ...]:
    """The items of these names, all for none; SettingsError for a name that is not there."""
    known = {item.name: item for item in ITEMS}
    for name in names:
        if name not in known:
            raise SettingsError(f"There is no figure {name}; --list says which there are.")
    return tuple(known[name] for name in names) or ITEMS


def page(items: Sequence[Item]) -> str:
    """The catalogue: what a source shows, the command that draws it here, and its file."""
    lines = [
        "# Catalogue of figures",
        "",
        "Every figure of the sources, and what stands for it here. S1 to S8 are the systems of",
        "[SOURCES.md](../SOURCES.md). Each command trains what it needs, once, and goes on where",
        "it was stopped; `make reproduce` runs them all. Written by",
        "`python -m figures.catalogue --write`.",
        "",
        "| system | in the source | command | file | what there is to see |",
        "| --- | --- | --- | --- | --- |",
    ]
    for item in items:
        command = f"`python -m figures.catalogue {item.name}`"
        file = f"`out/catalogue/{item.name}.png`"
        lines.append(f"| {item.system} | {item.there} | {command} | {file} | {item.caption} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    complain(main, sys.argv[1:])
