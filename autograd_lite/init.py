"""Where descent starts: weights that keep the sizes of signals and of gradients, layer by layer.

Equations (ad.22) to (ad.24) of autograd_lite/DERIVATION_OPTIMISERS.md.
"""

import math

import numpy as np

from autograd_lite.ops import Array


def glorot_uniform(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Uniform weights of variance 2 / (fan_in + fan_out), in float64 (Glorot and Bengio 2010).

    The shape is (inputs, outputs), or that of a kernel, (k, k, channels, channels): each fan of a
    kernel is k^2 times its channels, by convention, whatever the stride.
    """
    *window, inputs, outputs = shape
    limit = math.sqrt(6 / (math.prod(window) * (inputs + outputs)))
    return rng.uniform(-limit, limit, size=shape)  # (ad.24)
