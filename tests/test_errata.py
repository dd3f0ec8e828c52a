"""Errata: each right number against an oracle, each mistake far from it; pages that are true."""

import json
import re
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

import rbm.train
import vae.train
from experiments import record
from figures.captions import CAPTIONS
from grading.errata import bound, gauss, gibbs
from grading.errata import page as errata
from grading.errata.machine import DATA, MACHINE, VS
from grading.errata.page import END, PAGE, START, filled, measured
from grading.oracles import enumeration, networks, quadrature
from grading.oracles.differences import gradient, sigmoid
from training.run import RunError
from vae.mlp import init

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "ERRATA.md", ROOT / "SOURCES.md")
SOURCES = PAGES[1].read_text()
MARGIN = 0.05  # a mistake is off by this share of the larger of the two numbers, or more
FOUND = {x.id: x for found in errata.errata().values() for x in found}
W, b, c = MACHINE
JOINT = enumeration.joint(*MACHINE)


def log_p(W, b, c):
    """Mean log p(DATA), Z by enumeration; complex parameters pass through."""
    hs = enumeration.states(3)
    weights = np.exp((VS @ b)[:, None] + (hs @ c)[None] + np.einsum("vi,ij,hj->vh", VS, W, hs))
    return np.log(weights.sum(axis=1) / weights.sum())[enumeration.numbers_of(DATA)].mean()


def ascent():
    return gradient(log_p, tuple(MACHINE))


def cd_error(sweeps):
    """The expected CD gradient from the enumerated kernel, against the derivative of log p."""
    T = np.linalg.matrix_power(enumeration.kernel(*MACHINE), sweeps)
    end = T[enumeration.numbers_of(DATA)].mean(axis=0)
    start = np.bincount(enumeration.numbers_of(DATA), minlength=16) / 5
    to_h = (JOINT / JOINT.sum(axis=1, keepdims=True)) @ enumeration.states(3)
    moved = ((start - end)[:, None] * VS).T @ to_h, (start - end) @ VS, (start - end) @ to_h
    return max(np.abs(cd - true).max() for cd, true in zip(moved, ascent(), strict=True))


def climbed():
    return log_p(*(p + 0.1 * g for p, g in zip(MACHINE, ascent(), strict=True))) - log_p(*MACHINE)


def free_energy_of(v):
    hs = enumeration.states(3)
    return -np.log(sum(np.exp(-enumeration.energy(v, h, W, b, c)) for h in hs))


def nll(logit, x):
    return networks.bernoulli_nll(np.array([logit]), np.array([x]))


def log_normal_of_image():
    mean = np.real(sigmoid(gauss.LOGITS))
    return quadrature.log_normal(gauss.IMAGE, mean, np.sqrt(0.5)).sum()


def under_q(f):
    return quadrature.expectation(f, bound.MU, np.sqrt(np.exp(bound.LOGVAR))).sum()


def five_samples():
    eps = np.random.default_rng(0).normal(size=(5, 1, 2))
    z = bound.MU + np.sqrt(np.exp(bound.LOGVAR)) * eps
    return -networks.bernoulli_nll(3 * z, np.ones((1, 2))).mean()


def seen_by_a_random_direction():
    """The rule gives twice J dy: along u, by how much is it off, beside both lengths."""
    x, rng = np.array([1.0, 0.3, -0.8]), np.random.default_rng(0)
    dy, u = rng.normal(size=3), rng.normal(size=3)
    (true,) = gradient(lambda x: (np.exp(x) / np.exp(x).sum() * dy).sum(), (x,))
    return abs(true @ u) / np.linalg.norm(u) / np.linalg.norm(2 * true)


KL = quadrature.kl_standard_normal(bound.MU, bound.LOGVAR)[0]
LOG_P = -nll(np.log(4), 1.0) - nll(np.log(1.5), 0.0)
# By id: what the right number has to be. Bare numbers are the definition itself.
ORACLES = {
    "joint-without-z": lambda: JOINT.sum(),
    "hidden-taken-for-independent": lambda: JOINT.sum(axis=0)[-1],
    "off-for-on": lambda: JOINT[10, :4].sum() / JOINT[10].sum(),
    "infinitely-many-terms": lambda: 1_048_576,
    "whole-batch": lambda: free_energy_of(DATA[0]),
    "same-image-twice": lambda: ascent()[0][0, 0],
    "gradient-sign": lambda: ascent()[0][0, 0],
    "climbing-down": climbed,
    "hidden-bias-forgotten": lambda: ascent()[2][2],
    "pixel-twice": lambda: ascent()[1][0],
    "shared-rows": lambda: 8 / 10,
    "one-sweep-short": lambda: cd_error(2),
    "cd-taken-for-exact": lambda: cd_error(1),
    "always-the-first-pixel": lambda: enumeration.log_pseudo_likelihood_terms(
        DATA[0], *MACHINE
    ).sum(),
    "missing-pixel-of-a-free-chain": lambda: enumeration.conditional(
        gibbs.IMAGE, gibbs.KNOWN, *MACHINE
    )[0],
    "given-pixel-of-a-free-chain": lambda: 1,
    "only-the-first-rows": lambda: 627 / 784,
    "with-replacement": lambda: 627 / 784,
    "black-made-grey": lambda: 0,
    "twice-as-steep": lambda: sigmoid(1.0),
    "softplus-as-probability": lambda: sigmoid(2.0),
    "exp-overflows": lambda: np.logaddexp(0, 100),
    "log-of-rounded": lambda: -np.logaddexp(0, 110),
    "text-for-code": lambda: -sigmoid(6.0),
    "half-with-smoothing": lambda: 0.9 / 2,
    "generator-without-smoothing": lambda: -np.log(0.45),
    "cell-run-twice": lambda: 65_089,
    "upstream-of-ones": seen_by_a_random_direction,
    "certain-and-wrong": lambda: nll(17.0, 0),
    "certain-and-right": lambda: nll(17.0, 1),
    "log-expm1": lambda: nll(800.0, 1),
    "log-of-the-first-alone": lambda: LOG_P,
    "log-of-the-sum": lambda: LOG_P,
    "loss-without-minus": lambda: nll(np.log(4), 1),
    "grey-costs-nothing": lambda: np.log(2),
    "grey-density": lambda: np.tanh(1) / 2,  # (2 f - 1) / logit, where the logit is 2
    "average-of-p": five_samples,
    "bound-without-minus": lambda: 82 + KL,
    "summed-over-images": lambda: 1,
    "cross-entropy-without-minus": lambda: -under_q(lambda z: quadrature.log_normal(z, 0, 1)),
    "mean-not-squared": lambda: under_q(lambda z: quadrature.log_normal(z, 0, 1)),
    "deviation-for-variance": lambda: KL,
    "variance-for-logarithm": lambda: KL,
    "noise-times-variance": lambda: 0.25,
    "normalising-sign": lambda: -log_normal_of_image(),
    "fitted-variance": lambda: (gauss.RESIDUALS**2).mean(),
    "constant-left-out": lambda: -log_normal_of_image(),
    "mean-of-squares": lambda: KL / (KL + networks.squared_error(gauss.LOGITS, gauss.IMAGE).item()),
    "without-jacobian": lambda: 1,
    "exponent-not-squared": lambda: np.exp(quadrature.log_normal(2.5, 1, 0.5)),
}
# What is computed in float32, by a grid, or by finite differences is not exact to rounding.
ROUGH = {
    "certain-and-right": 1e-7,
    "certain-and-wrong": 1e-7,
    "grey-density": 1e-6,
    "fitted-variance": 1e-3,
    "upstream-of-ones": 1e-8,
}


def test_every_erratum_has_an_oracle_and_a_name_of_its_own():
    assert FOUND.keys() == ORACLES.keys()
    assert len(FOUND) == len(measured())


@pytest.mark.parametrize("name", FOUND)
def test_the_mistake_is_far_from_what_is_right(name):
    wrong, right = FOUND[name].compute()
    assert np.isfinite(right)
    if np.isfinite(wrong):
        assert abs(wrong - right) >= MARGIN * max(abs(wrong), abs(right)) > 0


@pytest.mark.parametrize("name", FOUND)
def test_what_is_right_agrees_with_the_oracle(name):
    right, truth = FOUND[name].compute()[1], ORACLES[name]()
    assert abs(right - truth) <= ROUGH.get(name, 1e-12) * max(1, abs(truth))


def test_the_smaller_layer_is_enough_for_z():
    """What stands behind 2^min(D, H): 8 terms give the same Z as 16, and as all 128."""
    from rbm.model import free_energy

    by_pixels = np.exp(-free_energy(VS, W, b, c)).sum()
    by_hidden = np.exp(-free_energy(enumeration.states(3), W.T, c, b)).sum()
    hs = enumeration.states(3)
    both = sum(np.exp(-enumeration.energy(v, h, W, b, c)) for v in VS for h in hs)
    np.testing.assert_allclose([by_pixels, by_hidden], both, rtol=1e-13)


@pytest.mark.parametrize("pixels", [64, 784])
def test_how_many_pixels_draws_with_repeats_remove(pixels):
    """The closed form of the two errata by simulation, within six standard errors."""
    name = "only-the-first-rows" if pixels == 64 else "with-replacement"
    rng = np.random.default_rng(0)
    shares = [len(np.unique(rng.integers(pixels, size=627))) / 784 for _ in range(2000)]
    error = np.std(shares) / np.sqrt(len(shares))
    assert abs(np.mean(shares) - FOUND[name].compute()[0]) < 6 * error + 1e-12


def recorded():
    return json.loads((ROOT / "results" / "errata.json").read_text())["numbers"]


def test_the_results_are_those_of_the_code():
    again = measured()
    assert [x["id"] for x in recorded()] == [x["id"] for x in again], (
        "python -m grading.errata.page"
    )
    for old, new in zip(recorded(), again, strict=True):
        for key, value in new.items():
            same = old[key] == value
            if isinstance(value, float) and isinstance(old[key], float):
                same = abs(old[key] - value) <= 1e-6 * max(1, abs(value))
            assert same, f"{new['id']}: {key}: python -m grading.errata.page"


def test_the_page_is_that_of_the_results():
    text = PAGE.read_text()
    assert text == filled(text, recorded()), (
        "ERRATA.md is out of date: python -m grading.errata.page"
    )
    assert all(f'<a id="{name}"></a>' in text for name in FOUND)


def test_the_command_writes_both(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(record, "HERE", tmp_path / "results")
    (tmp_path / "results").mkdir()
    page = tmp_path / "ERRATA.md"
    page.write_text(f"before\n{START}old\n{END}\nafter\n")
    errata.main([], page)
    text = page.read_text()
    assert text.startswith(f"before\n{START}") and text.endswith(f"{END}\nafter\n")
    assert "old" not in text and text.count("\n| <a id=") == len(FOUND)
    assert "results/errata.json written" in capsys.readouterr().out
    page.write_text("no markers")
    (tmp_path / "results" / "errata.json").unlink()
    with pytest.raises(RunError, match=r"ERRATA.md has no lines"):
        errata.main([], page)
    assert not (tmp_path / "results" / "errata.json").exists()


def test_numbers_are_written_as_json_and_markdown_know_them():
    from grading.errata.form import kept, shown

    values = (np.inf, -np.inf, np.nan, -0.0, 0.25, 448.7299, 1048576)
    texts = ("infinite", "minus infinite", "not a number", "0", "0.2500", "448.73", "1,048,576")
    assert tuple(shown(kept(x)) for x in values) == texts
    json.dumps([kept(x) for x in values], allow_nan=False)


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.name)
def test_every_link_of_the_page_leads_somewhere(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        for target in re.findall(r"\]\(([^)\s]+)\)", line):
            name, _, anchor = target.partition("#")
            file = ROOT / name if name else path
            assert file.is_file(), f"{path.name}:{number}: {target}"
            text = file.read_text()
            headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
            slugs = {re.sub(r"[^\w\- ]", "", h).lower().replace(" ", "-") for h in headings}
            assert not anchor or f'<a id="{anchor}"></a>' in text or anchor in slugs, (
                f"{path.name}:{number}: {target}"
            )


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.name)
def test_every_row_of_a_table_has_as_many_cells_as_its_heading(path):
    cells = 0
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith("|"):
            cells = cells or line.count("|")
            assert line.count("|") == cells, f"{path.name}:{number}"
        else:
            cells = 0


def test_everything_in_the_sources_has_a_row():
    names = [*(f"E{i}" for i in range(1, 53)), *(f"S{i}" for i in range(1, 9))]
    names += [f"B{i}" for i in range(1, 36)]
    found = re.findall(r'<a id="([ESB]\d+)"></a>', SOURCES)
    assert sorted(found) == sorted(names)
    for line in SOURCES.splitlines():
        if line.startswith('| <a id="'):
            here = line.split(" | ")[3]
            assert "](" in here or "not yet" in here or line.startswith('| <a id="B'), line


def test_every_erratum_is_named_in_the_sources_unless_it_is_of_public_code():
    for x in FOUND.values():
        if "public" not in x.where:
            assert f"ERRATA.md#{x.id})" in SOURCES, x.id


def test_commands_files_and_tests_that_the_sources_name_exist():
    for name in re.findall(r"python -m results\.(\w+)", SOURCES):
        assert (ROOT / "results" / f"{name}.py").is_file(), name
    pictures = re.findall(r"out/figures/([\w-]+)\.png", SOURCES)
    assert pictures and set(pictures) <= CAPTIONS.keys()
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(re.findall(r"`make (\w+)", SOURCES)) <= set(targets)
    for path in re.findall(r"tests/\w+\.py", SOURCES):
        assert (ROOT / path).is_file(), path
    tests = "".join(path.read_text() for path in (ROOT / "tests").glob("*.py"))
    for name in re.findall(r"`(test_\w+)`", SOURCES):
        assert f"def {name}(" in tests, name


def test_options_that_the_sources_name_exist():
    kinds = {"rbm": rbm.train.Settings, "vae": vae.train.Settings}
    commands = re.findall(r'`make (rbm|vae) ARGS="([^"]*)"`', SOURCES)
    assert len(commands) >= 3
    for model, options in commands:
        known = {f"--{field.name.replace('_', '-')}" for field in fields(kinds[model])}
        assert set(re.findall(r"--[\w-]+", options)) <= known, options


@pytest.mark.parametrize(
    "codes, encoder, decoder",
    [(2, 201_988, 202_256), (8, 205_072, 203_792), (16, 209_184, 205_840)],
)
def test_encoder_and_decoder_have_as_many_parameters_as_the_source_prints(codes, encoder, decoder):
    sizes = [x.size for x in init(np.random.default_rng(0), 784, 256, codes)]
    assert (sum(sizes[:6]), sum(sizes[6:])) == (encoder, decoder)
