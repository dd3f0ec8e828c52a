"""Errata: each right number by an oracle, mistakes far from it. Pages: what they name is there."""

import re
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import experiments.experiment
import figures.drawing
import gan.train
import rbm.train
import vae.train
from grading.__main__ import COMMANDS
from grading.errata import gaussians, page
from grading.errata import rbm as machine
from grading.errata.erratum import BySlip, numbers
from grading.errata.rbm import DATA, RBM, VS
from grading.oracles import enumeration, networks, quadrature
from grading.oracles.differences import gradient, sigmoid
from grading.oracles.quadrature import log_normal
from grading.slips import SLIPS
from training.run import RunError
from training.settings import Parser, add_settings

ROOT = Path(__file__).parent.parent
MADE = {".venv", ".venv-bench", ".venv-matrix", "node_modules", "out", ".git"}
OURS = [p for p in ROOT.rglob("*.*") if not MADE & {*p.relative_to(ROOT).parts}]
DOCUMENTS = sorted(p for p in OURS if p.suffix == ".md" and p.parent.name != "cache")
SOURCES = (ROOT / "docs" / "SOURCES.md").read_text()
JOINT, HS, STARTS = enumeration.joint(*RBM), enumeration.states(3), enumeration.numbers_of(DATA)


def log_p(W, b, c):  # complex parameters pass through
    weights = np.exp((VS @ b)[:, None] + (HS @ c)[None] + np.einsum("vi,ij,hj->vh", VS, W, HS))
    return np.log(weights.sum(axis=1) / weights.sum())[STARTS].mean()


ASCENT = gradient(log_p, tuple(RBM))


def cd_error(sweeps):
    """The expected CD gradient from the enumerated kernel, against the derivative of log p."""
    end = np.linalg.matrix_power(enumeration.kernel(*RBM), sweeps)[STARTS].mean(axis=0)
    moved, h = np.bincount(STARTS, minlength=16) / 5 - end, JOINT / JOINT.sum(axis=1)[:, None] @ HS
    cd = (moved[:, None] * VS).T @ h, moved @ VS, moved @ h
    return max(np.abs(a - b).max() for a, b in zip(cd, ASCENT, strict=True))


def nll(logit, x):
    return networks.bernoulli_nll(np.array([logit]), np.array([x]))


def five_samples():
    z = gaussians.MU + DEVIATION * np.random.default_rng(0).normal(size=(5, 1, 2))
    return -networks.bernoulli_nll(3 * z, np.ones((1, 2))).mean()


def seen_by_a_random_direction():
    """The rule gives twice J dy: along u, by how much is it off, beside both lengths."""
    x, rng = np.array([1.0, 0.3, -0.8]), np.random.default_rng(0)
    dy, u = rng.normal(size=3), rng.normal(size=3)
    (true,) = gradient(lambda x: (np.exp(x) / np.exp(x).sum() * dy).sum(), (x,))
    return abs(true @ u) / np.linalg.norm(u) / np.linalg.norm(2 * true)


DEVIATION = np.sqrt(np.exp(gaussians.LOGVAR))
KL = quadrature.kl_standard_normal(gaussians.MU, gaussians.LOGVAR)[0]
LOG_P = -nll(np.log(4), 1.0) - nll(np.log(1.5), 0.0)
Q_LOG_P = quadrature.expectation(lambda z: log_normal(z, 0, 1), gaussians.MU, DEVIATION).sum()
OF_IMAGE = -log_normal(gaussians.IMAGE, np.real(sigmoid(gaussians.LOGITS)), np.sqrt(0.5)).sum()
PSEUDO = enumeration.log_pseudo_likelihood_terms(DATA[0], *RBM).sum()
CLIMBED = log_p(*(p + 0.1 * g for p, g in zip(RBM, ASCENT, strict=True))) - log_p(*RBM)
# By name: what the right number has to be. Bare numbers are the definition itself.
ORACLES = {
    "joint-without-z": JOINT.sum(), "hidden-taken-for-independent": JOINT.sum(axis=0)[-1],
    "off-for-on": JOINT[10, :4].sum() / JOINT[10].sum(), "infinitely-many-terms": 1_048_576,
    "whole-batch": -np.log(sum(np.exp(-enumeration.energy(DATA[0], h, *RBM)) for h in HS)),
    "same-image-twice": ASCENT[0][0, 0], "gradient-sign": ASCENT[0][0, 0], "climbing-down": CLIMBED,
    "hidden-bias-forgotten": ASCENT[2][2], "pixel-twice": ASCENT[1][0], "shared-rows": 8 / 10,
    "one-sweep-short": cd_error(2), "cd-taken-for-exact": cd_error(1),
    "always-the-first-pixel": PSEUDO, "missing-pixel-of-a-free-chain":
    enumeration.conditional(machine.IMAGE, machine.KNOWN, *RBM)[0],
    "given-pixel-of-a-free-chain": 1, "only-the-first-rows": 627 / 784,
    "with-replacement": 627 / 784, "black-made-grey": 0, "twice-as-steep": sigmoid(1.0),
    "softplus-as-probability": sigmoid(2.0), "exp-overflows": np.logaddexp(0, 100),
    "log-of-rounded": -np.logaddexp(0, 110), "upstream-of-ones": seen_by_a_random_direction(),
    "certain-and-wrong": nll(17.0, 0), "certain-and-right": nll(17.0, 1),
    "log-expm1": nll(800.0, 1), "log-of-the-first-alone": LOG_P, "log-of-the-sum": LOG_P,
    "loss-without-minus": nll(np.log(4), 1), "grey-costs-nothing": np.log(2),
    "grey-density": np.tanh(1) / 2,  # (2 f - 1) / logit, where the logit is 2
    "average-of-p": five_samples(), "bound-without-minus": 82 + KL, "summed-over-images": 1,
    "cross-entropy-without-minus": -Q_LOG_P, "mean-not-squared": Q_LOG_P,
    "deviation-for-variance": KL, "variance-for-logarithm": KL, "noise-times-variance": 0.25,
    "normalising-sign": OF_IMAGE, "fitted-variance": (gaussians.RESIDUALS**2).mean(),
    "constant-left-out": OF_IMAGE, "mean-of-squares":
    KL / (KL + networks.squared_error(gaussians.LOGITS, gaussians.IMAGE).item()),
    "without-jacobian": 1, "exponent-not-squared": np.exp(log_normal(2.5, 1, 0.5)),
    "text-for-code": -sigmoid(6.0), "half-with-smoothing": 0.9 / 2,
    "generator-without-smoothing": -np.log(0.45), "cell-run-twice": 65_089,
}  # fmt: skip
# What is computed in float32, by a grid, or by finite differences is not exact to rounding.
ROUGH = {"certain-and-right": 1e-7, "certain-and-wrong": 1e-7, "grey-density": 1e-6}
ROUGH |= {"fitted-variance": 1e-3, "upstream-of-ones": 1e-8}


@pytest.mark.parametrize("name", sorted(page.ERRATA.keys() | ORACLES.keys()))
def test_the_right_number_is_the_oracle_s_and_the_mistake_is_far_from_it(name):
    wrong, right = numbers(page.ERRATA[name])
    assert abs(right - ORACLES[name]) <= ROUGH.get(name, 1e-12) * max(1, abs(ORACLES[name]))
    assert not np.isfinite(wrong) or abs(wrong - right) >= 0.05 * max(abs(wrong), abs(right)) > 0


@pytest.mark.parametrize("pixels, name", [(64, "only-the-first-rows"), (784, "with-replacement")])
def test_how_many_pixels_draws_with_repeats_remove(pixels, name):
    """The closed form of the two errata by simulation, within six standard errors."""
    rng = np.random.default_rng(0)
    found = [len(np.unique(rng.integers(pixels, size=627))) / 784 for _ in range(2000)]
    off = np.mean(found) - numbers(page.ERRATA[name])[0]
    assert abs(off) < 6 * np.std(found) / np.sqrt(len(found)) + 1e-12


def test_the_page_of_errata_has_their_numbers_and_names_their_slips(tmp_path):
    text = page.PAGE.read_text()
    assert text == page.filled(text), "make errata"
    rows = {name: row for row, name in page.ROW.findall(text)}
    for name, erratum in page.ERRATA.items():
        assert not isinstance(erratum, BySlip) or f"`make slip NAME={erratum.slip}`" in rows[name]
        public = "a public implementation" in rows[name] or "a usual mistake" in rows[name]
        assert public or f"(ERRATA.md#{name})" in SOURCES, name
    copy = tmp_path / "ERRATA.md"
    copy.write_text(text.replace("**550.72**", "**0**"))
    page.write(copy)
    assert copy.read_text() == text
    copy.write_text(text.replace('"climbing-down"', '"climbing"'))
    with pytest.raises(RunError, match=r"ERRATA.md: climbing, climbing-down; expected one row"):
        page.write(copy)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_leads_somewhere(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`]*`", "", line)):
            if re.match(r"[a-z]+:", target):
                continue
            name, _, anchor = target.partition("#")
            file, place = path.parent / name if name else path, f"{path}:{number}: {target}"
            assert file.exists(), place
            if re.fullmatch(r"L\d+", anchor):
                assert int(anchor[1:]) <= len(file.read_text().splitlines()), place
            elif anchor:
                headings = re.findall(r"^#+ (?:<[^>]*>)*(.*)$", file.read_text(), re.MULTILINE)
                slugs = {re.sub(r"[^\w\- ]", "", h).lower().replace(" ", "-") for h in headings}
                assert anchor in slugs or f'<a id="{anchor}"></a>' in file.read_text(), place


FOUND, DRAWINGS = experiments.experiment.find(), figures.drawing.find()
WORDS = {  # what may follow the name of a module
    "experiments": FOUND, "benchmarks": experiments.experiment.find("benchmarks"),
    "figures": {*FOUND, *(d.name for group in DRAWINGS.values() for d in group)},
    "grading": COMMANDS, "vae": {"train", "likelihood", "summary"}, "gan": {"train"},
    "rbm": {"train", "likelihood", "sample", "export"},
    "slip": {slip.name for slip in SLIPS}, "experiment": FOUND,
}  # fmt: skip
ARGS = r'ARGS="(--(?!help|resume)[^"]*)"'


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_command_and_test_that_a_page_names_exists(path):
    text, makefile = path.read_text(), (ROOT / "Makefile").read_text()
    for module, word in re.findall(r"python -m ([a-z_.]+)(?: +([a-z][\w-]*))?", text):
        assert find_spec(module.strip(".")), module
        assert not word or word in WORDS.get(module, [word]), f"python -m {module} {word}"
    for target, rest in re.findall(r"(?:`|^)make ([\w-]+)([^`\n]*)", text, re.MULTILINE):
        assert re.search(rf"^(?:[\w-]+ )*{target}[: ]", makefile, re.MULTILINE), f"make {target}"
        for name in re.findall(r"NAME=([\w-]+)", rest):
            assert name in WORDS[target], f"make {target} NAME={name}"
        if target in ("rbm", "vae", "gan") and (options := re.search(ARGS, rest)):
            parser = Parser(allow_abbrev=False)
            add_settings(parser, {"rbm": rbm, "vae": vae, "gan": gan}[target].train.Settings)
            parser.parse_args(options[1].split())
    tests = "".join(p.read_text() for p in (ROOT / "tests").glob("*.py"))
    for name in re.findall(r"`(test_\w+)`", text):
        assert f"def {name}(" in tests, name


CODE = r"\b(?:S[1-8]|E(?:[1-9]|[1-4]\d|5[0-2])|B(?:[1-9]|[12]\d|3[0-5]))\b|(?<!#)\b00[0-4]\b"


def test_nothing_speaks_in_codes_of_documents_that_no_reader_has():
    no_code = r'<a id="\w+">|\]\([^)]*\)|[\d.,]+\d{3}|\w*\.\d+'  # anchors, links, other numbers
    found = {}
    for path in [*DOCUMENTS, *(p for p in OURS if p.suffix == ".py"), ROOT / "Makefile"]:
        if hits := re.findall(CODE, re.sub(no_code, "", path.read_text())):
            found[str(path.relative_to(ROOT))] = len(hits)
    assert not found


def test_everything_in_the_sources_has_a_row():
    for letter, last in {"E": 52, "S": 8, "B": 35}.items():
        found = map(int, re.findall(rf'<a id="{letter}(\d+)"></a>', SOURCES))
        assert sorted(found) == list(range(1, last + 1))
