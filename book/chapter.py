"""One document as HTML: its equations with their code beside them and their evidence below."""

import html
from collections.abc import Iterator

from book.code import Block, block, listing, tagged
from book.dialect import LABEL, Writer, inline, rendered
from book.evidence import Ledger
from book.formulas import Formulas
from book.letters import Letters
from book.site import Page, Site, to_equation
from book.symbols import legend
from book.tex import marked
from book.tokens import parsed, plain
from grading.chapters import ROOT, by_label
from grading.slips import SLIPS


class Chapter(Writer):
    """Makes the page of one document; says afterwards what of it is linked to code."""

    def __init__(
        self, page: Page, site: Site, formulas: Formulas, ledger: Ledger, colours: dict[str, int]
    ) -> None:
        self.page, self.site, self.formulas, self.ledger = page, site, formulas, ledger
        self.tokens = parsed(page.source.read_text(encoding="utf-8"))
        self.labels = [token.info for token in self.tokens if token.type == "equation"]
        self.blocks = dict(_blocks(self.labels))
        shown = [b for blocks in self.blocks.values() for b in blocks]
        self.letters = Letters(legend(page.source), self.tokens, shown, colours)

    def html(self) -> str:
        """The page's main part; formulas are holes yet."""
        return rendered(self.tokens, self)

    def formula(self, tex: str, display: bool, line: int) -> str:
        place = f"{self.page.source.relative_to(ROOT).as_posix()}:{line}"
        tex = marked(tex, self.letters.of_atom)
        tex = LABEL.sub(lambda m: rf"\href{{{to_equation(m[1])}}}{{{m[0]}}}", tex)
        return self.formulas.hole(tex, display, place)

    def href(self, target: str) -> str:
        return self.site.href(self.page.source, target)

    def equation(self, label: str, tex: str, line: int) -> str:
        known = by_label()[label]
        title = inline(known.title, self)
        code = "".join(self._code(b) for b in self.blocks[label])
        head = f'<aside class="code" aria-label="Code of {label}"><div class="stick">'
        aside = f"{head}{code}</div></aside>" if code else ""
        name = html.escape(f"Equation {label}, {known.kind}: {known.title}", quote=True)
        return (
            f'<section class="eq {self.ledger.standing(label)}" id="{label}" data-eq="{label}"'
            f' aria-label="{name}"><p class="name"><a href="#{label}">{label}</a> {title}</p>'
            f'<div class="formula" tabindex="0">{self.formula(tex, True, line)}</div>'
            f"{aside}{self._elsewhere(label)}{self.ledger.html(label)}</section>\n"
        )

    def entries(self) -> Iterator[tuple[str, str]]:
        """The rows of the legend that the page's letters refer to: id and HTML."""
        for row, number in list(self.letters.rows.items()):
            yield f"k{number}", inline(row, self)

    def sections(self) -> Iterator[tuple[str, str, str]]:
        """What the search looks through: anchor, heading and text of each section."""
        anchor, heading, words = "", self.page.title, list[str]()
        for i, token in enumerate(self.tokens):
            if token.type == "heading_open" and token.tag != "h1":
                yield anchor, heading, " ".join(words)
                anchor, heading, words = token.meta["slug"], plain(self.tokens[i + 1]), list[str]()
            elif token.type == "equation":
                title = by_label()[token.info].title
                words.append(f"({token.info}) {title}.")
                yield token.info, f"({token.info}) {title}", ""
                for slip in (slip for slip in SLIPS if slip.equation == token.info):
                    yield f"slip-{slip.name}", f"Slip {slip.name}", slip.hint
            elif token.type == "inline" and self.tokens[i - 1].type != "heading_open":
                words.append(plain(token))
            elif token.type == "fence" and token.info == "python":
                words.append(" ".join(token.content.split()))
        yield anchor, heading, " ".join(words)

    def headings(self) -> list[tuple[str, str]]:
        """Anchor and HTML of the headings of second rank."""
        opened = [i for i, token in enumerate(self.tokens) if token.type == "heading_open"]
        second = [i for i in opened if self.tokens[i].tag == "h2"]
        texts = [(self.tokens[i].meta["slug"], self.tokens[i + 1].content) for i in second]
        return [(anchor, inline(text, self)) for anchor, text in texts]

    def _code(self, shown: Block) -> str:
        view = self.site.view(shown.path)

        def to(place: str | int) -> str:
            return f"{view}#L{place}" if isinstance(place, int) else to_equation(place)

        return (
            f'<a class="home" href="{view}#L{shown.first}">{shown.home}</a>'
            f"<details open><summary><code>{html.escape(shown.name)}</code></summary>"
            f"{listing(shown, to, self.letters.of_names(shown))}</details>"
        )

    def _elsewhere(self, label: str) -> str:
        """Where the code stands, if it stands beside an equation above."""
        if self.blocks[label] or label not in tagged():
            return ""
        path, line = tagged()[label][0]
        above = reversed(self.labels[: self.labels.index(label)])
        first = next(k for k in above if block(path, line) in self.blocks[k])
        name = html.escape(block(path, line).name)
        there = f'beside <a href="#{first}">{first}</a>'
        return f'<p class="with">Line {line} of <code>{name}</code>, {there}</p>'


def _blocks(labels: list[str]) -> Iterator[tuple[str, list[Block]]]:
    """The functions that stand beside each equation, but for those that stand there already."""
    beside: set[Block] = set()
    for label in labels:
        own = dict.fromkeys(block(path, line) for path, line in tagged().get(label, []))
        yield label, [b for b in own if b not in beside]
        beside = set(own) or beside
