"""A training of the GAN that takes no time, for the tests of its steps."""

import numpy as np

from autograd_lite.tree import leaves
from gan.train import Settings

QUICK = Settings(
    noise=4, generator="6,5", discriminator="7,4", epochs=2, batch_size=8, data="digits"
)


def images(count=30, pixels=12):
    return np.random.default_rng(0).random((count, pixels)).astype(np.float32)


def same_bits(a, b):
    return all(
        np.asarray(p).tobytes() == np.asarray(q).tobytes()
        for p, q in zip(leaves(a), leaves(b), strict=True)
    )
