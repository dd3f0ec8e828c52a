"""Parallel tempering: chains of several machines, from one that mixes to the one that is wanted,
which trade places.

Legend as in rbm/model.py; R machines in a row, each near its neighbours (rbm.ais.between gives
such), v (R, M, D) the states of M chains of each; everything is done for all M at once.
Equations (rbm.43) and (rbm.44) of rbm/DERIVATION_LIKELIHOOD.md.
"""

from collections.abc import Sequence

import numpy as np

from autograd_lite.ops import Array
from rbm.gibbs import gibbs
from rbm.model import Params, free_energy


def swap_probability(v_low: Array, v_high: Array, low: Params, high: Params) -> Array:
    """P(two machines trade the states v_low and v_high (M, D)), pair by pair. -> (M,)"""
    before = free_energy(v_low, *low) + free_energy(v_high, *high)
    after = free_energy(v_high, *low) + free_energy(v_low, *high)
    return np.exp(np.minimum(before - after, 0))  # (rbm.43)


def tempered(rng: np.random.Generator, v: Array, machines: Sequence[Params], steps: int) -> Array:
    """The states (R, M, D) after so many steps, each a sweep of every machine and then an offer to
    every second pair of neighbours to trade places: first to machines 0 and 1, 2 and 3, ..., then
    to 1 and 2, 3 and 4, ..., in turn.
    """
    for step in range(steps):
        v = np.stack([gibbs(rng, v[r], *machine, 1) for r, machine in enumerate(machines)])
        for r in range(step % 2, len(machines) - 1, 2):
            p = swap_probability(v[r], v[r + 1], machines[r], machines[r + 1])
            trade = rng.random(p.shape, dtype=p.dtype) < p
            v[[r, r + 1]] = np.where(trade[:, None], v[[r + 1, r]], v[[r, r + 1]])  # (rbm.44)
    return v
