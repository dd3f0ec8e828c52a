"""The book in a browser: what lights up with what, what opens, where keys and links lead."""

import re
import time
from itertools import pairwise

import pytest

from tests.test_book import ROOT, folder  # noqa: F401 (a fixture)

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture
def turn_to(open_page, folder):  # noqa: F811
    """Opens a page of the book by its name."""
    return lambda name, fragment="", **options: open_page(folder / name, fragment, **options)


def of(label):
    """The equation of a label, and the lines that carry it."""
    return f'.eq[data-eq="{label}"]', f'.ln[data-eq~="{label}"]'


def lit(page, selector):
    return "lit" in (page.locator(selector).first.get_attribute("class") or "").split()


def test_an_equation_and_its_line_light_up_each_other(turn_to):
    page = turn_to("rbm.html")
    equation, line = of("rbm.4")
    assert not lit(page, line)
    page.locator(f"{equation} .formula").hover()
    assert lit(page, line)
    page.locator("h1").hover()
    assert not lit(page, line)
    page.locator(line).hover()
    assert lit(page, equation)
    page.locator("h1").hover()
    page.locator(f"{line} a:not(.no)").focus()
    assert lit(page, equation)
    page.locator(f"{equation} .formula").focus()
    assert lit(page, line)


def test_a_click_keeps_both_alight(turn_to):
    page = turn_to("rbm.html")
    equation, line = of("rbm.4")
    page.locator(f"{equation} .name").click()
    page.locator("h1").hover()
    assert lit(page, line)
    page.locator("article > p").first.click()
    assert not lit(page, line)


def test_code_stands_beside_its_equation_and_stays_in_view(turn_to):
    page = turn_to("rbm.html", "#rbm.4")
    equation, line = (page.locator(x).first for x in of("rbm.4"))
    a, b = equation.bounding_box(), line.bounding_box()
    assert b["x"] > a["x"] + a["width"]
    assert a["y"] - 1 <= b["y"] < a["y"] + a["height"]
    page.mouse.move(300, 500)
    page.mouse.wheel(0, 400)  # the equation is gone, the text about it is being read
    page.wait_for_timeout(200)
    assert equation.bounding_box()["y"] < 0
    assert 0 < line.bounding_box()["y"] < 300


@pytest.mark.parametrize("name", ["ad.html", "rbm-learning.html", "vae-networks.html", "gan.html"])
def test_no_function_covers_another(turn_to, name):
    page = turn_to(name)
    page.add_style_tag(content=".code pre { font-size: 1.6rem !important }")  # longer than the text
    page.set_viewport_size({"width": 1300, "height": 900})
    page.wait_for_timeout(200)
    boxes = [x.bounding_box() for x in page.locator(".eq > .code").all()]
    assert len(boxes) > 4
    for above, below in pairwise(boxes):
        assert below["y"] >= above["y"] + above["height"]


def test_letters_have_one_colour_and_say_what_they_mean(turn_to):
    page = turn_to("vae.html", "#vae.8")
    equation, line = of("vae.8")
    colour = "x => getComputedStyle(x).color"
    letter = page.locator(f"{equation} .katex-html .y", has_text="μ").first
    name = page.locator(f"{line} .y", has_text="mu").first
    assert letter.evaluate(colour) == name.evaluate(colour) != page.locator("h1").evaluate(colour)
    name.hover()
    page.locator("#tip p").wait_for()
    assert "its mean" in page.locator("#tip").inner_text()
    background = "x => getComputedStyle(x).backgroundColor"
    assert letter.evaluate(background) == name.evaluate(background) != "rgba(0, 0, 0, 0)"
    page.locator("h1").hover()
    assert page.locator("#tip").is_hidden()
    page.keyboard.press("j")  # by keyboard: all letters of the formula that has the focus
    page.wait_for_timeout(100)
    rows = page.locator("#tip p").all_inner_texts()
    assert len(rows) == len(set(rows)) > 1
    page.keyboard.press("Escape")
    assert page.locator("#tip").is_hidden()


def test_the_line_below_opens_to_a_slip_with_both_numbers(turn_to):
    page = turn_to("vae.html", "#vae.8")
    evidence = page.locator(f"{of('vae.8')[0]} .evidence")
    assert "5.7e-16, allowed 3e-14 · 12 of 12 slips" in evidence.inner_text()
    assert not evidence.get_by_text("vae.elbo.kl_diag_gaussian").is_visible()
    evidence.locator("summary").first.click()
    assert evidence.get_by_text("vae.elbo.kl_diag_gaussian").is_visible()
    slip = evidence.locator(".slip", has_text="kl-without-half")
    slip.locator("summary").click()
    right, wrong = (float(x) for x in slip.locator(".both b").all_inner_texts())
    assert wrong == pytest.approx(2 * right, rel=1e-5)
    assert slip.get_by_text("is the 1/2 missing?").is_visible()


def test_an_address_opens_the_equation_and_its_code_even_where_it_was_folded(turn_to):
    page = turn_to("index.html", "#vae.12", width=390, height=844)
    page.wait_for_url(re.compile(r"vae\.html#vae\.12$"))
    equation, line = (page.locator(x).first for x in of("vae.12"))
    assert line.is_visible()
    assert lit(page, of("vae.12")[1])
    page.goto(page.url.replace("#vae.12", "#slip-kl-without-half"))
    page.locator("[id=slip-kl-without-half] pre.new").wait_for()
    page.goto(page.url.replace("#slip-kl-without-half", "#vae.12"))
    page.wait_for_function("(one) => Math.abs(one.getBoundingClientRect().y) < 100",
                           arg=equation.element_handle())  # fmt: skip
    assert page.locator(of("vae.8")[1]).first.is_visible()


@pytest.mark.parametrize("name", ["index", "rbm", "vae-networks", "errata", "graph", "results"])
@pytest.mark.parametrize("width", [390, 820, 1180])
def test_no_page_is_wider_than_its_window(turn_to, name, width):
    page = turn_to(f"{name}.html", width=width, height=844)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_search_finds_by_keyboard(turn_to):
    page = turn_to("rbm.html")
    page.keyboard.press("/")
    page.keyboard.type("vae.8")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"vae\.html#vae\.8$"))
    page.get_by_role("button", name="Search").click()
    page.keyboard.type("detailed balance")
    page.keyboard.press("ArrowDown")
    assert "etailed balance" in page.locator("dialog li a:focus").inner_text()
    page.locator("dialog input").fill("nowhere to be found")
    assert page.locator("dialog [role=status]").inner_text() == "0 places"
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0


def test_light_or_dark_is_the_system_s_until_it_is_chosen(turn_to):
    page = turn_to("rbm.html", dark=True)
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    page.keyboard.press("t")
    assert page.evaluate(ground) == "rgb(255, 255, 255)" != dark
    page.reload()
    assert page.evaluate(ground) == "rgb(255, 255, 255)"


def test_keys_lead_through_the_chapter_and_the_book(turn_to):
    page = turn_to("rbm.html")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the text"
    for label in ("rbm.1", "rbm.2"):
        page.keyboard.press("j")
        assert page.locator(".eq:has(:focus)").get_attribute("id") == label
    page.keyboard.press("k")
    assert page.locator(".eq:has(:focus)").get_attribute("id") == "rbm.1"
    assert page.url.endswith("#rbm.1")
    page.keyboard.press("e")
    assert page.locator('[id="rbm.1"] .evidence').get_attribute("open") is not None
    page.keyboard.press("?")
    assert page.locator("dialog[open]").get_by_text("next equation").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.wait_for_url(re.compile(r"rbm-learning\.html$"))


def test_the_graph_shows_what_an_equation_rests_on_and_leads_to_it(turn_to):
    page = turn_to("graph.html")
    page.locator('[data-node="rbm.4"]').hover()
    page.locator("#tip", has_text="rbm.4, ").wait_for()
    assert page.locator("header.top .home").evaluate("x => getComputedStyle(x).opacity") == "1"
    found = page.locator("path.lit").evaluate_all("all => all.map(p => p.dataset.from)")
    assert {"rbm.1", "rbm.3"} <= set(found)
    page.locator('[data-node="rbm.4"]').click()
    page.wait_for_url(re.compile(r"rbm\.html#rbm\.4$"))


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["index", "rbm", "gan-training", "results", "graph"])
def test_pages_can_be_read_by_all(turn_to, name, dark):
    page = turn_to(f"{name}.html", "#gan.15" if name == "gan-training" else "", dark=dark)
    page.evaluate("document.querySelectorAll('.evidence').forEach((x, i) => (x.open = i < 3))")
    page.add_script_tag(path=AXE)
    options = {
        "preload": False,  # it would fetch the style
        # A corner of a table may be empty, and a formula is no text to this judge.
        "rules": {"empty-table-header": {"enabled": False}},
    }
    found = page.evaluate("options => axe.run(document, options)", options)
    said = {v["id"]: [n["html"][:120] for n in v["nodes"]][:3] for v in found["violations"]}
    assert not said


def test_printed_code_stands_below_its_equation_and_answers_are_open(turn_to):
    page = turn_to("rbm.html")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    page.wait_for_timeout(100)
    equation, line = (page.locator(x).first for x in of("rbm.4"))
    assert line.is_visible()
    assert line.bounding_box()["x"] < equation.bounding_box()["x"] + 300
    assert not page.locator("header.top").is_visible()
    assert page.locator("article > details p").first.is_visible()


def test_a_chapter_is_there_within_two_seconds(turn_to):
    start = time.perf_counter()
    page = turn_to("vae-networks.html")
    page.locator(".eq").first.wait_for()
    assert time.perf_counter() - start < 6  # on a machine with other work; alone it is one
    painted = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
    assert page.evaluate(painted) < 3_000


def test_without_a_script_all_is_there_below_one_another(turn_to):
    page = turn_to("rbm.html", java_script_enabled=False)
    equation, line = (page.locator(x).first for x in of("rbm.4"))
    assert line.is_visible()
    a, b = equation.bounding_box(), line.bounding_box()
    assert b["y"] > a["y"] + 50
    assert b["x"] < a["x"] + a["width"]
