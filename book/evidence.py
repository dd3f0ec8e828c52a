"""What stands under an equation: what the ledger and the laws say of it, and slips being caught."""

import difflib
import html
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from textwrap import dedent
from typing import Any

from book.caught import Caught
from grading.chapters import ROOT, Equation, by_label, equations
from grading.checks import CHECKS
from grading.ledger import JSON, LAWS, facts
from grading.marks import law_link
from grading.slip import Slip, edited
from grading.slips import SLIPS

WORD = re.compile(r"[\w.]+|\s+|\S")
Link = Callable[[str], str]  # the Markdown of a link, from docs/, as HTML


class Ledger:
    """The rows of `make ledger` and `python -m tests.laws`, and the slips as they were caught."""

    def __init__(self, slips: dict[str, Caught], link: Link) -> None:
        self.rows: dict[str, Any] = json.loads(JSON.read_text(encoding="utf-8"))
        self.laws: dict[str, Any] = json.loads(LAWS.read_text(encoding="utf-8"))
        self.slips, self.link = slips, link
        self.checks = {check.equation: check for check in CHECKS}

    def stale(self, label: str) -> bool:
        """Whether the check has changed since the ledger was written, or came or went."""
        row, check = self.rows.get(label), self.checks.get(label)
        if row is None or check is None:
            return (row is None) != (check is None)
        return any(row[name] != value for name, value in facts(check).items())

    def standing(self, label: str) -> str:
        """checked, failing, stale, or the kind of what needs no check."""
        if self.stale(label):
            return "stale"
        if row := self.rows.get(label):
            return "checked" if row["passed"] and row["caught"] == row["slips"] > 0 else "failing"
        return by_label()[label].kind

    def laws_of(self, label: str) -> list[tuple[str, dict[str, Any]]]:
        """The laws about an equation, first those that are about it most of all."""
        about = [(name, row) for name, row in self.laws.items() if label in row["equations"]]
        return sorted(about, key=lambda x: (x[1]["equations"].index(label), len(x[1]["equations"])))

    def html(self, label: str) -> str:
        """The evidence of an equation: a line that opens."""
        rows = "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in self._facts(label))
        slips = "".join(self._slip(slip) for slip in SLIPS if slip.equation == label)
        heading = '<p class="head">Planted slips, each caught by this check</p>' if slips else ""
        if self.stale(label):
            slips = heading = ""
        return (
            f'<details class="evidence"><summary>{self._summary(label)}</summary>'
            f"<dl>{rows}</dl>{heading}{slips}</details>"
        )

    def _summary(self, label: str) -> str:
        state, row, parts = self.standing(label), self.rows.get(label), []
        if state in ("checked", "failing") and row:
            verb = "Checked" if state == "checked" else "Fails the check"
            parts.append(f'<b class="{state}">{verb}</b> against {html.escape(row["oracle"])}')
            parts.append(f"{row['caught']} of {row['slips']} slips caught")
        elif state == "stale":
            parts.append(
                '<b class="stale">Stale</b>: the check changed after <code>make ledger</code>'
            )
        else:
            parts.append(f"<b>{state.capitalize()}</b>")
        if laws := len(self.laws_of(label)):
            parts.append(f"{laws} law{'s' * (laws > 1)}")
        return " · ".join(parts)

    def _facts(self, label: str) -> Iterator[tuple[str, str]]:
        row = self.rows.get(label)
        if row and not self.stale(label):
            unit = " of its statistical bound" if row["tolerance"] >= 1 else ""
            yield "function", f"<code>{row['function']}</code>"
            yield "oracle", f"{html.escape(row['oracle'])}, on {row['cases']} cases"
            yield "largest error", f"{row['error']:.1e}{unit}; allowed {row['tolerance']:.0e}"
        uses = by_label()[label].uses
        if uses:
            yield "rests on", ", ".join(map(self._to, uses))
        if users := [e.label for e in equations_using(label)]:
            yield "used in", ", ".join(map(self._to, users))
        laws = [self._law(label, name, row) for name, row in self.laws_of(label)]
        if laws:
            yield "laws", f"<ul>{''.join(laws)}</ul>"

    def _to(self, label: str) -> str:
        home = by_label()[label].chapter.relative_to(ROOT)
        return self.link(f"[{label}](../{home}#{label})")

    def _law(self, label: str, name: str, row: dict[str, Any]) -> str:
        own = {slip.name for slip in SLIPS if slip.equation == label}
        n = len(own & set(row["caught"]))
        caught = f", catches {n} of these slips" if n else ""
        return f"<li>{self.link(law_link(name, row))}{caught}</li>"

    def _slip(self, slip: Slip) -> str:
        """A slip: both texts, the case, both numbers, the hint."""
        seen = self.slips[slip.name]
        rows = "".join(
            f"<dt><code>{n}</code></dt><dd><code>{x}</code></dd>" for n, x in seen.inputs
        )
        numbers = html.escape(seen.words[0].upper() + seen.words[1:])
        numbers += f": {seen.error}." if seen.error else "."
        if seen.right:
            where = f" ({seen.where})" if seen.where else ""
            numbers += (
                f'</p><p class="both"><span>As it stands{where}: <b>{seen.right}</b></span> '
                f"<span>with the slip: <b>{seen.wrong}</b></span>"
            )
        old, new = (f"<pre class='{kind}'><code>{text}</code></pre>" for kind, text in _diff(slip))
        return (
            f'<details class="slip"><summary><code>{slip.name}</code></summary>{old}{new}'
            f"<p>{numbers}</p><p>Hint: {html.escape(slip.hint)}</p>"
            f'<p class="head">The smallest case that shows it</p><dl>{rows}</dl></details>'
        )


@cache
def _users() -> dict[str, list[Equation]]:
    found: dict[str, list[Equation]] = {}
    for equation in equations():
        for used in equation.uses:
            found.setdefault(used, []).append(equation)
    return found


def equations_using(label: str) -> list[Equation]:
    return _users().get(label, [])


def _diff(slip: Slip) -> Iterator[tuple[str, str]]:
    """The lines as they stand and with the slip, with the words that differ marked."""
    module = ROOT / f"{slip.function.rsplit('.', 1)[0].replace('.', '/')}.py"
    now, then = module.read_text(encoding="utf-8").splitlines(), edited(slip).splitlines()
    same = next(n for n, (a, b) in enumerate(zip(now, then, strict=False)) if a != b)
    pairs = zip(now[:same:-1], then[:same:-1], strict=False)
    tail = next(
        (n for n, (a, b) in enumerate(pairs) if a != b), min(len(now), len(then)) - same - 1
    )
    words = [WORD.findall(dedent("\n".join(x[same : len(x) - tail]))) for x in (now, then)]
    sides: list[list[str]] = [[], []]
    for kind, *spans in difflib.SequenceMatcher(None, words[0], words[1], False).get_opcodes():
        for side, text, (a, b) in zip(sides, words, (spans[:2], spans[2:]), strict=True):
            shown = html.escape("".join(text[a:b]))
            side.append(f"<mark>{shown}</mark>" if kind != "equal" and shown else shown)
    yield "old", "".join(sides[0])
    yield "new", "".join(sides[1])
