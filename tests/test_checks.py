"""Every check on the reference, on every slip of its equation, and on other right versions."""

import numpy as np
import pytest

from autograd_lite.tree import leaves, tree_map
from grading.alternatives import ALTERNATIVES
from grading.check import Check, call, draw_cases, judge, resolve, run
from grading.checks import CHECKS
from grading.slip import Slip, StaleSlipError, checks_of, planted, verdict
from grading.slips import SLIPS

NAMES = [f"{c.equation}-{c.function.rsplit('.', 1)[1]}" for c in CHECKS]
EXACT = [c for c in CHECKS if c.tolerance < 1]
EXACT_NAMES = [f"{c.equation}-{c.function.rsplit('.', 1)[1]}" for c in EXACT]


def check_of(function: str) -> Check:
    return next(c for c in CHECKS if c.function.endswith("." + function))


@pytest.mark.parametrize("check", CHECKS, ids=NAMES)
@pytest.mark.parametrize("seed", [0, 1])
def test_the_reference_passes(check, seed):
    outcome = run(check, *resolve(check.function), seed)
    assert outcome.passed, outcome


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.name)
def test_every_slip_is_caught_by_its_values(slip):
    (check,) = checks_of(slip, CHECKS)
    outcome = verdict(slip, CHECKS)
    # Three times the tolerance: a statistical check then catches it again with other draws, since
    # either run strays from its expectation by more than one bound with probability 1e-8 only.
    assert not outcome.passed and np.isfinite(outcome.error), outcome
    assert outcome.error >= 3 * check.tolerance


def test_every_check_has_a_slip_and_names_are_unique():
    checked = {(c.equation, c.function) for c in CHECKS}
    assert checked == {(s.equation, s.function) for s in SLIPS}
    assert len({s.name for s in SLIPS}) == len(SLIPS)
    assert len({c.equation for c in CHECKS}) == len(CHECKS)


def test_a_slip_whose_text_is_gone_says_so():
    slip = Slip("gone", "vae.8", "vae.elbo.kl_diag_gaussian", "no such text", "", "")
    with pytest.raises(StaleSlipError, match="occurs 0 times"):
        planted(slip)


@pytest.mark.parametrize("check", EXACT, ids=EXACT_NAMES)
def test_float32_stays_float32_and_close_to_float64(check):
    function, module = resolve(check.function)

    def narrow(x):
        return x.astype(np.float32) if getattr(x, "dtype", None) == np.float64 else x

    def widen(x):
        return x.astype(np.float64) if getattr(x, "dtype", None) == np.float32 else x

    for inputs in draw_cases(check, count=5):
        low = tuple(tree_map(narrow, x) if isinstance(x, tuple) else narrow(x) for x in inputs)
        high = tuple(tree_map(widen, x) if isinstance(x, tuple) else widen(x) for x in low)
        pairs = zip(call(function, low, module), call(function, high, module), strict=True)
        for a, b in pairs:
            if isinstance(b, int):
                assert a == b
                continue
            assert a.dtype == np.float32
            size = np.maximum(np.abs(b), max(1, np.abs(b).max() / 10))
            assert np.max(np.abs(a - b) / size) < 3e-5


@pytest.mark.parametrize(
    "name, version", [(name, f) for name, versions in ALTERNATIVES.items() for f in versions]
)
def test_other_right_versions_pass(name, version):
    check = check_of(name)
    _, module = resolve(check.function)
    outcome = run(check, version, module)
    assert outcome.passed, outcome


# Outputs of the right shape and scale that somebody might hand in for the answer.
STUBS = {
    "zeros": lambda x, tolerance: np.zeros_like(x),
    "rows in another order": lambda x, tolerance: x[::-1].copy() if x.ndim else 1.01 * x,
    "off by ten tolerances": lambda x, tolerance: x + 10 * tolerance * np.maximum(np.abs(x), 1),
}
RANDOM_STUBS = {
    "zeros": np.zeros_like,
    "ones": np.ones_like,
    "a half": lambda x: np.full_like(x, 0.5),
    "units in another order": lambda x: np.roll(x, 1, axis=-1) if x.ndim > 1 else 1.01 * x,
    "the same row for all": lambda x: np.broadcast_to(x[:1], x.shape).copy(),
}


def refused(check, stub):
    function, module = resolve(check.function)
    inputs = draw_cases(check)
    outputs = [
        tuple(stub(x) if x.dtype.kind == "f" else x for x in map(np.asarray, found))
        for found in (call(function, case, module) for case in inputs)
    ]
    return not judge(check, inputs, outputs).passed


@pytest.mark.parametrize("stub", STUBS)
@pytest.mark.parametrize("check", EXACT, ids=EXACT_NAMES)
def test_stubs_of_the_right_shape_are_refused(check, stub):
    assert refused(check, lambda x: STUBS[stub](x, check.tolerance))


@pytest.mark.parametrize("stub", RANDOM_STUBS)
@pytest.mark.parametrize("check", [c for c in CHECKS if c not in EXACT], ids=lambda c: c.equation)
def test_stubs_of_random_functions_are_refused(check, stub):
    if stub == "units in another order" and check.equation in ("gan.16", "ad.22"):
        return  # dropped units, or uniform weights, in another order are as good: no stub
    assert refused(check, RANDOM_STUBS[stub])


def test_lists_of_outputs_are_judged_by_form():
    check = check_of("affine_vjp_Wb")
    inputs = draw_cases(check)
    one = [(np.zeros((4, 3)),)] * len(inputs)
    assert "returned 1 arrays, expected 2" in judge(check, inputs, one).why
    outputs = [call(*resolve(check.function)[:1], case, None) for case in inputs]
    nan = [tuple(np.full_like(x, np.nan) for x in leaves(case)) for case in outputs]
    assert "not finite" in judge(check, inputs, nan).why
    low = [tuple(x.astype(np.float32) for x in case) for case in outputs]
    assert "returned float32" in judge(check, inputs, low).why
