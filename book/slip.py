"""A slip being caught, as HTML: both texts, both numbers, the hint, the case."""

import difflib
import html
import re
from collections.abc import Iterator
from textwrap import dedent

from book.caught import Caught
from grading.chapters import ROOT
from grading.slip import Slip, edited

WORD = re.compile(r"[\w.]+|\s+|\S")


def shown(slip: Slip, seen: Caught) -> str:
    """A slip: both texts, the case, both numbers, the hint."""
    rows = "".join(f"<dt><code>{n}</code></dt><dd><code>{x}</code></dd>" for n, x in seen.inputs)
    numbers = html.escape(seen.words[0].upper() + seen.words[1:])
    numbers += f": {seen.error}." if seen.error else "."
    if seen.right:
        where = f", {seen.where}" if seen.where else ""
        numbers += (
            f'</p><p class="both"><span>As it stands{where}: <b>{seen.right}</b></span> '
            f"<span>with the slip: <b>{seen.wrong}</b></span>"
        )
    hint = html.escape(slip.hint[0].upper() + slip.hint[1:])
    old, new = (f"<pre class='{kind}'><code>{text}</code></pre>" for kind, text in _diff(slip))
    return (
        f'<details class="slip" id="slip-{slip.name}">'
        f"<summary>{hint} <code>{slip.name}</code></summary>{old}{new}<p>{numbers}</p>"
        f'<p class="head">The smallest case that shows it</p><dl>{rows}</dl></details>'
    )


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
