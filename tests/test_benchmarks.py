"""The commands that judge the project: found, and each tried in a tiny case."""

import sys
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from benchmarks import (
    breakdown,
    cases,
    edits,
    false_alarms,
    graded_mutants,
    handed_in,
    mutants,
    rounds,
    speed,
    trial,
    worker,
)
from experiments import record
from grading.checks import CHECKS
from training.run import RunError

ROOT = Path(__file__).parent.parent


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A project of one module with two signs, of which its test sees the first."""
    (tmp_path / "rbm").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "rbm" / "gap.py").write_text("def gap(a, b):\n    return a - b, a + b\n")
    test = "from rbm.gap import gap\n\ndef test_gap():\n    assert gap(3, 2)[0] == 1\n"
    (tmp_path / "tests" / "test_gap.py").write_text(test)
    (tmp_path / "tests" / "test_else.py").write_text("def test_else():\n    pass\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\npythonpath = .\n")
    monkeypatch.setattr(mutants, "ROOT", tmp_path)
    return tmp_path


def test_a_mutant_is_caught_where_a_test_sees_it_and_no_file_changes(small):
    text = (small / "rbm" / "gap.py").read_text()
    seen, unseen = edits.mutants(small, "rbm/gap.py")
    assert (seen.name, unseen.name) == ("a - b -> a + b (1)", "a + b -> a - b (1)")
    (test,) = trial.tests_of(small, small / "rbm" / "gap.py")
    assert trial.failure(small, test, 60) == ""
    assert trial.failure(small, test, 60, seen) == "tests/test_gap.py::test_gap"
    assert trial.failure(small, test, 60, unseen) == ""
    assert (small / "rbm" / "gap.py").read_text() == text


def test_tests_that_fail_without_a_mutant_are_refused(small):
    (small / "tests" / "test_gap.py").write_text("def test_gap():\n    assert False\n")
    with pytest.raises(RunError, match="test_gap fails as things are"):
        mutants.seconds_of("tests/test_gap.py")


def test_every_module_of_the_models_has_mutants_in_the_sample_and_tests_that_could_notice():
    changes = set()
    for path in mutants.modules():
        every = list(edits.mutants(ROOT, path))
        chosen = edits.sample(every, 0.2, 0)
        assert len({m.name for m in every}) == len(every)
        assert bool(chosen) == bool(every), path
        assert set(chosen) <= set(edits.sample(every, 0.5, 0))
        assert trial.tests_of(ROOT, ROOT / path), path
        if any(reason.startswith(f"{path}: ") for reason in mutants.REASONS):
            all_of_them = edits.mutants(ROOT, path, edits.all_variants)
            changes |= {f"{path}: {m.change}" for m in all_of_them}
    assert changes >= set(mutants.REASONS)


def test_checks_and_laws_are_tried_on_the_modules_of_the_functions_that_they_name():
    for path in {ROOT.joinpath(*c.function.split(".")[:-1]).with_suffix(".py") for c in CHECKS}:
        tried = {test.name for test in trial.tests_of(ROOT, path)}
        assert {"test_checks.py", "test_laws.py"} <= tried, path


def test_the_grader_judges_a_mutant_by_the_checks_that_can_see_it():
    def checked(path, change):
        (mutant,) = (m for m in edits.mutants(ROOT, path) if m.name == change)
        return mutant, {check.function for check in handed_in.concerned(mutant)}

    mutant, functions = checked("autograd_lite/ops.py", "np.maximum(x, 0) -> np.maximum(0, x) (1)")
    assert functions == {"autograd_lite.ops.relu"}
    assert handed_in.mutant_verdict(mutant.path, mutant.name) == ""
    shifted = "(outputs - 1) * s + k - n -> (outputs - 1) * s + k + n (1)"
    mutant, functions = checked("autograd_lite/conv.py", shifted)
    assert {"autograd_lite.conv.patches", "autograd_lite.conv.conv2d"} <= functions
    assert handed_in.mutant_verdict(mutant.path, mutant.name) == "wrong ad.32"


def test_a_slip_that_is_handed_in_comes_back_with_its_hint():
    (slip,) = (s for s in graded_mutants.SLIPS if s.name == "kl-without-half")
    found = handed_in.slip_verdict(slip.name)
    assert found["verdict"] == "wrong" and slip.hint in found["hint"]
    said = [found if s == slip else {"verdict": "pass", "hint": ""} for s in graded_mutants.SLIPS]
    row = graded_mutants.slips_of("vae", said)
    assert row["caught"] == 1 and len(row["without their hint"]) == row["slips"] - 1


def test_the_grader_lets_pass_what_has_a_reason_and_has_a_hint_for_every_slip():
    numbers = record.read("graded_mutants", "benchmarks").numbers
    rows = numbers["packages"]
    harmful = sum(row["tried"] - row["harmless"] for row in rows)
    assert sum(row["caught"] for row in rows) >= 0.99 * harmful > 1000
    assert all(found["reason"] for found in numbers["survivors"])
    assert not any(row["without their hint"] for row in numbers["slips"])


def test_false_alarms_cover_every_check_and_tell_a_wrong_answer(monkeypatch):
    monkeypatch.setattr(false_alarms, "compute", lambda parts: [p.arguments[0] for p in parts])
    assert false_alarms.measure() == [check.equation for check in CHECKS]
    (check,) = (c for c in CHECKS if c.function == "vae.elbo.kl_diag_gaussian")
    row = false_alarms.verdicts(check.equation, [7])
    assert row["runs"] == 2 and not row["false alarms"]
    wrong = {"kl_diag_gaussian": [lambda mu, logvar: mu.sum(axis=1)]}
    monkeypatch.setattr(false_alarms, "ALTERNATIVES", wrong)
    assert len(false_alarms.verdicts(check.equation, [7])["false alarms"]) == 1


def test_a_missing_peer_is_reported_and_the_others_are_timed(tmp_path):
    found = rounds.in_turn(["vae-2"], 2, 0.01, 1, str(tmp_path / "python"))["vae-2"]
    assert found["JAX"] == {"missing": f"no Python with the peers at {tmp_path / 'python'}"}
    assert found["ours"]["ours / theirs"] == 1 and found["floor"]["from to"][0] > 0
    assert sum(found["ours"]["where"].values()) == pytest.approx(1)
    numbers = {"cases": {"vae-2": found}}
    assert all(f"Missing: {who}: no Python" in speed.beside(numbers) for who in rounds.PEERS[:3])
    assert speed.where(numbers).count("\n") == 2
    (axes,) = speed.ratios(numbers["cases"], {"vae-2": "VAE"}).axes
    assert len(axes.lines) == 3  # the floor, how far it strays, and the line at 1


def test_a_worker_says_why_it_cannot_and_goes_on(tmp_path):
    peer = rounds.Worker("PyTorch", sys.executable, 1)  # which has no PyTorch
    assert "No module named" in peer.ask("build vae-2")["missing"]
    peer.end()
    lost = rounds.Worker("nobody", sys.executable, 1)
    assert lost.ask("build vae-2") == {"missing": "KeyError: 'nobody'"} and lost.process is None


def test_what_computes_something_else_is_refused():
    case = cases.CASES["vae-2"]
    mine = cases.ours(case)

    def given(state, x, noise, scale=1.0):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(cases.vae, "noise", lambda *_: scale * noise[0])
            return mine.step(state, x)

    assert worker.exact(case, mine._replace(given=given)) == 0
    wrong = mine._replace(given=partial(given, scale=1.1))
    assert worker.exact(case, wrong) > 10 * worker.ALLOWED["of the update"]
    case = cases.CASES["cd-1-500"]._replace(settings=cases.machine(20))
    mine = cases.ours(case)
    turns = count(100)
    again = mine._replace(start=lambda: mine.start()._replace(step=next(turns)))
    assert 0.8 < worker.on_average(case, again) < worker.ALLOWED["standard errors"]
    faster = cases.ours(case._replace(settings=replace(case.settings, learning_rate=0.12)))
    again = faster._replace(start=lambda: faster.start()._replace(step=next(turns)))
    assert worker.on_average(case, again) > 1.2 * worker.ALLOWED["standard errors"]


def test_a_breakdown_tells_products_from_other_work():
    a, b = np.ones((300, 300)), np.ones(200_000)
    assert breakdown.breakdown(lambda: np.matmul(a, a), 0.3).get(breakdown.PRODUCTS, 0) > 0.8
    found = breakdown.breakdown(lambda: (np.tanh(b), b < 1), 0.3)
    assert found[breakdown.ACTIVATIONS] > 0.6 and found[breakdown.COMPARED] > 0
