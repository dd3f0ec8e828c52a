"""Symbols in TeX: finds letters with their accents, scripts and primes, and wraps those wanted."""

import re
from collections.abc import Callable
from typing import NamedTuple

TOKEN = re.compile(r"\\[a-zA-Z]+\*?|\\.|\s+|.", re.DOTALL)
ACCENTS = {"\\hat", "\\bar", "\\tilde", "\\overline", "\\widehat", "\\widetilde"}
FONTS = {"\\mathcal", "\\mathrm", "\\mathbb", "\\mathit", "\\mathbf", "\\boldsymbol"}
# Commands whose arguments are no formulas, with their number.
VERBATIM = {"\\text": 1, "\\operatorname": 1, "\\begin": 1, "\\end": 1, "\\tag": 1, "\\hspace": 1}


class Atom(NamedTuple):
    """A letter as it stands in a formula; the scripts are as TeX, without outer braces."""

    base: str  # "W", "\\mu", "\\hat{h}", "\\mathcal{L}"
    primes: int = 0
    sub: str = ""
    sup: str = ""


Wrap = Callable[[Atom], str]  # the classes of an atom, "" for none


def marked(tex: str, wrap: Wrap) -> str:
    """TeX in which every atom that gets classes stands in a class, with its scripts."""
    return _Reader(tex, wrap).sequence()


def atoms(tex: str) -> list[Atom]:
    """Every letter of a formula, in order; those in scripts come before what they belong to."""
    found: list[Atom] = []

    def note(atom: Atom) -> str:
        found.append(atom)
        return ""

    marked(tex, note)
    return found


class _Reader:
    def __init__(self, tex: str, wrap: Wrap) -> None:
        self.tokens, self.at, self.wrap = TOKEN.findall(tex), 0, wrap

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def next(self) -> str:
        self.at += 1
        return str(self.tokens[self.at - 1]) if self.at <= len(self.tokens) else ""

    def skip_space(self) -> None:
        while self.peek().isspace():
            self.at += 1

    def sequence(self) -> str:
        """Up to the brace that closes this group, or to the end."""
        out = []
        while self.peek() not in ("", "}"):
            out.append(self.item())
        return "".join(out)

    def item(self) -> str:
        token = self.next()
        if token == "{":
            return "{" + self.sequence() + self.next()
        if token in ("^", "_"):  # of something that is no letter
            return token + "{" + self.argument()[1] + "}"
        if token == "\\begin" and (name := self.raw()) == "{array}":
            return token + name + self.raw()
        if token in VERBATIM:
            return token + (name if token == "\\begin" else self.raw())
        if token in ("\\\\", "\\sqrt") and self.peek() == "[":
            return token + self.upto("]")
        if token in ACCENTS | FONTS:
            plain, inner = self.argument(verbatim=token in FONTS)
            return self.scripted(f"{token}{{{plain}}}", f"{token}{{{inner}}}")
        if token.isalpha() or (token[0] == "\\" and token[1:].isalpha()):
            return self.scripted(token, token)
        return token

    def argument(self, verbatim: bool = False) -> tuple[str, str]:
        """The next argument, as it stands and with its atoms wrapped, both without braces."""
        self.skip_space()
        start = self.at
        if self.peek() == "{":
            inner = self.item()[1:-1]
            plain = "".join(self.tokens[start + 1 : self.at - 1])
        elif self.peek() in ACCENTS | FONTS | VERBATIM.keys() | {"\\frac", "\\tfrac"}:
            inner = self.item()
            plain = "".join(self.tokens[start : self.at])
        else:  # a single token, which has no scripts here
            plain = self.next()
            inner = _Reader(plain, self.wrap).sequence()
        return plain.strip(), plain if verbatim else inner

    def raw(self) -> str:
        self.skip_space()
        return self.upto("}") if self.peek() == "{" else self.next()

    def upto(self, end: str) -> str:
        start, depth = self.at, 0
        while (token := self.next()) and (token != end or depth > 1):
            depth += (token == "{") - (token == "}")
        return "".join(self.tokens[start : self.at])

    def scripted(self, base: str, inner: str) -> str:
        """A letter with the primes and scripts that follow it, wrapped if it is wanted."""
        primes, scripts, out = 0, {"_": "", "^": ""}, ""
        while self.peek() in ("'", "_", "^"):
            token = self.next()
            if token == "'":
                primes, out = primes + 1, out + token
            else:
                scripts[token], shown = self.argument()
                out += f"{token}{{{shown}}}"
        classes = self.wrap(Atom(base, primes, scripts["_"], scripts["^"]))
        # What stands under an accent is a letter of its own only where the whole is none.
        inner = base if classes and base[-1] == "}" else inner
        # A command that takes what follows must stay bare; so must limits, which are no scripts.
        gap = " " if not out and inner[0] == "\\" and inner[-1] != "}" else ""
        return f"{{\\htmlClass{{{classes}}}{{{inner}{out}}}}}" if classes else inner + out + gap
