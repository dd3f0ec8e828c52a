"""Errata of the restricted Boltzmann machine: its distribution."""

import math

import numpy as np

from grading.errata.form import PUBLIC, Pair, erratum
from grading.errata.machine import DATA, HS, MACHINE, VS, W, c, joint, p_hidden
from rbm.model import free_energy, prob_h


@erratum(
    where="001, E2",
    says="The product form of $`p(v, h)`$ ends without $`1/Z`$.",
    right="Every line of it is divided by $`Z`$.",
    home="rbm.2",
    quantity="sum of the product over all states",
)
def joint_without_z() -> Pair:
    total = joint().sum()
    return total, total / np.exp(-free_energy(VS, *MACHINE)).sum()


@erratum(
    where="000 (3, 4) and 001, E4",
    says="Hidden units are independent: the condition is easily dropped.",
    right="They are independent given the visible units, and only then.",
    home="rbm.5",
    quantity="P(all hidden units on)",
)
def hidden_taken_for_independent() -> Pair:
    return float(np.prod(p_hidden() @ HS)), p_hidden()[-1]


@erratum(
    where="000 (6, 7), E5",
    says="The sigmoid is written for $`P(h_j \\mid v)`$, whichever value $`h_j`$ has.",
    right="It is the probability of 1; that of 0 is the rest.",
    home="rbm.5",
    quantity="P(first hidden unit off), first image",
)
def off_for_on() -> Pair:
    on = prob_h(DATA[:1], W, c)[0, 0]
    return on, 1 - on


@erratum(
    where="001, E15",
    says="$`Z`$ is out of reach because it has infinitely many terms.",
    right="Finitely many, but exponentially: $`2^{\\min(D, H)}`$ once one layer is summed by hand.",
    home="rbm.11",
    quantity="terms of Z, 784 pixels and 20 hidden units",
)
def infinitely_many_terms() -> Pair:
    return math.inf, 2.0 ** min(784, 20)


@erratum(
    where=PUBLIC,
    says="The free energy is summed over the whole batch.",
    right="There is one an image; the sum is over hidden units.",
    home="rbm.4",
    quantity="free energy of the first of 5 images",
)
def whole_batch() -> Pair:
    F = free_energy(DATA, *MACHINE)
    return F.sum(), F[0]
