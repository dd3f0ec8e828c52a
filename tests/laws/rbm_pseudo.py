"""Laws of pseudo-likelihood, of its estimate, and of the gap between two free energies."""

import numpy as np

from grading.oracles import enumeration
from tests.laws.draws import close, seeds
from tests.laws.law import law
from tests.laws.rbm import FREE, log_sum, machine, pairs
from tests.laws.rbm_learning import neg_log_likelihood, pictured, rivals
from tests.laws.rbm_sampling import EXAMPLES, ROWS

P = "rbm.pseudo.log_pseudo_likelihood"
ESTIMATE, GAP = P + "_estimate", "rbm.pseudo.free_energy_gap"


def flips(free_energy, v, machine):
    """log P(v_i | all other pixels) of all images and pixels, (B, D)"""
    rises = [
        free_energy(np.where(one == 1, 1 - v, v), *machine) - free_energy(v, *machine)
        for one in np.eye(v.shape[1])
    ]
    return -np.logaddexp(0, -np.array(rises).T)


@law("rbm.28", P, FREE, machine=machine)
def the_pseudo_likelihood_asks_for_each_pixel_given_all_others(pseudo, free_energy, machine):
    v, *_ = pairs(machine)
    assert close(pseudo(v, *machine), flips(free_energy, v, machine).sum(axis=1), 1e-12)


@law("rbm.28 ad.18", P, "autograd_lite.losses.bernoulli_nll", machine=machine)
def without_weights_the_pseudo_likelihood_is_the_likelihood(pseudo, bernoulli_nll, machine):
    (W, b, c), (v, *_) = machine, pairs(machine)
    assert close(pseudo(v, 0 * W, b, c), -bernoulli_nll(b, v), 1e-13)


@law("rbm.28", P, FREE, rivals=rivals())
def no_machine_has_a_better_mean_pseudo_likelihood_than_the_one_that_made_the_images(
    pseudo, free_energy, rivals
):
    truth, other, _ = rivals
    v, *_ = pairs(truth)
    log_p = -free_energy(v, *truth)
    p = np.exp(log_p - log_sum(log_p))
    assert p @ pseudo(v, *truth) >= p @ pseudo(v, *other) - 1e-12


@law("rbm.29", ESTIMATE, FREE, pictured=pictured(), seed=seeds)
def an_estimate_is_one_of_d_terms_times_d(estimate, free_energy, pictured, seed):
    machine, v = pictured
    terms = v.shape[1] * flips(free_energy, v, machine)
    found = estimate(np.random.default_rng(seed), v, *machine)
    assert np.all(abs(found[:, None] - terms).min(axis=1) < 1e-11)


@law("rbm.28 rbm.29", ESTIMATE, P, FREE, pictured=pictured(), seed=seeds)
def the_mean_of_many_estimates_is_the_pseudo_likelihood(
    estimate, pseudo, free_energy, pictured, seed
):
    machine, v = pictured
    exact, terms = pseudo(v[:1], *machine)[0], v.shape[1] * flips(free_energy, v[:1], machine)[0]
    found = estimate(np.random.default_rng(seed), np.tile(v[:1], (ROWS, 1)), *machine).mean()
    far = enumeration.bound(terms.var(), abs(terms - terms.mean()).max(), ROWS, EXAMPLES)
    assert abs(found - exact) <= far + 1e-11


@law("rbm.30", GAP, pictured=pictured(2))
def the_gap_of_free_energies_is_that_of_log_likelihoods(gap, pictured):
    machine, train, validation = pictured
    nll = [neg_log_likelihood(v)(*machine) for v in (train, validation)]
    assert close(gap(train, validation, *machine), nll[1] - nll[0], 1e-12)
