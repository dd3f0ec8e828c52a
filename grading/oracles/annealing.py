"""Chains between machines so small that all of their states can be written down: annealed from
independent pixels to a machine and back, and of several machines that trade states.

Conventions as in enumeration.py; params are W, b, c, and base (D,) the biases of the independent
pixels; betas (T + 1,) are the inverse temperatures of v_0 to v_T, images that are numbered.
"""

import itertools
import math
from functools import reduce
from typing import Any

import numpy as np

from grading.oracles.arrays import Array
from grading.oracles.enumeration import kernel, states


def at(beta: float, base: Array, *params: Array) -> tuple[Array, ...]:
    """W, b and c at an inverse temperature: means of both machines', entry by entry."""
    ends = zip((0 * params[0], base, 0 * params[2]), params, strict=True)
    return tuple(low + beta * (high - low) for low, high in ends)


def log_weights(W: Array, b: Array, c: Array) -> Array:
    """log of the sum of exp(-energy) over hidden states, for every image. (2^D,)"""
    vs, hs = states(len(b)), states(len(c))
    return np.logaddexp.reduce((vs @ b)[:, None] + hs @ c + vs @ W @ hs.T, axis=1)


def log_weight_law(betas: Array, start: int | None, base: Array, *params: Array) -> Any:
    """log_w, the number of the last image, and the probability of every chain: from independent
    pixels to the machine, or from an image `start` back to them.
    """
    machines = [at(beta, base, *params) for beta in betas]
    logs = [log_weights(*machine) for machine in machines]
    log_z = np.logaddexp.reduce(logs[0])
    p, log_w = np.exp(logs[0] - log_z), np.full(len(logs[0]), log_z)
    steps = list(zip(np.diff(logs, axis=0), itertools.starmap(kernel, machines[1:]), strict=True))
    if start is not None:
        p, steps = np.eye(len(p))[start], steps[::-1]
    for gain, T in steps:
        there = log_w + gain  # forwards, the image before the sweep counts
        p, there = p[..., None] * T, np.repeat(there[..., None], len(T), axis=-1)
        back = np.repeat(log_w[..., None], len(T), axis=-1) + gain
        log_w = there if start is None else back
    return log_w.ravel(), np.indices(p.shape)[-1].ravel(), p.ravel()


def resampled(log_w: Array) -> tuple[Array, Array]:
    """All logs of means of as many weights that are drawn again with replacement, and P of each."""
    n = len(log_w)
    drawn = np.array(list(itertools.combinations_with_replacement(range(n), n)))
    times = (drawn[:, :, None] == np.arange(n)).sum(axis=1)
    factorials = np.array([math.factorial(k) for k in range(n + 1)])
    ways = factorials[n] / factorials[times].prod(axis=1)
    return np.logaddexp.reduce(log_w[drawn], axis=1) - math.log(n), ways / n**n


def trade(low: tuple[Array, ...], high: tuple[Array, ...]) -> Array:
    """P(v_low, v_high trade places) by Metropolis' rule, for all pairs. (2^D, 2^D)"""
    f, g = log_weights(*low), log_weights(*high)
    gain = (f[None] + g[:, None]) - (f[:, None] + g[None])
    return np.exp(np.minimum(gain, 0))


def tempered_kernel(machines: Any, steps: int) -> Array:
    """Probability of all machines' states after so many steps, from each: the first machine's image
    is the highest digit of a state's number. (2^(R D), 2^(R D))
    """
    n, R = 2 ** len(machines[0][1]), len(machines)
    sweeps = reduce(np.kron, [kernel(*machine) for machine in machines])
    digits, total = np.indices((n,) * R).reshape(R, -1), np.eye(n**R)
    for step in range(steps):
        total = total @ sweeps
        for r in range(step % 2, R - 1, 2):
            chance = trade(machines[r], machines[r + 1])[digits[r], digits[r + 1]]
            order = [*range(r), r + 1, r, *range(r + 2, R)]
            traded = np.ravel_multi_index(tuple(digits[order]), (n,) * R)
            total = total * (1 - chance) + (total * chance)[:, traded]
    return total
