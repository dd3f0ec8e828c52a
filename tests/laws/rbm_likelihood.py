"""Laws of likelihoods: annealed chains, what their weights say of Z, trades, Z itself, centring."""

import numpy as np
from hypothesis import strategies as st

from grading.oracles import annealing, enumeration
from tests.laws.draws import arrays, bits, close, cut, numbers, seeds, sizes, states
from tests.laws.law import law
from tests.laws.rbm import ENERGY, FREE, PROB_H, PROB_V, log_sum, machine, pairs, sweep
from tests.laws.rbm_learning import GRADIENT, flat, pictured
from tests.laws.rbm_sampling import EXAMPLES, ROWS

A, E, T = "rbm.ais.", "rbm.estimates.", "rbm.tempering."
BETWEEN, RATIO, AIS, REVERSE = A + "between", A + "log_ratio", A + "ais", A + "reverse_ais"
MEAN, SIZE, ERROR = E + "log_mean_exp", E + "effective_size", E + "standard_error"
SWAP, TEMPERED, BOOTSTRAP = T + "swap_probability", T + "tempered", E + "bootstrap"
LOG_Z, CENTRED = "rbm.exact.log_z", "rbm.gradient.centred_gradient"
inner = st.lists(numbers(0.05, 0.95), max_size=3).map(sorted)
temperatures = inner.map(lambda betas: np.array([0.0, *betas, 1.0]))
weights = st.tuples(sizes, sizes).flatmap(lambda shape: arrays(shape, 8.0))


@st.composite
def annealed(draw, pixels=3):
    """A machine, and the biases of the independent pixels that chains come from."""
    D, H = draw(st.integers(1, pixels)), draw(st.integers(1, 2))
    *params, base = draw(cut((D, H), (D,), (H,), (D,), low=2.5))
    return tuple(params), base


def path(between, log_ratio, prob_h, prob_v, annealed, betas):
    """log Z at 0, and of each temperature that follows the gain of log w and the sweep."""
    (W, b, c), base = annealed
    v, steps = states(len(b)), []
    for low, high in zip(betas[:-1].tolist(), betas[1:].tolist(), strict=True):
        gain = log_ratio(low, high, v, v @ W + c, base, b)
        steps.append((gain, sweep(prob_h, prob_v, between(high, base, W, b, c))))
    first = v @ base + len(c) * np.log(2)
    return v, first, log_sum(first), steps


@law("rbm.33", BETWEEN, ENERGY, annealed=annealed(), beta=numbers(0, 1))
def energies_go_in_a_straight_line_from_the_pixels_to_the_machine(between, energy, annealed, beta):
    machine, base = annealed
    _, _, v, h = pairs(machine)
    mean = (1 - beta) * -(v @ base) + beta * energy(v, h, *machine)
    assert close(energy(v, h, *between(beta, base, *machine)), mean, 1e-13)


@law("rbm.34", RATIO, BETWEEN, FREE, annealed=annealed(), betas=st.tuples(*2 * [numbers(0, 1)]))
def a_weight_grows_by_the_free_energy_that_the_image_loses(
    log_ratio, between, free_energy, annealed, betas
):
    (W, b, c), base = annealed
    v, *_ = pairs((W, b, c))
    low, high = (free_energy(v, *between(beta, base, W, b, c)) for beta in betas)
    assert close(log_ratio(*betas, v, v @ W + c, base, b), low - high, 1e-13)


@law("rbm.36 rbm.34", RATIO, BETWEEN, PROB_H, PROB_V, FREE, annealed=annealed(), betas=temperatures)
def weights_of_the_chains_that_end_in_an_image_add_up_to_what_it_has_in_z(
    log_ratio, between, prob_h, prob_v, free_energy, annealed, betas
):
    v, first, _, steps = path(between, log_ratio, prob_h, prob_v, annealed, betas)
    mass = np.exp(first)
    for gain, T in steps:
        mass = (mass * np.exp(gain)) @ T
    assert close(np.log(mass), -free_energy(v, *annealed[0]), 1e-11)


@law("rbm.42 rbm.34", RATIO, BETWEEN, PROB_H, PROB_V, FREE, annealed=annealed(), betas=temperatures)
def one_over_the_weights_leads_the_machine_back_to_its_independent_pixels(
    log_ratio, between, prob_h, prob_v, free_energy, annealed, betas
):
    v, first, _, steps = path(between, log_ratio, prob_h, prob_v, annealed, betas)
    mass = np.exp(-free_energy(v, *annealed[0]))
    for gain, T in steps[::-1]:
        mass = (mass @ T) * np.exp(-gain)
    assert close(np.log(mass), first, 1e-11)


@law("rbm.42 rbm.36", RATIO, BETWEEN, PROB_H, PROB_V, FREE, annealed=annealed(), betas=temperatures)
def in_the_mean_log_w_is_too_low_forwards_and_from_the_machine_s_images_too_high(
    log_ratio, between, prob_h, prob_v, free_energy, annealed, betas
):
    v, first, below, steps = path(between, log_ratio, prob_h, prob_v, annealed, betas)
    log_f = -free_energy(v, *annealed[0])
    p, log_z, above = np.exp(first - below), log_sum(log_f), below
    q = np.exp(log_f - log_z)
    for gain, T in steps:
        below, p = below + p @ gain, p @ T
    for gain, T in steps[::-1]:
        q = q @ T
        above += q @ gain
    assert below <= log_z + 1e-11 <= above + 2e-11


@law("rbm.42 rbm.41", RATIO, BETWEEN, PROB_H, PROB_V, FREE, annealed=annealed(), betas=temperatures)
def chains_back_from_an_image_say_at_most_how_likely_chains_are_to_end_in_it(
    log_ratio, between, prob_h, prob_v, free_energy, annealed, betas
):
    v, first, log_w, steps = path(between, log_ratio, prob_h, prob_v, annealed, betas)
    p, back = np.exp(first - log_w), np.eye(len(v))
    for _, T in steps:
        p = p @ T
    for gain, T in steps[::-1]:
        back = back @ T
        log_w = log_w + back @ gain
    assert np.all(-free_energy(v, *annealed[0]) - log_w <= np.log(p) + 1e-11)


@law("rbm.35 rbm.41", AIS, REVERSE, machine=machine, betas=temperatures, v=bits(4), seed=seeds)
def without_weights_every_chain_is_exact(ais, reverse_ais, machine, betas, v, seed):
    (W, b, c), rng = machine, np.random.default_rng(seed)
    log_z = np.logaddexp(0, b).sum() + np.logaddexp(0, c).sum()
    _, there = ais(rng, 3, betas, b, 0 * W, b, c)
    back = reverse_ais(rng, v[None, : len(b)], betas, b, 0 * W, b, c)
    assert close(np.append(there, back), np.full(4, log_z), 1e-13)


@law(
    "rbm.35 rbm.41 rbm.36 rbm.42",
    AIS,
    REVERSE,
    annealed=annealed(2),
    betas=temperatures,
    seed=seeds,
)
def the_mean_weight_there_is_z_and_that_of_one_over_the_weights_back_is_1_over_z(
    ais, reverse_ais, annealed, betas, seed
):
    (params, base), rng, betas = annealed, np.random.default_rng(seed), betas[[0, -2, -1]]
    log_f = annealing.log_weights(*params)
    q, log_z = np.exp(log_f - log_sum(log_f)), log_sum(log_f)
    start = rng.choice(len(q), ROWS, p=q)
    there = ais(rng, ROWS, betas, base, *params)[1] - log_z
    back = log_z - reverse_ais(rng, states(len(base))[start], betas, base, *params)
    laws = [annealing.log_weight_law(betas, i, base, *params) for i in (None, *range(len(q)))]
    for found, chains in (
        (there, [(np.exp(laws[0][0] - log_z), laws[0][2])]),
        (back, [(np.exp(log_z - x), p * qq) for (x, _, p), qq in zip(laws[1:], q, strict=True)]),
    ):
        square, most = sum(p @ x**2 for x, p in chains), max(x.max() for x, _ in chains)
        far = enumeration.bound(max(square - 1, 0), most, ROWS, 2 * EXAMPLES)
        assert abs(np.exp(found).mean() - 1) <= far + 1e-11


@law("rbm.37", MEAN, log_w=weights, shift=numbers(1e4))
def the_log_of_a_mean_of_weights_moves_with_their_logs_and_is_not_below_the_mean_of_these(
    log_mean_exp, log_w, shift
):
    found = log_mean_exp(log_w)
    assert close(log_mean_exp(log_w + shift), found + shift, 1e-12)
    assert np.all(log_w.mean(axis=-1) - 1e-12 <= found) and np.all(found <= log_w.max(axis=-1))


@law("rbm.38 rbm.39", SIZE, ERROR, log_w=weights, shift=numbers(1e3))
def the_square_of_the_error_is_one_over_the_effective_number_less_one_over_the_number(
    effective_size, standard_error, log_w, shift
):
    log_w, M = log_w[0], log_w.shape[1]
    size, error = effective_size(log_w), standard_error(log_w)
    assert 1 - 1e-12 <= size <= M * (1 + 1e-12) and close(error**2, 1 / size - 1 / M, 1e-13)
    assert close(effective_size(log_w + shift), size, 1e-11)


@law("rbm.40", BOOTSTRAP, log_w=weights, shift=numbers(1e3), seed=seeds)
def an_interval_moves_with_the_weights_and_stays_between_the_least_and_the_largest(
    bootstrap, log_w, shift, seed
):
    log_w = log_w[0]
    ends, moved = (bootstrap(np.random.default_rng(seed), x, 50) for x in (log_w, log_w + shift))
    assert log_w.min() - 1e-12 <= ends[0] <= ends[1] <= log_w.max() + 1e-12
    assert close(np.array(moved), np.array(ends) + shift, 1e-12)


@st.composite
def two(draw, pixels=3):
    """Two machines of the same shape."""
    D, H = draw(st.integers(1, pixels)), draw(sizes)
    six = draw(cut(*2 * [(D, H), (D,), (H,)], low=3.0))
    return six[:3], six[3:]


@law("rbm.43", SWAP, FREE, two=two())
def a_trade_is_in_detailed_balance_with_both_machines(swap_probability, free_energy, two):
    low, high = two
    v = states(len(low[1]))
    one, other = np.repeat(v, len(v), axis=0), np.tile(v, (len(v), 1))
    there = -free_energy(one, *low) - free_energy(other, *high)
    back = -free_energy(other, *low) - free_energy(one, *high)
    there += np.log(swap_probability(one, other, low, high))
    back += np.log(swap_probability(other, one, low, high))
    assert close(there, back, 1e-12)


@law("rbm.44", TEMPERED, two=two(2), steps=st.integers(0, 2), seed=seeds)
def states_of_machines_that_trade_stay_independent_and_each_its_machine_s(
    tempered, two, steps, seed
):
    rng, v = np.random.default_rng(seed), states(len(two[0][1]))
    laws = [enumeration.joint(*params).sum(axis=1) for params in two]
    start = np.stack([v[rng.choice(len(v), ROWS, p=p)] for p in laws])
    end = np.concatenate(tempered(rng, start, two, steps), axis=1)
    assert enumeration.frequency_error(end, np.kron(*laws), EXAMPLES * len(v) ** 2) < 1


@law("rbm.32 rbm.16", LOG_Z, FREE, machine=machine)
def log_z_is_the_sum_over_either_layer(log_z, free_energy, machine):
    (W, b, c), (v, h, *_) = machine, pairs(machine)
    assert close(log_z(W, b, c), log_sum(-free_energy(v, W, b, c)), 1e-13)
    assert close(log_z(W.T, c, b), log_sum(-free_energy(h, W.T, c, b)), 1e-13)


@law("rbm.32", LOG_Z, machine=machine, more=numbers(5), order=st.permutations(range(4)))
def log_z_does_not_ask_in_which_order_units_are_and_of_one_without_weights_takes_its_share(
    log_z, machine, more, order
):
    (W, b, c), order = machine, [i for i in order if i <= len(machine[2])]
    W, c = np.hstack([W, np.zeros((len(W), 1))])[:, order], np.append(c, more)[order]
    assert close(log_z(W, b, c), log_z(*machine) + np.logaddexp(0, more), 1e-13)


@law("rbm.24 rbm.25", CENTRED, pictured=pictured(2), i=st.integers(0, 2))
def calling_the_values_of_a_pixel_by_each_other_s_names_renames_a_centred_step(
    centred_gradient, pictured, i
):
    (W, b, c), v, model = pictured
    other = np.arange(len(b)) == i % len(b)
    sign = np.where(other, -1.0, 1.0)
    dW, db, dc = centred_gradient(v, model, W, b, c)
    turned = (np.where(other, 1 - x, x) for x in (v, model))
    found = centred_gradient(*turned, sign[:, None] * W, sign * b, c + W[i % len(b)])
    expected = sign[:, None] * dW, sign * db, dc + dW[i % len(b)]
    assert close(flat(found), flat(expected), 1e-12)


@law("rbm.24 rbm.25", CENTRED, GRADIENT, pictured=pictured(2))
def a_centred_step_goes_downhill(centred_gradient, nll_gradient, pictured):
    machine, v, model = pictured
    plain, centred = (f(v, model, *machine) for f in (nll_gradient, centred_gradient))
    slope = flat(plain) @ flat(centred)
    # It is the square of the centred gradient: of dW, and of both biases, which are plain.
    steps = (centred[0] ** 2).sum() + (plain[1] ** 2).sum() + (plain[2] ** 2).sum()
    assert close(slope, steps, 1e-12)
