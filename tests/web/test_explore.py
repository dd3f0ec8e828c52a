"""The page of `make explore` in a browser, its models trained for a few seconds."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from grading.oracles.enumeration import kernel, states

ROOT = Path(__file__).parent.parent.parent
TABS = ("rbm", "vae", "gan", "game", "equations")
WORST = """(vectors) => {
  const { models, functions } = window.explore;
  const at = (path, from) => path.split(".").reduce((branch, part) => branch[part], from);
  const read = (x) => Array.isArray(x) ? Float64Array.from(x) : x?.ref ? at(x.ref, models) : x;
  const flat = (x) => typeof x === "number" || typeof x === "boolean" ? [Number(x)]
    : ArrayBuffer.isView(x) ? [...x] : Object.values(x).flatMap(flat);
  const difference = ({ function: name, arguments: given, expected }) => {
    const got = flat(at(name, functions)(...given.map(read))), wanted = flat(expected);
    const apart = got.map((x, i) => Math.abs(x - wanted[i]));
    const sound = got.length === wanted.length && !apart.some(Number.isNaN);
    return sound ? Math.max(...apart) : Infinity;
  };
  const worst = ([model, all]) => [model, Math.max(...all.map(difference))];
  return Object.fromEntries(Object.entries(vectors).map(worst));
}"""
# The colours of a canvas: [[red, green, blue], ...], row by row.
COLOURS = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return Array.from({ length: data.length / 4 }, (_, i) => [...data.slice(4 * i, 4 * i + 3)]);
}"""

# How many pictures to pick from are seen in part.
CUT = """[...document.querySelectorAll(".picker button")].filter((one) => {
  const a = one.getBoundingClientRect(), b = one.parentElement.getBoundingClientRect();
  const across = (edge) => a.top < edge && edge < a.bottom;
  return a.right > b.right || across(b.top) || across(b.bottom);
}).length"""


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The folder of the page: EXPLORE names one that is there, else it is made (15 s)."""
    if folder := os.environ.get("EXPLORE"):
        return Path(folder)
    folder = tmp_path_factory.mktemp("explore")
    words = [sys.executable, "-m", "explore", "--quick", "--out", folder]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def visit(built, open_page):
    def go(name="rbm", **options):
        page = open_page(built / "index.html", f"#{name}", **options)
        page.wait_for_selector(f"#view-{name} h2")
        return page

    return go


def told(capsys, text):
    with capsys.disabled():
        print(f"\n{text}")


def canvas(page, label):
    return page.locator(f"#view-rbm canvas[aria-label^='{label}']")


def sweeps(page):
    return int(re.search(r"Sweep (\d+)", page.locator(".count").inner_text())[1])


def after_sweeps(page, count):
    """Waits until the chains have made so many."""
    words = "(n) => document.querySelector('.count').textContent.match(/\\d+/)[0] >= n"
    page.wait_for_function(words, arg=count)


def test_every_number_is_pythons(built, visit, capsys):
    vectors = json.loads((built / "vectors.json").read_text())
    worst = visit().evaluate(WORST, vectors)
    told(capsys, "largest difference: " + ", ".join(f"{m} {x:.1e}" for m, x in worst.items()))
    assert worst.keys() == vectors.keys()
    assert max(worst.values()) < 1e-4


@pytest.mark.parametrize("known", [[0, 0, 0], [1, 0, 1]])
def test_a_sweep_draws_as_the_enumerated_kernel_says(visit, known):
    """40,000 draws: six standard errors of a frequency are at most 0.015; without noise in h one
    would be off by 0.1.
    """
    rng = np.random.default_rng(4)
    W, b, c = 3 * rng.normal(size=(3, 2)), rng.normal(size=3), rng.normal(size=2)
    count, start = 40_000, [1, 0, 0]
    drawn = visit().evaluate(
        """([count, start, known, W, b, c]) => {
          const many = (x) => Float32Array.from({ length: 3 * count }, (_, i) => x[i % 3]);
          const { rbm, random } = window.explore.functions, rng = random.generator(1);
          return [...rbm.sweep(rng, many(start), { W, b, c }, many(known), many(start)).v];
        }""",
        [count, start, known, W.ravel().tolist(), b.tolist(), c.tolist()],
    )
    v, every = np.reshape(drawn, (count, 3)), states(3)
    row = kernel(W, b, c, np.array(known) == 1)[(every == start).all(axis=1).argmax()]
    frequencies = (v[:, None] == every).all(axis=2).mean(axis=0)
    np.testing.assert_allclose(frequencies, row, atol=0.015)


def test_the_first_picture_is_there_in_two_seconds(visit, capsys):
    times = []
    for _ in range(3):  # another program may have the cores once
        page = visit()
        page.wait_for_function("() => performance.getEntriesByName('picture').length")
        words = "performance.getEntriesByName('picture')[0].startTime"
        times.append(page.evaluate(words))
    told(capsys, f"first picture after {min(times):.0f} ms")
    assert min(times) < 2000


def test_tabs_follow_clicks_keys_and_addresses(visit):
    page = visit("game")
    page.keyboard.press("Tab")  # the focus was not moved while the page was made
    assert page.evaluate("document.activeElement.className") == "skip"
    shown = "[...document.querySelectorAll('[role=tabpanel]:not([hidden])')].map((one) => one.id)"
    assert page.evaluate(shown) == ["view-game"]
    page.get_by_role("tab", name="Boltzmann machine").click()
    page.wait_for_selector("#view-rbm:not([hidden])")  # the address changes first
    assert page.evaluate(shown) == ["view-rbm"]
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#view-vae:not([hidden])")
    page.keyboard.press("End")
    page.wait_for_selector("#view-equations:not([hidden])")
    assert page.evaluate(shown) == ["view-equations"]
    assert page.locator("[role=tab][tabindex='0']").count() == 1


def test_a_view_that_is_hidden_stands_still(visit):
    page = visit()
    after_sweeps(page, 5)
    page.get_by_role("tab", name="game").click()
    page.wait_for_selector("#view-game:not([hidden])")
    before = page.evaluate("document.querySelector('.count').textContent")
    page.wait_for_timeout(300)
    assert page.evaluate("document.querySelector('.count').textContent") == before
    page.go_back()
    page.wait_for_function(
        "(was) => document.querySelector('.count').textContent !== was", arg=before
    )


def test_erased_pixels_are_shown_and_filled_and_given_ones_stay(visit):
    page = visit()
    page.get_by_role("button", name="Nothing").click()
    pad, chain = canvas(page, "The given image"), canvas(page, "Chain 1,")
    before = pad.evaluate(COLOURS)
    box = pad.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.4)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.6, steps=5)
    page.mouse.up()
    given = pad.evaluate(COLOURS)
    erased = [i for i, colour in enumerate(given) if colour not in (given[0], [28, 30, 33])]
    assert 20 < len(erased) < 200 and given != before
    after_sweeps(page, 5)
    drawn = chain.evaluate(COLOURS)
    assert all(drawn[i] == given[i] for i in set(range(len(given))) - set(erased))


def test_the_keyboard_draws(visit):
    page = visit()
    page.get_by_role("button", name="Clear").click()
    pad = canvas(page, "The given image")
    blank = pad.evaluate(COLOURS)
    pad.focus()
    page.keyboard.press("ArrowDown")
    assert pad.evaluate(COLOURS) == blank
    drawn = [0]
    for keys in (["Space"], ["Shift+ArrowRight"] * 3, ["ArrowDown"] * 6 + ["Space"]):
        for key in keys:
            page.keyboard.press(key)
        now = pad.evaluate(COLOURS)
        drawn.append(sum(a != b for a, b in zip(now, blank, strict=True)))
        assert drawn[-2] < drawn[-1] < 100


def test_free_chains_forget_the_given_ink_and_say_so(visit):
    page = visit()
    page.get_by_label("Speed").fill("7")
    page.get_by_role("radio", name="free").check()
    after_sweeps(page, 300)
    left = int(re.search(r"(\d+)\s% of the given ink", page.locator(".count").inner_text())[1])
    assert left < 75  # of all given pixels it would be more
    assert "unrelated" in page.locator(".agree svg").text_content()
    assert [245, 201, 171] in canvas(page, "Chain 1,").evaluate(COLOURS)  # ink that became paper
    page.get_by_role("radio", name="clamped").check()
    assert not page.locator(".agree, .of-lost").locator("visible=true").count()


def test_what_cannot_be_completed_is_said(visit):
    page = visit()
    for button, words in (("Nothing", "is missing"), ("Clear", "is given")):
        page.get_by_role("button", name=button).click()
        assert f"Nothing {words}" in page.locator(".count").inner_text()


def test_chains_can_be_stopped_and_led_by_hand(visit):
    page = visit()
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Start again").click()
    for count in range(1, 4):
        page.get_by_role("button", name="One sweep").click()
        assert sweeps(page) == count
    page.get_by_role("button", name="Run").click()
    after_sweeps(page, 10)


def test_less_motion_begins_with_a_picture_and_stands_still(visit):
    page = visit(reduced_motion="reduce")
    after_sweeps(page, 100)
    assert page.get_by_role("button", name="Run").is_visible()
    page.get_by_label("20", exact=True).check()
    page.get_by_text("These 20 units").wait_for()
    assert sweeps(page) == 100


def test_dreams_and_machines_of_every_size(visit):
    page = visit()
    page.get_by_label("dreaming").check()
    for hidden in ("20", "100", "500"):
        page.get_by_label(hidden, exact=True).check()
        after_sweeps(page, 3)
        assert page.locator(".chains canvas:visible").count() == 12
        assert page.locator(".unit").count() == min(48, int(hidden))


def test_a_unit_shows_its_filter_large(visit):
    page = visit()
    large = canvas(page, "The filter of a hidden unit")
    before = large.evaluate(COLOURS)
    page.locator(".unit").nth(7).hover()
    assert large.evaluate(COLOURS) != before
    assert "bias" in page.locator(".one .about").inner_text()


@pytest.mark.parametrize("mode", ["clamped", "dreaming"])
def test_500_units_are_sampled_at_30_frames_a_second(visit, mode, capsys):
    """By the processor time of a frame: other programs may have the cores while this one waits."""
    page = visit()
    page.get_by_label(mode).check()
    page.get_by_label("Speed").fill("5")  # 60 sweeps a second: one a frame
    after_sweeps(page, 20)
    browser = page.context.new_cdp_session(page)
    browser.send("Performance.enable", {"timeDomain": "threadTicks"})

    def busy():
        found = browser.send("Performance.getMetrics")["metrics"]
        return {one["name"]: one["value"] for one in found}["TaskDuration"]

    count = """() => new Promise((done) => {
      let frames = 0;
      const begun = performance.now(), next = (now) =>
        now - begun < 2000 ? (frames++, requestAnimationFrame(next)) : done(frames);
      requestAnimationFrame(next);
    })"""
    before, start = sweeps(page), busy()
    frames = page.evaluate(count)
    cost, made = (busy() - start) / frames, sweeps(page) - before
    told(capsys, f"{mode}: {1000 * cost:.1f} ms a frame, {frames / 2:.0f} frames a second seen")
    assert cost < 1 / 30
    assert made >= frames / 2


@pytest.mark.parametrize("name", TABS)
def test_nothing_sticks_out_at_any_width(visit, name):
    page = visit(name)
    for width in (1440, 1000, 700, 390):
        page.set_viewport_size({"width": width, "height": 844})
        page.wait_for_timeout(50)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
        assert not page.evaluate(CUT), width


def test_dark_and_light_follow_the_system(visit):
    page = visit()
    page.get_by_role("button", name="Pause").click()
    pad = canvas(page, "The given image")
    assert pad.evaluate(COLOURS)[0] == [255, 255, 255]
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(300)
    assert max(pad.evaluate(COLOURS)[0]) < 30


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", TABS)
def test_axe_finds_no_barrier(visit, name, dark):
    page = visit(name, dark=dark)
    page.add_script_tag(path=ROOT / "node_modules" / "axe-core" / "axe.min.js")
    found = page.evaluate("axe.run().then(({ violations }) => violations)")
    assert not found, [
        (one["id"], one["nodes"][0]["html"][:200], one["nodes"][0]["failureSummary"])
        for one in found
    ]
