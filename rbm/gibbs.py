"""Block Gibbs sampling, one chain a row, all rows at once; free, or with given pixels clamped.

Legend as in rbm/model.py; known (B, D) is True where a pixel is given.
Equations (rbm.7) and (rbm.8) of rbm/DERIVATION.md.
"""

import numpy as np
from numpy.typing import NDArray

from autograd_lite.ops import Array
from rbm.model import prob_h, prob_v


def bernoulli(rng: np.random.Generator, probs: Array) -> Array:
    """Independent draws of 0 or 1 with P(1) = probs, in the shape and dtype of probs."""
    uniform = rng.random(probs.shape, dtype=probs.dtype)
    return (uniform < probs).astype(probs.dtype)  # (rbm.7)


def gibbs(
    rng: np.random.Generator,
    v: Array,
    W: Array,
    b: Array,
    c: Array,
    steps: int,
    known: NDArray[np.bool_] | None = None,
) -> Array:
    """The chains' states after `steps` sweeps v -> h -> v. -> (B, D)

    Where `known` is True, a pixel keeps the value it has in v: the chain then draws the other
    pixels from the model's distribution given those.
    """
    given = v
    # h @ W.T is faster where W is stored column by column; the copy costs what two sweeps save.
    columnwise = np.asfortranarray(W) if steps > 2 else W
    for _ in range(steps):
        h = bernoulli(rng, prob_h(v, W, c))
        v = bernoulli(rng, prob_v(h, columnwise, b))  # (rbm.8)
        if known is not None:
            v = known * given + ~known * v  # np.where is slower
    return v
