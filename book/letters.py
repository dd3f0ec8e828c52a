"""A chapter's letters: in formula and code, alight together, in one colour, with their legend."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from markdown_it.token import Token

from book.code import Block, labels_in, names_in
from book.symbols import Symbol, find, hue
from book.tex import Atom, atoms

COLOURS = 8  # that people tell apart, those with few colours too: book.css


class Letters:
    """Gives letters in formulas, and names in code, their classes.

    y3 says which are alight together, k3 the row of the legend that is shown, c3 the colour.
    """

    def __init__(
        self,
        legend: Sequence[Symbol],
        tokens: Iterable[Token],
        blocks: Iterable[Block],
        before: dict[str, int],
    ) -> None:
        self.legend, self.rows, self.groups = legend, dict[str, int](), dict[str, int]()
        self.equations = {t.info: t.content for t in tokens if t.type == "equation"}
        self.symbols = self._by_frequency(tokens)
        self.names = {shown: self._names(shown) for shown in blocks}
        self.linked = {symbol for names in self.names.values() for symbol in names.values()}
        self.colours = self._coloured(before)

    def of_atom(self, atom: Atom) -> str:
        symbol = find(self.legend, atom)
        return self._classes(symbol) if symbol else ""

    def of_names(self, shown: Block) -> Callable[[str], str]:
        names = self.names[shown]
        return lambda name: self._classes(names[name]) if name in names else ""

    def _classes(self, symbol: Symbol) -> str:
        group = self.groups.setdefault(symbol.atom.base, len(self.groups))
        row = self.rows.setdefault(symbol.row, len(self.rows))
        colour = f" c{self.colours[hue(symbol)]}" if hue(symbol) in self.colours else ""
        return f"y y{group} k{row}{colour}"

    def _by_frequency(self, tokens: Iterable[Token]) -> list[Symbol]:
        """The symbols of all formulas, the most frequent letters of numbered equations first."""
        counts, found = Counter[str](), dict[Symbol, None]()
        for token in tokens:
            texts = [c.content for c in token.children or [] if c.type == "formula"]
            texts += [token.content] if token.type == "equation" or token.info == "math" else []
            for atom in (atom for text in texts for atom in atoms(text)):
                if symbol := find(self.legend, atom):
                    found[symbol] = None
                    counts[atom.base] += 100 if token.type == "equation" else 1
        return sorted(found, key=lambda symbol: -counts[symbol.atom.base])

    def _names(self, shown: Block) -> dict[str, Symbol]:
        """The names in a block that are letters: of its equations, or given to it."""
        texts = [self.equations[label] for label in labels_in(shown) & self.equations.keys()]
        own = {find(self.legend, atom) for text in texts for atom in atoms(text)}
        order = {symbol: number for number, symbol in enumerate(self.legend)}
        found: dict[str, Symbol] = {}
        for symbol in sorted(self.symbols, key=lambda s: order.get(s, len(order))):
            for name in set(symbol.names) & names_in(shown):
                if symbol in own or name in shown.parameters:
                    found.setdefault(name, symbol)
        return found

    def _coloured(self, before: dict[str, int]) -> dict[str, int]:
        """A colour for each letter that is in formulas and code, as in the chapters before."""
        bases = list(dict.fromkeys(hue(s) for s in self.symbols if s in self.linked))[:COLOURS]
        chosen: dict[str, int] = {}
        for base in sorted(bases, key=lambda base: base not in before):
            free = [n for n in range(COLOURS) if n not in chosen.values()]
            wanted = before.get(base, len(before) % COLOURS)
            chosen[base] = before[base] = wanted if wanted in free else free[0]
        return chosen
