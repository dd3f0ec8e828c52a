"""The views of VAE, GAN, smallest game and equations in a browser: what answers to what."""

import math
import re

import pytest

from tests.web.test_explore import COLOURS, built, visit  # noqa: F401 (fixtures)


def said(page, view, words):
    """The numbers of a view's sentence that has these words, in their order."""
    words = page.locator(f"#view-{view} .outcome").filter(has_text=words).text_content()
    return [float(x.replace("−", "-")) for x in re.findall(r"−?\d+(?:\.\d+)?", words)]


def terms(page):
    """Reconstruction, KL and sum of one's own q, then of the encoder's."""
    return said(page, "vae", "Your q costs")[:6]


def picture(page, view, label):
    return page.locator(f"#view-{view} canvas[aria-label^='{label}']").evaluate(COLOURS)


def settle(page):
    """Waits until what was asked for is painted."""
    page.evaluate("new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(then)))")


def drag(page, place, begin, end):
    """The pointer goes down at a share of a figure's width and height, and up at another."""
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    (x1, y1), (x2, y2) = (
        (box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (begin, end)
    )
    page.mouse.move(x1, y1)
    page.mouse.down()
    page.mouse.move(x2, y2, steps=4)
    page.mouse.up()
    settle(page)


def press(page, label, key, times=1):
    """Keys on a slider."""
    slider = page.get_by_label(label, exact=True)
    slider.focus()
    for _ in range(times):
        page.keyboard.press(key)
    settle(page)
    return float(slider.input_value())


def unfold(page, title):
    """Opens a part of the view of the VAE; the one that was open closes."""
    page.get_by_text(title).click()
    settle(page)


# --- VAE
def test_a_drag_in_either_plane_moves_its_code_and_its_picture_alone(visit):  # noqa: F811
    page = visit("vae")
    names = "VAE", "autoencoder"
    for name, other in (names, names[::-1]):
        before = {
            n: picture(page, "vae", f"What the decoder draws at the code, {n}") for n in names
        }
        plane = page.locator("#view-vae .plane").nth(names.index(name))
        drag(page, plane, (0.5, 0.5), (0.75, 0.25))
        after = {n: picture(page, "vae", f"What the decoder draws at the code, {n}") for n in names}
        assert after[name] != before[name] and after[other] == before[other]
    page.get_by_role("button", name="The encoder’s own answer").click()
    settle(page)
    yours, own = terms(page)[:3], terms(page)[3:]
    assert yours == own


def test_the_terms_answer_to_width_and_place_of_q(visit):  # noqa: F811
    page = visit("vae")
    unfold(page, "What the KL costs")
    nll, kl, total, *own = terms(page)
    assert [nll, kl, total] == own and abs(nll + kl - total) < 0.11
    press(page, "Width of q, times the encoder’s", "Home")
    narrow = terms(page)
    # log 16 nats for each of two codes, less what the smaller variances save.
    assert narrow[1] > kl + 4 and narrow[3:] == own
    before = float(page.get_by_label("Code z₁, VAE", exact=True).input_value())
    after = press(page, "Code z₁, VAE", "End")
    assert terms(page)[1] == pytest.approx(narrow[1] + (after**2 - before**2) / 2, abs=0.11)
    page.get_by_role("button", name="The encoder’s own answer").click()
    settle(page)
    squares = [
        float(page.get_by_label(f"Code {name}, VAE", exact=True).input_value()) ** 2
        for name in ("z₁", "z₂")
    ]
    assert press(page, "Distance of q from 0, times the encoder’s", "Home") == 0
    assert terms(page)[1] == pytest.approx(kl - sum(squares) / 2, abs=0.15)


def test_another_digit_has_another_code_and_a_walk_ends_at_it(visit):  # noqa: F811
    page = visit("vae")
    codes = page.get_by_label("Code z₁, VAE", exact=True), page.get_by_label("Code z₂, autoencoder")
    first = [one.input_value() for one in codes]
    unfold(page, "A walk")
    press(page, "Along the walk", "End")
    last = [one.input_value() for one in codes]
    assert first != last
    page.get_by_role("group", name="Test images to pick from").get_by_role("button").nth(1).click()
    settle(page)
    assert [one.input_value() for one in codes] == last  # the walk went to the second digit
    page.get_by_role("button", name="Walk", exact=True).click()
    page.wait_for_timeout(400)
    assert 0 < float(page.get_by_label("Along the walk").input_value()) < 1


def test_a_stroke_on_the_pad_is_encoded(visit):  # noqa: F811
    page = visit("vae")
    before = terms(page)
    drag(page, page.locator("#view-vae .pad canvas"), (0.2, 0.8), (0.8, 0.8))
    assert terms(page)[3:] != before[3:]
    page.get_by_role("button", name="Clear").click()
    settle(page)
    assert max(map(tuple, picture(page, "vae", "Your digit"))) == (255, 255, 255)


def test_codes_of_the_prior_are_drawn_for_both_and_shown_in_both_planes(visit):  # noqa: F811
    page = visit("vae")
    rows = page.locator("#view-vae .strip[aria-label^='Pictures from codes'] canvas")
    marks = page.locator("#view-vae path.drawn:not(.halo)")
    before = [rows.nth(n).evaluate(COLOURS) for n in (0, 12)], marks.nth(0).get_attribute("d")
    page.get_by_role("button", name="Draw other codes").click()
    settle(page)
    after = [rows.nth(n).evaluate(COLOURS) for n in (0, 12)], marks.nth(0).get_attribute("d")
    assert rows.count() == 24 and marks.nth(1).get_attribute("d").count("M") == 12
    assert all(a != b for a, b in zip(before[0], after[0], strict=True)) and before[1] != after[1]


def test_a_thousand_codes_of_the_prior_are_told_by_digit(visit):  # noqa: F811
    page = visit("vae")
    bars = page.locator("#view-vae svg[aria-label^='How many of 1000'] rect.bar")
    tall = [float(bars.nth(n).get_attribute("height")) for n in range(bars.count())]
    labels = page.evaluate("new Set(window.explore.models.planes.labels).size")
    assert len(tall) == 2 * labels and sum(tall[:labels]) == pytest.approx(sum(tall[labels:]))
    assert page.get_by_text("Of 1,000 codes").is_visible()


def test_ellipses_of_test_images_are_shown_when_asked_for(visit):  # noqa: F811
    page = visit("vae")
    others = page.locator("#view-vae ellipse.other")
    assert others.count() == 0
    page.get_by_label("ellipses of 200 test images").check()
    settle(page)
    assert others.count() == 400


def test_what_is_no_digit_is_called_so_and_sums_add_up(visit):  # noqa: F811
    page = visit("vae")
    page.get_by_role("button", name="Clear").click()
    settle(page)
    assert "unlike any digit" in page.locator("#view-vae .around").inner_text()
    for n in range(8):
        page.get_by_role("group", name="Test images to pick").get_by_role("button").nth(n).click()
        settle(page)
        nll, kl, total = terms(page)[3:]
        assert nll + kl == pytest.approx(total, abs=1e-9)


def test_the_plane_can_be_filled_with_pictures(visit):  # noqa: F811
    page = visit("vae")
    canvases = page.locator("#view-vae .plane canvas")
    assert canvases.nth(0).evaluate("(one) => one.width") > 500
    page.get_by_label("Show what each decoder draws everywhere").check()
    assert [canvases.nth(n).evaluate("(one) => one.width") for n in (0, 1)] == [15 * 28] * 2
    settle(page)
    assert page.locator("#view-vae .class").count() == 0


@pytest.mark.parametrize("Z", [8, 16])
def test_every_code_has_a_slider(visit, Z):  # noqa: F811
    page = visit("vae")
    unfold(page, "More codes")
    page.get_by_label(str(Z), exact=True).check()
    sliders = page.locator("#view-vae .sliders input")
    assert sliders.count() == Z
    begun, own = picture(page, "vae", "Decoded from the sliders"), sliders.nth(Z - 1).input_value()
    press(page, "z₃", "End")
    assert picture(page, "vae", "Decoded from the sliders") != begun
    page.get_by_role("button", name="Draw codes from N(0, I)").click()
    assert sliders.nth(Z - 1).input_value() != own
    page.get_by_role("button", name="The digit’s codes").click()
    assert picture(page, "vae", "Decoded from the sliders") == begun


# --- GAN
def test_the_noise_follows_drags_and_keys(visit):  # noqa: F811
    page = visit("gan")
    name = "The generator’s picture"
    before = picture(page, "gan", name)
    drag(page, page.locator("#view-gan .plane"), (0.5, 0.5), (0.2, 0.6))
    moved = picture(page, "gan", name)
    assert moved != before
    assert press(page, "Length of the noise", "Home") == 0
    middle = picture(page, "gan", name)
    press(page, "Direction on the plane", "ArrowRight", 5)
    assert picture(page, "gan", name) == middle != moved  # 0 has no direction
    page.get_by_role("button", name="Another plane").click()
    assert picture(page, "gan", name) == middle
    press(page, "Length of the noise", "End")
    assert picture(page, "gan", name) != middle


def test_the_walk_turns_and_stops_with_its_view(visit):  # noqa: F811
    page = visit("gan")
    angle = page.get_by_label("Direction on the plane")
    begun = angle.input_value()
    page.get_by_role("button", name="Walk around the circle").click()
    page.wait_for_function(
        "(was) => document.querySelector('#view-gan .slider input:not(.pad *)').value !== was",
        arg=begun,
    )
    for tab, shown in (("Equations", "equations"), ("Adversarial", "gan")):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_selector(f"#view-{shown}:not([hidden])")
    stood = angle.input_value()
    page.wait_for_timeout(200)
    assert angle.input_value() == stood


def test_the_discriminator_has_an_opinion_of_the_drawing(visit):  # noqa: F811
    page = visit("gan")
    opinion = page.locator("#view-gan .outcome")

    def logits_and_probabilities():
        words = opinion.inner_text().replace("−", "-")
        return [float(x) for x in re.findall(r"(?:logit|probability) (-?[\d.]*\d)", words)]

    fake, p_fake, *yours = logits_and_probabilities()
    assert abs(p_fake - 1 / (1 + 2.718281828**-fake)) < 0.01
    page.get_by_role("group", name="Test images").get_by_role("button").nth(7).click()
    other = logits_and_probabilities()
    assert other[:2] == [fake, p_fake] and other[2:] != yours
    drag(page, page.locator("#view-gan .pad canvas"), (0.1, 0.1), (0.9, 0.1))
    assert logits_and_probabilities()[2:] != other[2:]


# --- the smallest game
def factors(page):
    """By how much a step multiplies the distance: near the goal by the formula, and as seen."""
    words = page.locator("#view-game .outcome").inner_text()
    return [float(x) for x in re.findall(r"(?:=|multiplied it by) (\d\.\d{4})", words)]


EXAMPLES = {"At once": 2.65, "In turns": 0.987, "In turns, with a penalty": 0.224}


def test_examples_end_where_the_chapter_says(visit):  # noqa: F811
    page = visit("game")
    for name, distance in EXAMPLES.items():
        page.get_by_role("button", name=name, exact=True).click()
        assert said(page, "game", "steps")[1] == distance, name
    page.get_by_role("button", name="and momentum").click()
    assert page.get_by_label("in turns").is_checked()
    assert factors(page)[0] > 1


def test_sliders_move_the_formula_and_the_path(visit):  # noqa: F811
    page = visit("game")
    path = page.locator("#view-game .drag .line").first
    before = path.get_attribute("d"), said(page, "game", "steps")
    assert press(page, "Penalty γ", "ArrowRight", 60) == pytest.approx(0.6)
    page.get_by_label("in turns").check()
    assert factors(page)[0] == 0.9381  # the square root of 1 - 0.2 * 0.6
    assert factors(page)[1] == pytest.approx(0.9381, abs=2e-4)
    assert path.get_attribute("d") != before[0]
    page.get_by_label("Momentum β").fill("0.9")
    page.get_by_label("Step size η").fill("-3.912")  # the logarithm of 0.02
    assert factors(page)[0] == 0.9987  # the chapter: 0.999


def test_the_start_and_the_map_can_be_dragged(visit):  # noqa: F811
    page = visit("game")
    figures = page.locator("#view-game .drag")
    drag(page, figures.nth(0), (0.5, 0.4), (0.7, 0.7))
    assert float(page.get_by_label("Start: discriminator ψ").input_value()) > 0.5
    assert float(page.get_by_label("Start: generator θ").input_value()) < -0.5
    drag(page, figures.nth(1), (0.2, 0.2), (0.6, 0.6))
    assert 0.5 < float(page.get_by_label("Penalty γ").input_value()) < 1.5
    assert factors(page)[0] < 1


def test_the_steps_can_be_played(visit):  # noqa: F811
    page = visit("game")
    path = page.locator("#view-game .drag .line").first
    whole = len(path.get_attribute("d"))
    page.get_by_role("button", name="Play the steps").click()
    page.wait_for_timeout(200)
    assert len(path.get_attribute("d")) < whole / 2
    page.get_by_role("button", name="Stop").click()
    assert 0 < said(page, "game", "steps")[0] < 300


def test_formulas_agree_at_many_games(visit):  # noqa: F811
    found = visit("game").evaluate("""() => {
      const { spectralRadius, comesNearer, largestStep } = window.explore.functions.game;
      const wrong = [], grid = (from, to, by) =>
        Array.from({ length: (to - from) / by }, (_, n) => from + n * by);
      for (const turns of [false, true]) for (const momentum of [-0.3, 0, 0.5, 0.9])
        for (const penalty of grid(0, 3, 0.23)) for (const t of grid(-4, 1.4, 0.27)) {
          const game = { eta: Math.exp(t), momentum, penalty, turns };
          const nearer = spectralRadius(game) < 1, most = largestStep(game);
          if (Math.abs(spectralRadius(game) - 1) < 1e-6) continue;
          if (comesNearer(game) !== nearer) wrong.push(["by the coefficients", game]);
          if (most !== null && game.eta < most !== nearer) wrong.push(["by the formula", game]);
        }
      return wrong;
    }""")
    assert not found, found[:5]


@pytest.mark.parametrize("turns, eta, beta", [(True, 4, 0), (False, 4, 0.95), (False, 4, -0.5)])
def test_who_runs_away_is_stopped_and_told_so(visit, turns, eta, beta):  # noqa: F811
    page = visit("game")
    page.get_by_label("in turns" if turns else "both at once").check()
    for label, value in (
        ("Step size η", math.log(eta)),
        ("Penalty γ", 2),
        ("Momentum β", beta),
        ("Start: generator θ", 0.05),
    ):
        page.get_by_label(label).fill(str(value))
    words = page.locator("#view-game .outcome").inner_text()
    assert re.match(r"They ran away after \d+ steps", words) and "NaN" not in words
    assert "NaN" not in page.locator("#view-game").inner_html()


def test_players_at_the_goal_stay_and_without_a_penalty_keep_their_distance(visit):  # noqa: F811
    page = visit("game")
    page.get_by_role("button", name="In turns", exact=True).click()
    words = page.locator("#view-game .outcome").inner_text()
    assert "neither come nearer nor move away" in words and "no step is small enough" in words
    page.get_by_label("Start: generator θ").fill("0")
    assert page.locator("#view-game .outcome").inner_text() == "They start at the goal and stay."


# --- equations
def test_the_area_is_the_closed_form(visit):  # noqa: F811
    page = visit("equations")
    assert said(page, "equations", "Area above")[:4] == [0.9113, 0.0932, 0.8181, 0.8181]
    press(page, "Mean of p", "ArrowLeft", 7)
    press(page, "Standard deviation of p", "ArrowRight", 9)
    above, below, difference, closed, other = said(page, "equations", "Area above")
    assert closed != 0.8181 and abs(difference - closed) < 2e-3
    assert above - below == pytest.approx(difference, abs=1e-9)
    page.get_by_role("button", name="Swap").click()
    assert said(page, "equations", "Area above")[3:] == [other, closed]
    page.get_by_role("button", name="Make them equal").click()
    assert said(page, "equations", "Area above") == [0, 0, 0, 0, 0]


def test_the_gap_closes_at_the_posterior_alone(visit):  # noqa: F811
    page, label = visit("equations"), "Mean of q"
    part = page.locator("#view-equations .part").nth(1)
    for name, value in ((label, "0.5"), ("Standard deviation of q", "0.71")):
        part.get_by_label(name).fill(value)
    *_, log_p, gap = said(page, "equations", "Reconstruction")
    assert log_p == -1.5155 and gap < 1e-4
    part.get_by_label("has two peaks").check()
    reconstruction, kl, bound, log_p, gap = said(page, "equations", "Reconstruction")
    assert reconstruction - kl == pytest.approx(bound, abs=1e-9)
    assert bound + gap == pytest.approx(log_p, abs=1e-9)
    assert gap > 0.7


def test_the_bias_is_the_chapters_and_falls_with_k(visit):  # noqa: F811
    page = visit("equations")
    k, bias, gradient, second, _ = said(page, "equations", "second eigenvalue")
    assert (k, bias, gradient, second) == (1, 0.235, 0.626, 0.2788)
    for expected in (0.077, 0.0285):
        press(page, "Sweeps k", "ArrowRight")
        assert said(page, "equations", "second eigenvalue")[1] == pytest.approx(expected, abs=0.03)
    press(page, "Sweeps k", "Home")
    assert "CD says 0" in page.locator("#view-equations .outcome").nth(2).inner_text()
    press(page, "Weights times", "End")
    assert said(page, "equations", "second eigenvalue")[-2] > second


def test_an_image_becomes_data_by_a_click_and_one_is_left(visit):  # noqa: F811
    page = visit("equations")
    images = page.locator("#view-equations .states button")
    pressed = page.locator("#view-equations .states [aria-pressed=true]")
    assert (images.count(), pressed.count()) == (16, 5)
    before = said(page, "equations", "second eigenvalue")
    images.nth(0).focus()
    page.keyboard.press("Enter")
    assert pressed.count() == 6 and said(page, "equations", "second eigenvalue") != before
    for _ in range(7):
        pressed.first.click()
    assert pressed.count() == 1
    assert "CD needs data" in page.locator("#view-equations .outcome").nth(2).inner_text()
    assert "data 1.00" in pressed.first.get_attribute("aria-label")
