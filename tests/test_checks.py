"""Every check on the reference, on every slip of its equation, and on other right versions."""

from itertools import combinations

import numpy as np
import pytest

import gan.losses
import gan.mlp
from autograd_lite import losses, optim
from autograd_lite.tree import leaves, tree_map
from grading.alternatives import ALTERNATIVES
from grading.check import Seed, draw_cases, kinds
from grading.checks import CHECKS
from grading.judge import call, judge, resolve, run
from grading.reports.counterexample import of_case
from grading.show import same
from grading.slip import Slip, StaleSlipError, checks_of, planted, verdict
from grading.slips import SLIPS
from rbm.inpaint import inpaint
from vae.objective import gradient


def name_of(check):
    return f"{check.equation}-{check.function.rsplit('.', 1)[1]}"


def check_of(function):
    return next(c for c in CHECKS if c.function.endswith("." + function))


@pytest.mark.parametrize("check", CHECKS, ids=name_of)
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


@pytest.mark.parametrize("check", CHECKS, ids=name_of)
def test_no_two_slips_give_the_same_arrays_and_so_each_has_its_own_hint(check):
    wrong = {slip.name: planted(slip) for slip in SLIPS if checks_of(slip, [check])}
    alike = list(combinations(wrong, 2))
    for inputs in draw_cases(check):
        if alike:
            with np.errstate(all="ignore"):
                found = {name: call(f, inputs, module) for name, (f, module) in wrong.items()}
        alike = [(a, b) for a, b in alike if same(found[a], found[b])]
    assert not alike


def test_every_check_has_a_slip_and_names_are_unique():
    checked = {(c.equation, c.function) for c in CHECKS}
    assert checked == {(s.equation, s.function) for s in SLIPS}
    assert len({s.name for s in SLIPS}) == len(SLIPS)
    assert len({c.equation for c in CHECKS}) == len(CHECKS)


def test_a_slip_whose_text_is_gone_says_so():
    slip = Slip("gone", "vae.8", "vae.elbo.kl_diag_gaussian", "no such text", "", "")
    with pytest.raises(StaleSlipError, match="occurs 0 times"):
        planted(slip)


def overwrites(f, *inputs):
    result = tree_map(np.array, f(*inputs))
    next(x for x in leaves(inputs) if isinstance(x, np.ndarray) and x.dtype.kind == "f")[:] = 7
    return result


def in_float64(f, *inputs):
    return tree_map(lambda x: np.float64(x) if np.asarray(x).dtype.kind == "f" else x, f(*inputs))


# For every function: what becomes of it, and what is said then.
FLOAT64 = "float64 whatever comes in"
DEFORMED = {
    "overwrites its input": (overwrites, "overwrites argument"),
    FLOAT64: (in_float64, "returned float64"),
    "a tuple of one": (lambda f, *inputs: (f(*inputs),), "it returned ("),
    "one array too many": (lambda f, *inputs: (f(*inputs), np.ones(3)), "it returned ("),
}
NO_ARRAYS = ("gan.17", "ad.24", "gan.16")  # functions of sizes, or whose masks may be numbers
ONE_NUMBER = ("rbm.30", "rbm.32", "rbm.38", "rbm.39", "rbm.40", "vae.52")  # Python floats pass


@pytest.mark.parametrize("deformed", DEFORMED)
@pytest.mark.parametrize("check", CHECKS, ids=name_of)
def test_a_deformed_answer_is_refused_in_words(check, deformed):
    if check.equation in NO_ARRAYS or (check.equation in ONE_NUMBER and deformed == FLOAT64):
        return
    (wrong, words), (function, module) = DEFORMED[deformed], resolve(check.function)
    outcome = run(check, lambda *inputs: wrong(function, *inputs), module, count=1)
    assert not outcome.passed and words in outcome.why, outcome


SEEDED = [c for c in CHECKS if any(isinstance(x, Seed) for x in draw_cases(c, count=1)[0])]


@pytest.mark.parametrize("check", SEEDED, ids=lambda c: c.equation)
def test_random_numbers_come_from_the_generator_that_is_given(check):
    function, module = resolve(check.function)
    fixed = run(check, lambda rng, *a: function(np.random.default_rng(3), *a), module)
    unseeded = run(check, lambda rng, *a: function(np.random.default_rng(), *a), module)
    assert not fixed.passed and "the same with two seeds" in fixed.why
    assert not unseeded.passed and "when the same seed came again" in unseeded.why


def log_of_one_plus_exp(v, W, b, c):
    return -(v @ b) - np.log(1 + np.exp(v @ W + c)).sum(axis=-1)


def log_of_product(v, W, b, c):
    a = v @ W + c
    factors = 1 + np.exp(-np.abs(a))
    return -(v @ b) - np.maximum(a, 0).sum(axis=-1) - np.log(np.prod(factors, axis=-1))


def squeezed(name):
    return lambda *inputs: tree_map(np.squeeze, resolve(check_of(name).function)[0](*inputs))


def of_several_rows(rng, batch, params, rate):
    return gan.mlp.dropout(rng, batch, params, rate if batch > 1 else 0.0)


def of_masks(x, masks, params):
    return gan.mlp.forward(x, [m.reshape(len(x), -1) for m in masks], params)


WRONG = [
    ("energy", squeezed("energy")),
    ("mlp.forward", squeezed("mlp.forward")),
    ("mlp.forward", of_masks),
    ("mlp.dropout", of_several_rows),
    ("free_energy", log_of_one_plus_exp),
    ("free_energy", log_of_product),
    (
        "inpaint",
        lambda rng, v, known, W, b, c, *n: inpaint(rng, v, known, W, b, c, *(n or (100, 20))),
    ),
    ("leaky_relu", lambda x, slope=0.1: np.where(x > 0, x, x * slope)),
    ("discriminator_loss", lambda a, b, label=0.9: gan.losses.discriminator_loss(a, b, label)),
    ("adam_step", lambda p, s, g, rate=1e-2, *a: optim.adam_step(p, s, g, rate, *a)),
    ("momentum_step", lambda p, u, g, r, m: (p + m * u - r * g, m * u - r * g)),
    ("categorical_nll", lambda a, y: losses.categorical_nll(a.reshape(len(y), -1), y)),
    ("objective.gradient", lambda x, e, n, k, beta=2.0, s=None: gradient(x, e, n, k, beta, s)),
]


@pytest.mark.parametrize("name, version", WRONG, ids=lambda x: x if isinstance(x, str) else "")
def test_what_fails_outside_usual_cases_is_refused(name, version):
    check = check_of(name)
    assert not run(check, version, resolve(check.function)[1]).passed


def test_what_is_off_in_float32_alone_says_so():
    def rough(x):
        return resolve("autograd_lite.ops.sigmoid")[0](x) + 1e-3 * (x.dtype == np.float32)

    outcome = run(check_of("sigmoid"), lambda x: rough(x).astype(x.dtype), None)
    assert not outcome.passed and outcome.why == "its values are wrong, but only in float32"


# What is said of the smallest case of a wrong version: of all cases, and of wrong arrays together.
TOLD = [
    ("discriminator_loss_vjp", lambda a, b: (b, a), "; [0] and [1] are exchanged"),
    ("rbm.gradient.statistics", lambda W, b, c: (W / 5, b, c), "is expected (there are 5 rows)"),
    ("rbm.gradient.statistics", lambda W, b, c: (W, 2 * b, c * (c.size < 2)), "; right: W"),
]  # fmt: skip


@pytest.mark.parametrize("name, deform, words", TOLD)
def test_what_wrong_arrays_have_alike_is_said(name, deform, words):
    check = next(c for c in CHECKS if c.function.endswith(name))
    function, module = resolve(check.function)
    inputs = draw_cases(check)
    outputs = [tuple(deform(*call(function, x, module))) for x in inputs]
    cases = list(zip(inputs, outputs, strict=True))
    small = min(range(5), key=lambda i: sum(map(np.size, inputs[i])))  # in which c is right
    said = of_case(check, *cases[small if "right" in words else 0], cases).words
    assert words in said


@pytest.mark.parametrize("name", ["energy", "mlp.backward", "bernoulli"])
def test_the_smallest_case_is_an_ordinary_one_where_ordinary_ones_are_wrong(name):
    check = check_of(name)
    function, module = resolve(check.function)
    outcome = run(check, lambda *x: tree_map(lambda y: 1 - y, function(*x)), module)
    assert kinds(check, len(draw_cases(check)))[outcome.case] == "ordinary"


def test_what_a_random_function_has_wrong_is_said_in_numbers():
    check = check_of("mlp.dropout")
    masks = lambda *x: tuple(np.minimum(m, 1) for m in gan.mlp.dropout(*x))  # noqa: E731
    why = run(check, masks, gan.mlp).why
    assert why.startswith("the mask of a unit that is kept is 1, expected ")


def listed(tree):
    return [listed(x) for x in tree] if isinstance(tree, tuple) else tree


def big_endian(x):
    return np.asarray(x).astype(np.asarray(x).dtype.newbyteorder(">"))


@pytest.mark.parametrize("check", CHECKS, ids=name_of)
def test_lists_for_tuples_and_other_byte_orders_pass(check):
    function, module = resolve(check.function)

    def version(*inputs):
        return listed(tree_map(big_endian, function(*inputs)))

    outcome = run(check, version, module, count=1)
    assert outcome.passed, outcome


LISTS = {"mlp.forward": listed, "mlp.dropout": listed, "image_gradient": listed, "prob_h": list}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_may_be_empty_or_of_the_rows_of_an_array(name):
    function, module = resolve(check_of(name).function)
    assert run(check_of(name), lambda *x: LISTS[name](function(*x)), module).passed


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
    "zeros": STUBS["zeros"],
    "ones": lambda x, _: np.ones_like(x),
    "a half": lambda x, _: np.full_like(x, 0.5),
    "units in another order": lambda x, _: np.roll(x, 1, axis=-1) if x.ndim > 1 else 1.01 * x,
    "the same row for all": lambda x, _: np.resize(x[:1], x.shape) if x.ndim else 1.01 * x,
}
STUBBED = [(c, name) for c in CHECKS for name in (STUBS if c.tolerance < 1 else RANDOM_STUBS)]


@pytest.mark.parametrize("check, stub", STUBBED, ids=lambda x: getattr(x, "equation", x))
def test_stubs_of_the_right_shape_are_refused(check, stub):
    if stub == "units in another order" and check.equation in ("gan.16", "ad.24"):
        return  # dropped units, or uniform weights, in another order are as good: no stub

    def stubbed(x):
        return (STUBS | RANDOM_STUBS)[stub](x, check.tolerance) if x.dtype.kind == "f" else x

    function, module = resolve(check.function)
    inputs = draw_cases(check)
    found = [map(np.asarray, call(function, case, module)) for case in inputs]
    assert not judge(check, inputs, [tuple(map(stubbed, arrays)) for arrays in found]).passed


def test_arrays_without_a_form_are_counted():
    check = check_of("affine_vjp_Wb")
    inputs = draw_cases(check)
    outputs = [(np.zeros((4, 3)),)] * len(inputs)
    assert "returned 1 arrays, expected 2" in judge(check, inputs, outputs).why
