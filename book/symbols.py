"""Symbols: what a chapter's legend says of its letters, and which names in the code they are.

A name is a letter's where the legend says so ("in the code", a column or a remark), where it is the
letter itself (`W`, `mu`), or where it is what the legend calls the letter (`free_energy`).
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from book.tex import Atom, atoms

SPELLED = {"\\varepsilon": "eps", "\\varphi": "phi", "\\sigma": "sigmoid"}
FORMULA, CODE = re.compile(r"\$`(.+?)`\$"), re.compile(r"`([^`$]+)`(?!\$)")
IN_CODE = re.compile(r"in (?:the )?code `(\w+)`")
NAME = re.compile(r"^-?([A-Za-z_]\w*)(\[[^\]]*\])?$")
BAR = re.compile(r"^\\bar\{(\w|\\\w+)\}$")


class Symbol(NamedTuple):
    """A letter of a legend: as an atom, the row it stands in, its names in the code."""

    atom: Atom
    row: str  # Markdown: the letters, what they mean, their shape
    names: tuple[str, ...]
    place: str


def pieces(text: str, marks: str = ",") -> list[str]:
    """A text split at the commas that stand in no bracket, formula or code."""
    found, depth, quoted = [""], 0, False
    for sign in text:
        quoted ^= sign == "`"
        depth += (sign in "([{") - (sign in ")]}")
        if sign in marks and depth == 0 and not quoted and not found[-1].endswith("\\"):
            found.append("")
        else:
            found[-1] += sign
    return [piece.strip() for piece in found if piece.strip()]


@cache
def legend(chapter: Path) -> tuple[Symbol, ...]:
    """The letters of a chapter: its own, and after them those whose meanings it says it keeps."""
    text = chapter.read_text()
    match = re.search(r"^(#+) Legend\n(.*?)(?=^#+ )", text, re.MULTILINE | re.DOTALL)
    if match is None:
        return ()
    first = text[: match.start()].count("\n") + 1
    own = tuple(_rows(chapter, match.group(2), first))
    if "The letters of" not in (prose := " ".join(match.group(2).split())):
        return own
    kept = re.findall(r"\]\((DERIVATION\w*\.md)#legend\)", prose)
    inherited = [s for name in reversed(kept) for s in legend(chapter.parent / name)]
    known = {symbol.atom for symbol in own}
    return own + tuple(symbol for symbol in inherited if symbol.atom not in known)


def _rows(chapter: Path, section: str, first: int) -> Iterator[Symbol]:
    lines = section.splitlines()
    head: list[str] = []
    for number, line in enumerate(lines, first + 1):
        if not line.startswith("|"):
            continue
        cells = [c.strip() for c in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
        if not head:
            head = cells
        elif not set(line) <= set("|-: "):
            row = dict(zip(head, cells, strict=False))
            yield from _symbols(row, f"{chapter.parent.name}/{chapter.name}:{number}")


def _symbols(row: dict[str, str], place: str) -> Iterator[Symbol]:
    """The letters of one row; where its cells have as many parts as letters, to each its own."""
    letters = [x for tex in FORMULA.findall(row["letter"]) for x in pieces(tex) if "dots" not in x]
    shape = row.get("shape", "") or row.get("shape or range", "")
    shown = f"{row['letter']}: {row['meaning']}" + f"; {shape}" * bool(shape)
    for number, tex in enumerate(letters):
        atom = next((a for a in atoms(tex) if tex.startswith(a.base.split("{")[0])), None)
        if atom is None or atom.base in ("\\odot", "\\langle", "\\cdot"):
            continue
        meaning = _part(row["meaning"], number, len(letters))
        code = [x for span in CODE.findall(row.get("in the code", "")) for x in pieces(span)]
        code = [code[number]] if len(code) == len(letters) else code if len(letters) == 1 else []
        names = [m.group(1) for x in code if (m := NAME.match(x))] + IN_CODE.findall(meaning)
        yield Symbol(atom, shown, tuple(names) or _spelled(atom, meaning), place)


def _part(cell: str, number: int, of: int) -> str:
    for marks in (";", ",", ",;"):
        parts = pieces(cell, marks)
        if of > 1 and len(parts) == of and all(len(part) > 1 for part in parts):
            return parts[number]
    return cell


def _spelled(atom: Atom, meaning: str) -> tuple[str, ...]:
    """The names that a letter has in code if nothing is said: as it is written, as it is called."""
    called = re.sub(r"^(the|an?) ", "", re.split(r"[,:;($=]", meaning)[0].strip())
    words = called.replace("-", " ").split()
    names = ["_".join(words)] if 1 <= len(words) <= 2 and "".join(words).isalpha() else []
    if bar := BAR.match(atom.base):
        return ("d" + spelled(bar.group(1)),)
    if atom.base.startswith("\\mathrm{"):
        names.append(atom.base[8:-1])
    elif "{" not in atom.base:
        names += [spelled(atom.base), spelled(atom.base) + atom.sub * atom.sub.isdigit()]
    return tuple(dict.fromkeys(names))


def spelled(letter: str) -> str:
    """The name of a letter in code: W, mu."""
    return SPELLED.get(letter, letter.lstrip("\\"))


def hue(symbol: Symbol) -> str:
    """The letter whose colour a symbol has: a gradient that of what it is the gradient of."""
    bar = BAR.match(symbol.atom.base)
    return bar.group(1) if bar else symbol.atom.base


def find(symbols: Sequence[Symbol], atom: Atom) -> Symbol | None:
    """What a letter in a formula is by the legend: the entry with its scripts, or its only one."""
    same = [symbol for symbol in symbols if symbol.atom.base == atom.base]
    if not same:
        bars = [symbol for symbol in symbols if BAR.match(symbol.atom.base)]
        bar = BAR.match(atom.base)
        if not (bars and bar):
            return None
        names = next((s.names for s in symbols if s.atom.base == bar.group(1)), ())
        names = tuple(f"d{name}" for name in names) or ("d" + spelled(bar.group(1)),)
        return bars[0]._replace(atom=Atom(atom.base), names=names)

    def likeness(symbol: Symbol) -> int:
        pairs = zip(symbol.atom[1:], atom[1:], strict=True)
        return sum(1 if a == b else -1 if a else 0 for a, b in pairs)

    best = max(same, key=likeness)
    return best if len(same) == 1 or likeness(best) > 0 else None
