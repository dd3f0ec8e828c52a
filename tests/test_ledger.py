"""The chapters, the code and the ledger say the same: every failure names file and line."""

import contextlib
import io
import re

import numpy as np
import pytest

from grading.chapters import KINDS, PACKAGES, ROOT, SEAT, chapters, equations, tags
from grading.checks import CHECKS
from grading.ledger import LAWS, PAGE, facts, read
from grading.marks import evidence, page, refreshed, visible
from grading.renumber import files, mapping, relabelled, relinked
from grading.slips import SLIPS

FOUND = equations()
BY_LABEL = {e.label: e for e in FOUND}
DOCUMENTS = sorted(
    p for p in ROOT.rglob("*.md") if not {".venv", "out"} & set(p.relative_to(ROOT).parts)
)
NAME = lambda p: f"{p.parent.name}/{p.stem}"  # noqa: E731
# Commands that GitHub's MathJax refuses, or that it and KaTeX do not both know.
REFUSED = (
    r"\label", r"\eqref", r"\mathbbm", r"\DeclareMathOperator", r"\newcommand", r"\operatorname",
    r"\phantom", r"\mbox", r"\require",
)  # fmt: skip
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def place(equation):
    return f"{equation.chapter}:{equation.line}"


def test_labels_are_unique_and_of_a_known_kind():
    assert len(BY_LABEL) == len(FOUND) > 60
    for e in FOUND:
        assert e.kind in KINDS, f"{place(e)}: {e.label} is of kind {e.kind}"


def test_every_mention_of_a_label_in_the_code_is_an_equation_of_a_chapter():
    for package in (*PACKAGES, "grading", "tests/laws"):
        for path in (ROOT / package).rglob("*.py"):
            for number, text in enumerate(path.read_text().splitlines(), 1):
                for label in re.findall(r"[\"(]((?:ad|rbm|vae|gan)\.\d+)[\")]", text):
                    assert label in BY_LABEL, f"{path}:{number}: {label} stands in no chapter"


@pytest.mark.parametrize("e", [e for e in FOUND if e.kind in ("result", "algorithm")], ids=str)
def test_every_result_has_a_line_a_check_and_a_slip(e):
    assert e.label in {label for label, _ in tags()}, f"{place(e)}: {e.label} has no line of code"
    assert e.label in {c.equation for c in CHECKS}, f"{place(e)}: {e.label} has no check"
    assert e.label in {s.equation for s in SLIPS}, f"{place(e)}: {e.label} has no slip"


def test_what_an_equation_rests_on_is_known_and_not_circular():
    def walk(label, path):
        assert label not in path, f"{place(BY_LABEL[label])}: {' <- '.join((*path, label))}"
        for used in BY_LABEL[label].uses:
            assert used in BY_LABEL, f"{place(BY_LABEL[label])}: uses {used}, which is unknown"
            walk(used, (*path, label))

    for label in BY_LABEL:
        walk(label, ())


@pytest.mark.parametrize("chapter", chapters(), ids=NAME)
def test_every_equation_has_its_anchor_and_its_tag(chapter):
    lines = chapter.read_text().splitlines()
    for e in FOUND:
        if e.chapter == chapter:
            assert lines[e.line - 2] == f'<a id="{e.label}"></a>', place(e)
            assert lines[e.line] == "```math", place(e)
            end = lines.index("```", e.line + 1)
            found = re.findall(r"\\tag\{([^}]*)\}", "\n".join(lines[e.line : end]))
            assert found == [e.label], f"{place(e)}: the tag is {found}"
            has_code = e.label in {label for label, _ in tags()}
            seat = SEAT.search(lines[end + 1])
            assert (seat is not None and seat.group(1) == e.label) or not has_code, place(e)
    tagged = re.findall(r"\\tag\{([^}]*)\}", chapter.read_text())
    assert sorted(tagged) == sorted(e.label for e in FOUND if e.chapter == chapter)


def test_the_ledger_is_that_of_the_checks_and_slips_there_are_and_tolerances_are_tight():
    rows = read()
    assert rows.keys() == {c.equation for c in CHECKS}
    for check in CHECKS:
        row, now = rows[check.equation], facts(check)
        assert {key: row[key] for key in now} == now, check.equation
        assert row["passed"] and row["cases"] > 0 and np.isfinite(row["error"]), check.equation
        assert row["tolerance"] <= max(100 * row["error"], 1e-14), check.equation  # of rounding
        assert row["caught"] == row["slips"] > 0, check.equation


@pytest.mark.parametrize("chapter", chapters(), ids=NAME)
def test_the_lines_under_the_equations_are_up_to_date(chapter):
    lines = chapter.read_text().splitlines()
    fresh = refreshed(chapter, FOUND, read(), read(LAWS)).splitlines()
    for number, (old, new) in enumerate(zip(lines, fresh, strict=True), 1):
        assert old == new, f"{chapter}:{number} is out of date; make ledger"


def test_the_page_of_the_ledger_is_up_to_date():
    assert PAGE.read_text() == page(FOUND, read(), read(LAWS)), "make ledger"


@pytest.mark.parametrize("error", [np.nan, np.inf, 0.5])
def test_an_equation_whose_check_fails_says_so_in_its_line(error):
    row = read()["vae.8"] | {"passed": False, "error": error}
    assert "the check **fails**" in visible(BY_LABEL["vae.8"], row, [])
    assert evidence(BY_LABEL["vae.8"], {"vae.8": row}) == "failing"


def without_code(text):
    text = FENCE.sub("", text)
    text = re.sub(r"\$`[^`]*`\$", "", text)
    return re.sub(r"`[^`\n]*`", "", text)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_markdown_is_what_github_shows_rightly(path):
    """Mathematics in math fences or dollar-backticks, and commands that both its engines know."""
    text = path.read_text()
    for number, line in enumerate(without_code(text).splitlines(), 1):
        assert "$" not in line, f"{path}, near line {number}: a bare dollar: {line[:80]}"
        raw = re.match(r" {0,3}<!--.*-->\s*\S", line)  # to its end, such a line is HTML
        assert not raw, f"{path}, near line {number}: text after a comment: {line[:80]}"
    formulas = [body for kind, body in FENCE.findall(text) if kind == "math"]
    formulas += re.findall(r"\$`([^`]*)`\$", text)
    for formula in formulas:
        for word in REFUSED:
            assert word not in formula, f"{path}: {word} in {formula[:60]}"
        assert formula.count("{") == formula.count("}"), f"{path}: braces in {formula[:60]}"
        assert formula.count(r"\begin{") == formula.count(r"\end{"), f"{path}: {formula[:60]}"


@pytest.mark.parametrize("path", chapters(), ids=NAME)
def test_the_programs_of_a_chapter_print_what_stands_under_them(path):
    """Each python fence runs after those before it; a text fence that follows is its output."""
    space: dict[str, object] = {}
    printed, ran = "", 0
    for kind, body in FENCE.findall(path.read_text()):
        if kind == "python":
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile(body, f"{path}, program {ran + 1}", "exec"), space)
            printed, ran = out.getvalue(), ran + 1
        elif kind == "text" and printed:
            assert close_enough(printed, body), f"{path}: program {ran} printed\n{printed}"
            printed = ""
    assert ran >= 1


def close_enough(printed, shown):
    """The same text, but for numbers that are rounding errors in both."""
    number = re.compile(r"-?\d+\.?\d*(?:e[+-]?\d+)?")
    if number.sub("#", printed).split() != number.sub("#", shown).split():
        return False
    pairs = zip(number.findall(printed), number.findall(shown), strict=True)
    return all(a == b or max(abs(float(a)), abs(float(b))) < 1e-8 for a, b in pairs)


@pytest.mark.parametrize("chapter", chapters(), ids=NAME)
def test_a_chapter_says_how_long_it_takes_shows_a_picture_and_ends_with_what_to_read(chapter):
    """Under 8,000 words, and about 90 of them a minute; code and formulas count as words do.

    The picture comes before the second page, and every exercise on paper has an answer that folds
    out.
    """
    text = chapter.read_text()
    words = len(re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL).split())
    (minutes,) = re.findall(r"\*\*Time:?\*\*:? about (\d+) minutes", text)
    assert words <= 8000
    assert abs(int(minutes) - words / 90) <= 0.15 * words / 90, f"{words} words"
    first = re.search(r"^!\[(.{40,})\]\((\S+)\)", text, re.MULTILINE)
    assert first and len(text[: first.start()].split()) < 600, "no picture"
    assert re.findall(r"^## (.*)", text, re.MULTILINE)[-1] == "Reading"
    answer = r"^<details><summary>[^\n]*</summary>\n\n.*?\n\n</details>$"
    answers = re.findall(answer, text, re.M | re.S)
    assert len(answers) == text.count("<details>") == text.count("</details>") >= 1


def test_labels_stand_in_reading_order():
    assert all(old == new for old, new in mapping(FOUND).items()), "python -m grading renumber"


def test_ranges_of_labels_run_forwards_within_a_package():
    """Renumbering moves their two ends, and what then stands between them may be another thing."""
    label = r"\(?\[?\(?((?:ad|rbm|vae|gan)\.\d+)\)?(?:\]\([^)]*\))?"
    order = list(BY_LABEL)
    for path in files(ROOT):
        for first, last in re.findall(f"{label} to {label}", path.read_text()):
            here = f"{path}: {first} to {last}"
            assert first.split(".")[0] == last.split(".")[0], here
            assert order.index(first) < order.index(last), here


def test_renumbering_moves_labels_and_links_together_and_leaves_all_else():
    """The labels here are of no equation, so that renumbering leaves this test alone."""
    new = {"vae.998": "vae.999", "vae.999": "vae.998", "rbm.999": "rbm.902"}
    others = "vae.9980, vae.998.5, grad.998, figures-vae.998, vae.train 0.998"
    text = relabelled(f'x = f(rbm.999)  # (vae.998)\n"vae.999", {others}', new)
    assert text == f'x = f(rbm.902)  # (vae.999)\n"vae.998", {others}'
    page, home = ROOT / "docs" / "X.md", ROOT / "vae" / "DERIVATION_COST.md"
    text = "[a](../vae/DERIVATION.md#vae.999) [b](LEDGER.md#vae.999)"
    moved = "[a](../vae/DERIVATION_COST.md#vae.999) [b](LEDGER.md#vae.999)"
    assert relinked(text, page, {"vae.999": home}) == moved
    assert relinked("[a](DERIVATION.md#vae.999)", home, {"vae.999": home}) == "[a](#vae.999)"
