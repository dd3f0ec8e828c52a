"""Tokens of a document to HTML: formulas and equations, code, tables, links into the book."""

import html
import re
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from book.code import highlighted
from book.site import to_equation, to_slip
from book.tokens import parsed

LABEL = re.compile(r"\(((?:ad|rbm|vae|gan)\.\d+)\)")
NUMBER = re.compile(r"[-\d−][\d.,e+%−-]*( of \d+| \([\d.e-]+\))?")
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


class Writer:
    """What the pages put for formulas, links and equations; `place` ends in a line's number."""

    def formula(self, tex: str, display: bool, line: int) -> str:
        raise NotImplementedError

    def equation(self, label: str, tex: str, line: int) -> str:
        raise NotImplementedError

    def href(self, target: str) -> str:
        raise NotImplementedError


def rendered(tokens: list[Token], writer: Writer) -> str:
    renderer = RendererHTML()
    rules: dict[str, Any] = {
        "formula": lambda t, i, o, e: writer.formula(t[i].content, False, t[i].meta["line"]),
        "equation": lambda t, i, o, e: writer.equation(t[i].info, t[i].content, t[i].meta["line"]),
        "fence": lambda t, i, o, e: _fence(t[i], writer),
        "html_block": lambda t, i, o, e: COMMENT.sub("", t[i].content),
        "html_inline": lambda t, i, o, e: COMMENT.sub("", t[i].content),
        "table_open": lambda t, i, o, e: '<div class="table" tabindex="0"><table>\n',
        "table_close": lambda t, i, o, e: "</table></div>\n",
        "td_open": lambda t, i, o, e: (
            f"<td{' class=n' * bool(NUMBER.fullmatch(t[i + 1].content))}>"
        ),
        "text": lambda t, i, o, e: _labels(html.escape(t[i].content), t, i),
        "code_inline": lambda t, i, o, e: _code(t, i),
        "heading_open": lambda t, i, o, e: f'<{t[i].tag} id="{t[i].meta["slug"]}">',
        "heading_close": lambda t, i, o, e: _heading_end(t, i),
    }
    renderer.rules |= rules
    for token in tokens:
        for child in token.children or []:
            _lead(child, writer)
    return renderer.render(tokens, MarkdownIt().options, {})


def inline(text: str, writer: Writer) -> str:
    """A line of Markdown that is no paragraph of its own."""
    return rendered(parsed(text), writer).strip().removeprefix("<p>").removesuffix("</p>")


def _labels(text: str, tokens: list[Token], i: int) -> str:
    """A text whose labels of equations are links, if it is not a link itself."""
    if i and tokens[i - 1].type == "link_open":
        return text
    return LABEL.sub(lambda m: f'(<a href="{to_equation(m[1])}">{m[1]}</a>)', text)


def _code(tokens: list[Token], i: int) -> str:
    """Code; the name of a slip leads to it."""
    shown, to = f"<code>{html.escape(tokens[i].content)}</code>", to_slip(tokens[i].content)
    return f'<a href="{to}">{shown}</a>' if to and tokens[i - 1].type != "link_open" else shown


def _fence(token: Token, writer: Writer) -> str:
    if token.info == "math":
        line = (token.map or [0])[0] + 1
        return f'<div class="formula">{writer.formula(token.content, True, line)}</div>\n'
    if token.info == "mermaid":
        return '<p><a href="graph.html">The graph of what rests on what</a></p>\n'
    shown = highlighted(token.content) if token.info == "python" else html.escape(token.content)
    return f'<pre class="{token.info or "shell"}" tabindex="0">{shown}</pre>\n'


def _heading_end(tokens: list[Token], i: int) -> str:
    opened = tokens[i - 2]
    if opened.tag == "h1":
        return "</h1>\n"
    where = html.escape(tokens[i - 1].content, quote=True)
    link = f'<a class="here" href="#{opened.meta["slug"]}" aria-label="Link to: {where}">#</a>'
    return f"{link}</{opened.tag}>\n"


def _lead(token: Token, writer: Writer) -> None:
    """Makes a link or a picture lead into the book; of what is not there the words stay."""
    name = {"link_open": "href", "image": "src"}.get(token.type)
    if name and not str(token.attrs[name]).startswith("http"):
        token.attrs[name] = writer.href(str(token.attrs[name]))
        if not token.attrs[name]:
            del token.attrs[name]
        if name == "src":
            token.attrs["loading"] = "lazy"
