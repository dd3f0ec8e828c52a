"""Laws of the machine: its energy, and what follows from it in closed form."""

import numpy as np
from hypothesis import strategies as st

from tests.laws.draws import close, machines, states
from tests.laws.law import law

M = "rbm.model."
ENERGY, FREE, PROB_H, PROB_V = M + "energy", M + "free_energy", M + "prob_h", M + "prob_v"
machine = machines()


def log_sum(x, axis=-1):
    """log of the sum of exp(x), with the largest exponent taken out."""
    top = x.max(axis=axis, keepdims=True)
    return np.log(np.exp(x - top).sum(axis=axis)) + top.squeeze(axis)


def pairs(machine):
    """All states v, all states h, and the two repeated so that every v meets every h."""
    v, h = (states(len(bias)) for bias in machine[1:])
    return v, h, np.repeat(v, len(h), axis=0), np.tile(h, (len(v), 1))


def energies(energy, machine):
    """Of all states: (2^D, 2^H)"""
    v, h, *every = pairs(machine)
    return energy(*every, *machine).reshape(len(v), len(h))


def chance(probs, outcomes):
    """P of whole states of independent units: rows of probs by rows of outcomes."""
    return np.where(outcomes == 1, probs[:, None], 1 - probs[:, None]).prod(axis=-1)


def sweep(prob_h, prob_v, machine):
    """The matrix of P(v to v') of one sweep, the sum over all hidden states: (2^D, 2^D)"""
    (W, b, c), (v, h, *_) = machine, pairs(machine)
    return chance(prob_h(v, W, c), h) @ chance(prob_v(h, W, b), v)


@law("rbm.3 rbm.4", FREE, ENERGY, machine=machine)
def the_free_energy_sums_out_the_hidden_units(free_energy, energy, machine):
    v, *_ = pairs(machine)
    assert close(-free_energy(v, *machine), log_sum(-energies(energy, machine)), 1e-13)


@law("rbm.1 rbm.2 rbm.5", PROB_H, ENERGY, machine=machine)
def given_the_pixels_the_hidden_units_are_independent(prob_h, energy, machine):
    (W, _, c), (v, h, *_) = machine, pairs(machine)
    weights = np.exp(-energies(energy, machine))
    product = chance(prob_h(v, W, c), h)
    assert close(product, weights / weights.sum(axis=1, keepdims=True), 1e-12)


@law("rbm.1 rbm.6", PROB_V, ENERGY, machine=machine)
def a_pixel_is_on_with_the_odds_of_the_energy_that_it_saves(prob_v, energy, machine):
    (W, b, _), (_, _, v, h) = machine, pairs(machine)
    for i, on in enumerate(np.eye(len(b))):
        saved = energy(v * (1 - on), h, *machine) - energy(np.maximum(v, on), h, *machine)
        assert close(prob_v(h, W, b)[:, i], 1 / (1 + np.exp(-saved)), 1e-12)


@law("rbm.1 rbm.5 rbm.6", ENERGY, PROB_H, PROB_V, machine=machine)
def exchanging_the_layers_changes_nothing(energy, prob_h, prob_v, machine):
    (W, b, c), (_, _, v, h) = machine, pairs(machine)
    assert close(energy(v, h, W, b, c), energy(h, v, W.T, c, b), 1e-14)
    assert close(prob_h(v, W, c), prob_v(v, W.T, c), 1e-14)


@law("rbm.2 rbm.4 rbm.5 rbm.6", FREE, PROB_H, PROB_V, machine=machines(3, 3, scale=2))
def bayes_rule_leads_from_one_conditional_to_the_other(free_energy, prob_h, prob_v, machine):
    (W, b, c), (v, h, *_) = machine, pairs(machine)
    from_v = np.exp(-free_energy(v, W, b, c))[:, None] * chance(prob_h(v, W, c), h)
    from_h = np.exp(-free_energy(h, W.T, c, b))[:, None] * chance(prob_v(h, W, b), v)
    assert close(from_v / from_h.T, np.ones_like(from_v), 1e-9)  # both are exp(-E)


@law("rbm.4 rbm.6", FREE, PROB_V, machine=machine, j=st.integers(0, 2))
def a_hidden_unit_may_call_its_two_states_by_the_other_s_name(free_energy, prob_v, machine, j):
    (W, b, c), (v, h, *_) = machine, pairs(machine)
    j = j % len(c)
    turned = np.where(np.arange(len(c)) == j, -1.0, 1.0)
    renamed = W * turned, b + W[:, j], c * turned
    assert close(free_energy(v, *renamed), free_energy(v, *machine) + c[j], 1e-13)
    assert close(prob_v(np.where(turned < 0, 1 - h, h), *renamed[:2]), prob_v(h, W, b), 1e-14)


@law("rbm.16", FREE, ENERGY, machine=machine)
def either_layer_may_be_summed_out_of_z(free_energy, energy, machine):
    (W, b, c), (v, h, *_) = machine, pairs(machine)
    both = log_sum(-energies(energy, machine).ravel())
    assert close(log_sum(-free_energy(v, W, b, c)), both, 1e-13)
    assert close(log_sum(-free_energy(h, W.T, c, b)), both, 1e-13)
