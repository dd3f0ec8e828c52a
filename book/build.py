"""The whole book: every page rendered, written to a temporary folder, put in place at the end."""

import base64
import json
import re
import shutil
from pathlib import Path

from book.caught import caught
from book.chapter import Chapter
from book.code import tagged
from book.dialect import inline
from book.evidence import Ledger
from book.formulas import BookError, Formulas, filled, node
from book.pages import WEB, contents, document, source, whole_graph, words
from book.site import Site, pages
from grading.chapters import ROOT

KATEX = ROOT / "node_modules" / "katex" / "dist"
FONT = re.compile(r'src:url\((fonts/[\w-]+\.woff2)\) format\("woff2"\)[^;}]*')


def build(out: Path) -> str:
    """Writes the book into the folder `out`, in the place of the book that stood there.

    BookError where a document cannot be shown, or where something else stands there.
    """
    kept = out.exists() and not (out / "book.css").exists()
    if kept and (out.is_file() or any(out.iterdir())):
        raise BookError(f"{out} is there and is no book: name another folder.")
    temporary = out.with_name(f".{out.name}-new")
    shutil.rmtree(temporary, ignore_errors=True)
    counts = _write(temporary, out.with_name(f"{out.name}-slips.json"))
    shutil.rmtree(out, ignore_errors=True)
    temporary.rename(out)
    return counts


def _write(folder: Path, cache: Path) -> str:
    site, formulas, made = Site(), Formulas(), list[Chapter]()
    ledger = Ledger(caught(cache), lambda link: inline(link, made[-1]))
    colours: dict[str, dict[str, int]] = {}
    written: dict[str, str] = {}
    for page in pages().values():
        made.append(Chapter(page, site, formulas, ledger, colours.setdefault(page.part, {})))
        written[page.name] = document(made[-1])
    bench = (folder.parent / "explore" / "index.html").exists()
    written |= {"index.html": contents(made, bench), "graph.html": whole_graph(ledger)}
    done = formulas.render()
    for name, text in written.items():
        _put(folder / name, filled(text, done))
    for path in site.code:
        _put(folder / site.view(path), source(path))
    for path, name in site.files.items():
        _put(folder / name, path.read_bytes())
    _put(folder / "book.css", _style())
    _put(folder / "book.js", node(WEB / "bundle.mjs", str(WEB / "main.js")))
    _put(folder / "search.js", _index(made))
    return _counts(folder, [chapter for chapter in made if chapter.page.is_chapter])


def _counts(folder: Path, chapters: list[Chapter]) -> str:
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    linked, symbols = (
        [len(getattr(c.letters, x)) for c in chapters] for x in ("linked", "symbols")
    )
    return (
        f"{len(chapters)} chapters, {sum(len(c.labels) for c in chapters)} equations,"
        f" {sum(map(len, tagged().values()))} lines of code with an equation, {sum(linked)} of"
        f" {sum(symbols)} symbols linked to code; {len(sizes)} files, {sum(sizes) / 1e6:.1f} MB"
    )


def _style() -> str:
    """KaTeX's style with its fonts inside, and the book's."""

    def inlined(match: re.Match[str]) -> str:
        font = base64.b64encode((KATEX / match[1]).read_bytes()).decode()
        return f'src:url(data:font/woff2;base64,{font}) format("woff2")'

    katex = FONT.sub(inlined, (KATEX / "katex.min.css").read_text(encoding="utf-8"))
    return katex + (WEB / "book.css").read_text(encoding="utf-8")


def _index(made: list[Chapter]) -> str:
    """What the search looks through: every section's page, title, anchor, heading, text, rank."""
    heads = [(c, [c.page.name, words(c.page.title)], [int(c.page.is_chapter)]) for c in made]
    rows = [[*head, *found, *rank] for c, head, rank in heads for found in c.sections()]
    return f"window.BOOK = {json.dumps(rows, ensure_ascii=False)};\n"


def _put(path: Path, content: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
