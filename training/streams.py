"""Random streams that are a function of (seed, purpose, index), and of nothing else.

A step draws from `stream(seed, "gibbs", step)`, so no generator has to be carried from step to
step: a checkpoint holds arrays and a step number, and any step can be repeated on its own. Purposes
do not disturb one another: more noise in one leaves the shuffling of the data as it was.
"""

import zlib

import numpy as np


def stream(seed: int, purpose: str, *index: int) -> np.random.Generator:
    """A generator for one purpose and index: an epoch; a step; a step and the number of its half.

    Without an index it is that of index 0; (step,) and (step, 0) are two different streams.
    """
    key = (zlib.crc32(purpose.encode()), *(index or (0,)))
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))
