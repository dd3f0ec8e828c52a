"""The pages of the book, and what a link of the project's documents becomes in it."""

import posixpath
from functools import cache
from pathlib import Path
from typing import NamedTuple

from grading.chapters import PACKAGES, ROOT, by_label, chapters
from grading.slips import BY_NAME

DOCUMENTS = (
    "docs/NOTATION.md", "docs/LEDGER.md", "docs/ERRATA.md", "docs/FIGURES.md",
    "results/README.md", "docs/SOURCES.md",
)  # fmt: skip
PARTS = {
    "autograd_lite": "Differentiation",
    "rbm": "The restricted Boltzmann machine",
    "vae": "The variational autoencoder",
    "gan": "The generative adversarial network",
    "docs": "Beside the chapters",
}
SHOWN = (".py", ".md")  # files that have a page; others are copied as they are


class Page(NamedTuple):
    """A document, where its page stands in the book, and its title (Markdown)."""

    source: Path
    name: str
    title: str
    part: str

    @property
    def is_chapter(self) -> bool:
        return self.part != "docs"


@cache
def pages() -> dict[Path, Page]:
    """All documents that become pages, by path, in reading order."""
    found = {}
    for source in [*chapters(), *(ROOT / name for name in DOCUMENTS)]:
        part = source.parent.name if source.parent.name in PACKAGES else "docs"
        stem = source.stem.replace("DERIVATION", part).replace("README", source.parent.name)
        stem = stem.replace("autograd_lite", "ad").replace("_", "-").lower()
        title = source.read_text(encoding="utf-8").split("\n", 1)[0].lstrip("# ")
        found[source] = Page(source, f"{stem}.html", title, part)
    return found


def to_equation(label: str) -> str:
    """The address of an equation, from the book's folder."""
    return f"{pages()[by_label()[label].chapter].name}#{label}" if label in by_label() else ""


def to_slip(name: str) -> str:
    """The address of a slip, from the book's folder; "" where there is none of that name."""
    page = to_equation(BY_NAME[name].equation).split("#")[0] if name in BY_NAME else ""
    return page and f"{page}#slip-{name}"


class Site:
    """Where links lead; remembers which sources and other files the pages ask for."""

    def __init__(self) -> None:
        self.code: dict[Path, None] = {}
        self.files: dict[Path, str] = {}

    def href(self, origin: Path, target: str) -> str:
        """The address in the book of what a document links to; "" if it is not in it."""
        name, _, fragment = target.partition("#")
        path = (origin.parent / name).resolve() if name else origin
        end = f"#{fragment}" if fragment else ""
        if path in pages():
            return pages()[path].name + end
        if not path.is_file() or ROOT not in path.parents:
            return ""
        if path.suffix not in SHOWN:
            return self.files.setdefault(path, f"files/{path.relative_to(ROOT).as_posix()}")
        return self.view(path) + end

    def view(self, path: Path) -> str:
        """The page that shows a source file, line by line."""
        self.code[path] = None
        return posixpath.join("code", path.relative_to(ROOT).as_posix() + ".html")
