"""One document as HTML: its equations with their code beside them and their evidence below."""

import html
from collections import Counter
from collections.abc import Iterator

from book.code import Block, block, labels_in, listing, names_in, tagged
from book.dialect import Writer, inline, parsed, plain, rendered
from book.evidence import Ledger
from book.formulas import Formulas
from book.site import Page, Site, to_equation
from book.symbols import Symbol, find, hue, legend
from book.tex import Atom, atoms, marked
from grading.chapters import ROOT, by_label

COLOURS = 8  # that people tell apart, those with few colours too: book.css


class Chapter(Writer):
    """Makes the page of one document; says afterwards what of it is linked to code."""

    def __init__(
        self, page: Page, site: Site, formulas: Formulas, ledger: Ledger, colours: dict[str, int]
    ) -> None:
        self.page, self.site, self.formulas, self.ledger = page, site, formulas, ledger
        self.tokens = parsed(page.source.read_text(encoding="utf-8"))
        self.labels = [token.info for token in self.tokens if token.type == "equation"]
        self.blocks = dict(_blocks(self.labels))
        self.legend = legend(page.source) if page.is_chapter else ()
        self.rows: dict[str, int] = {}  # those of the legend that the page's letters need: "k3"
        self.groups: dict[str, int] = {}  # the letters that are alight together: "y3"
        self.symbols = self._symbols()
        self.names = {b: self._names(b) for blocks in self.blocks.values() for b in blocks}
        self.linked = {symbol for names in self.names.values() for symbol in names.values()}
        self.colours = self._coloured(colours)

    def html(self) -> str:
        """The page's main part; formulas are holes yet."""
        return rendered(self.tokens, self)

    def formula(self, tex: str, display: bool, line: int) -> str:
        place = f"{self.page.source.relative_to(ROOT).as_posix()}:{line}"
        return self.formulas.hole(marked(tex, self.classes), display, place)

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

    def classes(self, atom: Atom) -> str:
        """The classes of a letter: its group, its entry in the legend, its colour."""
        symbol = find(self.legend, atom)
        return "" if symbol is None else self._classes_of(symbol)

    def entries(self) -> Iterator[tuple[str, str]]:
        """The rows of the legend that the page's letters refer to: id and HTML."""
        for row, number in list(self.rows.items()):
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
            elif token.type == "inline" and self.tokens[i - 1].type != "heading_open":
                words.append(plain(token))
            elif token.type == "fence" and token.info == "python":
                words.append(" ".join(token.content.split()))
        yield anchor, heading, " ".join(words)

    def headings(self) -> list[tuple[str, str]]:
        """Anchor and HTML of the headings of second rank."""
        pairs = zip(self.tokens, self.tokens[1:], strict=False)
        found = [
            (a.meta["slug"], b.content)
            for a, b in pairs
            if a.type == "heading_open" and a.tag == "h2"
        ]
        return [(anchor, inline(text, self)) for anchor, text in found]

    def _symbols(self) -> list[Symbol]:
        """The symbols of the chapter's formulas, the most frequent letters in equations first."""
        counts: Counter[str] = Counter()
        found: dict[Symbol, None] = {}
        for token in self.tokens:
            texts = [c.content for c in token.children or [] if c.type == "formula"]
            texts += [token.content] if token.type == "equation" or token.info == "math" else []
            for atom in (atom for text in texts for atom in atoms(text)):
                if symbol := find(self.legend, atom):
                    found[symbol] = None
                    counts[atom.base] += 100 if token.type == "equation" else 1
        return sorted(found, key=lambda symbol: -counts[symbol.atom.base])

    def _coloured(self, before: dict[str, int]) -> dict[str, int]:
        """A colour for each of the letters that are in formulas and code, as in chapters before."""
        bases = list(dict.fromkeys(hue(s) for s in self.symbols if s in self.linked))
        bases = bases[:COLOURS]
        chosen: dict[str, int] = {}
        for base in sorted(bases, key=lambda base: base not in before):
            free = [n for n in range(COLOURS) if n not in chosen.values()]
            wanted = before.get(base, len(before) % COLOURS)
            chosen[base] = before[base] = wanted if wanted in free else free[0]
        return chosen

    def _names(self, shown: Block) -> dict[str, Symbol]:
        """The names in a block that are letters: of its equations, or given to it."""
        texts = [
            t.content for t in self.tokens if t.type == "equation" and t.info in labels_in(shown)
        ]
        own = {find(self.legend, atom) for text in texts for atom in atoms(text)}
        order = {symbol: number for number, symbol in enumerate(self.legend)}
        found: dict[str, Symbol] = {}
        for symbol in sorted(self.symbols, key=lambda s: order.get(s, len(order))):
            for name in set(symbol.names) & names_in(shown):
                if symbol in own or name in shown.parameters:
                    found.setdefault(name, symbol)
        return found

    def _classes_of(self, symbol: Symbol) -> str:
        base = symbol.atom.base
        group = self.groups.setdefault(base, len(self.groups))
        entry = self.rows.setdefault(symbol.row, len(self.rows))
        colour = f" c{self.colours[hue(symbol)]}" if hue(symbol) in self.colours else ""
        return f"y y{group} k{entry}{colour}"

    def _code(self, shown: Block) -> str:
        view = self.site.view(shown.path)

        def to(place: str | int) -> str:
            return f"{view}#L{place}" if isinstance(place, int) else to_equation(place)

        def classes(name: str) -> str:
            symbol = self.names[shown].get(name)
            return self._classes_of(symbol) if symbol else ""

        return (
            f'<a class="home" href="{view}#L{shown.first}">{shown.home}</a>'
            f"<details open><summary><code>{html.escape(shown.name)}</code></summary>"
            f"{listing(shown, to, classes)}</details>"
        )

    def _elsewhere(self, label: str) -> str:
        """Where the code stands, if it stands beside an equation above."""
        if self.blocks[label] or label not in tagged():
            return ""
        path, line = tagged()[label][0]
        first = next(k for k in self.labels if block(path, line) in self.blocks[k])
        name = html.escape(block(path, line).name)
        there = f'beside <a href="#{first}">{first}</a>'
        return f'<p class="with">Line {line} of <code>{name}</code>, {there}</p>'


def _blocks(labels: list[str]) -> Iterator[tuple[str, list[Block]]]:
    """The functions that stand beside each equation: each once, beside the first that it has."""
    seen: set[Block] = set()
    for label in labels:
        own = dict.fromkeys(block(path, line) for path, line in tagged().get(label, []))
        yield label, [b for b in own if b not in seen]
        seen |= own.keys()
