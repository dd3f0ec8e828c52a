"""Source as HTML, line by line: highlighted, with the names that are a chapter's symbols marked."""

import ast
import html
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pygments.lexers import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, String

from grading.chapters import ROOT, TAG, by_label, tags

# The kinds of words that are told apart, few on purpose: the symbols' colours come first.
KINDS = {Keyword: "kw", Operator.Word: "kw", String: "st", Comment: "co", Number: "nu"}
LABEL = re.compile(r"\b((?:ad|rbm|vae|gan)\.\d+)\b")  # of an equation
Classes = Callable[[str], str]  # of a name, "" for none


class Block(NamedTuple):
    """Lines of a module that belong together: a function, or a statement outside of any."""

    path: Path
    name: str
    first: int
    last: int
    parameters: tuple[str, ...] = ()

    @property
    def home(self) -> str:
        return self.path.relative_to(ROOT).as_posix()


@cache
def tagged() -> dict[str, list[tuple[Path, int]]]:
    """The lines that carry each equation's tag."""
    found: dict[str, list[tuple[Path, int]]] = {}
    for label, place in tags():
        found.setdefault(label, []).append(place)
    return found


@cache
def labels_of(path: Path) -> dict[int, tuple[str, ...]]:
    """The labels that each line of a module carries."""
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    return {number: tuple(TAG.findall(text)) for number, text in lines if TAG.search(text)}


@cache
def block(path: Path, line: int) -> Block:
    """The function or the class at the top of a module that a line stands in, or the line alone."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            first, last = min(d.lineno for d in [*node.decorator_list, node]), node.end_lineno or 0
            if first <= line <= last:
                arguments = getattr(node, "args", ast.arguments([], [], None, [], [], None, []))
                names = (a.arg for a in [*arguments.args, *arguments.kwonlyargs])
                return Block(path, node.name, first, last, tuple(names))
    return Block(path, path.stem, line, line)


@cache
def _words(source: str) -> list[list[tuple[str, str]]]:
    """Kind and text of every word, line by line."""
    lines: list[list[tuple[str, str]]] = [[]]
    before = ""
    for token, text in PythonLexer(stripnl=False).get_tokens(source):
        kind = next((name for group, name in KINDS.items() if token in group), "")
        if token in Name:
            kind = "fn" if token in Name.Function and before in ("def", "class") else "na"
        for number, part in enumerate(text.split("\n")):
            if number:
                lines.append([])
            if part:
                lines[-1].append((kind, part))
        before = text.strip() or before
    return lines


def labels_in(shown: Block) -> set[str]:
    """The equations that a block's lines carry."""
    found = labels_of(shown.path).items()
    return {x for n, labels in found if shown.first <= n <= shown.last for x in labels}


def names_in(shown: Block) -> set[str]:
    """The names that stand in a block."""
    lines = _words(shown.path.read_text(encoding="utf-8"))[shown.first - 1 : shown.last]
    return {text for line in lines for kind, text in line if kind in ("na", "fn")}


def highlighted(source: str, classes: Classes = lambda name: "") -> str:
    return "\n".join(_line(words, classes) for words in _words(source)).rstrip("\n")


def _line(words: list[tuple[str, str]], classes: Classes) -> str:
    parts = []
    for kind, text in words:
        shown = html.escape(text, quote=False)
        kind = (classes(text) if kind in ("na", "fn") else "") or kind.replace("na", "")
        parts.append(f'<span class="{kind}">{shown}</span>' if kind else shown)
    return "".join(parts)


def listing(
    shown: Block,
    to: Callable[[str | int], str],
    classes: Classes = lambda name: "",
    ids: bool = False,
) -> str:
    """Lines of a file, numbered; `to` is where a line's number and an equation's label lead.

    A line that carries an equation says so in data-eq; with `ids` each is a place, "L27".
    """
    path, first, last = shown.path, shown.first, shown.last
    source = path.read_text(encoding="utf-8")
    python = path.suffix == ".py"
    rows = _words(source) if python else [[("", text)] for text in source.splitlines()]
    out = []
    for number in range(first, min(last, len(rows)) + 1):
        labels = labels_of(path).get(number, ()) if python else ()
        about = f' data-eq="{" ".join(labels)}"' if labels else ""
        place = f' id="L{number}"' if ids else ""
        link = f'<a class="no" href="{to(number)}" tabindex="-1" aria-hidden="true">{number}</a>'
        lead = lambda m: f'<a href="{to(m[0])}">{m[0]}</a>' if m[0] in by_label() else m[0]  # noqa: E731
        text = LABEL.sub(lead, _line(rows[number - 1], classes))
        link *= not ids  # the style counts there
        out.append(f'<span class="ln"{about}{place}>{link}{text}</span>')
    lines = "\n".join(out)
    return f"<pre><code>{lines}</code></pre>"
