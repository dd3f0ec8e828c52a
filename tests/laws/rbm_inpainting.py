"""Laws of missing pixels: sums over their values, conditionals, and the chains that draw them."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grading.oracles import enumeration
from tests.laws.draws import bits, close, cut, numbers, seeds, states
from tests.laws.law import law
from tests.laws.rbm import FREE, log_sum, machine, pairs
from tests.laws.rbm_sampling import EXAMPLES, chains

MARGINAL, CONDITIONAL = "rbm.exact.log_marginal", "rbm.exact.conditional"
INPAINT = "rbm.inpaint.inpaint"


def every_mask(machine):
    """All images and all masks, each image under each mask: (4^D, D) twice."""
    v = states(len(machine[1]))
    return np.repeat(v, len(v), axis=0), np.tile(v, (len(v), 1)) == 1


def fix(v, known, i, value):
    """The same images and masks with pixel i given, and of this value."""
    one = np.arange(v.shape[1]) == i
    return np.where(one, value, v), known | one


@law("rbm.3 rbm.48", MARGINAL, FREE, machine=machine)
def a_sum_over_no_pixel_is_minus_the_free_energy_and_over_all_pixels_log_z(
    log_marginal, free_energy, machine
):
    v, *_ = pairs(machine)
    F, all_given = free_energy(v, *machine), np.ones_like(v) == 1
    assert close(log_marginal(v, all_given, *machine), -F, 1e-13)
    assert close(log_marginal(v, ~all_given, *machine), np.full(len(v), log_sum(-F)), 1e-13)


@law("rbm.48", MARGINAL, machine=machine, i=st.integers(0, 3))
def giving_a_pixel_each_of_its_values_splits_the_sum_in_two(log_marginal, machine, i):
    v, known = every_mask(machine)
    missing = ~known[:, i % v.shape[1]]
    v, known = v[missing], known[missing]
    dark, ink = (log_marginal(*fix(v, known, i % v.shape[1], x), *machine) for x in (0.0, 1.0))
    assert close(log_marginal(v, known, *machine), np.logaddexp(dark, ink), 1e-13)


@law("rbm.48", MARGINAL, chain=chains(machine), heat=numbers(0, 100))
def the_largest_term_and_the_number_of_terms_enclose_the_sum(log_marginal, chain, heat):
    machine, v, known = chain
    W, b, c = (10**heat * part for part in machine)
    found = log_marginal(v, known, W, b, c)
    every, h, *_ = pairs(machine)
    images = np.where(known[:, None], v[:, None], every)  # for each of v all that agree with it
    exponents = (images @ b)[..., None] + images @ W @ h.T + h @ c
    highest = exponents.max(axis=(1, 2))
    slack = 1e-12 * (1 + abs(highest))
    assert np.all(found >= highest - slack)
    assert np.all(found <= highest + np.log(2) * (h.shape[1] + (~known).sum(axis=1)) + slack)


@law("rbm.45 rbm.48 rbm.49", CONDITIONAL, MARGINAL, machine=machine)
def a_conditional_is_the_ratio_of_two_sums(conditional, log_marginal, machine):
    v, known = every_mask(machine)
    found, total = conditional(v, known, *machine), log_marginal(v, known, *machine)
    for i in range(v.shape[1]):
        ratio = np.exp(log_marginal(*fix(v, known, i, 1.0), *machine) - total)
        assert close(found[:, i], np.where(known[:, i], v[:, i], ratio), 1e-12)


@law("rbm.45 rbm.49", CONDITIONAL, machine=machine, i=st.integers(0, 3))
def a_conditional_is_the_mean_of_those_that_are_told_one_pixel_more(conditional, machine, i):
    v, known = every_mask(machine)
    i = i % v.shape[1]
    before = conditional(v, known, *machine)
    dark, ink = (conditional(*fix(v, known, i, x), *machine) for x in (0.0, 1.0))
    mean = before[:, [i]] * ink + (1 - before[:, [i]]) * dark
    assert close(before, mean, 1e-11)


@law("rbm.49", CONDITIONAL, machine=machine, i=st.integers(0, 3))
def renaming_the_values_of_a_pixel_renames_its_conditional(conditional, machine, i):
    (W, b, c), (v, known) = machine, every_mask(machine)
    other = np.arange(len(b)) == i % len(b)
    sign = np.where(other, -1.0, 1.0)
    renamed = sign[:, None] * W, sign * b, c + W[i % len(b)]
    found = conditional(np.where(other, 1 - v, v), known, *renamed)
    assert close(np.where(other, 1 - found, found), conditional(v, known, W, b, c), 1e-12)


@law("rbm.50", CONDITIONAL, FREE, machine=machine, rate=numbers(0.05, 0.95))
def a_known_erasure_rate_of_ink_is_added_to_the_biases_as_its_logarithm(
    conditional, free_energy, machine, rate
):
    (W, b, c), (v, *_) = machine, pairs(machine)
    found = conditional(v, v == 1, W, b + np.log(rate), c)
    for damaged, probs in zip(v, found, strict=True):
        lost = (v - damaged).sum(axis=1)
        log_w = np.where((v >= damaged).all(axis=1), lost * np.log(rate), -np.inf)
        log_w = log_w - free_energy(v, W, b, c)
        assert close(probs, np.exp(log_w - log_sum(log_w)) @ v, 1e-12)


short = st.integers(0, 3)


@law("rbm.46", INPAINT, chain=chains(machine), burn_in=short, seed=seeds)
def inpainting_leaves_given_pixels_and_says_probabilities_of_the_others(
    inpaint, chain, burn_in, seed
):
    machine, v, known = chain
    found = inpaint(np.random.default_rng(seed), v, known, *machine, burn_in, 2)
    assert np.array_equal(found[known], v[known]) and found.min() >= 0 and found.max() <= 1


@law("rbm.46", INPAINT, chain=chains(machine), burn_in=short, seed=seeds)
def without_weights_inpainting_is_exact_from_the_first_sweep(inpaint, chain, burn_in, seed):
    (W, b, c), v, known = chain
    found = inpaint(np.random.default_rng(seed), v, known, 0 * W, b, c, burn_in, 1)
    assert close(found, np.where(known, v, 1 / (1 + np.exp(-b))), 1e-14)


@st.composite
def damaged(draw):
    """A machine, one image of 3 pixels and which of them are given."""
    return draw(cut((3, 2), (3,), (2,), low=4.0)), draw(bits(3)), draw(hnp.arrays(bool, 3))


@law("rbm.8 rbm.46", INPAINT, damaged=damaged(), burn_in=short, average=st.integers(1, 2),
     seed=seeds)  # fmt: skip
def inpainting_is_in_the_mean_what_the_clamped_kernel_makes_of_coin_flips(
    inpaint, damaged, burn_in, average, seed
):
    machine, image, known = damaged
    v, rows = states(3), 4000
    p = (v[:, known] == image[known]).all(axis=1) / 2 ** (~known).sum()
    T, expected = enumeration.kernel(*machine, known), np.zeros(3)
    p = p @ np.linalg.matrix_power(T, burn_in)
    for _ in range(average):
        p = p @ T
        expected += p @ v / average
    many, masks = np.tile(image, (rows, 1)), np.tile(known, (rows, 1))
    rng = np.random.default_rng(seed)
    found = inpaint(rng, many, masks, *machine, burn_in, average).mean(axis=0)
    # A mean of probabilities varies no more than a draw.
    far = enumeration.bound(expected * (1 - expected), 1.0, rows, 3 * EXAMPLES)
    assert np.all(abs(found - expected) <= far)
