"""Every check on the reference, on every slip of its equation, and on other right versions."""

import numpy as np
import pytest

from autograd_lite.tree import leaves, tree_map
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


# Right answers written differently: none may be refused.


def _kl_by_sigma(mu, logvar):
    sigma = np.sqrt(np.exp(logvar))
    return np.sum(0.5 * sigma**2 + 0.5 * mu**2 - 0.5 - np.log(sigma), axis=1)


def _free_energy_by_units(v, W, b, c):
    total = -(b * v).sum(axis=1)
    for j in range(len(c)):
        total = total - np.logaddexp(0, c[j] + v @ W[:, j])
    return total


def _sigmoid_in_two_branches(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


def _bernoulli_by_binomial(rng, probs):
    return rng.binomial(1, probs).astype(float)


def _bernoulli_row_by_row(rng, probs):
    return np.stack([(1 - rng.random(row.shape) <= row) * 1.0 for row in probs])


def _gradient_by_einsum(v, W, c):
    h = 1 / (1 + np.exp(-(np.einsum("bi,ij->bj", v, W) + c)))
    return np.einsum("bi,bj->ij", v, h) / len(v), np.mean(v, 0), np.mean(h, 0)


def _bernoulli_nll_by_cases(logits, x):
    return (np.maximum(logits, 0) - logits * x + np.log1p(np.exp(-np.abs(logits)))).sum(-1)


def _pseudo_by_free_energies(v, W, b, c):
    total = 0.0
    for i in range(v.shape[1]):
        flipped = v.copy()
        flipped[:, i] = 1 - flipped[:, i]
        gap = _free_energy_by_units(flipped, W, b, c) - _free_energy_by_units(v, W, b, c)
        total = total - np.logaddexp(0, -gap)
    return total


def _gibbs_one_chain_at_a_time(rng, v, W, b, c, steps, known=None):
    v = v.copy()
    keep = np.zeros(v.shape, bool) if known is None else known
    for _ in range(steps):
        h = rng.binomial(1, 0.5 + 0.5 * np.tanh((v @ W + c) / 2))
        fresh = rng.binomial(1, 0.5 + 0.5 * np.tanh((h @ W.T + b) / 2)).astype(float)
        v[~keep] = fresh[~keep]
    return v


def _inpaint_from_data_bias(rng, v, known, W, b, c, burn_in=100, average=100):
    v = np.where(known, v, _sigmoid_in_two_branches(b) > 0.5) * 1.0
    total = np.zeros_like(v)
    for t in range(burn_in + average):
        h = rng.binomial(1, _sigmoid_in_two_branches(v @ W + c))
        p = _sigmoid_in_two_branches(h @ W.T + b)
        v = np.where(known, v, rng.binomial(1, p)) * 1.0
        total += p * (t >= burn_in)
    return np.where(known, v, total / average)


WHEATS = {
    "kl_diag_gaussian": [_kl_by_sigma],
    "free_energy": [_free_energy_by_units],
    "sigmoid": [_sigmoid_in_two_branches],
    "bernoulli": [_bernoulli_by_binomial, _bernoulli_row_by_row],
    "statistics": [_gradient_by_einsum],
    "bernoulli_nll": [_bernoulli_nll_by_cases],
    "log_pseudo_likelihood": [_pseudo_by_free_energies],
    "gibbs": [_gibbs_one_chain_at_a_time],
    "inpaint": [_inpaint_from_data_bias],
}


@pytest.mark.parametrize(
    "name, version", [(name, f) for name, versions in WHEATS.items() for f in versions]
)
def test_other_right_versions_pass(name, version):
    check = check_of(name)
    _, module = resolve(check.function)
    outcome = run(check, version, module)
    assert outcome.passed, outcome


@pytest.mark.parametrize("stub", [np.zeros_like, lambda x: x[::-1].copy(), lambda x: x + 1e-10])
@pytest.mark.parametrize("check", EXACT, ids=EXACT_NAMES)
def test_stubs_of_the_right_shape_are_refused(check, stub):
    function, module = resolve(check.function)
    inputs = draw_cases(check)
    outputs = [
        tuple(stub(np.asarray(x)) if np.ndim(x) else x for x in call(function, case, module))
        for case in inputs
    ]
    assert not judge(check, inputs, outputs).passed


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
