"""Images that no generative model made, for every score to stand beside.

Legend: train (N, D) images in [0, 1]; each function returns (count, D) in [0, 1].
"""

import numpy as np

from autograd_lite.ops import Array


def mean_and_noise(rng: np.random.Generator, train: Array, count: int) -> Array:
    """Every pixel normal with its own mean and deviation over the training images."""
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    x = mean + deviation * rng.standard_normal((count, train.shape[1]), dtype=train.dtype)
    return np.clip(x, 0, 1)


def gaussian_in_pca(
    rng: np.random.Generator, train: Array, count: int, components: int = 100
) -> Array:
    """Normal along the first principal components of the training images, nothing across them."""
    mean = train.mean(axis=0, dtype=np.float64)
    covariance = np.cov(train.T.astype(np.float64))
    values, vectors = np.linalg.eigh(covariance)
    axes = vectors[:, -components:] * np.sqrt(values[-components:])
    x = mean + rng.standard_normal((count, components)) @ axes.T
    return np.clip(x, 0, 1).astype(train.dtype)
