"""GitHub's Markdown to tokens: formulas, equations with their marks, and figures made one each."""

import html
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from grading.chapters import HEAD, SEAT

TAG = re.compile(r"\\tag\{[^}]*\}")
ANCHOR = re.compile(r'^<a id="([^"]+)"></a>$')
TEX = re.compile(r"\\([a-zA-Z]+|.)|[{}$]")
SILENT = re.compile(r"math|text|big|left|right|[dt]?frac|bar|hat|tilde|operatorname|[lrd]$|quad")


def parsed(text: str) -> list[Token]:
    """The tokens of a document, its equations and figures made one token each."""
    engine = MarkdownIt("commonmark", {"html": True}).enable("table")
    engine.inline.ruler.before("backticks", "formula", _formula)
    tokens = engine.parse(text)
    _number(tokens)
    return list(_figures(list(_equations(tokens))))


def plain(token: Token) -> str:
    """The words of an inline token, for the search."""
    parts = {"softbreak": " ", "hardbreak": " ", "html_inline": ""}
    words = [
        TEX.sub(_spoken, child.content)
        if child.type == "formula"
        else parts.get(child.type, child.content)
        for child in token.children or []
    ]
    return " ".join("".join(words).split())


def _spoken(match: re.Match[str]) -> str:
    """A command of TeX as a sign or a word: most signs are called the same in HTML."""
    name = match[1] or ""
    if not name.isalpha() or SILENT.match(name):
        return " " * (name in ",;")
    sign = html.unescape(f"&{name};")
    return name if sign.startswith("&") else {"cdot": "·", "mid": "|"}.get(name, sign)


def slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-")


def _formula(state: Any, silent: bool) -> bool:
    """$`...`$, GitHub's inline formula."""
    end = state.src.find("`$", state.pos + 2)
    if not state.src.startswith("$`", state.pos) or end < 0:
        return False
    if not silent:
        token = state.push("formula", "", 0)
        token.content = state.src[state.pos + 2 : end]
    state.pos = end + 2
    return True


def _number(tokens: list[Token]) -> None:
    """Gives every formula the line it stands in, and headings their slugs."""
    seen = Counter[str]()
    for i, token in enumerate(tokens):
        if token.type == "heading_open":
            name = slug(tokens[i + 1].content)  # the second of a name is -1, as on GitHub
            token.meta["slug"] = name + f"-{seen[name]}" * bool(seen[name])
            seen[name] += 1
        line = (token.map or [0])[0] + 1
        for child in token.children or []:
            child.meta["line"] = line
            line += (child.type == "softbreak") + child.content.count("\n")


def _equations(tokens: list[Token]) -> Iterator[Token]:
    """Anchor, comment, fence and mark become one token."""
    i = 0
    while i < len(tokens):
        token = tokens[i]
        if token.type == "paragraph_open" and ANCHOR.match(tokens[i + 1].content):
            ahead = tokens[i + 3]
            if ahead.type == "html_block" and HEAD.match(ahead.content.strip()):
                i += 3
                continue
        match = HEAD.match(token.content.strip()) if token.type == "html_block" else None
        if match is None:
            yield token
            i += 1
            continue
        fence = tokens[i + 1]
        made = Token("equation", "", 0, info=match.group(1), map=fence.map, block=True)
        made.content, made.meta = TAG.sub("", fence.content), {"line": (fence.map or [0])[0] + 1}
        yield made
        i += 2
        if i + 1 < len(tokens) and SEAT.search(tokens[i + 1].content.strip()):
            i += 3
        elif i < len(tokens) and SEAT.search(tokens[i].content.strip()):
            i += 1


def _figures(tokens: list[Token]) -> Iterator[Token]:
    """A picture in a paragraph of its own becomes a figure, with the line in italics under it."""
    i = 0
    while i < len(tokens):
        children = tokens[i + 1].children if tokens[i].type == "paragraph_open" else None
        if not children or [child.type for child in children] != ["image"]:
            yield tokens[i]
            i += 1
            continue
        yield Token("figure_open", "figure", 1, block=True)
        link = Token("link_open", "a", 1, attrs={"href": children[0].attrs["src"]})
        tokens[i + 1].children = [link, *children, Token("link_close", "a", -1)]
        yield tokens[i + 1]
        i += 3
        below = (tokens[i + 1].children or []) if i + 1 < len(tokens) else []
        if below and below[0].type == "em_open" and below[-1].type == "em_close":
            tokens[i + 1].children = below[1:-1]
            yield Token("caption_open", "figcaption", 1, block=True)
            yield tokens[i + 1]
            yield Token("caption_close", "figcaption", -1, block=True)
            i += 3
        yield Token("figure_close", "figure", -1, block=True)
