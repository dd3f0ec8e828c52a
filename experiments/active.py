"""Which code units a network uses: those whose mean differs from image to image.

Legend: mu (N, Z) means of q(z|x) for N images and Z code units. A unit whose mean is the same for
all images tells the decoder nothing of x. The measure is that of Burda, Grosse and Salakhutdinov
(2016, section 5.2).
"""

import numpy as np
from numpy.typing import NDArray

from autograd_lite.ops import Array

LEAST = 0.01  # variance of an active unit's mean; the prior's is 1


def variances(mu: Array) -> NDArray[np.float64]:
    """The variance of each unit's mean over the images: (N, Z) -> (Z,)"""
    return mu.var(axis=0, dtype=np.float64)


def active_units(mu: Array) -> NDArray[np.bool_]:
    """Whether each unit is active: (N, Z) -> (Z,)"""
    return variances(mu) > LEAST
