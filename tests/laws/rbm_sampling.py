"""Laws of sampling: Bernoulli draws, and the Gibbs chain, free or with given pixels."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grading.oracles import enumeration
from tests.laws.draws import arrays, bits, close, cut, seeds, states, whole
from tests.laws.law import law
from tests.laws.rbm import FREE, PROB_H, PROB_V, chance, log_sum, machine, pairs, sweep

G = "rbm.gibbs."
BERNOULLI, GIBBS = G + "bernoulli", G + "gibbs"
ROWS = 8000  # chains side by side
EXAMPLES = 50  # a false alarm is rarer than enumeration.FALSE_ALARM in all of them together
sweeps = st.integers(0, 3)


@st.composite
def chains(draw, drawn, rows=3):
    """A machine, binary images v (B, D) and which of their pixels are given."""
    machine = draw(drawn)
    shape = draw(st.integers(1, rows)), len(machine[1])
    return machine, draw(bits(shape)), draw(hnp.arrays(bool, shape))


@law("rbm.9", PROB_H, PROB_V, FREE, machine=machine)
def a_sweep_is_in_detailed_balance_with_the_model(prob_h, prob_v, free_energy, machine):
    v, *_ = pairs(machine)
    log_p = -free_energy(v, *machine)
    p, T = np.exp(log_p - log_sum(log_p)), sweep(prob_h, prob_v, machine)
    flow = p[:, None] * T
    assert close(T.sum(axis=1), np.ones(len(v)), 1e-13)
    assert close(flow, flow.T, 1e-13) and close(p @ T, p, 1e-13)


@law("rbm.9 rbm.10", PROB_H, PROB_V, machine=machine)
def no_eigenvalue_of_a_sweep_is_negative(prob_h, prob_v, machine):
    values = np.linalg.eigvals(sweep(prob_h, prob_v, machine))
    assert abs(values.imag).max() < 1e-6 and values.real.min() > -1e-6


@law("rbm.7", BERNOULLI, probs=st.tuples(arrays((3, 4), 0, 1), arrays((3, 4), 0, 1)), seed=seeds)
def with_the_same_noise_a_larger_probability_turns_more_units_on(bernoulli, probs, seed):
    lower, higher = np.minimum(*probs), np.maximum(*probs)
    few, many = (bernoulli(np.random.default_rng(seed), p) for p in (lower, higher))
    assert np.all(few <= many) and np.isin(few, (0, 1)).all()
    assert not few[lower == 0].any() and few[lower == 1].all()


@law("rbm.7", BERNOULLI, probs=st.integers(1, 3).flatmap(lambda n: arrays(n, 0, 1)), seed=seeds)
def draws_are_independent_between_rows_and_between_units(bernoulli, probs, seed):
    rows = bernoulli(np.random.default_rng(seed), np.tile(probs, (ROWS, 1)))
    expected = chance(probs[None], states(len(probs)))[0]
    assert enumeration.frequency_error(rows, expected, EXAMPLES * len(expected)) < 1


@law("rbm.8", GIBBS, chain=chains(machine), first=sweeps, then=sweeps, seed=seeds)
def a_chain_that_pauses_goes_on_as_if_it_had_not(gibbs, chain, first, then, seed):
    machine, v, known = chain
    whole = gibbs(np.random.default_rng(seed), v, *machine, first + then, known)
    rng = np.random.default_rng(seed)
    half = gibbs(rng, v, *machine, first, known)
    assert np.array_equal(gibbs(rng, half, *machine, then, known), whole)


@law("rbm.8", GIBBS, chain=chains(machine), sweeps=sweeps, seed=seeds)
def no_given_pixel_ever_moves_and_where_none_is_given_the_chain_is_free(gibbs, chain, sweeps, seed):
    machine, v, known = chain
    end = gibbs(np.random.default_rng(seed), v, *machine, sweeps, known)
    assert np.array_equal(end[known], v[known]) and np.isin(end, (0, 1)).all()
    free = gibbs(np.random.default_rng(seed), v, *machine, sweeps)
    none = gibbs(np.random.default_rng(seed), v, *machine, sweeps, np.zeros_like(known))
    assert np.array_equal(free, none)


integers = st.tuples(st.integers(1, 4), st.integers(1, 3)).flatmap(
    lambda shape: st.tuples(whole(shape), whole(shape[0]), whole(shape[1]))
)


@law("rbm.8", GIBBS, chain=chains(integers), sweeps=sweeps, seed=seeds)
def a_cold_chain_sets_every_unit_to_what_lowers_the_energy(gibbs, chain, sweeps, seed):
    (W, b, c), v, known = chain
    b, c = b + 0.5, c + 0.5  # no input is 0
    end = gibbs(np.random.default_rng(seed), v, 1e4 * W, 1e4 * b, 1e4 * c, sweeps, known)
    for _ in range(sweeps):
        h = (v @ W + c > 0).astype(float)
        v = np.where(known, v, h @ W.T + b > 0)
    assert np.array_equal(end, v)


small = st.tuples(st.integers(1, 3), st.integers(1, 2)).flatmap(
    lambda s: cut(s, s[:1], s[1:], low=4.0)
)


@law("rbm.8", GIBBS, machine=small, start=st.integers(0, 7), sweeps=st.integers(1, 3),
     known=st.lists(st.booleans(), min_size=3, max_size=3), seed=seeds)  # fmt: skip
def chains_move_by_the_kernel_that_the_joint_distribution_gives(
    gibbs, machine, start, sweeps, known, seed
):
    v, *_ = pairs(machine)
    start, known = start % len(v), np.array(known[: v.shape[1]])
    T = np.linalg.matrix_power(enumeration.kernel(*machine, known), sweeps)
    begin, given = np.tile(v[start], (ROWS, 1)), np.tile(known, (ROWS, 1))
    end = gibbs(np.random.default_rng(seed), begin, *machine, sweeps, given)
    assert enumeration.frequency_error(end, T[start], EXAMPLES * len(v)) < 1
