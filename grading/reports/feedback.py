"""A page for one student, in Markdown that needs nothing beside it.

What a student's code says goes into code spans and fences, so it cannot become part of the page.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from grading.chapters import by_label, place
from grading.course.kit_readme import given_name
from grading.reports.report import UNBEGUN, Result, earliest, rank
from grading.reports.results import Run
from grading.reports.screen import summary
from training.run import replacing

# The page with gaps, and two parts of it; they are read before any code of a student runs.
PAGE, GRAPH, HIDDEN = (
    Path(__file__).with_suffix(".md").read_text(encoding="utf-8").split("<!-- part -->\n")
)


def write(path: Path, run: Run, results: Sequence[Result], why: str = "") -> None:
    """Writes the page, whole or not at all; without results, `why` nothing was graded."""
    refusal = f"# Feedback: {_span(run.name)}\n\nNothing was graded: {_span(why)}\n"
    with replacing(path) as file:
        file.write((page(run, results) if results else refusal).encode("utf-8", "replace"))


def page(run: Run, results: Sequence[Result]) -> str:
    ranked, seed = sorted(results, key=rank), run.assignment.seed
    options = [f"--assignment {given_name(run.assignment)}"] * bool(run.assignment.text)
    options += [f"--seed {seed}"] * bool(seed)
    hidden = any(r.item.hidden for r in results)
    graph = "\n".join(_graph([x.after(ranked[:i]) for i, x in enumerate(ranked)]))
    return PAGE.format(
        name=_span(run.name),
        score=summary(results)[0],
        seed=seed,
        options=f' ARGS="{" ".join(options)}"' * bool(options),
        but=", but for the hidden ones" * hidden,
        notes="".join(f"- {_span(note)}\n" for note in run.notes) + "\n" * bool(run.notes),
        first=_first(results),
        graph=GRAPH.format(graph) if graph else "",
        rows="\n".join(_row(x.after(results[:i])) for i, x in enumerate(results)),
        hidden=HIDDEN * hidden,
    )


def _first(results: Sequence[Result]) -> str:
    if (first := earliest(results)) is None:
        return "All that was asked for is right.\n" * all(r.verdict == "pass" for r in results)
    if not first.item.hidden:
        return _section(first)
    public = [r.verdict for r in results if not r.item.hidden]
    failed = [r for r in sorted(results, key=rank) if r.item.hidden and r.verdict != "pass"]
    named = ", ".join(f"({x}) {by_label()[x].title}" for x in (r.check.equation for r in failed))
    text = "All public checks passed. " * (set(public) == {"pass"})
    text += f"{len(failed)} hidden check{'s' * (len(failed) > 1)} did not pass: {named}."
    return f"{text} Look for a case that the public inputs do not contain.\n"


def _section(result: Result) -> str:
    label, verb = result.check.equation, "write" if result.verdict in UNBEGUN else "mend"
    title = f"({label}) {by_label()[label].title}"
    title = "the file, of which no function could be run" if result.unread else title
    text = f"## First {verb} {title}\n\nRead `{place(label)}`; the function is"
    text += f" `{result.check.function}`.\n\n- Verdict: {result.verdict.upper()}\n"
    text += f"- Found: {_span(result.detail)}\n" if result.detail else ""
    text += f"- Hint: {result.hint}\n" if result.hint else ""
    return text + "".join(f"\n{x}\n" for x in _shown(result))


def _shown(result: Result) -> list[str]:
    """The smallest case that is wrong, the lines that led to an error, and what was printed."""
    found, example = [], result.counterexample
    if example:
        words = f": {example.words}" * bool(example.words)
        case = "Inputs" if result.verdict == "error" else "The smallest case"
        found += [f"{case} for which it is wrong{words}:", _fence(example.code, "python")]
    found += [_fence(result.output)] if result.output else []
    return found + (["It printed:", _fence(result.printed)] if result.printed else [])


def _graph(results: Sequence[Result]) -> list[str]:
    """The wrong equations with what they use: a list, which every reader of Markdown shows."""
    verdicts = {r.check.equation: r.verdict.upper() for r in results if not r.item.hidden}
    rows = []
    for result in results:
        if result.item.hidden or result.verdict in ("pass", "harness", *UNBEGUN):
            continue
        label = result.check.equation
        uses = [f"{x} {verdicts[x]}" for x in by_label()[label].uses if x in verdicts]
        rows.append(f"- **{label} {verdicts[label]}** {by_label()[label].title}")
        rows += [f"  - uses {', '.join(uses)}"] if uses else []
        if result is not earliest(results):
            rows += ["\n" + "\n".join(f"  {x}" for x in s.splitlines()) for s in _shown(result)]
    return rows


def _row(result: Result) -> str:
    function = result.check.function.rpartition(".")[2]
    found = [_span(result.detail)] if result.detail else []
    found += [result.hint.replace("|", "\\|")] if result.hint else []
    return f"| {result.item.name} | `{function}` | {result.verdict.upper()} | {' '.join(found)} |"


def _span(text: str) -> str:
    """A stranger's text as code, which no table, link or HTML can come out of."""
    return f"`{' '.join(re.sub(r'[`|]', ' ', text).split()) or '-'}`"


def _fence(text: str, language: str = "text") -> str:
    longest = max(map(len, re.findall("~+", text)), default=0)
    fence = "~" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"
