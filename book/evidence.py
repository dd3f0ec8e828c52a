"""What stands under an equation: what the ledger and the laws say of it, and slips being caught."""

import html
import json
from collections.abc import Callable, Iterator
from typing import Any

from book.caught import Caught
from book.slip import shown
from grading.chapters import ROOT, by_label, equations
from grading.checks import CHECKS
from grading.ledger import JSON, LAWS, facts
from grading.marks import about, evidence, law_link
from grading.slips import SLIPS

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
        """stale, checked, failing, unchecked, or the kind of what needs no check."""
        if self.stale(label):
            return "stale"
        return evidence(by_label()[label], self.rows)

    def html(self, label: str) -> str:
        """The evidence of an equation: a line that opens."""
        rows = "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in self._facts(label))
        slips = "".join(shown(x, self.slips[x.name]) for x in SLIPS if x.equation == label)
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
            error = f"error ≤ {row['error']:.1e}, allowed {row['tolerance']:.0e}"
            if row["tolerance"] >= 1:  # of a random function
                error = f"off by {row['error']:.2f} of what chance allows"
            said = f"against {html.escape(row['oracle'])}, {row['cases']} cases: {error}"
            parts.append(f'<b class="{state}">{verb}</b> {said}')
            parts.append(f"{row['caught']} of {row['slips']} slips caught")
        elif state == "stale":
            parts.append(
                '<b class="stale">Stale</b>: the check changed after <code>make ledger</code>'
            )
        else:
            parts.append(f"<b>{state.capitalize()}</b>")
        if laws := len(about(label, self.laws)):
            parts.append(f"{laws} law{'s' * (laws > 1)}")
        return " · ".join(parts)

    def _facts(self, label: str) -> Iterator[tuple[str, str]]:
        row = self.rows.get(label)
        if row and not self.stale(label):
            yield "function", f"<code>{row['function']}</code>"
        uses = by_label()[label].uses
        if uses:
            yield "rests on", ", ".join(map(self._to, uses))
        if users := [e.label for e in equations() if label in e.uses]:
            yield "used in", ", ".join(map(self._to, users))
        laws = [self._law(label, name, row) for name, row in about(label, self.laws)]
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
