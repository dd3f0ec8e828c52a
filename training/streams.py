"""Random streams that are a function of (seed, purpose, index), and of nothing else.

A step draws from `stream(seed, "gibbs", step)`, so no generator has to be carried from step to
step: a checkpoint holds arrays and a step number, and any step can be repeated on its own. Purposes
do not disturb one another: more noise in one leaves the shuffling of the data as it was.
"""

import zlib

import numpy as np


def stream(seed: int, purpose: str, index: int = 0) -> np.random.Generator:
    """A generator of its own for one purpose and one index (a step, an epoch)."""
    key = (zlib.crc32(purpose.encode()), index)
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))
