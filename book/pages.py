"""The pages around the text: the frame of each, the contents, the graph, the sources."""

import html
import re
from collections.abc import Sequence
from pathlib import Path
from string import Template

from book.chapter import Chapter
from book.code import Block, listing
from book.dialect import inline
from book.evidence import Ledger
from book.graph import around, svg
from book.site import PARTS, Page, pages, to_equation
from grading.chapters import ROOT, by_label

WEB = Path(__file__).parent / "web"


def template(name: str, **gaps: str) -> str:
    """A file of book/web with its gaps filled."""
    return Template((WEB / f"{name}.html").read_text(encoding="utf-8")).substitute(gaps)


def words(title: str) -> str:
    """A title without its Markdown."""
    return re.sub(r"[`$*]", "", title)


def frame(title: str, kind: str, main: str, **more: str) -> str:
    """A whole page; `more` may hold footer, legend and base, the way to the book's folder."""
    gaps = {"footer": "", "legend": "", "base": ""} | more
    return template("page", title=html.escape(words(title)), kind=kind, main=main, **gaps)


def document(chapter: Chapter) -> str:
    """The page of a chapter or of a document beside the chapters."""
    title, _, body = chapter.html().partition("</h1>\n")
    listed = "".join(f'<li><a href="#{a}">{t}</a></li>' for a, t in chapter.headings())
    contents = f'<nav class="within" aria-label="On this page"><ol>{listed}</ol></nav>'
    if chapter.labels:
        name = "What rests on what in this chapter"
        graph = svg(around(chapter.labels), chapter.labels, chapter.ledger.standing, name)
        body += template("around", graph=graph)
    entries = "".join(f'<p id="{key}">{text}</p>' for key, text in chapter.entries())
    return frame(
        chapter.page.title,
        "chapter" if chapter.labels else "document",
        f"{title}</h1>\n{contents}<article>{body}</article>",
        footer=_steps(chapter),
        legend=f'<div id="letters" hidden>{entries}</div>' if entries else "",
    )


def _steps(chapter: Chapter) -> str:
    """The way to the page before and to the one after."""
    order: list[Page | None] = [None, *pages().values(), None]
    at = order.index(chapter.page)
    ways = (("prev", "Previous", order[at - 1]), ("next", "Next", order[at + 1]))
    return "".join(
        f'<a rel="{rel}" href="{page.name}"><span>{word}</span> {inline(page.title, chapter)}</a>'
        for rel, word, page in ways
        if page
    )


def contents(made: Sequence[Chapter], bench: bool) -> str:
    """The first page: what the book is, its chapters; `bench` says whether that is built."""
    link = '<a href="../explore/index.html">The bench</a>' if bench else "<code>make explore</code>"
    parts = []
    for part, heading in PARTS.items():
        items = "".join(_entry(chapter) for chapter in made if chapter.page.part == part)
        parts.append(f"<section><h2>{heading}</h2><ol>{items}</ol></section>")
    return frame(
        "Generative models by hand", "contents", template("intro", bench=link) + "".join(parts)
    )


def _entry(chapter: Chapter) -> str:
    page = chapter.page
    links = "".join(
        f'<li><a href="{page.name}#{label}" data-label="{label}">{label}</a> '
        f"{inline(by_label()[label].title, chapter)}</li>"
        for label in chapter.labels
    )
    said = f"<summary>{len(chapter.labels)} equations</summary>"
    more = f"<details>{said}<ol>{links}</ol></details>" if links else ""
    return f'<li><a href="{page.name}">{inline(page.title, chapter)}</a>{more}</li>'


def whole_graph(ledger: Ledger) -> str:
    name = "What rests on what, in all chapters"
    picture = svg(list(by_label()), by_label(), ledger.standing, name)
    return frame("What rests on what", "graph", template("graph", graph=picture))


def source(path: Path) -> str:
    """A source file, every line a place to link to; equations lead back to their chapters."""
    home = path.relative_to(ROOT).as_posix()
    base = "../" * (home.count("/") + 1)

    def to(place: str | int) -> str:
        return f"#L{place}" if isinstance(place, int) else base + to_equation(place)

    text = listing(Block(path, home, 1, 10**6), to, ids=True)
    main = f'<h1><code>{home}</code></h1><div class="scroll" tabindex="0">{text}</div>'
    return frame(home, "source", main, base=base)
