"""What a reader sees of the ledger: the mark under an equation, and the page of all of them.

`rows` is results/ledger.json, by label; `laws` is results/laws.json, by the name of the law.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grading.chapters import ROOT, SEAT, Equation, tags
from grading.slips import SLIPS

# How words of a law's name are written.
NAMES = {
    "adam": "Adam", "bayes": "Bayes'", "bernoulli": "Bernoulli", "cauchy": "Cauchy", "cd": "CD",
    "gaussian": "Gaussian", "gaussians": "Gaussians", "glorot's": "Glorot's", "jensen": "Jensen",
    "kl": "KL", "kls": "KLs", "relu": "ReLU", "relus": "ReLUs", "rmsprop": "RMSprop",
    "schwarz": "Schwarz", "shannon": "Shannon",
}  # fmt: skip

PAGE = Path(__file__).with_suffix(".md")  # the page, with gaps for what is measured


def visible(equation: Equation, row: dict[str, Any] | None, laws: list[str]) -> str:
    """The mark that a reader sees under an equation, with the comment that finds it at its end."""
    parts = []
    for path, number in [place for label, place in tags() if label == equation.label]:
        up = "" if path.parent == equation.chapter.parent else f"../{path.parent.name}/"
        parts.append(f"[`{path.name}`, line {number}]({up}{path.name}#L{number})")
    if row is not None:
        verdict = "checked" if row["passed"] else "the check **fails**"
        parts.append(f"[{verdict}](../docs/LEDGER.md#{equation.label})")
        parts.append(f"{row['caught']} of {row['slips']} slips caught")
    if laws:
        more = f" and [{len(laws) - 2} more](../docs/LEDGER.md#laws)" if len(laws) > 2 else ""
        parts.append(f"law{'s' * (len(laws) > 1)}: {', '.join(laws[:2])}{more}")
    return f"{' · '.join(parts)} <!-- ledger {equation.label} -->".strip()


def laws_of(label: str, laws: dict[str, Any]) -> list[str]:
    """Links to the laws about an equation, first those that are about it most of all."""
    return [law_link(name, row) for name, row in about(label, laws)]


def about(label: str, laws: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The laws about an equation, in the order of `laws_of`."""
    found = [(name, row) for name, row in laws.items() if label in row["equations"]]
    return sorted(found, key=lambda x: (x[1]["equations"].index(label), len(x[1]["equations"])))


def law_link(name: str, row: dict[str, Any]) -> str:
    """A law's name, as a link to where it stands, from a page in a folder of the project."""
    lines = (ROOT / row["module"]).read_text().splitlines()
    line = next(i for i, text in enumerate(lines, 1) if text.startswith(f"def {name}("))
    words = name.replace("_s_", "'s_").split("_")
    return f"[{' '.join(NAMES.get(w, w) for w in words)}](../{row['module']}#L{line})"


def refreshed(
    chapter: Path, found: list[Equation], rows: dict[str, Any], laws: dict[str, Any]
) -> str:
    """The text of a chapter with the mark under each equation as it should be."""
    by_label = {e.label: e for e in found}
    lines = chapter.read_text().splitlines()
    for i, text in enumerate(lines):
        if (match := SEAT.search(text)) and match.group(1) in by_label:
            label = match.group(1)
            lines[i] = visible(by_label[label], rows.get(label), laws_of(label, laws))
    return "\n".join(lines) + "\n"


def evidence(equation: Equation, rows: dict[str, Any]) -> str:
    """How an equation stands: as a convention, checked, or not."""
    if equation.label in rows:
        row = rows[equation.label]
        good = row["passed"] and row["caught"] == row["slips"] > 0
        return "checked" if good else "failing"
    return "unchecked" if equation.kind in ("result", "algorithm") else equation.kind


def page(found: list[Equation], rows: dict[str, Any], laws: dict[str, Any]) -> str:
    """The ledger as a page: a table, the laws, and the graph of what rests on what."""
    return PAGE.read_text(encoding="utf-8").format(
        table="\n".join(_table(found, rows, laws)),
        laws="\n".join(_laws(found, laws)),
        graph="\n".join(_graph(found, rows)),
    )


def _table(found: list[Equation], rows: dict[str, Any], laws: dict[str, Any]) -> Iterator[str]:
    caught = {name for row in laws.values() for name in row["caught"]}
    for e in found:
        if e.label in rows:
            r, home = rows[e.label], e.chapter.relative_to(ROOT)
            by_laws = sum(s.equation == e.label and s.name in caught for s in SLIPS)
            yield (
                f'| <a id="{e.label}"></a>[{e.label}](../{home}#{e.label}) | {e.title}<br>'
                f"`{r['function']}` | {r['oracle']} | {r['cases']} | {r['error']:.1e}"
                f" ({r['tolerance']:.0e}) | {r['caught']} of {r['slips']} | {by_laws} |"
            )


def _laws(found: list[Equation], laws: dict[str, Any]) -> Iterator[str]:
    homes = {e.label: e.chapter.relative_to(ROOT) for e in found}
    for name, row in laws.items():
        about = ", ".join(f"[{label}](../{homes[label]}#{label})" for label in row["equations"])
        n = len(row["caught"])
        yield f"- {law_link(name, row)} ({about}); catches {n} slip{'s' * (n != 1)}."


def _graph(found: list[Equation], rows: dict[str, Any]) -> Iterator[str]:
    for e in found:
        node = e.label.replace(".", "_")
        yield f'  {node}["{e.label} {e.title}"]:::{evidence(e, rows)}'
        yield from (f"  {used.replace('.', '_')} --> {node}" for used in e.uses)
